"""Files in Slack: an address for the bytes, the bytes, and where they are shown.

The three steps are those of Slack's pages on `files.getUploadURLExternal` and `files.completeUploadExternal`: an
upload that is never completed is forgotten, and one is completed once. The page shows a picture under its message
from the bytes that came, and only such kinds as a browser draws without running anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from .journal import locked

if TYPE_CHECKING:
    from .inbox import Answer, Inbox
    from .slack_api import Bot

ASK, COMPLETE = "files.getUploadURLExternal", "files.completeUploadExternal"
METHODS = (ASK, COMPLETE)
UPLOADS = "/slack/upload/v1/"

#: How a picture begins, and its type. SVG is not among them: it may carry scripts.
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_ID = re.compile(r"F[0-9]{8}\Z")


class FileStore:
    """The files of one inbox: what was announced, what came, what is shown."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def announce(self, name: str, length: int, alt_text: str) -> str:
        """Makes room for a file, and answers its id."""
        with locked(self._folder / "files"):
            number = len(list(self._folder.glob("F*.json"))) + 1
            file = f"F{number:08d}"
            self._write(file, {"id": file, "name": name, "length": length, "alt_text": alt_text, "completed": False})
        return file

    def known(self, file: str) -> dict[str, Any] | None:
        """What is known of a file; None if it was never announced."""
        path = self._folder / f"{file}.json"
        if not _ID.match(file) or not path.exists():
            return None
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def put(self, file: str, content: bytes) -> None:
        """Keeps a file's bytes."""
        (self._folder / f"{file}.bin").write_bytes(content)

    def content(self, file: str) -> bytes | None:
        """A file's bytes; None if they have not come."""
        path = self._folder / f"{file}.bin"
        return path.read_bytes() if _ID.match(file) and path.exists() else None

    def complete(self, file: str) -> bool:
        """Marks a file as shown; False if it was already, or its bytes have not come."""
        with locked(self._folder / "files"):
            found = self.known(file)
            if found is None or found["completed"] or self.content(file) is None:
                return False
            self._write(file, {**found, "completed": True})
        return True

    def picture(self, file: str) -> tuple[str, bytes] | None:
        """Type and bytes of a shown picture; None for everything else."""
        content, found = self.content(file), self.known(file)
        kind = picture_type(content or b"")
        return (kind, content) if kind and content and found and found["completed"] else None

    def clear(self) -> None:
        """Forgets all files."""
        for path in self._folder.glob("F*"):
            path.unlink()

    def _write(self, file: str, record: Mapping[str, Any]) -> None:
        (self._folder / f"{file}.json").write_text(json.dumps(record), encoding="utf-8")


def picture_type(content: bytes) -> str | None:
    """The media type of bytes that a browser may draw."""
    return next((kind for start, kind in _PICTURES.items() if content.startswith(start)), None)


def call(inbox: Inbox, method: str, headers: Mapping[str, str], body: bytes, bot: Bot) -> Answer:
    """Answers one of the two methods."""
    request = _fields(headers, body)
    if request is None:
        return _said({"ok": False, "error": "invalid_json"})
    return _ask(inbox, headers, request) if method == ASK else _complete(inbox, request, bot)


def upload(inbox: Inbox, path: str, body: bytes) -> Answer:
    """Takes a file's bytes; the address is the permission."""
    file = path.removeprefix(UPLOADS)
    found = inbox.files.known(file)
    if found is None or found["completed"]:
        return 404, {"Content-Type": "text/plain"}, b"no such upload"
    if len(body) != found["length"]:
        return 400, {"Content-Type": "text/plain"}, b"another length was announced"
    inbox.files.put(file, body)
    return 200, {"Content-Type": "text/plain"}, f"OK - {len(body)}".encode()


def _ask(inbox: Inbox, headers: Mapping[str, str], request: Mapping[str, Any]) -> Answer:
    name, alt_text = str(request.get("filename") or ""), str(request.get("alt_txt") or "")
    length = str(request.get("length") or "")
    if not name or not length.isdecimal() or int(length) == 0 or len(alt_text) > 1000:
        return _said({"ok": False, "error": "invalid_arguments"})
    file = inbox.files.announce(name, int(length), alt_text)
    host = next((value for key, value in headers.items() if key.lower() == "host"), "127.0.0.1")
    return _said({"ok": True, "upload_url": f"http://{host}{UPLOADS}{file}", "file_id": file})


def _complete(inbox: Inbox, request: Mapping[str, Any], bot: Bot) -> Answer:
    channel = bot.channels.get(str(request.get("channel_id") or ""))
    if channel is None:
        return _said({"ok": False, "error": "invalid_channel"})
    thread = request.get("thread_ts")
    known = {record["ts"] for record in inbox.messages() if record.get("ts") and record["channel"] == channel}
    if thread is not None and thread not in known:
        return _said({"ok": False, "error": "thread_not_found"})
    given = request.get("files")
    given = given if isinstance(given, list) else []
    files = [file for file in given if isinstance(file, Mapping)]
    if not files or not all(inbox.files.complete(str(file.get("id"))) for file in files):
        return _said({"ok": False, "error": "file_not_found"})
    shown = [{**(inbox.files.known(str(file["id"])) or {}), "title": str(file.get("title") or "")} for file in files]
    accepted = _said({"ok": True, "files": [{"id": file["id"], "title": file["title"]} for file in shown]})

    def stamped(position: int) -> dict[str, Any]:
        ts = f"{int(inbox.now().timestamp())}.{position:06d}"
        return {"ts": ts, "files": shown} | ({} if thread is None else {"thread_ts": thread})

    inbox.remember(channel, {"text": ""}, answer=accepted, outcome="delivered", more=stamped)
    return accepted


def _fields(headers: Mapping[str, str], body: bytes) -> dict[str, Any] | None:
    """The arguments, as a form or as JSON."""
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    text = body.decode("utf-8", "replace")
    if kind.startswith("application/x-www-form-urlencoded"):
        return {name: values[0] for name, values in parse_qs(text).items()}
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _said(value: Mapping[str, Any]) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()

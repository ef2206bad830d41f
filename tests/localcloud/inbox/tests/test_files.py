"""Files in the inbox: three steps bring one, and the page shows it under its message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from localcloud.inbox import Bot, Inbox

PLACE = "C0LOCALCLOUD"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
HEADERS = {"Authorization": f"Bearer {Bot().token}", "Host": "127.0.0.1:4566"}
ASK, COMPLETE = "files.getUploadURLExternal", "files.completeUploadExternal"


def post(inbox: Inbox, path: str, body: bytes, kind: str = "application/json") -> tuple[int, bytes]:
    answer = inbox.handle("POST", path, {**HEADERS, "Content-Type": kind}, body)
    assert answer is not None
    return answer[0], answer[2]


def call(inbox: Inbox, method: str, request: Any) -> dict[str, Any]:
    form = method == ASK
    body = urlencode(request) if form else json.dumps(request)
    kind = "application/x-www-form-urlencoded" if form else "application/json; charset=utf-8"
    status, told = post(inbox, f"/slack/api/{method}", body.encode(), kind)
    assert status == 200
    value: dict[str, Any] = json.loads(told)
    return value


def message(inbox: Inbox) -> str:
    return str(call(inbox, "chat.postMessage", {"channel": PLACE, "text": "it costs more"})["ts"])


def named(inbox: Inbox, content: bytes = PNG, name: str = "cost.png") -> tuple[str, str]:
    told = call(inbox, ASK, {"filename": name, "length": len(content), "alt_txt": "What each <day> cost"})
    path = told["upload_url"].removeprefix("http://127.0.0.1:4566")
    return told["file_id"], path


def shown(inbox: Inbox, file: str) -> tuple[int, bytes]:
    answer = inbox.handle("GET", f"/inbox/files/{file}", {}, b"")
    assert answer is not None
    return answer[0], answer[2]


def test_a_picture_is_shown_under_its_message(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    ts = message(inbox)
    message(inbox)
    file, path = named(inbox)
    assert post(inbox, path, PNG) == (200, b"OK - 15")
    assert shown(inbox, file)[0] == 404, "nobody has said where it is to be shown"
    done = {"files": [{"id": file, "title": "Cost"}], "channel_id": PLACE, "thread_ts": ts}
    assert call(inbox, COMPLETE, done) == {"ok": True, "files": [{"id": file, "title": "Cost"}]}
    assert shown(inbox, file) == (200, PNG)
    page = inbox.page().split('id="json"')[0]
    picture = f'<img src="/inbox/files/{file}" alt="What each &lt;day&gt; cost"'
    first, second = page.index("it costs more</"), page.rindex("it costs more</")
    assert first < page.index(picture) < second
    assert call(inbox, COMPLETE, done)["error"] == "file_not_found", "once a file"
    inbox.clear()
    assert shown(inbox, file)[0] == 404


@pytest.mark.parametrize(("change", "word"), [
    ({"channel_id": "C1"}, "invalid_channel"),
    ({"thread_ts": "1.000000"}, "thread_not_found"),
    ({"files": []}, "file_not_found"),
    ({"files": [{"id": "F99999999"}]}, "file_not_found"),
    ({"files": [{"id": "../messages"}]}, "file_not_found"),
])
def test_what_cannot_be_shown_is_refused(tmp_path: Path, change: dict[str, Any], word: str) -> None:
    inbox = Inbox(tmp_path)
    ts = message(inbox)
    file, path = named(inbox)
    post(inbox, path, PNG)
    request = {"files": [{"id": file}], "channel_id": PLACE, "thread_ts": ts} | change
    assert call(inbox, COMPLETE, request) == {"ok": False, "error": word}


def test_bytes_that_were_not_announced_are_refused(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    ts = message(inbox)
    file, path = named(inbox)
    assert post(inbox, path, PNG + b"more")[0] == 400
    assert post(inbox, "/slack/upload/v1/F00000009", PNG)[0] == 404
    assert post(inbox, "/slack/upload/v1/../messages.jsonl", PNG)[0] == 404
    request = {"files": [{"id": file}], "channel_id": PLACE, "thread_ts": ts}
    assert call(inbox, COMPLETE, request)["error"] == "file_not_found"
    assert call(inbox, ASK, {"filename": "x", "length": "many"})["error"] == "invalid_arguments"


def test_only_pictures_are_served(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    hostile = b"<svg onload=alert(1)></svg>"
    ts = message(inbox)
    file, path = named(inbox, hostile, "x.svg")
    post(inbox, path, hostile)
    assert call(inbox, COMPLETE, {"files": [{"id": file}], "channel_id": PLACE, "thread_ts": ts})["ok"]
    assert shown(inbox, file)[0] == 404


def test_faults_reach_files_too(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.faults([{"kind": "rate-limit", "retry_after": 2}])
    assert post(inbox, f"/slack/api/{ASK}", b"", "application/x-www-form-urlencoded")[0] == 429
    assert named(inbox)[0] == "F00000001"

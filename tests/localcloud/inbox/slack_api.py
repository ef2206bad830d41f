"""Slack's Web API, as far as an app needs it that keeps messages up to date: chat.postMessage and chat.update.

The methods that bring files are beside it, in `slack_files`.

Slack answers almost everything with status 200; `ok` and `error` say what it was (Slack docs: Web API, Evaluating
responses). The words are those of its pages on the two methods: `not_authed`, `invalid_auth`, `channel_not_found`,
`message_not_found`, and the refusals of blocks, which are the webhooks' own (`blockkit`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import blockkit, slack_files
from .faults import FaultError

if TYPE_CHECKING:
    from .inbox import Answer, Inbox

PREFIX = "/slack/api/"

#: What stands beside the message itself.
_ADDRESS = frozenset({"channel", "ts", "thread_ts", "reply_broadcast", "as_user", "link_names", "parse"})


@dataclass(frozen=True)
class Bot:
    """An app's token, and the channels that it was invited to: names by id."""

    token: str = "xoxb-nightshift-local-rehearsal"
    channels: Mapping[str, str] = field(default_factory=lambda: {"C0LOCALCLOUD": "dev-security"})


def receive(inbox: Inbox, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Answers one call of a method."""
    method = path.removeprefix(PREFIX)
    if method not in ("chat.postMessage", "chat.update", *slack_files.METHODS):
        return _refusal("unknown_method")
    bot = _bot(inbox, headers)
    if isinstance(bot, str):
        return _refusal(bot)
    if method in slack_files.METHODS:
        return _file(inbox, method, headers, body, bot)
    try:
        request = json.loads(body)
    except ValueError:
        return _refusal("invalid_json")
    if not isinstance(request, dict):
        return _refusal("invalid_json")
    place = str(request.get("channel") or "")
    channel = bot.channels.get(place)
    if channel is None:
        return _refusal("channel_not_found")
    try:
        fault, wait = inbox.disturbance(f"{bot.token}/{place}")
    except FaultError as error:
        return 500, {"Content-Type": "text/plain"}, f"fault script: {error}".encode()
    payload = {key: value for key, value in request.items() if key not in _ADDRESS}
    if fault is not None:
        answer = fault.answer()
        inbox.remember(channel, payload, answer=answer, outcome="held", cause=f"scripted {fault.kind}")
        return answer
    if wait:
        status, kinds, content = _refusal("ratelimited")
        answer = 429, {**kinds, "Retry-After": str(wait)}, content
        inbox.remember(channel, payload, answer=answer, outcome="held", cause="rate limit")
        return answer
    return _post(inbox, method, request, payload, place, channel)


def _file(inbox: Inbox, method: str, headers: Mapping[str, str], body: bytes, bot: Bot) -> Answer:
    try:
        fault, wait = inbox.disturbance(f"{bot.token}/{method}")
    except FaultError as error:
        return 500, {"Content-Type": "text/plain"}, f"fault script: {error}".encode()
    if fault is not None:
        return fault.answer()
    if wait:
        status, kinds, content = _refusal("ratelimited")
        return 429, {**kinds, "Retry-After": str(wait)}, content
    return slack_files.call(inbox, method, headers, body, bot)


def _post(inbox: Inbox, method: str, request: Mapping[str, Any], payload: dict[str, Any], place: str,
          channel: str) -> Answer:
    known = {record["ts"] for record in inbox.messages() if record.get("ts") and record["channel"] == channel}
    updates = request.get("ts") if method == "chat.update" else None
    thread = request.get("thread_ts")
    verdict = blockkit.judge(payload)
    word = None
    if method == "chat.update" and updates not in known:
        word = "message_not_found"
    elif thread is not None and thread not in known:
        word = "thread_not_found"
    elif verdict.findings:
        word = verdict.answer
    if word is not None:
        answer = _refusal(word)
        inbox.remember(channel, payload, answer=answer, outcome="refused", findings=verdict.findings,
                       advice=verdict.advice, characters=verdict.characters)
        return answer

    def stamped(position: int) -> dict[str, Any]:
        if updates is not None:
            return {"changes": updates}
        ts = f"{int(inbox.now().timestamp())}.{position:06d}"
        return {"ts": ts} if thread is None else {
            "ts": ts, "thread_ts": thread, "broadcast": request.get("reply_broadcast") is True}

    accepted = 200, {"Content-Type": "application/json"}, b'{"ok":true}'
    record = inbox.remember(channel, payload, answer=accepted, outcome="delivered", advice=verdict.advice,
                            characters=verdict.characters, more=stamped)
    told = {"ok": True, "channel": place, "ts": record.get("ts", updates), "message": payload}
    return 200, {"Content-Type": "application/json"}, json.dumps(told).encode()


def _bot(inbox: Inbox, headers: Mapping[str, str]) -> Bot | str:
    """Who asks, or the word for what is wrong with the token."""
    header = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    if not header.startswith("Bearer "):
        return "not_authed"
    token = header.removeprefix("Bearer ")
    return next((bot for bot in inbox.bots if bot.token == token), "invalid_auth")


def _refusal(word: str) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps({"ok": False, "error": word}).encode()

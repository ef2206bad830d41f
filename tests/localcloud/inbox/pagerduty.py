"""PagerDuty's Events API v2 (PagerDuty docs: Events API v2 overview; Send an alert event).

- 202: accepted;
- 400 `invalid event`: not JSON, a key of another length than 32, an unknown action, a field missing or too long;
- 413: more than 512 KB;
- 429: only when scripted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .faults import FaultError
from .rules import Finding, Rule

if TYPE_CHECKING:
    from .inbox import Answer, Inbox

PREFIX = "/pagerduty/v2/enqueue"
CHANNEL = "pagerduty"
_SOURCE = "PagerDuty docs: Events API v2"
_EVENT = Rule("pagerduty.event", "an event has the fields of PD-CEF within their limits", _SOURCE, "invalid event")
_SIZE = 512 * 1024
_SEVERITIES = ("critical", "error", "warning", "info")
_SIGNS = {"critical": "🚨", "error": "❌", "warning": "⚠️", "info": "ℹ️"}


def receive(inbox: Inbox, _path: str, _headers: Mapping[str, str], body: bytes) -> Answer:
    """Answers one event."""
    try:
        fault, _ = inbox.disturbance("pagerduty") if inbox.faults() else (None, 0)
    except FaultError as error:
        return 500, {"Content-Type": "text/plain"}, f"fault script: {error}".encode()
    if len(body) > _SIZE:
        return 413, {"Content-Type": "text/plain"}, b""
    try:
        event = json.loads(body)
    except ValueError:
        event = None
    problems = _problems(event)
    shown = event if isinstance(event, dict) else {"body": body.decode("utf-8", "replace")}
    # The page is no place for a key, even for one that opens nothing.
    shown = {key: "***" if key == "routing_key" else value for key, value in shown.items()}
    if fault is not None:
        answer = fault.answer()
        inbox.remember(CHANNEL, shown, answer=answer, outcome="held", cause=f"scripted {fault.kind}")
        return answer
    if problems:
        content = {"status": "invalid event", "message": "Event object is invalid", "errors": problems}
        answer = _json(400, content)
        findings = [Finding(_EVENT, "", problem) for problem in problems]
        inbox.remember(CHANNEL, shown, answer=answer, outcome="refused", findings=findings)
        return answer
    answer = _json(202, {"status": "success", "message": "Event processed", "dedup_key": shown["dedup_key"]})
    inbox.remember(CHANNEL, shown, answer=answer, outcome="delivered",
                   more=lambda _position: {"shown": _blocks(inbox, shown)})
    return answer


def _problems(event: Any) -> list[str]:
    if not isinstance(event, dict):
        return ["Event is not an object"]
    found = []
    if len(str(event.get("routing_key") or "")) != 32:
        found.append("Length of 'routing_key' is incorrect (should be 32 characters)")
    action, key = event.get("event_action"), event.get("dedup_key")
    if action not in ("trigger", "acknowledge", "resolve"):
        found.append("'event_action' is invalid")
    if not isinstance(key, str) or not 1 <= len(key) <= 255:
        found.append("'dedup_key' is missing or longer than 255 characters")
    if action != "trigger":
        return found
    payload = event.get("payload")
    payload = payload if isinstance(payload, dict) else {}
    found += [f"'payload.{name}' is missing or blank" for name in ("summary", "source")
              if not str(payload.get(name) or "").strip()]
    if len(str(payload.get("summary") or "")) > 1024:
        found.append("'payload.summary' is longer than 1024 characters")
    if payload.get("severity") not in _SEVERITIES:
        found.append("'payload.severity' is invalid (must be one of 'critical', 'warning', 'error' or 'info')")
    return found


def _blocks(inbox: Inbox, event: Mapping[str, Any]) -> dict[str, Any]:
    """The event as the page shows it."""
    key = event["dedup_key"]
    if event["event_action"] != "trigger":
        opened = [record["payload"] for record in inbox.messages()
                  if record["channel"] == CHANNEL and record["payload"].get("dedup_key") == key
                  and "payload" in record["payload"]]
        what = opened[-1]["payload"]["summary"] if opened else key
        action = str(event["event_action"]).capitalize()
        return {"text": action, "blocks": [_header(f"✅ {action}: {what}"), _context(key)]}
    payload = event["payload"]
    blocks = [_header(f"{_SIGNS[payload['severity']]} {payload['summary']}")]
    details = payload.get("custom_details")
    if isinstance(details, dict):
        lines = []
        for name, value in details.items():
            values = value if isinstance(value, list) else [value]
            lines += [name, *(f"  {line}" for line in values)]
        blocks.append({"type": "rich_text", "elements": [{
            "type": "rich_text_preformatted", "elements": [{"type": "text", "text": "\n".join(map(str, lines))}]}]})
    where = " · ".join(str(payload[name]) for name in ("source", "component", "group", "class") if payload.get(name))
    return {"text": "triggered", "blocks": [*blocks, _context(f"{where} · {key}")]}


def _header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": text[:150]}}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "plain_text", "text": text[:2000]}]}


def _json(status: int, content: Mapping[str, Any]) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode()

"""Sample messages for pictures and for trying the page: `samples/*.json`, each a time and a payload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from .inbox import Inbox, Webhook

_SAMPLES = Path(__file__).parent / "samples"
JSON = {"Content-Type": "application/json"}


def samples() -> Iterator[tuple[str, datetime, dict[str, Any]]]:
    """Name, simulated time and payload of every sample, in order of time."""
    for file in sorted(_SAMPLES.glob("*.json")):
        sample = json.loads(file.read_text(encoding="utf-8"))
        yield file.stem, datetime.fromisoformat(sample["at"]), sample["payload"]


def post_samples(state_dir: Path, zone: str, *, broken: bool = True) -> datetime:
    """Posts the samples; with `broken`, also one message that Slack would refuse and one held back.

    Returns the simulated time after the last.
    """
    clock = [datetime.fromisoformat("2026-11-23T23:45:00Z")]
    inbox = Inbox(state_dir, zone=zone, now=lambda: clock[0])
    path = Webhook().path

    def post(at: datetime, payload: dict[str, Any]) -> None:
        clock[0] = at
        inbox.handle_webhook(path, JSON, json.dumps(payload).encode())

    for name, at, payload in samples():
        if broken and name.startswith("04-"):
            inbox.faults([{"kind": "rate-limit", "retry_after": 2}])
            post(at, payload)
        post(at, payload)
    if broken:
        header = {"type": "header", "text": {"type": "plain_text", "text": "Kept awake: " + "database, " * 17}}
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "Too long for a header", "emoji": True}}
        post(datetime.fromisoformat("2026-11-25T13:05:00Z"), {"text": "Kept awake", "blocks": [header, section]})
    return clock[0]

"""Scripted misbehaviour of the webhook: what a test or a rehearsal says Slack shall do next.

The script is `faults.json` in the state directory, a list that is used up from the front:

    [{"kind": "rate-limit", "retry_after": 2, "times": 3},
     {"kind": "error", "status": 500, "body": "rollup_error"},
     {"kind": "timeout", "seconds": 30, "delivered": true},
     {"kind": "archived", "times": null}]

`times` defaults to 1; null means until the script is changed. Any process may write it, also by hand.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .journal import locked

#: kind -> (status, body), as Slack answers them
#: (Slack changelog 2016-05-17: Improving error conditions for Incoming Webhooks; Slack docs: Rate limits).
KINDS: Mapping[str, tuple[int, str]] = {
    "rate-limit": (429, ""),
    "error": (500, "rollup_error"),
    "archived": (410, "channel_is_archived"),
    "no-channel": (404, "channel_not_found"),
    "no-service": (404, "no_service"),
    "prohibited": (403, "action_prohibited"),
    "timeout": (504, ""),
    "answer": (200, "ok"),
}


class FaultError(ValueError):
    """A fault that cannot be: the message says which property and what would be right."""


@dataclass(frozen=True)
class Fault:
    """One scripted answer, given `times` times.

    `status` and `body` replace those of the kind. `retry_after` (seconds) is sent as Retry-After.
    `seconds` is how long the answer keeps the caller waiting. `delivered`: the message arrives in the
    channel although the caller sees a failure, as with a connection cut after the request.
    """

    kind: str
    times: int | None = 1
    status: int | None = None
    body: str | None = None
    retry_after: int | None = None
    seconds: float = 0.0
    delivered: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise FaultError(f"kind is {self.kind!r}; known kinds: {', '.join(KINDS)}")
        if self.times is not None and not (isinstance(self.times, int) and self.times >= 1):
            raise FaultError(f"times is {self.times!r}; must be 1 or more, or null for always")
        if not isinstance(self.seconds, (int, float)) or self.seconds < 0:
            raise FaultError(f"seconds is {self.seconds!r}; must be 0 or more")
        if self.retry_after is not None and not isinstance(self.retry_after, int):
            raise FaultError(f"retry_after is {self.retry_after!r}; must be whole seconds")
        if self.status is not None and not (isinstance(self.status, int) and 200 <= self.status <= 599):
            raise FaultError(f"status is {self.status!r}; must be 200 to 599")

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of this fault's answer."""
        status, body = KINDS[self.kind]
        headers = {"Content-Type": "text/html", **self.headers}
        if self.kind == "rate-limit":
            wait = 1 if self.retry_after is None else self.retry_after
            return rate_limited(wait, self.status, self.body, headers)
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        status = status if self.status is None else self.status
        return status, headers, (body if self.body is None else self.body).encode()


def rate_limited(wait: int, status: int | None = None, body: str | None = None,
                 headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """429 with Retry-After in seconds (Slack docs: Rate limits), the body as webhooks send it."""
    text = json.dumps({"retry_after": wait, "ok": False, "error": "rate_limited"}) if body is None else body
    return (429 if status is None else status,
            {**(headers or {}), "Content-Type": "application/json", "Retry-After": str(wait)}, text.encode())


def parse(value: Any) -> Fault:
    """A fault from its JSON form; raises FaultError that names what is wrong."""
    if not isinstance(value, Mapping):
        raise FaultError(f"a fault is an object, not {value!r}")
    unknown = set(value) - set(Fault.__dataclass_fields__)
    if unknown:
        raise FaultError(f"unknown property {', '.join(sorted(unknown))}")
    if "kind" not in value:
        raise FaultError("kind is missing")
    return Fault(**value)


class FaultScript:
    """The script file; safe against several processes that take from it at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def set(self, faults: Sequence[Fault | Mapping[str, Any]]) -> None:
        """Replaces the script; an empty list makes the webhook behave."""
        parsed = [fault if isinstance(fault, Fault) else parse(fault) for fault in faults]
        with locked(self._path):
            self._write(parsed)

    def get(self) -> list[Fault]:
        """What is still to come; raises FaultError for a script that cannot be read."""
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        except ValueError as error:
            raise FaultError(f"{self._path.name} is not JSON: {error}") from error
        if not isinstance(value, list):
            raise FaultError(f"{self._path.name} must hold a list of faults")
        return [parse(item) for item in value]

    def take(self) -> Fault | None:
        """The next fault, used up by one; None when the webhook shall behave."""
        if not self._path.exists():
            return None
        with locked(self._path):
            script = self.get()
            if not script:
                return None
            first, rest = script[0], script[1:]
            if first.times is not None:
                if first.times > 1:
                    rest.insert(0, Fault(**{**asdict(first), "times": first.times - 1}))
                self._write(rest)
            return first

    def _write(self, faults: Sequence[Fault]) -> None:
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        temporary.write_text(json.dumps([asdict(fault) for fault in faults], indent=1), encoding="utf-8")
        os.replace(temporary, self._path)

"""Slack's limit on posting: one message a second and webhook, short bursts allowed (Slack docs: Rate limits)."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .journal import locked


@dataclass(frozen=True)
class RateLimit:
    """A leaky bucket: `burst` messages at once, drained at `per_second`.

    Slack names one a second and leaves the burst open; 25 was observed (RamblingCookieMonster/PSSlack#52).
    """

    per_second: float = 1.0
    burst: int = 25


class RateLimiter:
    """Buckets by webhook, kept in a file so that every process counts the same messages."""

    def __init__(self, path: Path, limit: RateLimit, clock: Callable[[], float] = time.time) -> None:
        self._path, self._limit, self._clock = path, limit, clock

    def wait(self, key: str) -> int:
        """0 and the message is counted, or the seconds after which to try again."""
        with locked(self._path):
            try:
                buckets = json.loads(self._path.read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                buckets = {}
            now = self._clock()
            level, at = buckets.get(key, (0.0, now))
            # A simulated clock may be set back: then nothing drains, rather than everything filling up.
            level = max(0.0, level - max(0.0, now - at) * self._limit.per_second)
            over = level + 1 - self._limit.burst
            if over <= 0:
                level += 1
            buckets[key] = (level, now)
            temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
            temporary.write_text(json.dumps(buckets), encoding="utf-8")
            os.replace(temporary, self._path)
        return 0 if over <= 0 else max(1, math.ceil(over / self._limit.per_second))

    def clear(self) -> None:
        """Empties every bucket."""
        with locked(self._path):
            self._path.unlink(missing_ok=True)

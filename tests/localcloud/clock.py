"""The simulated clock: real time plus one offset, shared by every process.

libfaketime is preloaded into both emulators and into the Lambda processes.  It
reads the offset from one file at every call, so moving the clock is replacing
that file.  A relative offset is used and not an absolute start, because the
latter counts from each process's own birth.  Monotonic clocks stay untouched:
timers, time-outs and sleeps run at real speed.
"""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .state import write_atomically

_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_ISO_DURATION = re.compile(
    r"P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


class Clock:
    """Reads and moves the clock of one cloud."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def offset(self) -> float:
        """Seconds that simulated time is ahead of real time."""
        try:
            return float(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return 0.0

    def now(self) -> float:
        """Simulated time, seconds since the epoch.

        Only right in a process that is not itself under libfaketime.
        """
        return time.time() + self.offset()

    def set(self, epoch: float) -> None:
        """Move simulated time to ``epoch``; it runs on from there at real speed."""
        write_atomically(self._path, f"{epoch - time.time():+.6f}\n")


def preload(library: Path, clock: Path) -> dict[str, str]:
    """The environment that puts a process under the simulated clock."""
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # Python compares a .pyc with its source's real modification time.
        "NO_FAKE_STAT": "1",
    }


def library() -> Path:
    """The libfaketime shared object that its wheel carries.

    Found by path: importing the package would read time zone tables for nothing.
    """
    from importlib.util import find_spec

    spec = find_spec("libfaketime")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the Python package libfaketime is not installed")
    found = Path(spec.origin).parent / "vendor/libfaketime/src/libfaketime.so.1"
    if not found.exists():
        raise FileNotFoundError(f"{found}: libfaketime was installed without its shared object")
    return Path(os.path.realpath(found))


def parse_instant(text: str) -> float:
    """Seconds since the epoch from RFC 3339 (``2026-11-23T19:00:00-05:00``, ``...Z``)."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text}: give the offset too, such as {text}Z")
    return moment.timestamp()


def parse_duration(text: str) -> float:
    """Seconds from ``5m``, ``1h30m``, ``7d``, ``90s`` or ISO 8601 (``PT5M``, ``P7D``)."""
    iso = _ISO_DURATION.fullmatch(text)
    if iso and any(iso.groupdict().values()):
        return sum(float(value) * _UNITS[unit] for unit, value in iso.groupdict().items() if value)
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text}: a duration looks like 5m, 1h30m, 7d or PT5M")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def rfc3339(epoch: float) -> str:
    """``epoch`` in UTC with milliseconds."""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=epoch)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

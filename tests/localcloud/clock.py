"""The simulated clock: real time plus one offset, shared by every process.

``clock.c`` is preloaded into both emulators and into the Lambda processes.  It
has the offset mapped from one file, so moving the clock is one store.  A
relative offset is used and not an absolute start, because the latter counts
from each process's own birth.  Monotonic clocks stay untouched: timers,
time-outs and sleeps run at real speed.

libfaketime would do the same, but it also stands in the waits with which
Python's threads hand over their lock, reads its file at each of them, and takes
their deadlines for wall-clock ones: under load the emulators then spend their
time spinning.
"""

from __future__ import annotations

import ctypes
import hashlib
import mmap
import os
import re
import shutil
import struct
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_SOURCE = Path(__file__).with_name("clock.c")
_OFFSET = struct.Struct("=q")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_ISO_DURATION = re.compile(
    r"P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


class ClockError(RuntimeError):
    """The clock cannot be made; the message says what is missing."""


class Clock:
    """Reads and moves the clock of one cloud."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def offset(self) -> float:
        """Seconds that simulated time is ahead of real time."""
        try:
            return _OFFSET.unpack(self._path.read_bytes())[0] / 1e9
        except (FileNotFoundError, struct.error):
            return 0.0

    def now(self) -> float:
        """Simulated time, seconds since the epoch.

        Only right in a process that does not itself live in simulated time.
        """
        return time.time() + self.offset()

    def set(self, epoch: float) -> None:
        """Move simulated time to ``epoch``; it runs on from there at real speed."""
        # In place: every process has this very file mapped.
        with self._path.open("a+b") as file:
            if file.seek(0, os.SEEK_END) != _OFFSET.size:
                file.truncate(_OFFSET.size)
            with mmap.mmap(file.fileno(), _OFFSET.size) as mapped:
                offset = ctypes.c_int64.from_buffer(mapped)
                offset.value = round((epoch - time.time()) * 1e9)
                del offset  # it holds the mapping


def preload(library: Path, clock: Path) -> dict[str, str]:
    """The environment that puts a process under the simulated clock."""
    return {"LD_PRELOAD": str(library), "NIGHTSHIFT_CLOCK": str(clock)}


def library() -> Path:
    """The shared object made of ``clock.c``, compiled once for each content of that file."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = Path(os.environ.get("NIGHTSHIFT_CACHE") or caches / "nightshift")
    found = cache / f"clock-{hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:12]}-{os.uname().machine}.so"
    if not found.exists():
        _compile(found)
    return found


def _compile(target: Path) -> None:
    compiler = shutil.which(os.environ.get("CC") or "cc")
    if compiler is None:
        raise ClockError("a C compiler is missing, which Rust needs as well: "
                         "Debian, Ubuntu: apt install gcc libc6-dev; or point CC at one")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Two clouds may start at once on a fresh machine.
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        made = Path(scratch) / target.name
        done = subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", made, _SOURCE, "-ldl"],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise ClockError(f"{compiler} cannot compile {_SOURCE}:\n{done.stderr.strip()}")
        made.replace(target)


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

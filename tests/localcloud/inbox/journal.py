"""An append-only file of JSON lines that several processes may write and read at once.

Every write happens under an exclusive `flock` on a neighbouring lock file and is one `write` of a whole
line, so lines never interleave. A writer that died in the middle of a line leaves a stump: the next
writer ends it with a newline, readers skip what is not JSON.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the exclusive lock that belongs to `path`, against threads and processes alike."""
    with open(path.with_name(path.name + ".lock"), "a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


class Journal:
    """The journal at `path`; the file and its directory appear with the first record."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def append(self, make: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
        """Appends `make(position)` and returns it; `position` grows with every record and never repeats."""
        with locked(self._path):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                end = os.lseek(handle, 0, os.SEEK_END)
                stump = end > 0 and os.pread(handle, 1, end - 1) != b"\n"
                record = make(end + stump)
                line = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
                data = (b"\n" if stump else b"") + line
                while data:
                    data = data[os.write(handle, data):]
            finally:
                os.close(handle)
        return record

    def read(self) -> list[dict[str, Any]]:
        """All records in the order of writing; a line that is not a JSON object is left out."""
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        records = []
        for line in lines:
            try:
                record = json.loads(line) if line else None
            except ValueError:
                continue
            if isinstance(record, dict):
                records.append(record)
        return records

    def clear(self) -> None:
        """Forgets everything."""
        with locked(self._path):
            self._path.unlink(missing_ok=True)

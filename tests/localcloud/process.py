"""Processes that never outlive their cloud."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path

from .state import MARKER

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends, however it ends.

    Linux only.  The parent may have died before the request reached the
    kernel, hence the second look at who the parent is.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    expected = os.environ.get("NIGHTSHIFT_LOCALCLOUD_PARENT")
    if expected and os.getppid() != int(expected):
        os._exit(1)


def alive(pid: int) -> bool:
    """Whether ``pid`` names a process that is not a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def members(cloud: str, spare: frozenset[int] = frozenset()) -> list[int]:
    """The processes whose environment carries the marker of ``cloud``."""
    wanted = f"{MARKER}={cloud}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) in spare:
            continue
        try:
            environment = Path(f"/proc/{entry}/environ").read_bytes()
        except OSError:
            continue
        if wanted in environment.split(b"\0"):
            found.append(int(entry))
    return found


def sweep(cloud: str, spare: frozenset[int] = frozenset()) -> None:
    """Kill what is left of ``cloud``: Lambda processes and what they started."""
    for _ in range(20):
        left = [pid for pid in members(cloud, spare) if alive(pid)]
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.02)


def _wait_and_sweep() -> None:
    """Body of the reaper: its standard input closes when the supervisor is gone."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while os.read(0, 4096):
        pass
    sweep(os.environ[MARKER], frozenset({os.getpid()}))


if __name__ == "__main__":
    _wait_and_sweep()

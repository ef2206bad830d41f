"""What every part reads from its environment when it starts."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

from .state import State


def state() -> State:
    """The files of the cloud that this process belongs to."""
    return State(Path(os.environ["LOCALCLOUD_STATE"]))


def descriptor() -> int:
    """The listening socket that the supervisor bound for this part."""
    return int(os.environ["LOCALCLOUD_FD"])


def listener() -> socket.socket:
    """The same socket as an object."""
    return socket.socket(fileno=descriptor())


def ports() -> dict[str, int]:
    """The loopback ports of all parts, by name."""
    return json.loads(os.environ["LOCALCLOUD_PORTS"])


def url(name: str) -> str:
    """The base address of another part."""
    return f"http://127.0.0.1:{ports()[name]}"


def option(name: str, default: Any = None) -> Any:
    """A setting given to ``start --option name=value`` or ``LocalCloud(options=...)``."""
    return json.loads(os.environ.get("LOCALCLOUD_OPTIONS") or "{}").get(name, default)


def timing(name: str, default: float) -> float:
    """How long a slow state lasts, in simulated seconds."""
    return float(json.loads(os.environ.get("LOCALCLOUD_TIMINGS") or "{}").get(name, default))

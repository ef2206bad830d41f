"""What is due later: state changes that take their time, on the simulated clock."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from .. import part
from .launcher import on_clear, route

logger = logging.getLogger("localcloud.timeline")

_SWEEP = 0.03
_queue: list[tuple[float, int, str, Callable[[], None]]] = []
_numbers = itertools.count()
_lock = threading.Lock()
_running = 0


def later(name: str, default_seconds: float, what: Callable[[], None], *, key: str) -> None:
    """Do ``what`` after the duration called ``name`` (``start --timing name=seconds``).

    ``key`` says in words what is waited for; it goes into the log.
    """
    at(time.time() + part.timing(name, default_seconds), what, key=key)


def at(moment: float, what: Callable[[], None], *, key: str) -> None:
    """Do ``what`` at a simulated instant (seconds since the epoch)."""
    with _lock:
        heapq.heappush(_queue, (moment, next(_numbers), key, what))


@on_clear
def clear() -> None:
    """Forget everything that is waited for."""
    with _lock:
        _queue.clear()


def start() -> None:
    """Start the thread that does what is due."""
    threading.Thread(target=_loop, daemon=True, name="localcloud-timeline").start()


def _loop() -> None:
    global _running
    while True:
        time.sleep(_SWEEP)
        while True:
            with _lock:
                if not _queue or _queue[0][0] > time.time():
                    break
                _moment, _number, key, what = heapq.heappop(_queue)
                _running += 1
            try:
                what()
            except Exception:
                logger.exception("%s failed", key)
            finally:
                with _lock:
                    _running -= 1


@route("next")
def _next(_request: dict[str, Any]) -> dict[str, Any]:
    with _lock:
        return {"next": _queue[0][0] if _queue else None}


@route("busy")
def _busy(_request: dict[str, Any]) -> dict[str, Any]:
    with _lock:
        return {"changing": _running}


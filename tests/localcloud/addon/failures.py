"""Failures that can be switched on: a start that AWS accepts and then cannot carry out."""

from __future__ import annotations

import threading
from typing import Any

from .launcher import on_clear, route

CAUSES = ("capacity", "kms", "kms-recoverable")
_lock = threading.Lock()
# ARN or bare name -> (cause, how many more times; None for ever)
_failures: dict[str, tuple[str, int | None]] = {}


def cause(*names: str) -> str | None:
    """Why the start of the resource with one of these names fails now, or None."""
    with _lock:
        for name in names:
            found = _failures.get(name)
            if found is None:
                continue
            why, left = found
            if left is not None:
                if left <= 1:
                    del _failures[name]
                else:
                    _failures[name] = (why, left - 1)
            return why
    return None


@route("fail")
def _fail(request: dict[str, Any]) -> dict[str, Any]:
    if request["cause"] not in CAUSES:
        raise ValueError(f"{request['cause']}: the causes are {', '.join(CAUSES)}")
    with _lock:
        _failures[request["resource"]] = (request["cause"], request.get("times"))
        return {"failures": {name: why for name, (why, _left) in _failures.items()}}


@route("mend")
def _mend(request: dict[str, Any]) -> dict[str, Any]:
    with _lock:
        if request.get("resource"):
            _failures.pop(request["resource"], None)
        else:
            _failures.clear()
        return {"failures": {name: why for name, (why, _left) in _failures.items()}}


@on_clear
def clear() -> None:
    """Forget all."""
    with _lock:
        _failures.clear()

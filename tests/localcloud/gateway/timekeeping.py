"""Moves the clock for everybody, and knows when everybody is done."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from ..clock import rfc3339
from .control import Refused, route

if TYPE_CHECKING:
    from .server import Gateway

# Two quiet looks this far apart, so that a hand-over between two parts is not taken for the end.
_SETTLE = 0.05
# Past an instant by a hair, so that what is due then is due.
_HAIR = 0.001


@route("clock")
async def _clock(gateway: Gateway, request: dict[str, Any]) -> dict[str, Any]:
    """Jump: ``{"set": epoch}`` or ``{"advance": seconds}``; walk: with ``"walk": true``.

    A jump waits first until nothing runs, so that no invocation sees time leap
    in its middle.  A walk stops at every instant at which a schedule or a
    resource is due, lets all its consequences happen, and goes on.
    """
    patience = float(request.get("patience", 180))
    await settle(gateway, patience)
    now = gateway.clock.now()
    target = float(request["set"]) if "set" in request else now + float(request.get("advance", 0))
    steps = 0
    if request.get("walk"):
        if target < now:
            raise Refused("one cannot walk back in time; jump with --set")
        while (moment := await _next(gateway)) is not None and moment < target:
            steps += 1
            if moment > gateway.clock.now():
                gateway.clock.set(moment + _HAIR)
            await settle(gateway, patience)
    if not request.get("walk") or target > gateway.clock.now():
        gateway.clock.set(target)
    if request.get("wait", bool(request.get("walk"))):
        await settle(gateway, patience)
    return {"simulated": rfc3339(gateway.clock.now()), "steps": steps}


@route("settle")
async def _settle(gateway: Gateway, request: dict[str, Any]) -> dict[str, Any]:
    """Wait until nothing runs, is queued or is due."""
    await settle(gateway, float(request.get("patience", 180)))
    return {"settled": True}


async def settle(gateway: Gateway, patience: float) -> None:
    """Return after two quiet looks; raise when it stays busy for ``patience`` real seconds."""
    deadline = time.monotonic() + patience
    quiet = 0
    while True:
        busy = await _busy(gateway)
        quiet = 0 if busy else quiet + 1
        if quiet >= 2:
            return
        if time.monotonic() > deadline:
            what = ", ".join(f"{count} {name}" for name, count in busy.items())
            raise Refused(f"still busy after {patience:g} s: {what or 'no end in sight'}")
        await asyncio.sleep(_SETTLE)


async def _busy(gateway: Gateway) -> dict[str, int]:
    fabric, resources, due = await asyncio.gather(
        gateway.door("fabric", "busy"), gateway.door("resources", "busy"), _next(gateway))
    found = {name: count for name, count in {**fabric, **resources}.items() if count}
    if due is not None and due <= gateway.clock.now():
        found["due"] = 1
    return found


async def _next(gateway: Gateway) -> float | None:
    answers = await asyncio.gather(gateway.door("fabric", "next"), gateway.door("resources", "next"))
    return min((answer["next"] for answer in answers if answer["next"] is not None), default=None)

"""MiniStack's application with this package's additions around it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def application() -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The ASGI application: the internal door first, MiniStack for everything else."""
    import ministack.app as emulator

    from . import alarms, bus, delivery, door, invocations, lookup, machines, principals, roles, schedules, secrets

    emulator.BANNER = "MiniStack on port {port}"
    alarms.install()
    delivery.install()
    invocations.install()
    machines.install()
    roles.install()
    schedules.install()
    secrets.install()
    assert bus and lookup and principals  # they register doors

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(door.PREFIX):
            await door.handle(scope, receive, send)
            return
        await emulator.app(scope, receive, send)

    return dispatch

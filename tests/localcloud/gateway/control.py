"""The control door of a cloud: what its command line and tests ask of it.

Unsigned, on the gateway's own port, below a prefix that no AWS call has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from ..clock import rfc3339

if TYPE_CHECKING:
    from .server import Gateway

PREFIX = "/_localcloud/"

Handler = Callable[["Gateway", dict[str, Any]], Awaitable[dict[str, Any]]]
_ROUTES: dict[str, Handler] = {}


class Refused(Exception):
    """What was asked cannot be done; the message says why."""


def route(name: str) -> Callable[[Handler], Handler]:
    """Register what answers ``POST /_localcloud/<name>``."""
    def register(handler: Handler) -> Handler:
        _ROUTES[name] = handler
        return handler
    return register


async def handle(gateway: Gateway, request: web.BaseRequest) -> web.StreamResponse:
    """Answer one control request; JSON both ways."""
    handler = _ROUTES.get(request.path[len(PREFIX):])
    if handler is None:
        return web.json_response({"error": f"no such command: {request.path}"}, status=404)
    try:
        body = await request.content.read()
        import json

        return web.json_response(await handler(gateway, json.loads(body or b"{}")))
    except Refused as error:
        return web.json_response({"error": str(error)}, status=400)
    except Exception as error:  # the caller is told; the log keeps the trace
        import traceback

        traceback.print_exc()
        return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=500)


@route("ready")
async def _ready(gateway: Gateway, _request: dict[str, Any]) -> dict[str, Any]:
    """Answers when every part answers."""
    await asyncio.gather(gateway.door("fabric", "ready"), gateway.door("resources", "ready"))
    return {"ready": True}


@route("status")
async def _status(gateway: Gateway, _request: dict[str, Any]) -> dict[str, Any]:
    return {"simulated": rfc3339(gateway.clock.now()), "calls": gateway.recorder.count}


@route("reset")
async def _reset(gateway: Gateway, _request: dict[str, Any]) -> dict[str, Any]:
    """Empty both emulators and forget the calls; the clock stays where it is."""
    await gateway.door("resources", "clear")
    async with gateway.session.post(gateway.parts["fabric"] / "_ministack" / "reset") as answer:
        await answer.read()
    async with gateway.session.post(gateway.parts["resources"] / "moto-api" / "reset") as answer:
        await answer.read()
    gateway.recorder.clear()
    gateway.trail.clear()
    gateway.state.invocations.unlink(missing_ok=True)
    gateway.faults = []
    gateway.mount.inbox.clear()
    return {"reset": True}


@route("event")
async def _event(gateway: Gateway, request: dict[str, Any]) -> dict[str, Any]:
    """Put an event on the default bus as an AWS service would."""
    for name in ("source", "detail-type"):
        if name not in request:
            raise Refused(f"the event has no {name}: give the whole EventBridge envelope")
    return await gateway.door("fabric", "event", request)


@route("fail")
async def _fail(gateway: Gateway, request: dict[str, Any]) -> dict[str, Any]:
    """Let the next starts of a resource fail: ``{"resource", "cause", "times"?}``."""
    return await gateway.door("resources", "fail", request)


@route("mend")
async def _mend(gateway: Gateway, request: dict[str, Any]) -> dict[str, Any]:
    """Let a resource (or all) start again."""
    return await gateway.door("resources", "mend", request)


@route("spending")
async def _spending(gateway: Gateway, request: dict[str, Any]) -> dict[str, Any]:
    """Write what the account has spent (``{"book": {...}}``), or only tell what is in the book and who asked for it."""
    return await gateway.door("resources", "spending", request)


@route("anomaly")
async def _anomaly(gateway: Gateway, request: dict[str, Any]) -> dict[str, Any]:
    """Let Cost Anomaly Detection find something and tell of it, on the bus and in its subscriptions' topics."""
    return await gateway.door("resources", "anomaly", request)


@route("budget")
async def _budget(gateway: Gateway, request: dict[str, Any]) -> dict[str, Any]:
    """Let Budgets look at the spending and tell what has passed a threshold."""
    return await gateway.door("resources", "budget", request)

"""The fabric's internal door: what only the cloud itself may ask.

Reachable on the fabric's own port, never through the gateway.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

PREFIX = "/_localcloud/"

Answer = dict[str, Any]
_ROUTES: dict[str, Callable[[dict[str, Any]], Answer]] = {}
logger = logging.getLogger("localcloud.door")


def route(name: str) -> Callable[[Callable[[dict[str, Any]], Answer]], Callable[[dict[str, Any]], Answer]]:
    """Register a blocking function that answers ``POST /_localcloud/<name>``."""
    def register(function: Callable[[dict[str, Any]], Answer]) -> Callable[[dict[str, Any]], Answer]:
        _ROUTES[name] = function
        return function
    return register


async def handle(scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]],
                 send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """Answer one request; every body is JSON both ways."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    function = _ROUTES.get(scope["path"][len(PREFIX):])
    if function is None:
        status, answer = 404, {"error": f"no such door: {scope['path']}"}
    else:
        try:
            status, answer = 200, await asyncio.to_thread(function, json.loads(body or b"{}"))
        except Exception as error:  # the caller is told, the log keeps the trace
            logger.exception("%s failed", scope["path"])
            status, answer = 500, {"error": f"{type(error).__name__}: {error}"}
    payload = json.dumps(answer, default=str).encode()
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-type", b"application/json"),
                            (b"content-length", str(len(payload)).encode())]})
    await send({"type": "http.response.body", "body": payload})


@route("ready")
def _ready(_request: dict[str, Any]) -> Answer:
    return {"ready": True}

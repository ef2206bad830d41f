"""moto's server with the internal door and the patches of this package."""

from __future__ import annotations

import http.client
import importlib
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)

PREFIX = "/_localcloud/"
Answer = dict[str, Any]
_ROUTES: dict[str, Callable[[dict[str, Any]], Answer]] = {}
_CLEAR: list[Callable[[], None]] = []
logger = logging.getLogger("localcloud.addon")

# The modules of this package that patch moto.
MENDED = (
    "acm",
    "autoscaling",
    "backup",
    "cloudfront",
    "cloudtrail",
    "ec2",
    "ecs",
    "eks",
    "elbv2",
    "guardduty",
    "rds",
    "s3",
)


def route(name: str) -> Callable[[Callable[[dict[str, Any]], Answer]], Callable[[dict[str, Any]], Answer]]:
    """Register a function that answers ``POST /_localcloud/<name>``."""
    def register(function: Callable[[dict[str, Any]], Answer]) -> Callable[[dict[str, Any]], Answer]:
        _ROUTES[name] = function
        return function
    return register


def on_clear(function: Callable[[], None]) -> Callable[[], None]:
    """Call ``function`` when the cloud is emptied."""
    _CLEAR.append(function)
    return function


class RequestHandler(MotoRequestHandler):
    """Keeps connections open: the gateway reuses them."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_arguments: Any) -> None:
        """The gateway logs every call already."""


def application() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """The WSGI application: the internal door first, then the declared kinds, moto for everything else."""
    from ..records import door, store
    from . import lookup, timeline

    for name in MENDED:
        importlib.import_module(f"{__package__}.{name}").install()
    assert lookup  # it registers doors
    door.load()
    on_clear(store.clear)
    timeline.start()
    moto = DomainDispatcherApplication(create_backend_app)

    def dispatch(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(PREFIX):
            return _answer(path[len(PREFIX):], environ, start_response)
        recorded = door.answer(environ)
        if recorded is not None:
            status, headers, content = recorded
            start_response(f"{status} {http.client.responses[status]}",
                           [*headers, ("Content-Length", str(len(content)))])
            return [content]
        if environ.get("HTTP_X_LOCALCLOUD_RECORDS"):
            start_response("404 Not Found", [("X-Localcloud-Declined", "yes"), ("Content-Length", "0")])
            return [b""]
        return moto(environ, start_response)

    return dispatch


def _answer(name: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    function = _ROUTES.get(name)
    if function is None:
        status, answer = "404 Not Found", {"error": f"no such door: {name}"}
    else:
        try:
            status, answer = "200 OK", function(json.loads(body or b"{}"))
        except Exception as error:  # the caller is told, the log keeps the trace
            logger.exception("%s failed", name)
            status, answer = "500 Internal Server Error", {"error": f"{type(error).__name__}: {error}"}
    payload = json.dumps(answer, default=str).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(payload)))])
    return [payload]


@route("ready")
def _ready(_request: dict[str, Any]) -> Answer:
    return {"ready": True}


@route("recorded")
def _recorded(_request: dict[str, Any]) -> Answer:
    """The operations of each service that records answer."""
    from ..records import door

    return door.operations()


@route("clear")
def _clear(_request: dict[str, Any]) -> Answer:
    for function in _CLEAR:
        function()
    return {}

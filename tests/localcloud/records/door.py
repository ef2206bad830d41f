"""Takes the calls of declared operations before moto sees them."""

from __future__ import annotations

import importlib
import io
import logging
import pkgutil
import re
import threading
import uuid
from collections import defaultdict
from typing import Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import DefaultAttributePicker, SerializationContext, get_serializer_class
from werkzeug.exceptions import NotFound

from . import engine, services, tags
from .errors import Refused
from .kinds import Service
from .store import Store

Reply = tuple[int, list[tuple[str, str]], bytes]

_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
logger = logging.getLogger("localcloud.records")
_lock = threading.RLock()
_by_signing_name: dict[str, list[Service]] = defaultdict(list)


def load() -> None:
    """Read the declarations; a wrong one stops the cloud before it starts."""
    for module in pkgutil.iter_modules(services.__path__):
        for service in importlib.import_module(f"{services.__name__}.{module.name}").SERVICES:
            assert service.operations
            _by_signing_name[service.signing_name].append(service)


def operations() -> dict[str, list[str]]:
    """Signing name -> operations that records may answer."""
    return {signing: sorted({name for service in found for name in service.model.operation_names
                             if name in service.operations or tags.concern(name)})
            for signing, found in _by_signing_name.items()}


def answer(environ: dict[str, Any]) -> Reply | None:
    """The answer to a call, or None where it is moto's."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    for service in _by_signing_name.get(scope[2].lower(), ()):
        reply = _answer(service, scope[1], environ)
        if reply is not None:
            return reply
    return None


def _answer(service: Service, region: str, environ: dict[str, Any]) -> Reply | None:
    body = b""
    if not service.model.protocol.startswith("rest"):
        body = _buffer(environ)
    request = Request(environ, populate_request=False)
    try:
        operation, path = get_service_router(service.name).match(request)
    except (NotFound, NotImplementedError):
        operation = None
    _rewind(environ, body)
    if operation is None or (operation.name not in service.operations and not tags.concern(operation.name)):
        return None
    body = body or _buffer(environ)
    request = Request(environ, populate_request=False)
    protocol = determine_request_protocol(service.model, request.content_type)
    parsed = PROTOCOL_PARSERS[protocol](operation).parse({
        "method": request.method, "values": request.values, "headers": request.headers, "body": body,
        "url_path": request.path, "url_params": path})
    with _lock:
        try:
            result: Any = engine.answer(engine.Call(service, operation, parsed, Store(service, region)))
        except Refused as refused:
            result = refused
        except Exception as error:  # the caller is told, the log keeps the trace
            logger.exception("%s:%s failed", service.name, operation.name)
            result = Refused("InternalFailure", f"{type(error).__name__}: {error}")
    if result is None:
        _rewind(environ, body)
        return None
    request_id = str(uuid.uuid4())
    answered = get_serializer_class(service.name, protocol)(
        operation, SerializationContext(request_id), value_picker=DefaultAttributePicker()).serialize(result)
    # A body where there must be none would be taken for the beginning of the next answer.
    content = "" if answered["status_code"] == 204 else answered["body"]
    headers = {**answered["headers"], "x-amzn-RequestId": request_id}
    return (answered["status_code"], [(name, str(value)) for name, value in headers.items()],
            content.encode() if isinstance(content, str) else content)


def _buffer(environ: dict[str, Any]) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    _rewind(environ, body)
    return body


def _rewind(environ: dict[str, Any], body: bytes) -> None:
    if body:
        environ["wsgi.input"] = io.BytesIO(body)

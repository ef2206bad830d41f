"""Errors in the protocol of the call, so that an SDK parses them."""

from __future__ import annotations

import json
import uuid
from xml.sax.saxutils import escape

from aiohttp import web

from .operations import Operation


def response(operation: Operation, status: int, code: str, message: str) -> web.Response:
    """An error answer as the service itself would write it."""
    request = str(uuid.uuid4())
    text = {"code": escape(code), "message": escape(message), "request": request}
    if operation.protocol == "ec2":
        body = ("<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
                "<RequestID>{request}</RequestID></Response>").format(**text)
        return _xml(status, body)
    if operation.protocol == "query":
        body = ("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
                "<RequestId>{request}</RequestId></ErrorResponse>").format(**text)
        return _xml(status, body)
    if operation.protocol == "rest-xml":
        body = ("<Error><Code>{code}</Code><Message>{message}</Message>"
                "<RequestId>{request}</RequestId></Error>").format(**text)
        return _xml(status, body)
    headers = {"x-amzn-RequestId": request, "x-amzn-errortype": code}
    if operation.protocol == "cbor":
        import cbor2

        return web.Response(status=status, headers=headers | {"smithy-protocol": "rpc-v2-cbor"},
                            content_type="application/cbor",
                            body=cbor2.dumps({"__type": code, "message": message}))
    kind = "application/x-amz-json-1.1" if operation.protocol == "json" else "application/json"
    return web.Response(status=status, headers=headers, content_type=kind,
                        body=json.dumps({"__type": code, "message": message, "Message": message}).encode())


def denied(operation: Operation, message: str) -> web.Response:
    """AccessDenied under the name that the service gives it."""
    if operation.protocol == "ec2":
        return response(operation, 403, "UnauthorizedOperation", message)
    if operation.protocol in {"query", "rest-xml"}:
        return response(operation, 403, "AccessDenied", message)
    return response(operation, 403 if operation.protocol == "rest-json" else 400, "AccessDeniedException", message)


def throttled(operation: Operation) -> web.Response:
    """A throttle under the name and status that the service gives it."""
    if operation.protocol == "ec2":
        return response(operation, 503, "RequestLimitExceeded", "Request limit exceeded.")
    if operation.service == "s3":
        return response(operation, 503, "SlowDown", "Please reduce your request rate.")
    if operation.service == "lambda":
        return response(operation, 429, "TooManyRequestsException", "Rate Exceeded.")
    if operation.service == "ce":
        return response(operation, 400, "LimitExceededException", "You made too many calls in a short period of time.")
    if operation.protocol == "query":
        return response(operation, 400, "Throttling", "Rate exceeded")
    return response(operation, 429 if operation.protocol == "rest-json" else 400,
                    "ThrottlingException", "Rate exceeded")


def _xml(status: int, body: str) -> web.Response:
    return web.Response(status=status, content_type="text/xml", charset="utf-8",
                        text='<?xml version="1.0" encoding="UTF-8"?>\n' + body)

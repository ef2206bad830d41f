"""The gateway itself: takes a request, decides about it, forwards it."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web
from aiohttp.client_exceptions import ClientError
from multidict import CIMultiDict
from yarl import URL

from .. import part
from ..clock import Clock
from ..iam import authorizer
from ..state import State
from . import control, errors, faults, inbox, timekeeping
from .operations import Operation, identify
from .recorder import Recorder, calling_function, error_code
from .routing import Signature, part_of, signature
from .trail import LOOK_UP, Trail

_HOP_BY_HOP = frozenset({
    "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization",
    "te", "trailer", "transfer-encoding", "upgrade",
})
# A larger S3 body is passed through as it arrives; everything else is read whole,
# because its operation and parameters are in it.
_BUFFER = 1024 * 1024

Reply = tuple[int, CIMultiDict[str], bytes]


class Gateway:
    """One instance per cloud."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.clock = Clock(state.clock)
        self.recorder = Recorder(state, self.clock)
        self.trail = Trail()
        self.parts = {name: URL(part.url(name)) for name in ("fabric", "resources")}
        self.iam = os.environ.get("LOCALCLOUD_IAM", "off")
        self.faults: list[faults.Rule] = []
        self.session: ClientSession
        self._recorded: dict[str, list[str]] | None = None
        self._unsigned: dict[str, Callable[[Gateway, web.BaseRequest], Awaitable[web.StreamResponse]]] = {
            control.PREFIX: control.handle,
        }
        self.mount = inbox.Mount(self)
        for prefix in inbox.PREFIXES:
            self._unsigned[prefix] = self.mount.handle

    async def open(self) -> None:
        """Open the connections to the emulators."""
        self.session = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=60), auto_decompress=False,
            timeout=ClientTimeout(total=None, sock_connect=10))

    async def close(self) -> None:
        """Close them."""
        await self.session.close()

    async def door(self, name: str, route: str, request: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask a part something that only the cloud may ask."""
        address = self.parts[name] / "_localcloud" / route
        async with self.session.post(address, json=request or {}) as answer:
            content = await answer.json()
            if answer.status != 200:
                raise RuntimeError(f"{name}/{route}: {content.get('error')}")
            return content

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        signed = signature(request.headers, request.query)
        if request.raw_path.startswith("http://") and signed is None:
            return web.Response(status=502, text="the local cloud is a way to AWS's names only, and signs nothing\n")
        if signed is None:
            for prefix, handler in self._unsigned.items():
                if request.path.startswith(prefix):
                    return await handler(self, request)
            return await self._forward(request, "fabric", None)
        return await self._call(request, signed)

    async def _call(self, request: web.BaseRequest, signed: Signature) -> web.StreamResponse:
        started = time.perf_counter()
        length = request.content_length
        stream = signed.service == "s3" and (length is None or length > _BUFFER)
        body = b"" if stream else await request.content.read()
        operation = identify(signed.service, request.method, URL(request.raw_path, encoded=True).raw_path,
                             request.query_string, request.headers, body)
        verdict = None
        struck, response = await faults.apply(self.faults, request, operation, signed.region,
                                              calling_function(request.headers))
        code: str | None = struck
        if response is None and self.iam != "off":
            verdict = await authorizer.judge(self.door, operation, signed, request.headers.get("User-Agent", ""),
                                             self.clock.now())
            if verdict and not verdict.allowed and self.iam == "enforce":
                response = errors.denied(operation, verdict.message())
                code = "AccessDenied"
        if response is None and operation.action == LOOK_UP:
            response = await self.trail.answer(self.door, operation, signed, self.clock.now())
            code = error_code(response.status, response.headers, bytes(response.body or b""))
        if response is None:
            response, code = await self._passed(request, signed, operation, None if stream else body)
        if response.status == 200 and operation.action == "sns:Publish":
            self.mount.published(operation.parameters)
        self.trail.heard(operation, signed, request.headers, at=self.clock.now(), code=code, verdict=verdict)
        self.recorder.write(
            operation, signed, request.headers, status=response.status, code=code,
            seconds=time.perf_counter() - started, role=verdict.role if verdict else None, fault=struck,
            verdict=verdict.document(enforced=self.iam == "enforce") if verdict else None)
        return response

    async def _passed(self, request: web.BaseRequest, signed: Signature, operation: Operation,
                      body: bytes | None) -> tuple[web.StreamResponse, str | None]:
        try:
            response = None
            if (part_of(signed) == "fabric" and body is not None
                    and operation.name in await self._declared(signed.service)):
                response = await self._forward(request, "resources", body, {"X-Localcloud-Records": "only"})
            if response is None or "X-Localcloud-Declined" in response.headers:
                response = await self._forward(request, part_of(signed), body)
        except (ClientError, ConnectionError) as error:
            return errors.response(operation, 503, "ServiceUnavailable", f"the local cloud's {part_of(signed)} "
                                   f"did not answer: {error}"), "ServiceUnavailable"
        content = response.body if isinstance(response, web.Response) else None
        return response, error_code(response.status, response.headers,
                                    content if isinstance(content, bytes) else b"")

    async def _declared(self, service: str) -> list[str]:
        """The operations of a service that records may answer in the fabric's place."""
        if self._recorded is None:
            self._recorded = await self.door("resources", "recorded")
        return self._recorded.get(service, [])

    async def _forward(self, request: web.BaseRequest, name: str, body: bytes | None,
                       more: Mapping[str, str] | None = None) -> web.StreamResponse:
        """Send the request on as it came, and the answer back as it came."""
        headers = CIMultiDict(
            (key, value) for key, value in request.headers.items() if key.lower() not in _HOP_BY_HOP)
        headers.update(more or {})
        data: bytes | AsyncIterator[bytes] | None
        if body is None:
            data = request.content.iter_any() if request.can_read_body else None
        else:
            headers.pop("Content-Length", None)
            data = body if body or request.method in {"POST", "PUT", "PATCH"} else None
        base = self.parts[name]
        # Names that hold an account or a bucket arrive as from a proxy's client, with the whole address.
        path = request.raw_path
        if path.startswith("http"):
            path = URL(path, encoded=True).raw_path_qs
        address = URL(f"http://127.0.0.1:{base.port}{path}", encoded=True)
        async with self.session.request(
                request.method, address, headers=headers, data=data, allow_redirects=False,
                skip_auto_headers=("User-Agent", "Content-Type", "Accept", "Accept-Encoding")) as answer:
            kept = CIMultiDict(
                (key, value) for key, value in answer.headers.items() if key.lower() not in _HOP_BY_HOP)
            size = answer.content_length
            if request.method == "HEAD" or size is None or size <= _BUFFER:
                content = await answer.read()
                if request.method != "HEAD":
                    kept.pop("Content-Length", None)
                return web.Response(status=answer.status, headers=kept, body=content)
            response = web.StreamResponse(status=answer.status, headers=kept)
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            await response.write_eof()
            return response


__all__ = ["Gateway", "timekeeping"]

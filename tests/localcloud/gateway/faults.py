"""Injected faults: a list of rules, each deterministic by counting the calls it matches."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import errors
from .control import Refused, route
from .operations import Operation

if TYPE_CHECKING:
    from .server import Gateway

KINDS = ("throttle", "error", "timeout", "reset", "latency")
_FIELDS = {"service", "operation", "region", "function", "resource", "nth", "times", "kind", "status", "code",
           "message", "seconds"}


@dataclass
class Rule:
    """One rule; patterns may hold ``*`` and ``?``.

    ``nth`` (a number or a list, the first call is 1) or ``times`` (the first so
    many) say which of the matching calls are hit; without either, all are.
    """

    match: Mapping[str, str]
    kind: str
    nth: frozenset[int]
    times: int | None
    status: int
    code: str
    message: str
    seconds: float
    seen: int = 0
    hit: int = 0

    def strikes(self, operation: Operation, region: str, function: str | None) -> bool:
        """Whether this call is hit; counts it if it matches."""
        subject = {"service": operation.service, "operation": operation.name, "region": region,
                   "function": function or ""}
        for name, pattern in self.match.items():
            values = operation.resources if name == "resource" else [subject[name]]
            if not any(fnmatch.fnmatchcase(value.lower(), pattern.lower()) for value in values):
                return False
        self.seen += 1
        if self.nth and self.seen not in self.nth:
            return False
        if self.times is not None and self.seen > self.times:
            return False
        self.hit += 1
        return True


def parse(document: Any) -> list[Rule]:
    """Rules from JSON: a list of objects; raises with the number of the bad one."""
    if not isinstance(document, list):
        raise Refused("faults are a JSON list of rules")
    rules = []
    for number, item in enumerate(document, 1):
        unknown = set(item) - _FIELDS
        if unknown:
            raise Refused(f"rule {number}: unknown field {', '.join(sorted(unknown))}")
        if item.get("kind") not in KINDS:
            raise Refused(f"rule {number}: kind is one of {', '.join(KINDS)}")
        nth = item.get("nth", [])
        rules.append(Rule(
            {name: item[name] for name in ("service", "operation", "region", "function", "resource") if name in item},
            item["kind"], frozenset([nth] if isinstance(nth, int) else nth), item.get("times"),
            int(item.get("status", 500)), item.get("code", "InternalFailure"),
            item.get("message", "The local cloud was told to fail this call."), float(item.get("seconds", 0))))
    return rules


async def apply(rules: list[Rule], request: web.BaseRequest, operation: Operation, region: str,
                function: str | None) -> tuple[str | None, web.StreamResponse | None]:
    """The name of the fault that struck, and the answer that takes the service's place (None: go on)."""
    for rule in rules:
        if not rule.strikes(operation, region, function):
            continue
        if rule.seconds and rule.kind in {"latency", "timeout", "error", "throttle"}:
            await asyncio.sleep(rule.seconds)
        if rule.kind == "latency":
            return rule.kind, None
        if rule.kind == "throttle":
            return rule.kind, errors.throttled(operation)
        if rule.kind == "error":
            return rule.kind, errors.response(operation, rule.status, rule.code, rule.message)
        if rule.kind == "timeout" and not rule.seconds:
            # Held until the client loses patience.
            await asyncio.sleep(3600)
        _reset(request)
        return rule.kind, web.Response(status=503)
    return None, None


def _reset(request: web.BaseRequest) -> None:
    """Drop the connection with a TCP reset, as a broken network would."""
    transport = request.transport
    if transport is not None:
        transport.abort()


@route("faults")
async def _faults(gateway: Gateway, request: dict[str, Any]) -> dict[str, Any]:
    """Put rules (``{"rules": [...]}``), or only tell how often each was seen and hit."""
    if "rules" in request:
        gateway.faults = parse(request["rules"])
    return {"rules": [{**rule.match, "kind": rule.kind, "seen": rule.seen, "hit": rule.hit} for rule in gateway.faults]}

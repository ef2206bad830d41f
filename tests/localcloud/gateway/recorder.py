"""Writes one line for every AWS call."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import IO, Any

from ..clock import Clock, rfc3339
from ..state import State
from .operations import Operation
from .routing import Signature

# The SDKs put AWS_SDK_UA_APP_ID into the user agent as app/<id>.
_APPLICATION = re.compile(r"\bapp/nightshift-([A-Za-z0-9-]+)")
_XML_CODE = re.compile(rb"<Code>([^<]+)</Code>")


def calling_function(headers: Mapping[str, str]) -> str | None:
    """The Nightshift function that made the call, by its user agent."""
    for name in ("User-Agent", "x-amz-user-agent"):
        match = _APPLICATION.search(headers.get(name, ""))
        if match:
            return match[1]
    return None


def error_code(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """The service's own error code, whatever the protocol."""
    if status < 400:
        return None
    kind = headers.get("x-amzn-errortype") or headers.get("x-amzn-ErrorType")
    if not kind:
        xml = _XML_CODE.search(body)
        if xml:
            return xml[1].decode()
        if "cbor" in headers.get("Content-Type", ""):
            import cbor2

            try:
                kind = cbor2.loads(body).get("__type")
            except (ValueError, AttributeError):
                kind = None
        else:
            try:
                answer = json.loads(body)
                kind = answer.get("__type") or answer.get("code") if isinstance(answer, dict) else None
            except ValueError:
                kind = None
    return kind.partition(":")[0].rpartition("#")[2] if kind else f"Http{status}"


class Recorder:
    """Appends calls to a file that a reader may follow."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._clock = clock
        self._file: IO[str] = open(state.calls, "a", buffering=1)  # noqa: SIM115 - lives as long as the gateway
        self.count = 0

    def clear(self) -> None:
        """Forget all calls."""
        self._file.truncate(0)
        self.count = 0

    def write(self, operation: Operation, signed: Signature, headers: Mapping[str, str], *,
              status: int, code: str | None, seconds: float, role: str | None,
              verdict: Mapping[str, Any] | None, fault: str | None) -> None:
        """Append one call."""
        self.count += 1
        line: dict[str, Any] = {
            "number": self.count,
            "at": rfc3339(time.time()),
            "simulated": rfc3339(self._clock.now()),
            "service": operation.service,
            "action": operation.action,
            "operation": operation.name,
            "region": signed.region,
            "function": calling_function(headers),
            "access_key": signed.access_key,
            "role": role,
            "resources": operation.resources,
            "status": status,
            "error": code,
            "milliseconds": round(seconds * 1000, 1),
        }
        if verdict:
            line["iam"] = dict(verdict)
        if fault:
            line["fault"] = fault
        self._file.write(json.dumps(line) + "\n")
        who = line["function"] or role or "-"
        names = " ".join(line["resources"][:3])
        print(f"{who:<12} {operation.action} {names} {status}{' ' + code if code else ''} "
              f"{line['milliseconds']} ms", flush=True)

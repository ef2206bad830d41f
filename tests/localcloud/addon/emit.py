"""Puts the events that AWS services emit on the default bus, and their messages into topics."""

from __future__ import annotations

import json
import logging
import urllib.request
from typing import Any

from .. import part
from ..state import REGION

logger = logging.getLogger("localcloud.emit")
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def event(source: str, detail_type: str, detail: dict[str, Any], *, arn: str) -> None:
    """Emit one event about the resource ``arn``, in its account and region."""
    _partition, _aws, _service, region, account, _rest = arn.split(":", 5)
    try:
        _ask("event", {"source": source, "detail-type": detail_type, "detail": detail, "resources": [arn],
                       "region": region or REGION, "account": account})
    except OSError as error:
        logger.error("%s %s for %s was not emitted: %s", source, detail_type, arn, error)


def message(topic: str, text: str, *, service: str, source: str, subject: str | None = None) -> dict[str, Any]:
    """Publish as the service ``service`` for the resource ``source``: ``{"delivered", "why"?}``."""
    try:
        return _ask("publish", {"topic": topic, "message": text, "subject": subject, "service": service,
                                "source": source})
    except OSError as error:
        logger.error("%s did not reach %s: %s", service, topic, error)
        return {"delivered": False, "why": str(error)}


def _ask(door: str, request: dict[str, Any]) -> dict[str, Any]:
    call = urllib.request.Request(f"{part.url('fabric')}/_localcloud/{door}", data=json.dumps(request).encode())
    with _opener.open(call, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found

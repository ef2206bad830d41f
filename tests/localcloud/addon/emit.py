"""Puts the events that AWS services emit on the default bus."""

from __future__ import annotations

import json
import logging
import urllib.request
from typing import Any

from .. import part

logger = logging.getLogger("localcloud.emit")
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def event(source: str, detail_type: str, detail: dict[str, Any], *, arn: str) -> None:
    """Emit one event about the resource ``arn``, in its account and region."""
    _partition, _aws, _service, region, account, _rest = arn.split(":", 5)
    body = {"source": source, "detail-type": detail_type, "detail": detail, "resources": [arn],
            "region": region, "account": account}
    request = urllib.request.Request(part.url("fabric") + "/_localcloud/event", data=json.dumps(body).encode())
    try:
        with _opener.open(request, timeout=10) as answer:
            answer.read()
    except OSError as error:
        logger.error("%s %s for %s was not emitted: %s", source, detail_type, arn, error)

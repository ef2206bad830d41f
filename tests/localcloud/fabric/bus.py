"""The door by which AWS services themselves put events on the default bus."""

from __future__ import annotations

import json
import logging
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import eventbridge

from ..state import ACCOUNT, REGION
from . import door

logger = logging.getLogger("localcloud.bus")


@door.route("event")
def _event(request: dict[str, Any]) -> dict[str, Any]:
    """Put one event, given in EventBridge's envelope; ``aws.*`` sources are welcome here."""
    region = request.get("region") or REGION
    with request_scope(request.get("account") or ACCOUNT, region):
        logger.info("event %s %s %s", request["source"], request["detail-type"],
                    " ".join(request.get("resources", [])[:2]))
        status, _headers, body = eventbridge._put_events({"Entries": [{
            "Source": request["source"], "DetailType": request["detail-type"],
            "Detail": json.dumps(request.get("detail", {})), "Resources": request.get("resources", []),
        }]}, allow_aws_source=True)
    return {"status": status, "answer": json.loads(body)}

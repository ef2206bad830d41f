"""The doors by which AWS services themselves put events on the default bus, and messages into topics."""

from __future__ import annotations

import json
import logging
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import eventbridge, sns

from ..state import ACCOUNT, REGION
from . import door, permissions

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


@door.route("publish")
def _publish(request: dict[str, Any]) -> dict[str, Any]:
    """Publish as an AWS service: ``{"topic", "message", "subject"?, "service", "source"}``; ``source`` is the ARN that
    the topic's and the key's policies see. What they do not admit is not published, and the answer says so."""
    topic, service, source = request["topic"], request["service"], request["source"]
    if sns._topic_by_arn_any_scope(topic) is None:
        return {"delivered": False, "why": f"there is no topic {topic}"}
    if not permissions.topic_admits(topic, service, source):
        return {"delivered": False, "why": f"{service} may not publish to {topic}"}
    _arn, _aws, _sns, region, account, _name = topic.split(":", 5)
    with request_scope(account, region):
        logger.info("%s publishes to %s", service, topic)
        answer = sns.publish_internal(topic, request["message"], request.get("subject") or "")
    return {"delivered": True, "message": answer["message_id"]}

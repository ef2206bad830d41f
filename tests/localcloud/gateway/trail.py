"""CloudTrail's event history: what changed in the last ninety days, from the gateway's own record of calls.

Calls that only read are not kept, and data events never are, as in AWS's own history.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ..clock import rfc3339
from ..iam.authorizer import Verdict
from ..state import ACCOUNT
from . import errors
from .operations import Operation
from .routing import Signature

Door = Callable[[str, str, dict[str, Any]], Awaitable[dict[str, Any]]]

LOOK_UP = "cloudtrail:LookupEvents"
_KEPT_SECONDS = 90 * 86400
_KEPT = 50_000
_PAGE = 50
_READS = re.compile(r"(Describe|Get|List|Query|Scan|Batch(Get|Check)|Head|Lookup|Search|Test|Simulate|Decrypt|Verify|"
                    r"Assume|Preview|Select|View|Receive|Poll)")
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
_DATA = {
    "dynamodb": re.compile(r"(Put|Update|Delete|Transact|BatchWrite)\w*Items?$|TransactWriteItems"),
    "kms": re.compile(r"Encrypt|GenerateDataKey\w*|ReEncrypt|Sign"),
    "lambda": re.compile(r"Invoke\w*"),
    "logs": re.compile(r"PutLogEvents"),
    "monitoring": re.compile(r"PutMetricData"),
    "s3": re.compile(r"\w*Objects?|\w*MultipartUpload|UploadPart"),
    "sns": re.compile(r"Publish\w*"),
    "sqs": re.compile(r"(Send|Delete|ChangeMessageVisibility)(Message)?\w*"),
}
_QUEUES = frozenset({"CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"})
# Lambda's calls carry the date of its API in CloudTrail.
_DATED = {
    "lambda:CreateFunction": "CreateFunction20150331", "lambda:DeleteFunction": "DeleteFunction20150331",
    "lambda:UpdateFunctionCode": "UpdateFunctionCode20150331v2",
    "lambda:UpdateFunctionConfiguration": "UpdateFunctionConfiguration20150331v2",
}
_NO_REGION = frozenset({"iam", "cloudfront", "route53", "sts"})
_ATTRIBUTES = frozenset({"AccessKeyId", "EventId", "EventName", "EventSource", "ReadOnly", "ResourceName",
                         "ResourceType", "Username"})


@dataclass(frozen=True)
class _Event:
    at: float
    service: str
    name: str
    region: str
    access_key: str
    resources: tuple[str, ...]
    error: str | None
    user_agent: str
    principal: str | None
    """The ARN of a role's session, which is not known for ever."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def source(self) -> str:
        return f"{self.service}.amazonaws.com"


class Trail:
    """The history of one cloud; it begins when the cloud does."""

    def __init__(self) -> None:
        self._events: deque[_Event] = deque(maxlen=_KEPT)

    def clear(self) -> None:
        """Forget everything."""
        self._events.clear()

    def heard(self, operation: Operation, signed: Signature, headers: Mapping[str, str], *, at: float,
              code: str | None, verdict: Verdict | None) -> None:
        """Keep one call, where CloudTrail would show it; the verdict knows the session and what was touched."""
        if _is_read(operation) or operation.name == "Unknown":
            return
        self._events.append(_Event(
            at, signed.service, _DATED.get(f"{signed.service}:{operation.name}", operation.name),
            "us-east-1" if signed.service in _NO_REGION else signed.region, signed.access_key,
            tuple(dict.fromkeys([*operation.resources, *(verdict.resources if verdict else ())])), code,
            headers.get("User-Agent", ""), verdict.principal if verdict else None))

    async def answer(self, door: Door, operation: Operation, signed: Signature, now: float) -> web.Response:
        """What LookupEvents answers: newest first, fifty at most, by one attribute at most."""
        given = operation.parameters
        attributes = given.get("LookupAttributes") or []
        if len(attributes) > 1 or any(one.get("AttributeKey") not in _ATTRIBUTES for one in attributes):
            return errors.response(operation, 400, "InvalidLookupAttributesException",
                                   "one lookup attribute is taken, and its key has to be known")
        size = int(given.get("MaxResults", _PAGE))
        if not 1 <= size <= _PAGE:
            return errors.response(operation, 400, "InvalidMaxResultsException", "1 to 50 results are given")
        since = max(float(given.get("StartTime", 0)), now - _KEPT_SECONDS)
        until = float(given.get("EndTime", now))
        if since > until:
            return errors.response(operation, 400, "InvalidTimeRangeException", "the start lies after the end")
        token = str(given.get("NextToken") or "0")
        if not token.isdigit():
            return errors.response(operation, 400, "InvalidNextTokenException", "this token was never given")
        callers: dict[str, dict[str, Any]] = {}
        found: list[dict[str, Any]] = []
        for event in self._of(signed.region, since, until):
            if event.access_key not in callers:
                callers[event.access_key] = _session(event.principal) if event.principal else await door(
                    "fabric", "caller", {"access_key": event.access_key})
            shown = _shown(event, callers[event.access_key])
            if all(_fits(shown, one["AttributeKey"], one.get("AttributeValue", "")) for one in attributes):
                found.append(shown)
        end = int(token) + size
        answer: dict[str, Any] = {"Events": found[int(token):end]}
        if end < len(found):
            answer["NextToken"] = str(end)
        return web.Response(content_type="application/x-amz-json-1.1", body=json.dumps(answer).encode())

    def _of(self, region: str, since: float, until: float) -> Iterator[_Event]:
        # CloudTrail's times are whole seconds.
        return (one for one in sorted(self._events, key=lambda one: one.at, reverse=True)
                if one.region == region and since <= int(one.at) <= until)


def _is_read(operation: Operation) -> bool:
    if operation.service == "sqs" and operation.name in _QUEUES:
        return False
    data = _DATA.get(operation.service)
    return bool(_READS.match(operation.name) or (data and data.fullmatch(operation.name)))


def _session(arn: str) -> dict[str, Any]:
    role, session = arn.rpartition("assumed-role/")[2].split("/", 1)
    return {"arn": arn, "role": role, "session": session}


def _shown(event: _Event, caller: Mapping[str, Any]) -> dict[str, Any]:
    at = rfc3339(int(event.at)).replace(".000Z", "Z")
    record: dict[str, Any] = {
        "eventVersion": "1.11", "userIdentity": _identity(event, caller), "eventTime": at, "eventSource": event.source,
        "eventName": event.name, "awsRegion": event.region, "sourceIPAddress": "127.0.0.1",
        "userAgent": event.user_agent, "eventID": event.id, "readOnly": False, "eventType": "AwsApiCall",
        "managementEvent": True, "recipientAccountId": ACCOUNT, "eventCategory": "Management",
    }
    if event.error:
        record["errorCode"] = event.error
    return {
        "EventId": event.id, "EventName": event.name, "ReadOnly": "false", "AccessKeyId": event.access_key,
        "EventTime": int(event.at), "EventSource": event.source,
        "Username": caller.get("session") or caller.get("user") or "root",
        "Resources": [{"ResourceName": name} for name in event.resources],
        "CloudTrailEvent": json.dumps(record),
    }


def _identity(event: _Event, caller: Mapping[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"""
    common = {"accountId": ACCOUNT, "accessKeyId": event.access_key, "arn": caller["arn"]}
    if caller.get("user"):
        return {"type": "IAMUser", "userName": caller["user"], **common}
    if not caller.get("role"):
        return {"type": "Root", **common}
    issuer = {"type": "Role", "userName": caller["role"], "accountId": ACCOUNT,
              "arn": f"arn:aws:iam::{ACCOUNT}:role/{caller['role']}"}
    return {"type": "AssumedRole", **common, "sessionContext": {"sessionIssuer": issuer}}


def _fits(shown: Mapping[str, Any], key: str, value: str) -> bool:
    if key in ("ResourceName", "ResourceType"):
        return any(one.get(key) == value for one in shown["Resources"])
    return str(shown[key]) == value

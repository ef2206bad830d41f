"""S3: buckets remember lifecycle, logging, replication and EventBridge as given; policies deny under their conditions only."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import has_request_context, request
from moto.iam.access_control import PermissionResult
from moto.s3 import models, responses

from ..iam.evaluator import Request, decide
from ..state import ACCOUNT

# Condition keys that are headers of the call.
_HEADERS = ("x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-acl",
            "x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date")

# Sub-resource -> header that belongs to its answer.
_KEPT = {"lifecycle": "x-amz-transition-default-minimum-object-size", "logging": "", "replication": ""}


def install() -> None:
    """Patch moto."""
    response = responses.S3Response
    response._bucket_response_put = _wrapped_put(response._bucket_response_put)
    response.get_bucket_lifecycle = _wrapped_get(response.get_bucket_lifecycle, "lifecycle")
    response.get_bucket_logging = _wrapped_get(response.get_bucket_logging, "logging")
    response.get_bucket_replication = _wrapped_get(response.get_bucket_replication, "replication")
    models.FakeBucket._log_permissions_enabled_policy = staticmethod(
        _wrapped_permission(models.FakeBucket._log_permissions_enabled_policy))
    models.FakeBucket.get_permission = _permission
    response.get_bucket_notification = _with_events(response.get_bucket_notification)
    # Emptying a bucket, moto closes files that a mark of deletion does not have.
    models.FakeDeleteMarker.dispose = lambda _marker, **_options: None


def _wrapped_put(put: Any) -> Any:
    def kept(self: Any, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        """Moto takes apart what it knows and forgets the rest: how many old versions stay, how logs are sorted."""
        answer = put(self, request, bucket_name, querystring)
        for part, header in _KEPT.items():
            if part in querystring:
                said = {header: request.headers[header]} if header and header in request.headers else {}
                bucket = self.backend.get_bucket(bucket_name)
                bucket.__dict__.setdefault("as_given", {})[part] = (said, self.body)
        return answer
    return kept


def _wrapped_get(get: Any, part: str) -> Any:
    def told(self: Any) -> Any:
        answer = get(self)
        bucket = self.backend.get_bucket(self.bucket_name)
        kept = bucket.__dict__.get("as_given", {}).get(part)
        # Logging that was switched off is nothing; a lifecycle that was deleted has been refused above.
        if kept is None or (part == "logging" and not bucket.logging):
            return answer
        headers, body = kept
        return 200, dict(headers), body
    return told


def _wrapped_permission(permitted: Any) -> Any:
    def judged(target_bucket: Any, target_prefix: str | None) -> bool:
        """Moto stumbles over statements for everybody, which never let the log service in."""
        if not target_bucket.policy:
            return False
        policy = json.loads(target_bucket.policy)
        statements = [one for one in policy["Statement"] if isinstance(one.get("Principal"), dict)]

        class Bucket:
            policy = json.dumps({"Statement": statements}).encode()
            partition, name = target_bucket.partition, target_bucket.name

        return bool(permitted(Bucket, target_prefix))
    return judged


def _with_events(get: Any) -> Any:
    def notification(self: Any) -> Any:
        """moto keeps whether a bucket tells EventBridge, and does not say so."""
        status, headers, body = get(self)
        configuration = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if configuration is not None and configuration.event_bridge is not None:
            told = "<EventBridgeConfiguration/>"
            body = re.sub(r"<(\w+)([^<>]*)/>\s*$", rf"<\1\2>{told}</\1>", body) if re.search(
                r"/>\s*$", body) else re.sub(r"(</\w+>)\s*$", rf"{told}\1", body)
        return status, headers, body
    return notification


def _permission(self: Any, action: str, resource: str) -> PermissionResult:
    """What the gateway has let pass, a bucket may still deny."""
    # An empty one is what a deleted policy leaves.
    if not self.policy:
        return PermissionResult.NEUTRAL
    # The gateway stands for the service's TLS endpoint; loopback itself has none.
    context: dict[str, Any] = {"aws:securetransport": "true", "s3:tlsversion": "1.3",
                               "aws:principalaccount": ACCOUNT, "aws:resourceaccount": ACCOUNT}
    context |= {f"s3:{name}": value for name in _HEADERS
                if has_request_context() and (value := request.headers.get(name)) is not None}
    statements = [{**one, "Principal": "*"} for one in _statements(json.loads(self.policy))
                  if one["Effect"] == "Deny" and _everybody(one.get("Principal"))]
    decision = decide(Request(action, [resource], context), [{"Statement": statements}])
    return PermissionResult.DENIED if decision.explicit else PermissionResult.NEUTRAL


def _statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    found = policy.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _everybody(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in str(principal.get("AWS")))

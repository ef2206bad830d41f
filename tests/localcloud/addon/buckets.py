"""S3: policies deny under their conditions only (moto takes every Deny for unconditional), EventBridge stays on."""

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


def install() -> None:
    """Patch moto."""
    models.FakeBucket.get_permission = _permission
    responses.S3Response.get_bucket_notification = _with_events(responses.S3Response.get_bucket_notification)


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
    if self.policy is None:
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

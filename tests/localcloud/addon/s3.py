"""S3: buckets remember their lifecycle and logging as they were given; conditions of their policies count."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3 import models, responses

from ..iam.conditions import Unsupported, satisfied
from ..state import ACCOUNT

# Sub-resource -> header that belongs to its answer.
_KEPT = {"lifecycle": "x-amz-transition-default-minimum-object-size", "logging": ""}


def install() -> None:
    """Patch moto."""
    response = responses.S3Response
    response._bucket_response_put = _wrapped_put(response._bucket_response_put)
    response.get_bucket_lifecycle = _wrapped_get(response.get_bucket_lifecycle, "lifecycle")
    response.get_bucket_logging = _wrapped_get(response.get_bucket_logging, "logging")
    models.FakeBucket._log_permissions_enabled_policy = staticmethod(
        _wrapped_permission(models.FakeBucket._log_permissions_enabled_policy))
    models.FakeBucket.get_permission = _judged
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


# What holds for every call here; a key that is not among them is not in the request.
_CONTEXT = {"aws:principalaccount": ACCOUNT, "aws:securetransport": "true", "s3:tlsversion": "1.3"}


def _judged(self: Any, action: str, resource: str) -> Any:
    """Moto takes a statement with a condition for one without."""
    # An empty one is what a deleted policy leaves.
    if not self.policy:
        return PermissionResult.NEUTRAL
    policy = json.loads(self.policy)
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    policy["Statement"] = [{key: value for key, value in one.items() if key != "Condition"}
                           for one in statements if _holds(one)]
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)


def _holds(statement: dict[str, Any]) -> bool:
    try:
        return satisfied(statement.get("Condition", {}), _CONTEXT, lambda _: True)
    except (Unsupported, ValueError):
        return bool(statement["Effect"] == "Deny")

"""Names the operation behind an HTTP request, and reads its parameters.

Query and JSON protocols name the operation themselves; REST paths are matched
with the service models that botocore carries, so no path is written here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

# Above this, a body is code or data and not worth parsing for names.
PARSE_LIMIT = 256 * 1024

# Signing name -> botocore's name, where they differ and the protocol is REST.
_MODELS = {
    "access-analyzer": "accessanalyzer", "aps": "amp", "elasticfilesystem": "efs", "es": "opensearch", "execute-api": "apigatewayv2",
    "s3express": "s3", "vpc-lattice": "vpc-lattice",
}
# Signing name -> prefix of IAM actions, where they differ.
_ACTION_PREFIX = {
    "email": "ses", "monitoring": "cloudwatch", "s3express": "s3", "tagging": "tag",
}
_ACTION_NAME = {
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
    **{f"budgets:Describe{name}": "budgets:ViewBudget" for name in (
        "Budget", "Budgets", "BudgetPerformanceHistory", "BudgetNotificationsForAccount", "NotificationsForBudget",
        "SubscribersForNotification")},
    **{f"budgets:{verb}{noun}": "budgets:ModifyBudget" for verb in ("Create", "Update", "Delete")
       for noun in ("Budget", "Notification", "Subscriber")},
    "lambda:Invoke": "lambda:InvokeFunction",
    "lambda:InvokeAsync": "lambda:InvokeFunction",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:CopyObject": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
}
_NAME_LIKE = re.compile(
    r"(?i)(name|names|identifier|id|ids|arn|arns|resource|prefix|url|cluster|service|services|"
    r"role|bucket|key|path)(\.(member|item|[A-Za-z]+Name))?(\.\d+)*$")


@dataclass(frozen=True)
class Operation:
    """One AWS call as a person would name it."""

    service: str
    name: str
    protocol: str
    """query, ec2, json, rest-json, rest-xml or cbor: how errors must be written."""
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """The IAM action, such as ``rds:StopDBInstance``."""
        prefix = _ACTION_PREFIX.get(self.service, self.service)
        action = f"{prefix}:{self.name}"
        named = _ACTION_NAME.get(action, action)
        # The same names are those of S3 Control, for the whole account.
        if self.name.endswith("PublicAccessBlock") and "Bucket" not in self.parameters:
            return named.replace("Bucket", "Account")
        return named

    @property
    def resources(self) -> list[str]:
        """The names and identifiers found in the parameters, at most twelve."""
        return list(_names(self.parameters))[:12]


def identify(service: str, method: str, path: str, query: str,
             headers: Mapping[str, str], body: bytes) -> Operation:
    """Name the operation; ``Unknown`` when no model knows the path."""
    target = headers.get("X-Amz-Target")
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        return Operation(service, path.rpartition("/")[2], "cbor", _cbor(body))
    if target:
        return Operation(service, target.rpartition(".")[2], "json", _json(body))
    form = dict(parse_qsl(query, keep_blank_values=True))
    if headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        form.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if "Action" in form:
        name = form.pop("Action")
        form.pop("Version", None)
        return Operation(service, name, "ec2" if service == "ec2" else "query", form)
    return _rest(service, method, path, query, body)


def _rest(service: str, method: str, path: str, query: str, body: bytes) -> Operation:
    control = service == "s3" and path.startswith("/v20180820/")
    protocol, routes = rest_routes("s3control" if control else _MODELS.get(service, service))
    present = dict(parse_qsl(query, keep_blank_values=True))
    for route in routes:
        if route.method != method or not route.fixed.items() <= present.items():
            continue
        if not route.flags <= present.keys():
            continue
        match = route.pattern.fullmatch(path)
        if match:
            parameters: dict[str, Any] = {
                route.names[group]: unquote(value) for group, value in match.groupdict().items() if value}
            parameters.update(present)
            if protocol == "rest-json":
                parameters.update(_json(body))
            return Operation(service, route.operation, protocol, parameters)
    return Operation(service, "Unknown", protocol, present)


@dataclass(frozen=True)
class _Route:
    operation: str
    method: str
    pattern: re.Pattern[str]
    names: dict[str, str]
    fixed: dict[str, str]
    flags: frozenset[str]
    weight: tuple[int, int]


@lru_cache
def rest_routes(model: str) -> tuple[str, list[_Route]]:
    """The protocol and the routes of one service, the most specific first."""
    from botocore.exceptions import DataNotFoundError, UnknownServiceError
    from botocore.loaders import Loader

    try:
        description = Loader().load_service_model(model, "service-2")
    except (DataNotFoundError, UnknownServiceError):
        return "rest-json", []
    protocol = description["metadata"]["protocol"]
    if not protocol.startswith("rest"):
        return protocol, []
    routes = [_route(name, operation["http"]) for name, operation in description["operations"].items()]
    return protocol, sorted(routes, key=lambda route: route.weight, reverse=True)


def _route(operation: str, http: Mapping[str, Any]) -> _Route:
    path, _, query = http["requestUri"].partition("?")
    names: dict[str, str] = {}
    pattern = ""
    for literal, name, greedy in re.findall(r"([^{]*)(?:\{([^}+]+)(\+?)\})?", path):
        pattern += re.escape(literal)
        if name:
            group = f"g{len(names)}"
            names[group] = name
            pattern += f"(?P<{group}>.+)" if greedy else f"(?P<{group}>[^/]+)"
    pairs = parse_qsl(query, keep_blank_values=True)
    fixed = {key: value for key, value in pairs if value}
    flags = frozenset(key for key, value in pairs if not value)
    return _Route(operation, http["method"], re.compile(pattern.rstrip("/") + "/?"), names, fixed, flags,
                  (len(pairs), len(re.sub(r"\{[^}]*\}", "", path))))


def _json(body: bytes) -> dict[str, Any]:
    if not body or len(body) > PARSE_LIMIT:
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _cbor(body: bytes) -> dict[str, Any]:
    if not body or len(body) > PARSE_LIMIT:
        return {}
    import cbor2

    try:
        value = cbor2.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _names(parameters: Mapping[str, Any]) -> dict[str, None]:
    found: dict[str, None] = {}
    for key, value in parameters.items():
        values = value if isinstance(value, list) else [value]
        if _NAME_LIKE.search(key):
            for item in values:
                if isinstance(item, str) and 0 < len(item) <= 300:
                    found[item] = None
    return found

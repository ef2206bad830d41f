"""Evaluates identity policies and permission boundaries for one call.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
Same account, no organization policies, no session policies.  An explicit deny
wins, then one allow from the identity policies is needed, and one from the
boundary if there is one.  What cannot be judged counts as denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .conditions import Unsupported, Value, like, satisfied, substituted

# Keys whose absence from the context is a fact and not ignorance.
_TAG_KEYS = ("aws:resourcetag/", "aws:requesttag/", "aws:principaltag/", "ec2:resourcetag/",
             "iam:resourcetag/", "rds:db-tag/", "rds:cluster-tag/", "autoscaling:resourcetag/", "ecs:resourcetag/")
_KNOWN_KEYS = frozenset({
    "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:sourcevpc", "aws:sourcevpce",
    "kms:viaservice", "kms:grantisforawsresource",
    # Keys of calls that make, change or pass something; other calls do not have them.
    "ec2:attribute", "ec2:createaction", "iam:passedtoservice", "sts:rolesessionname",
    "aws:viaawsservice", "aws:calledvia", "aws:tagkeys", "aws:sourcearn", "aws:sourceaccount",
    "iam:permissionsboundary",
})
_ALLOWED = "allowed by "


@dataclass(frozen=True)
class Request:
    """One call as the policies see it."""

    action: str
    resources: Sequence[str]
    """ARNs; every one of them must be allowed.  ``*`` where the action has no resource."""
    context: Mapping[str, Value] = field(default_factory=dict)
    """Condition keys, in lower case."""
    contexts: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    """Keys that differ by resource, such as its tags: ARN -> keys."""
    service: str | None = None
    """The AWS service that calls, where a resource policy is evaluated."""


@dataclass(frozen=True)
class Decision:
    """The verdict and why."""

    allowed: bool
    reason: str
    explicit: bool = False
    """Whether an explicit Deny decided."""


def decide(request: Request, policies: Iterable[Mapping[str, Any]],
           boundary: Iterable[Mapping[str, Any]] | None = None) -> Decision:
    """Evaluate ``policies`` (and ``boundary``) for every resource of the call."""
    policies, limits = list(policies), None if boundary is None else list(boundary)
    # Several statements may each allow a part of the call.
    names: dict[str, None] = {}
    for resource in request.resources or ["*"]:
        decision = _for_resource(request, resource, policies, limits)
        if not decision.allowed:
            return decision
        names[decision.reason.removeprefix(_ALLOWED)] = None
    return Decision(True, _ALLOWED + ", ".join(names))


def _for_resource(request: Request, resource: str, policies: list[Mapping[str, Any]],
                  boundary: list[Mapping[str, Any]] | None) -> Decision:
    context = {**request.context, **request.contexts.get(resource, {})}
    allowed, doubts = _scan(request, resource, context, policies)
    if allowed is not None and not allowed.allowed:
        return allowed
    if boundary is not None:
        limited, more = _scan(request, resource, context, boundary)
        if limited is not None and not limited.allowed:
            return limited
        if limited is None:
            return Decision(False, f"the permissions boundary does not allow {request.action} on {resource}"
                            + _doubt(more))
    if allowed is None:
        return Decision(False, f"no identity-based policy allows the {request.action} action on {resource}"
                        + _doubt(doubts))
    return allowed


def _doubt(doubts: list[str]) -> str:
    return f" ({'; '.join(doubts)})" if doubts else ""


def _scan(request: Request, resource: str, context: Mapping[str, Value],
          policies: list[Mapping[str, Any]]) -> tuple[Decision | None, list[str]]:
    found: Decision | None = None
    doubts: list[str] = []
    for policy in policies:
        statements = policy.get("Statement", [])
        for statement in statements if isinstance(statements, list) else [statements]:
            name = statement.get("Sid") or "a statement without Sid"
            denies = statement["Effect"] == "Deny"
            try:
                if not _applies(request, resource, statement, context):
                    continue
                if not satisfied(statement.get("Condition", {}), context, _absent_for_sure):
                    continue
            except (Unsupported, ValueError) as error:
                doubts.append(f"{name}: {error}")
                if denies:
                    return Decision(False, f"{name}: {error}", explicit=True), doubts
                continue
            if denies:
                return Decision(False, f"{name} denies {request.action} on {resource}", explicit=True), doubts
            found = found or Decision(True, _ALLOWED + name)
    return found, doubts


def _absent_for_sure(key: str) -> bool:
    # A header that a call to S3 does not have is not there.
    return key in _KNOWN_KEYS or key.startswith((*_TAG_KEYS, "s3:x-amz-"))


def _applies(request: Request, resource: str, statement: Mapping[str, Any], context: Mapping[str, Value]) -> bool:
    resource_policy = "Principal" in statement or request.service is not None
    if resource_policy and not _principal(statement.get("Principal"), request.service):
        return False
    if "NotAction" in statement:
        if any(like(request.action, pattern, fold=True) for pattern in _list(statement["NotAction"])):
            return False
    elif not any(like(request.action, pattern, fold=True) for pattern in _list(statement.get("Action"))):
        return False
    if "NotResource" in statement:
        return not _among(resource, statement["NotResource"], context)
    return _among(resource, statement.get("Resource"), context)


def _among(resource: str, patterns: Any, context: Mapping[str, Value]) -> bool:
    return any(like(resource, str(substituted(pattern, context))) for pattern in _list(patterns))


def _principal(principal: Any, service: str | None) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping) or service is None:
        return False
    return service in _list(principal.get("Service")) or "*" in _list(principal.get("AWS"))


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)

"""Judges the calls that pass the gateway by the caller's deployed policies."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..clock import rfc3339
from ..gateway.operations import Operation
from ..gateway.routing import Signature, part_of
from ..state import ACCOUNT
from . import encryption, resources, uses
from .conditions import Value
from .evaluator import Decision, Request, decide

logger = logging.getLogger("localcloud.iam")

Door = Callable[[str, str, dict[str, Any]], Awaitable[dict[str, Any]]]

# Allowed to everybody who has credentials.
_FREE = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
# Tags of a resource appear under its service's own key too.
_TAG_PREFIXES = {
    "autoscaling": "autoscaling:resourcetag/", "ec2": "ec2:resourcetag/", "ecs": "ecs:resourcetag/",
}


@dataclass(frozen=True)
class Verdict:
    """What IAM says to one call."""

    allowed: bool
    role: str
    principal: str
    reason: str
    resources: list[str]
    action: str
    """The action that decided: the call's own, or the use of a key that it implies."""
    implied: list[dict[str, str]]

    def document(self, *, enforced: bool) -> dict[str, Any]:
        """For the record of calls; ``implied`` lists the uses of KMS keys that the call brings along."""
        return {"verdict": "allowed" if self.allowed else "denied", "enforced": enforced, "reason": self.reason,
                "resources": self.resources, "implied": self.implied}

    def message(self) -> str:
        """As AWS words it."""
        return (f"User: {self.principal} is not authorized to perform: {self.action} "
                f"on resource: {self.resources[0]} because {self.reason}")


async def judge(door: Door, operation: Operation, signed: Signature, user_agent: str, now: float) -> Verdict | None:
    """The verdict on one call; None for the cloud's own root, who may do everything."""
    if not signed.access_key.startswith("ASIA"):
        return None
    principal = await door("fabric", "principal", {"access_key": signed.access_key})
    if principal["role"] is None:
        return None
    account = principal["account"] or ACCOUNT
    found = resources.of(operation, account, signed.region)
    named, contexts = await _tagged(door, operation, found, account, signed)
    context = _context(operation, signed, principal, user_agent, now)
    action_resources = named or ["*"]
    needed = [*await encryption.implied(door, operation, named, account, signed.region),
              *uses.tagged_when_made(operation, account, signed.region),
              *await uses.passed(door, operation, account, signed.region)]
    asked: list[tuple[str, list[str], dict[str, Value]]] = [
        (action, action_resources, context) for action in _actions(operation) if action not in _FREE]
    asked += [(use.action, [use.resource], {**context, **use.context}) for use in needed]
    implied = [{"action": use.action, "resource": use.resource, "via": use.via} for use in needed]
    reasons: list[str] = []
    for action, targets, keys in asked:
        decision = decide(Request(action, targets, keys, contexts), principal["identity"], principal["boundary"])
        if not decision.allowed:
            if "not known to the local cloud" in decision.reason:
                logger.warning("IAM: %s for %s: %s", action, principal["role"], decision.reason)
            return Verdict(False, principal["role"], principal["arn"], decision.reason, targets, action, implied)
        reasons.append(decision.reason)
    if operation.action == "sts:AssumeRole":
        refused = await _not_trusted(door, action_resources[0], context)
        if refused:
            return Verdict(False, principal["role"], principal["arn"], refused, action_resources, operation.action, [])
    # Which statement allowed what, for the proof that no grant is unused.
    for use, reason in zip(implied, reasons[len(reasons) - len(needed):], strict=True):
        use["reason"] = reason
    own = reasons[0] if len(reasons) > len(needed) else ""
    return Verdict(True, principal["role"], principal["arn"], own, action_resources, operation.action, implied)


async def _not_trusted(door: Door, role: str, context: Mapping[str, Value]) -> str | None:
    """Why a role does not let the caller in, by its trust policy; None where it does.

    Stricter than AWS in one thing: a trust policy that names the caller itself does not stand in for a right of
    the caller's own.
    """
    trust = (await door("fabric", "trust", {"role": role}))["trust"]
    if trust is None:
        return f"there is no role {role}"
    caller, account = str(context["aws:principalarn"]), str(context["aws:principalaccount"])
    named = {"*", caller, account, f"arn:aws:iam::{account}:root"}
    statements = trust["Statement"] if isinstance(trust["Statement"], list) else [trust["Statement"]]
    meant = [{**{key: value for key, value in one.items() if key != "Principal"}, "Resource": "*"}
             for one in statements if named & _aws_principals(one.get("Principal"))]
    decision: Decision = decide(Request("sts:AssumeRole", ["*"], context), [{"Statement": meant}])
    return None if decision.allowed else f"the trust policy of {role} does not let it in: {decision.reason}"


def _aws_principals(principal: Any) -> set[str]:
    found = principal.get("AWS", []) if isinstance(principal, Mapping) else principal
    return {found} if isinstance(found, str) else set(found or [])


def _actions(operation: Operation) -> list[str]:
    """A transaction needs the right to each of its parts."""
    if operation.action == "dynamodb:TransactWriteItems":
        names = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem",
                 "ConditionCheck": "ConditionCheckItem"}
        items = operation.parameters.get("TransactItems", [])
        parts = {names[kind] for item in items for kind in item if kind in names}
        return [f"dynamodb:{name}" for name in sorted(parts)]
    if operation.action == "dynamodb:TransactGetItems":
        return ["dynamodb:GetItem"]
    if operation.action in {"sqs:SendMessageBatch", "sqs:DeleteMessageBatch", "sqs:ChangeMessageVisibilityBatch"}:
        return [operation.action.removesuffix("Batch")]
    if operation.action == "sns:PublishBatch":
        return ["sns:Publish"]
    return [operation.action]


async def _tagged(door: Door, operation: Operation, found: list[resources.Resource], account: str,
                  signed: Signature) -> tuple[list[str], dict[str, dict[str, Value]]]:
    """The true ARNs where moto knows the resource, and the tags of each."""
    asked = [resource for resource in found if resource.kind]
    answers: list[dict[str, Any] | None] = []
    if asked:
        answers = (await door(part_of(signed), "tags", {"account": account, "region": signed.region, "resources": [
            {"kind": resource.kind, "name": resource.name} for resource in asked]}))["found"]
    by_arn = {resource.arn: answer for resource, answer in zip(asked, answers, strict=True)}
    names: list[str] = []
    contexts: dict[str, dict[str, Value]] = {}
    own = _TAG_PREFIXES.get(operation.service)
    for resource in found:
        answer = by_arn.get(resource.arn)
        arn = answer["arn"] if answer else resource.arn
        names.append(arn)
        contexts[arn] = {}
        for key, value in (answer["tags"] if answer else {}).items():
            contexts[arn][f"aws:resourcetag/{key.lower()}"] = value
            if own:
                contexts[arn][f"{own}{key.lower()}"] = value
            if operation.service == "rds":
                kind = "rds:cluster-tag/" if ":cluster:" in arn else "rds:db-tag/"
                contexts[arn][f"{kind}{key.lower()}"] = value
    return names, contexts


def _context(operation: Operation, signed: Signature, principal: Mapping[str, Any], user_agent: str,
             now: float) -> dict[str, Value]:
    context: dict[str, Value] = {
        "aws:requestedregion": signed.region, "aws:principalarn": principal["arn"].replace(
            ":sts:", ":iam:").replace("assumed-role", "role").rpartition("/")[0],
        "aws:principalaccount": principal["account"], "aws:principaltype": "AssumedRole",
        "aws:currenttime": rfc3339(now), "aws:epochtime": str(int(now)), "aws:useragent": user_agent,
        "aws:sourceip": "127.0.0.1", "aws:resourceaccount": principal["account"],
        # The gateway stands for the service's TLS endpoint; loopback itself has none.
        "aws:securetransport": "true",
    }
    for key, value in principal["tags"].items():
        context[f"aws:principaltag/{key.lower()}"] = value
    tags = _request_tags(operation)
    if tags:
        context["aws:tagkeys"] = list(tags)
        for key, value in tags.items():
            context[f"aws:requesttag/{key.lower()}"] = value
    if operation.service == "dynamodb":
        keys = _leading_keys(operation)
        if keys:
            context["dynamodb:leadingkeys"] = keys
    if operation.service == "application-autoscaling":
        for name, key in (("ServiceNamespace", "service-namespace"), ("ScalableDimension", "scalable-dimension")):
            if isinstance(operation.parameters.get(name), str):
                context[f"application-autoscaling:{key}"] = operation.parameters[name]
    if operation.service == "sts" and isinstance(operation.parameters.get("RoleSessionName"), str):
        context["sts:rolesessionname"] = operation.parameters["RoleSessionName"]
    if operation.name in {"ModifyInstanceAttribute", "ModifyNetworkInterfaceAttribute"}:
        names = {name.partition(".")[0] for name in operation.parameters}
        set_here = sorted(names - {"DryRun", "InstanceId", "NetworkInterfaceId", "Value"})
        context["ec2:attribute"] = str(operation.parameters.get("Attribute") or ",".join(set_here))
    if operation.service == "monitoring" and isinstance(operation.parameters.get("Namespace"), str):
        context["cloudwatch:namespace"] = operation.parameters["Namespace"]
    return context


def _request_tags(operation: Operation) -> dict[str, str]:
    found = operation.parameters.get("Tags") or operation.parameters.get("tags")
    if isinstance(found, dict):
        return {str(key): str(value) for key, value in found.items()}
    if isinstance(found, list):
        return {str(tag.get("Key", tag.get("key"))): str(tag.get("Value", tag.get("value", "")))
                for tag in found if isinstance(tag, dict)}
    keys = {name: value for name, value in operation.parameters.items() if ".Key" in name and "Tag" in name}
    return {str(value): str(operation.parameters.get(name.replace(".Key", ".Value"), ""))
            for name, value in keys.items()}


def _leading_keys(operation: Operation) -> list[str]:
    take = operation.parameters.get
    item = take("Key") or take("Item") or {}
    value = item.get("pk") if isinstance(item, dict) else None
    if isinstance(value, dict):
        return [str(next(iter(value.values())))]
    values = take("ExpressionAttributeValues") or {}
    return [str(next(iter(value.values()))) for value in list(values.values())[:1]] if operation.name == "Query" else []

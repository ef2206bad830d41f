"""The use of a KMS key that another call implies.

A service that encrypts with a customer's key uses it in the caller's name
(``kms:ViaService``), so the caller's policies must allow that too:
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ..gateway.operations import Operation
from .uses import Use

Door = Callable[[str, str, dict[str, Any]], Awaitable[dict[str, Any]]]

_WRITE, _READ = ("kms:GenerateDataKey", "kms:Decrypt"), ("kms:Decrypt",)
_USES: dict[str, tuple[str, ...]] = {
    "sns:Publish": _WRITE, "sns:PublishBatch": _WRITE,
    "sqs:SendMessage": _WRITE, "sqs:SendMessageBatch": _WRITE, "sqs:ReceiveMessage": _READ,
    "secretsmanager:GetSecretValue": _READ, "secretsmanager:PutSecretValue": _WRITE,
    "ssm:PutParameter": ("kms:Encrypt",),
    **{f"dynamodb:{name}": _READ for name in (
        "BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactGetItems",
        "TransactWriteItems", "UpdateItem")},
}
_DECRYPTING = frozenset({"ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"})


async def implied(door: Door, operation: Operation, arns: list[str], account: str, region: str) -> list[Use]:
    """Every use of a customer's key that the call implies."""
    actions = _USES.get(operation.action, ())
    if operation.action in _DECRYPTING and operation.parameters.get("WithDecryption"):
        actions = _READ
    resources = [arn for arn in arns if arn.startswith("arn:")]
    if not actions or not resources:
        return []
    keys = (await door("fabric", "keys", {"account": account, "region": region, "resources": resources}))["keys"]
    via = f"{operation.service}.{region}.amazonaws.com"
    context = {"kms:viaservice": via, "kms:calleraccount": account}
    if operation.service == "ssm" and len(resources) == 1:
        context["kms:encryptioncontext:parameter_arn"] = resources[0]
    return [Use(action, key, via, context) for key in dict.fromkeys(keys) if key for action in actions]

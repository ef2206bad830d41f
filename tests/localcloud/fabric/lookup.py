"""What the IAM evaluation must know about resources of the fabric: their keys and tags."""

from __future__ import annotations

from typing import Any

from ministack.services import cloudwatch, dynamodb, kms, secretsmanager, sns, sqs, ssm

from . import door


@door.route("keys")
def _keys(request: dict[str, Any]) -> dict[str, Any]:
    """The customer's KMS key behind each resource ARN, or None (AWS's own keys ask nobody)."""
    account, region = request["account"], request["region"]
    return {"keys": [_key_arn(_key_of(arn, account, region), account, region) for arn in request["resources"]]}


@door.route("tags")
def _tags(request: dict[str, Any]) -> dict[str, Any]:
    """Tags of alarms, by name, in the shape of the other door."""
    account, region = request["account"], request["region"]
    found: list[dict[str, Any] | None] = []
    for item in request["resources"]:
        arn = f"arn:aws:cloudwatch:{region}:{account}:alarm:{item['name']}"
        alarm = (cloudwatch._alarms.get_scoped(account, region, item["name"])
                 or cloudwatch._composite_alarms.get_scoped(account, region, item["name"]))
        tags = cloudwatch._resource_tags.get_scoped(account, None, arn) or {}
        if isinstance(tags, list):
            tags = {tag["Key"]: tag["Value"] for tag in tags}
        found.append({"arn": arn, "tags": dict(tags)} if alarm else None)
    return {"found": found}


def _key_of(arn: str, account: str, region: str) -> str | None:
    service, name = arn.split(":")[2], arn.split(":", 5)[5]
    record: dict[str, Any] | None
    if service == "sns":
        record = sns._topics.get_scoped(account, region, arn)
        return ((record or {}).get("attributes") or {}).get("KmsMasterKeyId")
    if service == "sqs":
        record = sqs._queue_by_arn(arn)
        return (record or {"attributes": {}})["attributes"].get("KmsMasterKeyId")
    if service == "dynamodb":
        record = dynamodb._tables.get_scoped(account, region, name.split("/")[1])
        return ((record or {}).get("SSEDescription") or {}).get("KMSMasterKeyArn")
    if service == "ssm":
        tail = name.removeprefix("parameter/")
        record = (ssm._parameters.get_scoped(account, region, "/" + tail)
                  or ssm._parameters.get_scoped(account, region, tail))
        return record.get("KeyId") if record and record.get("Type") == "SecureString" else None
    if service == "secretsmanager":
        for key in (arn, name.removeprefix("secret:")):
            record = secretsmanager._secrets.get_scoped(account, region, key)
            if record:
                return record.get("KmsKeyId")
    return None


def _key_arn(key: str | None, account: str, region: str) -> str | None:
    if not key or "alias/aws/" in key:
        return None
    name = key.rpartition(":")[2]
    if name.startswith("alias/"):
        alias = f"arn:aws:kms:{region}:{account}:{name}"
        name = f"key/{kms._aliases.get_scoped(account, region, alias) or name}"
    return f"arn:aws:kms:{region}:{account}:{name if name.startswith('key/') else 'key/' + name}"

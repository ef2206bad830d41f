"""What the IAM evaluation must know about resources of the fabric: their keys and tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch, dynamodb, iam, kms, secretsmanager, sns, sqs, ssm

from . import door


@door.route("keys")
def _keys(request: dict[str, Any]) -> dict[str, Any]:
    """The customer's KMS key behind each resource ARN, or None (AWS's own keys ask nobody)."""
    account, region = request["account"], request["region"]
    return {"keys": [_key_arn(_key_of(arn, account, region), account, region) for arn in request["resources"]]}


@door.route("tags")
def _tags(request: dict[str, Any]) -> dict[str, Any]:
    """ARN and tags of alarms, users and roles, and of the user behind an access key, as the other door has it."""
    account, region = request["account"], request["region"]
    return {"found": [_KINDS[item["kind"]](account, region, item["name"]) for item in request["resources"]]}


def _alarm(account: str, region: str, name: str) -> dict[str, Any] | None:
    arn = f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"
    alarm = (cloudwatch._alarms.get_scoped(account, region, name)
             or cloudwatch._composite_alarms.get_scoped(account, region, name))
    return {"arn": arn, "tags": _pairs(cloudwatch._resource_tags.get_scoped(account, None, arn))} if alarm else None


def _principal(store: Any) -> Callable[[str, str, str], dict[str, Any] | None]:
    def found(account: str, _region: str, name: str) -> dict[str, Any] | None:
        record = store.get_scoped(account, None, name)
        return {"arn": record["Arn"], "tags": _pairs(record.get("Tags"))} if record else None
    return found


def _user_of(account: str, region: str, key: str) -> dict[str, Any] | None:
    record = iam._access_keys.get_scoped(account, None, key)
    return _KINDS["iam-user"](account, region, record["UserName"]) if record else None


_KINDS: dict[str, Callable[[str, str, str], dict[str, Any] | None]] = {
    "access-key": _user_of, "alarm": _alarm, "iam-role": _principal(iam._roles), "iam-user": _principal(iam._users),
}


def _pairs(tags: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags} if isinstance(tags, list) else dict(tags or {})


@door.route("profile")
def _profile(request: dict[str, Any]) -> dict[str, Any]:
    """The roles in an instance profile, by its ARN or name: what is passed with it."""
    name = request["profile"].rpartition("/")[2]
    record = iam._instance_profiles.get_scoped(request["account"], None, name) or {}
    roles = [iam._roles.get_scoped(request["account"], None, role) for role in record.get("Roles") or []]
    return {"roles": [role["Arn"] for role in roles if role]}


def key_of(arn: str) -> str | None:
    """The customer's KMS key behind a resource."""
    _arn, _aws, _service, region, account, _name = arn.split(":", 5)
    return _key_arn(_key_of(arn, account, region), account, region)


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

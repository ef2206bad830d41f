"""Which resources a call touches, as ARNs that policies are matched against.

https://docs.aws.amazon.com/service-authorization/latest/reference/ lists for
every action the resource types it supports; an action without any is matched
against ``*``.  A call whose resource is not known here is matched against ``*``
too, which only a statement with ``"Resource": "*"`` allows: never kinder than AWS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..gateway.operations import Operation


@dataclass(frozen=True)
class Resource:
    """One resource of a call: an ARN, and how moto finds its tags (or not)."""

    arn: str
    kind: str | None = None
    name: str | None = None


Finder = Callable[[Operation, str, str], list[Resource]]


def of(operation: Operation, account: str, region: str) -> list[Resource]:
    """The resources of a call; empty when it has none or none is known."""
    finder = _FINDERS.get(operation.service)
    return finder(operation, account, region) if finder else []


def _values(parameters: Mapping[str, Any], *names: str) -> list[str]:
    """The texts of parameters, also of query protocol lists (``Name.1``, ``Name.member.1``)."""
    found: list[str] = []
    for key, value in parameters.items():
        base = re.sub(r"(\.(member|item|[A-Za-z]+))?\.\d+$", "", key)
        if base in names:
            found += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
    return found


def _rds(operation: Operation, account: str, region: str) -> list[Resource]:
    found = []
    for parameter, word, kind in (("DBInstanceIdentifier", "db", "database"),
                                  ("DBClusterIdentifier", "cluster", "database-cluster"),
                                  ("DBSnapshotIdentifier", "snapshot", None),
                                  ("DBClusterSnapshotIdentifier", "cluster-snapshot", None),
                                  ("GlobalClusterIdentifier", "global-cluster", None)):
        for name in _values(operation.parameters, parameter):
            home = "" if word == "global-cluster" else region
            arn = name if name.startswith("arn:") else f"arn:aws:rds:{home}:{account}:{word}:{name}"
            found.append(Resource(arn, kind, name))
    for arn in _values(operation.parameters, "ResourceName"):
        kind = {"db": "database", "cluster": "database-cluster"}.get(arn.split(":")[5] if arn.count(":") > 5 else "")
        found.append(Resource(arn, kind, arn))
    if not found and operation.name.startswith("Describe"):
        # A describe without a name asks for all of that type.
        word = "cluster" if "Cluster" in operation.name else "db"
        return [Resource(f"arn:aws:rds:{region}:{account}:{word}:*")]
    return found


def _autoscaling(operation: Operation, account: str, region: str) -> list[Resource]:
    if operation.name.startswith("Describe"):
        return []
    names = _values(operation.parameters, "AutoScalingGroupName", "Tags.ResourceId") or [
        value for key, value in operation.parameters.items() if re.fullmatch(r"Tags\.member\.\d+\.ResourceId", key)]
    return [Resource(f"arn:aws:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/{name}",
                     "group", name) for name in dict.fromkeys(names)]


# Prefix of an id -> the word in its ARN.
_EC2_WORDS = {
    "eni": "network-interface", "i": "instance", "sg": "security-group", "snap": "snapshot", "subnet": "subnet",
    "vol": "volume", "vpc": "vpc",
}
_EC2_PARAMETERS = ("GroupId", "InstanceId", "InstanceSpecification.InstanceId", "NetworkInterfaceId", "ResourceId",
                   "SecurityGroupId", "VpcId")
# What is made has no id yet.
_EC2_MADE = {"CreateSecurityGroup": ("security-group",), "CreateSnapshots": ("volume", "snapshot")}


def _ec2(operation: Operation, account: str, region: str) -> list[Resource]:
    if operation.name.startswith("Describe") and operation.name != "DescribeInstanceAttribute":
        return []
    found = [Resource(ec2_arn(_EC2_WORDS.get(name.partition("-")[0], "instance"), name, account, region), "ec2", name)
             for name in _values(operation.parameters, *_EC2_PARAMETERS)]
    # The instance behind an association with a profile is told by the door.
    found += [Resource(ec2_arn("instance", "*", account, region), "profile-association", name)
              for name in _values(operation.parameters, "AssociationId") if name.startswith("iip-assoc-")]
    return found + [Resource(ec2_arn(word, "*", account, region)) for word in _EC2_MADE.get(operation.name, ())]


def ec2_arn(word: str, name: str, account: str, region: str) -> str:
    """The ARN of a resource of EC2; a snapshot's has no account."""
    return f"arn:aws:ec2:{region}:{'' if word == 'snapshot' else account}:{word}/{name}"


def _load_balancing(operation: Operation, _account: str, _region: str) -> list[Resource]:
    if operation.name.startswith("Describe"):
        return []
    return [Resource(name) for name in _values(operation.parameters, "TargetGroupArn", "LoadBalancerArn")[:1]]


def _iam(operation: Operation, account: str, _region: str) -> list[Resource]:
    """Users and roles; whose an access key is, is told by the door."""
    found = [Resource(f"arn:aws:iam::{account}:{kind}/{name}", f"iam-{kind}", name)
             for parameter, kind in (("UserName", "user"), ("RoleName", "role"))
             for name in _values(operation.parameters, parameter)[:1]]
    return found or [Resource(f"arn:aws:iam::{account}:user/*", "access-key", name)
                     for name in _values(operation.parameters, "AccessKeyId")[:1]]


def _eks(operation: Operation, account: str, region: str) -> list[Resource]:
    take = operation.parameters.get
    arn = take("resourceArn")
    if arn:
        rest = str(arn).split(":", 5)[5].split("/")
        kind = {"cluster": "cluster", "nodegroup": "nodegroup"}.get(rest[0])
        return [Resource(str(arn), kind, "/".join(rest[1:3]))]
    cluster, group = take("name") or take("clusterName"), take("nodegroupName")
    if not cluster or operation.name == "ListClusters":
        return []
    if group and operation.name not in {"CreateNodegroup"}:
        return [Resource(f"arn:aws:eks:{region}:{account}:nodegroup/{cluster}/{group}/*", "nodegroup",
                         f"{cluster}/{group}")]
    return [Resource(f"arn:aws:eks:{region}:{account}:cluster/{cluster}", "cluster", str(cluster))]


def _ecs(operation: Operation, account: str, region: str) -> list[Resource]:
    take, prefix = operation.parameters.get, f"arn:aws:ecs:{region}:{account}"
    cluster = str(take("cluster") or "default").rpartition("/")[2]
    if operation.name == "ListTagsForResource":
        return [Resource(str(take("resourceArn")), "service", str(take("resourceArn")))]
    if operation.name in {"UpdateService", "DeleteService", "DescribeServices"}:
        names = take("services") or [take("service")]
        return [Resource(f"{prefix}:service/{cluster}/{str(name).rpartition('/')[2]}", "service",
                         f"{cluster}/{str(name).rpartition('/')[2]}") for name in names]
    if operation.name == "DescribeClusters":
        names = take("clusters") or ["default"]
        return [Resource(f"{prefix}:cluster/{str(name).rpartition('/')[2]}") for name in names]
    return []


def _scaling(operation: Operation, account: str, region: str) -> list[Resource]:
    if operation.name.startswith("Describe"):
        return []
    return [Resource(f"arn:aws:application-autoscaling:{region}:{account}:scalable-target/*")]


def _cloudwatch(operation: Operation, account: str, region: str) -> list[Resource]:
    prefix = f"arn:aws:cloudwatch:{region}:{account}:alarm:"
    if operation.name == "ListTagsForResource":
        arn = str(operation.parameters.get("ResourceARN"))
        return [Resource(arn, "alarm", arn.removeprefix(prefix))]
    names = _values(operation.parameters, "AlarmNames", "AlarmName")
    if not names and operation.name == "DescribeAlarms":
        return [Resource(prefix + "*")]
    return [Resource(prefix + name, "alarm", name) for name in names]


def _dynamodb(operation: Operation, account: str, region: str) -> list[Resource]:
    def table(name: Any, index: Any = None) -> Resource:
        arn = str(name) if str(name).startswith("arn:") else f"arn:aws:dynamodb:{region}:{account}:table/{name}"
        return Resource(f"{arn}/index/{index}" if index else arn)

    take = operation.parameters.get
    if take("TableName"):
        return [table(take("TableName"), take("IndexName"))]
    if isinstance(take("RequestItems"), dict):
        return [table(name) for name in operation.parameters["RequestItems"]]
    items = take("TransactItems") or []
    return list({found.arn: found for item in items for found in [
        table(next(iter(item.values())).get("TableName"))]}.values())


def _ssm(operation: Operation, account: str, region: str) -> list[Resource]:
    names = _values(operation.parameters, "Name", "Names", "Path")
    return [Resource(name if name.startswith("arn:") else
                     f"arn:aws:ssm:{region}:{account}:parameter/{name.lstrip('/')}") for name in names]


def _named(template: str, *parameters: str) -> Finder:
    """A finder for services that name one resource (or its ARN) in one of ``parameters``."""
    def find(operation: Operation, account: str, region: str) -> list[Resource]:
        return [Resource(name if name.startswith("arn:") else template.format(
            region=region, account=account, name=name)) for name in _values(operation.parameters, *parameters)[:1]]
    return find


def _sqs(operation: Operation, account: str, region: str) -> list[Resource]:
    urls = _values(operation.parameters, "QueueUrl", "QueueName")
    return [Resource(f"arn:aws:sqs:{region}:{account}:{url.rpartition('/')[2]}") for url in urls[:1]]


def _kms(operation: Operation, account: str, region: str) -> list[Resource]:
    prefix = f"arn:aws:kms:{region}:{account}:"
    names = [name if name.startswith(("arn:", "alias/")) else f"key/{name}"
             for name in _values(operation.parameters, "KeyId")[:1]]
    return [Resource(name if name.startswith("arn:") else prefix + name) for name in names]


def _s3(operation: Operation, _account: str, _region: str) -> list[Resource]:
    bucket, key = operation.parameters.get("Bucket"), operation.parameters.get("Key")
    return [Resource(f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else ""))] if bucket else []


def _functions(operation: Operation, account: str, region: str) -> list[Resource]:
    return [Resource(name if name.startswith("arn:") else f"arn:aws:lambda:{region}:{account}:function:{name}")
            for name in _values(operation.parameters, "FunctionName")[:1]]


def _budgets(operation: Operation, account: str, _region: str) -> list[Resource]:
    if "Resource" in operation.name:
        return [Resource(arn) for arn in _values(operation.parameters, "ResourceARN")]
    # Without a name all of them are meant.
    names = _values(operation.parameters, "BudgetName") or [
        one["BudgetName"] for one in [operation.parameters.get("Budget") or operation.parameters.get("NewBudget")] if one]
    return [Resource(f"arn:aws:budgets::{account}:budget/{name}") for name in names or ["*"]]


def _logs(operation: Operation, account: str, region: str) -> list[Resource]:
    return [Resource(f"arn:aws:logs:{region}:{account}:log-group:{name}:*")
            for name in _values(operation.parameters, "logGroupName")[:1]]


_FINDERS: dict[str, Finder] = {
    "rds": _rds, "autoscaling": _autoscaling, "ec2": _ec2, "eks": _eks, "ecs": _ecs, "iam": _iam,
    "elasticloadbalancing": _load_balancing,
    "application-autoscaling": _scaling, "monitoring": _cloudwatch, "dynamodb": _dynamodb, "ssm": _ssm,
    "sqs": _sqs, "kms": _kms, "s3": _s3, "lambda": _functions, "logs": _logs, "budgets": _budgets,
    "sns": _named("arn:aws:sns:{region}:{account}:{name}", "TopicArn", "TargetArn", "Name"),
    "secretsmanager": _named("arn:aws:secretsmanager:{region}:{account}:secret:{name}", "SecretId", "Name"),
    "events": _named("arn:aws:events:{region}:{account}:rule/{name}", "Name", "Rule"),
    "states": _named("{name}", "executionArn", "stateMachineArn"),
    "scheduler": _named("arn:aws:scheduler:{region}:{account}:schedule/default/{name}", "Name"),
    "sts": _named("arn:aws:iam::{account}:role/{name}", "RoleArn"),
    "backup": _named("arn:aws:backup:{region}:{account}:backup-vault:{name}", "BackupVaultName", "backupVaultName"),
}


def arns(resources: Iterable[Resource]) -> list[str]:
    """Their ARNs, or ``*`` for none."""
    return [resource.arn for resource in resources] or ["*"]

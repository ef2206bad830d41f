"""The ARNs and tags behind the names in a call, for the IAM evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.eks.models import eks_backends
from moto.rds.models import rds_backends

from .launcher import route

Tagged = tuple[str, dict[str, str]]


@route("tags")
def _tags(request: dict[str, Any]) -> dict[str, Any]:
    """``{"resources": [{"kind", "name"}...]}`` -> ARN and tags of each, None where there is no such thing."""
    account, region = request["account"], request["region"]
    found = []
    for item in request["resources"]:
        look = _KINDS.get(item["kind"])
        result = next(look(account, region, item["name"]), None) if look else None
        found.append({"arn": result[0], "tags": result[1]} if result else None)
    return {"found": found}


def _pairs(tags: Any) -> dict[str, str]:
    return {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value")) for tag in tags or []}


def _database(account: str, region: str, name: str) -> Iterator[Tagged]:
    instance = rds_backends[account][region].databases.get(name.rpartition(":")[2])
    if instance is not None:
        yield instance.arn, _pairs(instance.tags)


def _database_cluster(account: str, region: str, name: str) -> Iterator[Tagged]:
    cluster = rds_backends[account][region].clusters.get(name.rpartition(":")[2])
    if cluster is not None:
        yield cluster.arn, _pairs(cluster.tags)


def _group(account: str, region: str, name: str) -> Iterator[Tagged]:
    group = autoscaling_backends[account][region].autoscaling_groups.get(name.rpartition("/")[2])
    if group is not None:
        yield group.arn, _pairs(group.tags)


def _ec2(account: str, region: str, name: str) -> Iterator[Tagged]:
    """Anything of EC2 that has an id and tags, and is there."""
    backend = ec2_backends[account][region]
    word, known = _EC2_KINDS.get(name.partition("-")[0], ("instance", _instances))
    if name in known(backend):
        own = "" if word == "snapshot" else account
        yield f"arn:aws:ec2:{region}:{own}:{word}/{name}", _pairs(backend.describe_tags(
            filters={"resource-id": [name]}))


def _instances(backend: Any) -> set[str]:
    return {instance.id for instance in backend.all_instances()}


_EC2_KINDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "eni": ("network-interface", lambda backend: backend.enis),
    "i": ("instance", _instances),
    "sg": ("security-group", lambda backend: {
        name for groups in backend.groups.values() for name in groups}),
    "snap": ("snapshot", lambda backend: backend.snapshots),
    "vol": ("volume", lambda backend: backend.volumes),
    "vpc": ("vpc", lambda backend: backend.vpcs),
}


def _profile_association(account: str, region: str, name: str) -> Iterator[Tagged]:
    for association in ec2_backends[account][region].iam_instance_profile_associations.values():
        if association.association_id == name:
            yield from _ec2(account, region, association.instance_id)


def _cluster(account: str, region: str, name: str) -> Iterator[Tagged]:
    cluster = eks_backends[account][region].clusters.get(name)
    if cluster is not None:
        yield cluster.arn, dict(cluster.tags)


def _nodegroup(account: str, region: str, name: str) -> Iterator[Tagged]:
    cluster_name, _slash, group = name.partition("/")
    cluster = eks_backends[account][region].clusters.get(cluster_name)
    if cluster is not None and group in cluster.nodegroups:
        nodegroup = cluster.nodegroups[group]
        yield nodegroup.arn, dict(nodegroup.tags)


def _service(account: str, region: str, name: str) -> Iterator[Tagged]:
    for service in ecs_backends[account][region].services.values():
        if name in (service.arn, f"{service.cluster_name}/{service.name}"):
            yield service.arn, _pairs(service.tags)


_KINDS: dict[str, Callable[[str, str, str], Iterator[Tagged]]] = {
    "database": _database, "database-cluster": _database_cluster, "group": _group, "ec2": _ec2,
    "profile-association": _profile_association, "cluster": _cluster, "nodegroup": _nodegroup, "service": _service,
}

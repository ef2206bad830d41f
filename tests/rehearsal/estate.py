"""What sleeps in the environment, read from AWS as anybody could read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from localcloud import LocalCloud

# What Terraform has just applied; the account holds another team's things too.
MADE_HERE = {"Environment": "dev", "Project": "personal-timeline"}


@dataclass(frozen=True, order=True)
class Resource:
    """One resource: what it is, its name, and its state in a few words."""

    kind: str
    name: str
    state: str
    asleep: bool


def states(cloud: LocalCloud) -> list[Resource]:
    """Everything applied here that can sleep, with its state now."""
    return sorted([*_groups(cloud), *_node_groups(cloud), *_databases(cloud)])


def _is_made_here(tags: Mapping[str, str]) -> bool:
    return MADE_HERE.items() <= tags.items()


def _groups(cloud: LocalCloud) -> Iterator[Resource]:
    client = cloud.client("autoscaling")
    for page in client.get_paginator("describe_auto_scaling_groups").paginate():
        for group in page["AutoScalingGroups"]:
            tags = {tag["Key"]: tag["Value"] for tag in group.get("Tags", [])}
            if not _is_made_here(tags) or "eks:nodegroup-name" in tags:
                continue
            running = sum(member["LifecycleState"] == "InService" for member in group["Instances"])
            yield Resource("Auto Scaling group", group["AutoScalingGroupName"],
                           f"min {group['MinSize']}, desired {group['DesiredCapacity']}, "
                           f"max {group['MaxSize']}; {running} in service",
                           asleep=running == 0 and group["DesiredCapacity"] == 0)


def _node_groups(cloud: LocalCloud) -> Iterator[Resource]:
    client = cloud.client("eks")
    for cluster in client.list_clusters()["clusters"]:
        for name in client.list_nodegroups(clusterName=cluster)["nodegroups"]:
            group = client.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
            if not _is_made_here(group.get("tags", {})):
                continue
            sizes = group["scalingConfig"]
            yield Resource("EKS node group", name,
                           f"min {sizes['minSize']}, desired {sizes['desiredSize']}, "
                           f"max {sizes['maxSize']}; {group['status'].lower()}",
                           asleep=sizes["desiredSize"] == 0)


def _databases(cloud: LocalCloud) -> Iterator[Resource]:
    for database in cloud.client("rds").describe_db_instances()["DBInstances"]:
        tags = {tag["Key"]: tag["Value"] for tag in database.get("TagList", [])}
        if _is_made_here(tags):
            status = database["DBInstanceStatus"]
            yield Resource("RDS instance", database["DBInstanceIdentifier"], status, asleep=status == "stopped")

"""What AWS shows of everything that could sleep, without what changes by itself.

Two snapshots that are equal, byte for byte, mean that nothing was lost and
nothing was added overnight.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Client = Callable[[str], Any]
Shown = dict[str, dict[str, Any]]

# What differs after a night on AWS as well: instants, addresses that are not
# kept, and the stories of how the state came about.
_VOLATILE = frozenset({
    "AutomaticRestartTime", "EarliestRestorableTime", "LatestRestorableTime", "LaunchTime", "PrivateDnsName",
    "PublicDnsName", "PublicIpAddress", "StateReason", "StateTransitionReason", "SuspensionReason",
    "AlarmConfigurationUpdatedTimestamp", "StateReasonData", "StateTransitionedTimestamp", "StateUpdatedTimestamp",
    "StateValue", "deployments", "events", "modifiedAt", "NetworkInterfaces", "health", "UsageOperationUpdateTime",
})


def snapshot(client: Client) -> Shown:
    """Every Auto Scaling group, instance, node group, database, service, scalable target and alarm, by name."""
    found: Shown = {}
    for kind, name, content in _everything(client):
        found[f"{kind} {name}"] = json.loads(json.dumps(_steady(content), sort_keys=True, default=str))
    return found


def _everything(client: Client) -> Iterator[tuple[str, str, Any]]:
    replaced = set()
    for page in client("autoscaling").get_paginator("describe_auto_scaling_groups").paginate():
        for group in page["AutoScalingGroups"]:
            members = group.pop("Instances")
            tags = {tag["Key"]: tag["Value"] for tag in group["Tags"]}
            group["SuspendedProcesses"].sort(key=lambda process: process["ProcessName"])
            if tags.get("nightshift:sleep-mode") == "suspend-and-stop":
                group["Members"] = sorted((member["InstanceId"], member["LifecycleState"]) for member in members)
            else:
                # Members come new in the morning: how many there are is what counts.
                replaced |= {member["InstanceId"] for member in members}
                group["Members"] = sorted(member["LifecycleState"] for member in members)
            yield "group", group["AutoScalingGroupName"], group
    for page in client("ec2").get_paginator("describe_instances").paginate():
        for instance in (one for reservation in page["Reservations"] for one in reservation["Instances"]):
            if instance["State"]["Name"] != "terminated" and instance["InstanceId"] not in replaced:
                yield "instance", instance["InstanceId"], instance
    eks = client("eks")
    for cluster in eks.list_clusters()["clusters"]:
        for name in eks.list_nodegroups(clusterName=cluster)["nodegroups"]:
            yield "node group", name, eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
    rds = client("rds")
    for database in rds.describe_db_instances()["DBInstances"]:
        yield "database", database["DBInstanceIdentifier"], database
    for database in rds.describe_db_clusters()["DBClusters"]:
        yield "database cluster", database["DBClusterIdentifier"], database
    ecs = client("ecs")
    for cluster in ecs.list_clusters()["clusterArns"]:
        names = ecs.list_services(cluster=cluster)["serviceArns"]
        for service in ecs.describe_services(cluster=cluster, services=names, include=["TAGS"])["services"] if names else []:
            yield "service", service["serviceName"], service
    for target in client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]:
        yield "scalable target", target["ResourceId"], target
    for page in client("cloudwatch").get_paginator("describe_alarms").paginate():
        for alarm in page["MetricAlarms"]:
            yield "alarm", alarm["AlarmName"], alarm


def _steady(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _steady(item) for key, item in value.items() if key not in _VOLATILE and key != "ResponseMetadata"}
    if isinstance(value, list | tuple):
        return [_steady(item) for item in value]
    return value


def differences(before: Shown, after: Shown) -> list[str]:
    """What is not the same, one line each."""
    lines = [f"{name} is gone" for name in before.keys() - after.keys()]
    lines += [f"{name} is new" for name in after.keys() - before.keys()]
    for name in before.keys() & after.keys():
        for field in sorted(before[name].keys() | after[name].keys()):
            was, is_now = before[name].get(field), after[name].get(field)
            if was != is_now:
                lines.append(f"{name}: {field} was {json.dumps(was)} and is {json.dumps(is_now)}")
    return sorted(lines)

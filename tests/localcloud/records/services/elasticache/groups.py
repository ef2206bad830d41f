"""Replication groups: members, shards, changes, failover.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
"""

from __future__ import annotations

from ....addon import timeline
from ... import output, tags
from ...engine import Call
from ...kinds import fold
from ...record import Record
from . import datastores
from .nodes import Document, domain, subnets, version

FAILOVER = 30.0
_SLOTS = 16384
# What a member of a global datastore has from the datastore.
_INHERITED = ("AtRestEncryptionEnabled", "CacheNodeType", "Engine", "EngineVersion", "TransitEncryptionEnabled",
              "TransitEncryptionMode")
_SHARED = (*_INHERITED, "CacheParameterGroupName", "NumNodeGroups")
# Settings that the nodes carry.
_OF_NODES = ("AtRestEncryptionEnabled", "AuthTokenEnabled", "AutoMinorVersionUpgrade", "CacheNodeType",
             "CacheParameterGroupName", "CacheSubnetGroupName", "Engine", "EngineVersion", "NotificationTopicArn",
             "Port", "PreferredMaintenanceWindow", "SecurityGroupIds", "SnapshotRetentionLimit", "SnapshotWindow",
             "TransitEncryptionEnabled", "TransitEncryptionMode")


def create(call: Call) -> Document:
    """Makes a group with its nodes, alone or as a member of a global datastore."""
    take = call.parameters
    name = take["ReplicationGroupId"].lower()
    if call.store.find(call.kind("ReplicationGroup"), {"id": name}):
        raise call.refuse("ReplicationGroupAlreadyExists", f"Replication group {name} already exists.")
    settings = {"Engine": "redis", "Port": 6379, "CacheSubnetGroupName": "default", **take}
    followed = take.get("GlobalReplicationGroupId")
    datastore = datastores.named(call, followed) if followed else None
    if datastore:
        if given := [name for name in _SHARED if name in take]:
            raise _combination(call, "Cannot use the given parameters when creating new replication group in an "
                               f"existing global replication group: {', '.join(given)}.")
        first = datastores.primary(datastore)
        settings |= {name: first[name] for name in _INHERITED} | {
            "NumNodeGroups": len(first["shards"]), "ClusterMode": first["ClusterMode"],
            "AutomaticFailoverEnabled": first["AutomaticFailover"] == "enabled",
            "MultiAZEnabled": first["MultiAZ"] == "enabled"}
    settings["EngineVersion"] = version(settings.get("EngineVersion") or "7.1")
    clustered = _clustered(call, settings)
    settings["CacheParameterGroupName"] = settings.get("CacheParameterGroupName") or _default_parameters(
        settings, clustered)
    _refuse_contradictions(call, settings, clustered)
    group = call.make("ReplicationGroup", {
        **{name: settings.get(name) for name in _OF_NODES}, "ReplicationGroupId": name,
        "AuthTokenEnabled": "AuthToken" in take, "ClusterEnabled": clustered,
        "ClusterMode": "enabled" if clustered else "disabled",
        "Description": take["ReplicationGroupDescription"],
        "AutomaticFailover": _switch(settings.get("AutomaticFailoverEnabled")),
        "MultiAZ": _switch(settings.get("MultiAZEnabled")), "KmsKeyId": take.get("KmsKeyId"),
        "SnapshotRetentionLimit": take.get("SnapshotRetentionLimit") or 0,
        "SnapshotWindow": take.get("SnapshotWindow") or "03:00-04:00",
        "PreferredMaintenanceWindow": (take.get("PreferredMaintenanceWindow") or "sun:05:00-sun:06:00").lower(),
        "UserGroupIds": take.get("UserGroupIds") or [], "logs": _logs([], take.get("LogDeliveryConfigurations")),
        "zones": take.get("PreferredCacheClusterAZs") or _zones(call, settings["CacheSubnetGroupName"]),
        "shards": [],
    }, tags.taken(take.get("Tags") or []))
    replicas = (take.get("ReplicasPerNodeGroup") if take.get("ReplicasPerNodeGroup") is not None
                else (take.get("NumCacheClusters") or 1) - 1)
    _reshape(call, group, settings.get("NumNodeGroups") or 1, replicas)
    if datastore:
        datastores.join(datastore, group)
    return output.of_one(call.operation.output_shape, group, take)


def modify(call: Call) -> Document:
    """Changes settings of a group, at once."""
    take, group = call.parameters, _found(call)
    changes = {name: take[name] for name in _OF_NODES if take.get(name) is not None}
    if datastores.of(group) and set(changes) & set(_SHARED):
        raise call.refuse("InvalidParameterValue", f"Cluster [{group.name}] is part of a global cluster "
                          f"[{datastores.of(group)}]. Request rejected.")
    if "EngineVersion" in changes:
        changes["EngineVersion"] = version(changes["EngineVersion"])
    if take.get("ReplicationGroupDescription"):
        changes["Description"] = take["ReplicationGroupDescription"]
    for given, name in (("AutomaticFailoverEnabled", "AutomaticFailover"), ("MultiAZEnabled", "MultiAZ")):
        if take.get(given) is not None:
            changes[name] = _switch(take[given])
    if "AuthToken" in take:
        changes["AuthTokenEnabled"] = True
    kept = [] if take.get("RemoveUserGroups") else [
        name for name in group["UserGroupIds"] if name not in (take.get("UserGroupIdsToRemove") or [])]
    for name in take.get("UserGroupIdsToAdd") or []:
        call.find("UserGroup", UserGroupId=name)
    changes["UserGroupIds"] = list(dict.fromkeys([*kept, *(take.get("UserGroupIdsToAdd") or [])]))
    if take.get("LogDeliveryConfigurations"):
        changes["logs"] = _logs(group["logs"], take["LogDeliveryConfigurations"])
    if changes.get("MultiAZ", group["MultiAZ"]) == "enabled" and (
            changes.get("AutomaticFailover", group["AutomaticFailover"]) != "enabled"):
        raise _combination(call, "Multi-AZ must have automatic failover enabled.")
    if take.get("PrimaryClusterId"):
        if group["AutomaticFailover"] == "enabled":
            raise _combination(call, "The primary is chosen by hand only while automatic failover is off.")
        _promote(group["shards"][0], take["PrimaryClusterId"])
    update(call, group, changes)
    return output.of_one(call.operation.output_shape, group, take)


def update(call: Call, group: Record, changes: Document) -> None:
    """Take changes over into a group and its nodes."""
    group.merge({fold(name): value for name, value in changes.items()})
    _settle(call, group)


def delete(call: Call) -> Document:
    """Removes a group with its nodes."""
    take, group = call.parameters, _found(call)
    if datastores.of(group):
        raise call.refuse("InvalidReplicationGroupState", f"Replication group {group.name} is a member of the global "
                          f"datastore {datastores.of(group)}: take it out first.")
    if take.get("FinalSnapshotIdentifier"):
        call.make("Snapshot", {"SnapshotName": take["FinalSnapshotIdentifier"], "ReplicationGroupId": group.name,
                               "SnapshotSource": "manual"})
    answer = output.of_one(call.operation.output_shape, group, take)
    answer["ReplicationGroup"]["Status"] = "deleting"
    group.fields["shards"] = []
    _settle(call, group)
    call.store.remove(group)
    return answer


def replicas(call: Call) -> Document:
    """Another number of replicas in every shard."""
    take, group = call.parameters, _found(call)
    count = take.get("NewReplicaCount")
    if count is None:
        raise _combination(call, "NewReplicaCount says how many replicas each shard is to have.")
    if count == 0 and group["AutomaticFailover"] == "enabled" and not group["ClusterEnabled"]:
        raise _combination(call, "A group with automatic failover keeps one replica at least.")
    _reshape(call, group, len(group["shards"]), count)
    return output.of_one(call.operation.output_shape, group, take)


def reshard(call: Call) -> Document:
    """Another number of shards."""
    take, group = call.parameters, _found(call)
    if not group["ClusterEnabled"]:
        raise _combination(call, "Only a group in cluster mode has shards to change.")
    _reshape(call, group, take["NodeGroupCount"], len(group["shards"][0]) - 1)
    return output.of_one(call.operation.output_shape, group, take)


def fail_over(call: Call) -> Document:
    """TestFailover: the primary of a shard changes places with its first replica, in its time."""
    take, group = call.parameters, _found(call)
    number = int(take["NodeGroupId"]) if take["NodeGroupId"].isdigit() else 0
    if not 1 <= number <= len(group["shards"]):
        raise call.refuse("NodeGroupNotFoundFault", f"Node group {take['NodeGroupId']} not found.")
    if group["Status"] != "available":
        raise call.refuse("InvalidReplicationGroupState", f"Replication group {group.name} is {group['Status']}.")
    shard = group["shards"][number - 1]
    if group["AutomaticFailover"] != "enabled" or len(shard) < 2:
        raise call.refuse("InvalidParameterCombination", f"Replication group {group.name} has no automatic failover "
                          "or no replica to fail over to.")
    group.fields["status"] = "modifying"

    def done() -> None:
        _promote(shard, shard[1]["id"])
        group.fields["status"] = "available"

    timeline.later("elasticache-failover", FAILOVER, done, key=f"{group.name} fails over")
    return output.of_one(call.operation.output_shape, group, take)


def node_groups(group: Record) -> list[Document]:
    """The shards as the API tells them; without cluster mode also who is the primary, and where it is reached."""
    end, count = domain(group.region, group["token"]), len(group["shards"])
    told = []
    for number, shard in enumerate(group["shards"]):
        one: Document = {"NodeGroupId": f"{number + 1:04}", "Status": group["Status"]}
        if group["ClusterEnabled"]:
            one["Slots"] = f"{_SLOTS * number // count}-{_SLOTS * (number + 1) // count - 1}"
        else:
            for kind, prefix in (("PrimaryEndpoint", "master"), ("ReaderEndpoint", "replica")):
                one[kind] = {"Address": f"{prefix}.{group.name}.{end}", "Port": group["Port"]}
        one["NodeGroupMembers"] = [{
            "CacheClusterId": node["id"], "CacheNodeId": "0001", "PreferredAvailabilityZone": node["zone"],
            **({} if group["ClusterEnabled"] else {
                "CurrentRole": "replica" if place else "primary",
                "ReadEndpoint": {"Address": f"{node['id']}.{end}", "Port": group["Port"]}}),
        } for place, node in enumerate(shard)]
        told.append(one)
    return told


FIELDS: Document = {
    "AutoMinorVersionUpgrade": True, "DataTiering": "disabled", "IpDiscovery": "ipv4", "NetworkType": "ipv4",
    "Status": "available", "token": "{hex:6}",
    "ConfigurationEndpoint": lambda group: {
        "Address": f"clustercfg.{group.name}.{domain(group.region, group['token'])}", "Port": group["Port"],
    } if group["ClusterEnabled"] else None,
    "GlobalReplicationGroupInfo": lambda group: datastores.told(group),
    "LogDeliveryConfigurations": lambda group: group["logs"],
    "MemberClusters": lambda group: sorted(node["id"] for shard in group["shards"] for node in shard),
    "NodeGroups": node_groups,
    "SnapshottingClusterId": lambda group: group["shards"][0][-1]["id"] if group["SnapshotRetentionLimit"] else None,
}


def _found(call: Call) -> Record:
    return call.find("ReplicationGroup", ReplicationGroupId=call.parameters["ReplicationGroupId"])


def _combination(call: Call, message: str) -> Exception:
    return call.refuse("InvalidParameterCombination", message)


def _switch(on: bool | None) -> str:
    return "enabled" if on else "disabled"


def _clustered(call: Call, settings: Document) -> bool:
    """Whether the group is in cluster mode: its parameters say so, or their name does."""
    name = settings.get("CacheParameterGroupName") or ""
    group = call.store.find(call.kind("CacheParameterGroup"), {"name": name})
    if group is None and name and not name.startswith("default."):
        raise call.refuse("CacheParameterGroupNotFound", f"CacheParameterGroup {name} not found.")
    if group is not None:
        return bool(group["parameters"].get("cluster-enabled") == "yes")
    return (name.endswith(".cluster.on") or settings.get("ClusterMode") == "enabled"
            or (not name and (settings.get("NumNodeGroups") or 1) > 1))


def _default_parameters(settings: Document, clustered: bool) -> str:
    return f"default.{settings['Engine']}{settings['EngineVersion'].split('.')[0]}{'.cluster.on' if clustered else ''}"


def _refuse_contradictions(call: Call, settings: Document, clustered: bool) -> None:
    failover = settings.get("AutomaticFailoverEnabled")
    if not clustered and (settings.get("NumNodeGroups") or 1) > 1:
        raise _combination(call, "Use a parameter group with cluster-enabled for more than one node group.")
    if clustered and not failover:
        raise _combination(call, "Cluster mode must have automatic failover enabled.")
    nodes = settings.get("NumCacheClusters") or 1 + (settings.get("ReplicasPerNodeGroup") or 0)
    if failover and not clustered and nodes < 2:
        raise _combination(call, "Automatic failover needs a replica.")
    if settings.get("MultiAZEnabled") and (not failover or nodes < 2):
        raise _combination(call, "Multi-AZ must have automatic failover and a replica.")
    if settings.get("UserGroupIds") and not settings.get("TransitEncryptionEnabled"):
        raise _combination(call, "User group based access control requires encryption-in-transit to be enabled on the "
                           "replication group.")
    for name in settings.get("UserGroupIds") or []:
        call.find("UserGroup", UserGroupId=name)


def _zones(call: Call, subnet_group: str) -> list[str]:
    if subnet_group == "default":
        return [f"{call.store.region}{letter}" for letter in "abc"]
    group = call.find("CacheSubnetGroup", CacheSubnetGroupName=subnet_group)
    return sorted({subnet["SubnetAvailabilityZone"]["Name"] for subnet in subnets(group)})


def _logs(present: list[Document], given: list[Document] | None) -> list[Document]:
    """The deliveries after a change; one that is switched off goes."""
    after = {one["LogType"]: one for one in present}
    for one in given or []:
        after.pop(one["LogType"], None)
        if one.get("Enabled", True):
            after[one["LogType"]] = {**one, "Status": "active"}
    return list(after.values())


def _reshape(call: Call, group: Record, shards: int, replicas: int) -> None:
    """As many shards with as many replicas; the first of a shard is its primary and stays."""
    zones, present = group["zones"], group["shards"]
    for number in range(shards):
        shard = present[number] if number < len(present) else []
        stem = f"{group.name}-{number + 1:04}" if group["ClusterEnabled"] else group.name
        free = (f"{stem}-{place:03}" for place in range(1, 100))
        while len(shard) < 1 + replicas:
            name = next(one for one in free if one not in [node["id"] for node in shard])
            shard.append({"id": name, "zone": zones[(number + len(shard)) % len(zones)]})
        del shard[1 + replicas:]
        if number == len(present):
            present.append(shard)
    del present[shards:]
    _settle(call, group)


def _settle(call: Call, group: Record) -> None:
    """One record of a node for each place in the shards, with the group's settings."""
    wanted = {node["id"]: node["zone"] for shard in group["shards"] for node in shard}
    settings = {fold(name): group[name] for name in _OF_NODES if group[name] is not None}
    for node in call.records("CacheCluster"):
        if node["ReplicationGroupId"] == group.name:
            if node.name in wanted:
                wanted.pop(node.name)
                node.merge(dict(settings))
            else:
                call.store.remove(node)
    for name, zone in wanted.items():
        call.make("CacheCluster", {**settings, "CacheClusterId": name, "ReplicationGroupId": group.name,
                                   "PreferredAvailabilityZone": zone, "ReplicationGroupLogDeliveryEnabled": True})


def _promote(shard: list[Document], name: str) -> None:
    shard.sort(key=lambda node: node["id"] != name)

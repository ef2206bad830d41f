"""Global datastores: a replication group that is followed by others in other regions.

A datastore is one for all regions; its records lie in a region of their own.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastore.html
"""

from __future__ import annotations

from typing import Any

from ....addon import timeline
from ... import output
from ...engine import Call
from ...record import Record
from ...store import Store
from .nodes import Document, version

FAILOVER = 60.0
_NOWHERE = "aws-global"


def create(call: Call) -> Document:
    """A datastore around a group that is there."""
    from . import groups

    take = call.parameters
    first = call.find("ReplicationGroup", ReplicationGroupId=take["PrimaryReplicationGroupId"])
    name = f"ldgnf-{take['GlobalReplicationGroupIdSuffix']}"
    if of(first):
        raise call.refuse("InvalidReplicationGroupState", f"{first.name} is a member of {of(first)} already.")
    if name in [one.name for one in _all(call)]:
        raise call.refuse("GlobalReplicationGroupAlreadyExistsFault", f"{name} exists already.")
    datastore = Store(call.service, _NOWHERE).add(call.kind("GlobalReplicationGroup"), {
        "id": name, "globalreplicationgroupdescription": take.get("GlobalReplicationGroupDescription"),
        "groups": [first], "slots": [one.get("Slots") for one in groups.node_groups(first)]}, {}, None)
    first.fields |= {"datastore": datastore}
    return output.of_one(call.operation.output_shape, datastore, take)


def describe(call: Call) -> Document:
    """One datastore by name, or all."""
    wanted = call.parameters.get("GlobalReplicationGroupId")
    found = [named(call, wanted)] if wanted else _all(call)
    return output.of_many(call.operation.output_shape, call.kind("GlobalReplicationGroup"), found, call.parameters)


def modify(call: Call) -> Document:
    """Changes every member at once."""
    from . import groups

    take, datastore = call.parameters, named(call, call.parameters["GlobalReplicationGroupId"])
    changes = {name: take[name] for name in ("CacheNodeType", "Engine", "CacheParameterGroupName") if take.get(name)}
    if take.get("EngineVersion"):
        changes["EngineVersion"] = version(take["EngineVersion"])
    if take.get("AutomaticFailoverEnabled") is not None:
        changes["AutomaticFailover"] = "enabled" if take["AutomaticFailoverEnabled"] else "disabled"
    for group in datastore["groups"]:
        groups.update(Call(call.service, call.operation, take, Store(call.service, group.region)), group, changes)
    if take.get("GlobalReplicationGroupDescription"):
        datastore.fields["globalreplicationgroupdescription"] = take["GlobalReplicationGroupDescription"]
    return output.of_one(call.operation.output_shape, datastore, take)


def fail_over(call: Call) -> Document:
    """Another member takes the writes, in its time. AWS does that only when asked."""
    take, datastore = call.parameters, named(call, call.parameters["GlobalReplicationGroupId"])
    chosen = _member(call, datastore, take["PrimaryReplicationGroupId"], take["PrimaryRegion"])
    if datastore["Status"] != "available":
        raise call.refuse("InvalidGlobalReplicationGroupState", f"{datastore.name} is {datastore['Status']}.")
    datastore.fields["changing"] = True

    def done() -> None:
        datastore["groups"].sort(key=lambda group: group is not chosen)
        datastore.fields["changing"] = False

    timeline.later("elasticache-global-failover", FAILOVER, done, key=f"{datastore.name} fails over")
    return output.of_one(call.operation.output_shape, datastore, take)


def disassociate(call: Call) -> Document:
    """A secondary leaves and takes writes of its own."""
    take, datastore = call.parameters, named(call, call.parameters["GlobalReplicationGroupId"])
    member = _member(call, datastore, take["ReplicationGroupId"], take["ReplicationGroupRegion"])
    if member is primary(datastore):
        raise call.refuse("InvalidParameterValue", "The primary cannot leave its global datastore.")
    _leave(datastore, member)
    return output.of_one(call.operation.output_shape, datastore, take)


def delete(call: Call) -> Document:
    """Ends a datastore whose secondaries have left; the primary stays."""
    take, datastore = call.parameters, named(call, call.parameters["GlobalReplicationGroupId"])
    if len(datastore["groups"]) > 1:
        raise call.refuse("InvalidGlobalReplicationGroupState", f"{datastore.name} still has secondary members.")
    if not take["RetainPrimaryReplicationGroup"]:
        raise call.refuse("InvalidParameterValue", "The primary replication group is retained.")
    answer = output.of_one(call.operation.output_shape, datastore, take)
    _leave(datastore, primary(datastore))
    Store(call.service, _NOWHERE).remove(datastore)
    return answer


def named(call: Call, name: str) -> Record:
    """The datastore called so."""
    for datastore in _all(call):
        if datastore.name == name:
            return datastore
    raise call.refuse("GlobalReplicationGroupNotFoundFault", f"Global replication group {name} does not exist.")


def primary(datastore: Record) -> Record:
    """The member that takes the writes."""
    first: Record = datastore["groups"][0]
    return first


def join(datastore: Record, group: Record) -> None:
    """A new secondary."""
    datastore["groups"].append(group)
    group.fields["datastore"] = datastore


def of(group: Record) -> str | None:
    """The name of the datastore that a group belongs to."""
    datastore = group.fields.get("datastore")
    return datastore.name if datastore else None


def told(group: Record) -> Document | None:
    """What a group says of its datastore."""
    datastore = group.fields.get("datastore")
    return datastore and {"GlobalReplicationGroupId": datastore.name, "GlobalReplicationGroupMemberRole": _role(
        datastore, group)}


def _of_primary(name: str) -> Any:
    return lambda datastore: primary(datastore)[name]


FIELDS: Document = {
    **{name: _of_primary(name) for name in ("AtRestEncryptionEnabled", "AuthTokenEnabled", "CacheNodeType",
                                            "ClusterEnabled", "Engine", "EngineVersion", "TransitEncryptionEnabled")},
    "GlobalNodeGroups": lambda datastore: [
        {"GlobalNodeGroupId": f"{datastore.name}-{number:04}", "Slots": slots or "0-16383"}
        for number, slots in enumerate(datastore["slots"], start=1)],
    "Members": lambda datastore: [{
        "ReplicationGroupId": group.name, "ReplicationGroupRegion": group.region, "Status": "associated",
        "Role": _role(datastore, group), "AutomaticFailover": group["AutomaticFailover"]}
        for group in datastore["groups"]],
    "Status": lambda datastore: "modifying" if datastore["changing"] else (
        "available" if len(datastore["groups"]) > 1 else "primary-only"),
}


def _all(call: Call) -> list[Record]:
    return list(Store(call.service, _NOWHERE).of(call.kind("GlobalReplicationGroup")).values())


def _member(call: Call, datastore: Record, name: str, region: str) -> Record:
    for group in datastore["groups"]:
        if (group.name, group.region) == (name, region):
            member: Record = group
            return member
    raise call.refuse("ReplicationGroupNotFoundFault", f"{name} in {region} is no member of {datastore.name}.")


def _leave(datastore: Record, group: Record) -> None:
    datastore["groups"].remove(group)
    group.fields.pop("datastore", None)


def _role(datastore: Record, group: Record) -> str:
    return "PRIMARY" if group is primary(datastore) else "SECONDARY"

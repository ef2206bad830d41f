"""Nodes (cache clusters) and the networks that they lie in."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from ...engine import Call
from ...record import Record

Document = dict[str, Any]


def version(given: str) -> str:
    """AWS names the patch too: 7.1 is 7.1.0."""
    return given if given.count(".") != 1 else f"{given}.0"


def completed(_call: Call, node: Record) -> None:
    """What a new node has besides what was given."""
    node.fields["engineversion"] = version(node["EngineVersion"] or "7.1")


def domain(region: str, token: str) -> str:
    """The end of every address: abc123.use1.cache.amazonaws.com."""
    area, direction, number = region.rsplit("-", 2)
    return f"{token}.{area}{direction[0]}{number}.cache.amazonaws.com"


def subnets(group: Record) -> list[Document]:
    """The subnets of a group, with their zones."""
    known = {subnet.id: subnet for subnet in ec2_backends[group.account][group.region].describe_subnets()}
    return [{"SubnetIdentifier": name, "SupportedNetworkTypes": ["ipv4"], "SubnetAvailabilityZone": {
        "Name": known[name].availability_zone if name in known else f"{group.region}a"}}
        for name in group["SubnetIds"] or []]


def network(group: Record) -> str | None:
    """The network of a group's subnets."""
    known = {subnet.id: subnet.vpc_id for subnet in ec2_backends[group.account][group.region].describe_subnets()}
    return next((known[name] for name in group["SubnetIds"] or [] if name in known), None)


FIELDS: Document = {
    "AtRestEncryptionEnabled": False, "AuthTokenEnabled": False, "AutoMinorVersionUpgrade": True,
    "CacheClusterStatus": "available", "CacheSecurityGroups": [], "CacheSubnetGroupName": "default",
    "Engine": "redis", "IpDiscovery": "ipv4", "NetworkType": "ipv4", "NumCacheNodes": 1, "Port": 6379,
    "PreferredAvailabilityZone": "{region}a", "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
    "SnapshotRetentionLimit": 0, "SnapshotWindow": "03:00-04:00", "TransitEncryptionEnabled": False, "token": "{hex:6}",
    "CacheNodes": lambda node: [{
        "CacheNodeId": f"{number + 1:04}", "CacheNodeStatus": "available", "CacheNodeCreateTime": node.born,
        "CustomerAvailabilityZone": node["PreferredAvailabilityZone"], "ParameterGroupStatus": "in-sync",
        "Endpoint": {"Address": f"{node.name}.{domain(node.region, node['token'])}", "Port": node["Port"]}}
        for number in range(node["NumCacheNodes"])],
    "CacheParameterGroup": lambda node: {
        "CacheParameterGroupName": node["CacheParameterGroupName"], "ParameterApplyStatus": "in-sync"},
    "NotificationConfiguration": lambda node: node["NotificationTopicArn"] and {
        "TopicArn": node["NotificationTopicArn"], "TopicStatus": "active"},
    "SecurityGroups": lambda node: [
        {"SecurityGroupId": name, "Status": "active"} for name in node["SecurityGroupIds"] or []],
}

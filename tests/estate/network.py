"""Takes the snapshot for estate.reachability from an account, and prints its proof.

    python -m estate.network us-east-1 us-west-2

Reads only, with whatever credentials and endpoint boto3 finds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from .reachability import BALANCER, DATABASE, HOST, Network, report

Client = Callable[[str], Any]
# Interfaces of AWS itself: they take no connection that could be led on.
_GATEWAYS = frozenset({"nat_gateway", "vpc_endpoint", "gateway_load_balancer_endpoint", "transit_gateway"})
# Interfaces of what is asked of its own service below.
_ELSEWHERE = ("ELB ", "RDSNetworkInterface", "ElastiCache ", "Amazon EKS ", "AWS Lambda VPC ENI")


def take(client: Client) -> dict[str, Any]:
    """One region's networks and what is in them; ``client`` makes a boto3 client of that region."""
    ec2 = client("ec2")
    snapshot: dict[str, Any] = {
        "network_acls": _all(ec2, "describe_network_acls", "NetworkAcls"),
        "route_tables": _all(ec2, "describe_route_tables", "RouteTables"),
        "security_groups": _all(ec2, "describe_security_groups", "SecurityGroups"),
        "subnets": _all(ec2, "describe_subnets", "Subnets"),
    }
    named = {one["DestinationPrefixListId"] for table in snapshot["route_tables"] for one in table["Routes"]
             if one.get("DestinationPrefixListId")}
    named |= {one["PrefixListId"] for group in snapshot["security_groups"]
              for rule in [*group["IpPermissions"], *group["IpPermissionsEgress"]] for one in rule.get("PrefixListIds", [])}
    snapshot["prefix_lists"] = {name: [entry["Cidr"] for entry in _all(
        ec2, "get_managed_prefix_list_entries", "Entries", PrefixListId=name)] for name in sorted(named)}
    public = {subnet["SubnetId"] for subnet in snapshot["subnets"] if subnet.get("MapPublicIpOnLaunch")}
    endpoints = [*_databases(client("rds")), *_caches(client("elasticache")), *_balancers(client("elbv2")),
                 *_clusters(client("eks"), ec2, snapshot), *_scaled(client("autoscaling"), ec2), *_functions(client("lambda")),
                 *_interfaces(ec2)]
    for one in endpoints:
        one["public"] = bool(one["public"] or (one["kind"] == HOST and public & set(one["subnets"])))
    return {**snapshot, "endpoints": endpoints}


def _endpoint(name: str, kind: str, subnets: Any, groups: Any, *, ports: Any = (), public: bool = False,
              addresses: Any = ()) -> dict[str, Any]:
    return {"name": name, "kind": kind, "subnets": sorted(subnets), "groups": sorted(groups), "ports": list(ports),
            "public": public, "addresses": list(addresses)}


def _all(client: Any, operation: str, key: str, **arguments: Any) -> list[Any]:
    if client.can_paginate(operation):
        return [item for page in client.get_paginator(operation).paginate(**arguments) for item in page[key]]
    return list(getattr(client, operation)(**arguments)[key])


def _databases(rds: Any) -> Iterator[dict[str, Any]]:
    for one in _all(rds, "describe_db_instances", "DBInstances"):
        port = (one.get("Endpoint") or {}).get("Port") or one.get("DbInstancePort") or 5432
        yield _endpoint(one["DBInstanceIdentifier"], DATABASE,
                        (subnet["SubnetIdentifier"] for subnet in one.get("DBSubnetGroup", {}).get("Subnets", [])),
                        (group["VpcSecurityGroupId"] for group in one.get("VpcSecurityGroups", [])),
                        ports=[port], public=one.get("PubliclyAccessible", False))


def _caches(elasticache: Any) -> Iterator[dict[str, Any]]:
    subnets = {group["CacheSubnetGroupName"]: [subnet["SubnetIdentifier"] for subnet in group["Subnets"]]
               for group in _all(elasticache, "describe_cache_subnet_groups", "CacheSubnetGroups")}
    for one in _all(elasticache, "describe_cache_clusters", "CacheClusters", ShowCacheNodeInfo=True):
        ports = {node["Endpoint"]["Port"] for node in one.get("CacheNodes", []) if node.get("Endpoint")}
        yield _endpoint(one["CacheClusterId"], DATABASE, subnets.get(one.get("CacheSubnetGroupName", ""), []),
                        (group["SecurityGroupId"] for group in one.get("SecurityGroups", [])),
                        ports=sorted(ports) or [6379])


def _balancers(elbv2: Any) -> Iterator[dict[str, Any]]:
    for one in _all(elbv2, "describe_load_balancers", "LoadBalancers"):
        listeners = _all(elbv2, "describe_listeners", "Listeners", LoadBalancerArn=one["LoadBalancerArn"])
        yield _endpoint(one["LoadBalancerName"], BALANCER, (zone["SubnetId"] for zone in one["AvailabilityZones"]),
                        one.get("SecurityGroups", []), ports=sorted({listener["Port"] for listener in listeners}),
                        # What is not said is AWS's default.
                        public=one.get("Scheme", "internet-facing") == "internet-facing")


def _template(ec2: Any, name: str, version: str | None) -> dict[str, Any]:
    """What a launch template launches with."""
    found = ec2.describe_launch_template_versions(LaunchTemplateId=name, Versions=[version or "$Default"])
    data: dict[str, Any] = found["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    interfaces = data.get("NetworkInterfaces", [])
    return {"groups": {*data.get("SecurityGroupIds", []), *(group for one in interfaces for group in one.get("Groups", []))},
            "public": any(one.get("AssociatePublicIpAddress") for one in interfaces)}


def _clusters(eks: Any, ec2: Any, snapshot: dict[str, Any]) -> Iterator[dict[str, Any]]:
    pods = {subnet["SubnetId"]: subnet["VpcId"] for subnet in snapshot["subnets"]
            if any(tag["Key"] == "kubernetes.io/role/cni" for tag in subnet.get("Tags", []))}
    for name in _all(eks, "list_clusters", "clusters"):
        network = eks.describe_cluster(name=name)["cluster"]["resourcesVpcConfig"]
        groups = [one for one in (network.get("clusterSecurityGroupId"), *network.get("securityGroupIds", [])) if one]
        subnets: set[str] = set()
        public = False
        for one in _all(eks, "list_nodegroups", "nodegroups", clusterName=name):
            group = eks.describe_nodegroup(clusterName=name, nodegroupName=one)["nodegroup"]
            subnets |= set(group["subnets"])
            if group.get("launchTemplate", {}).get("id"):
                template = _template(ec2, group["launchTemplate"]["id"], group["launchTemplate"].get("version"))
                groups, public = [*{*groups, *template["groups"]}], public or template["public"]
        subnets = subnets or set(network["subnetIds"])
        yield _endpoint(f"{name} nodes", HOST, subnets, groups, public=public)
        networks = {subnet["VpcId"] for subnet in snapshot["subnets"] if subnet["SubnetId"] in subnets}
        yield _endpoint(f"{name} pods", HOST, [one for one, vpc in pods.items() if vpc in networks] or subnets, groups)


def _scaled(autoscaling: Any, ec2: Any) -> Iterator[dict[str, Any]]:
    """Groups of instances, those that sleep too."""
    for one in _all(autoscaling, "describe_auto_scaling_groups", "AutoScalingGroups"):
        template = one.get("LaunchTemplate") or one.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {}).get(
            "LaunchTemplateSpecification")
        launched = (_template(ec2, template["LaunchTemplateId"], template.get("Version")) if template
                    else {"groups": (), "public": False})
        yield _endpoint(one["AutoScalingGroupName"], HOST, filter(None, one.get("VPCZoneIdentifier", "").split(",")),
                        launched["groups"], public=launched["public"])


def _functions(functions: Any) -> Iterator[dict[str, Any]]:
    for one in _all(functions, "list_functions", "Functions"):
        network = one.get("VpcConfig") or {}
        if network.get("SubnetIds"):
            yield _endpoint(one["FunctionName"], HOST, network["SubnetIds"], network.get("SecurityGroupIds", []))


def _interfaces(ec2: Any) -> Iterator[dict[str, Any]]:
    for one in _all(ec2, "describe_network_interfaces", "NetworkInterfaces"):
        description = one.get("Description") or ""
        if one.get("InterfaceType") in _GATEWAYS or description.startswith(_ELSEWHERE) or "NAT Gateway" in description:
            continue
        addresses = [f"{address['PrivateIpAddress']}/32" for address in one.get("PrivateIpAddresses", [])]
        yield _endpoint(one["NetworkInterfaceId"], HOST, [one["SubnetId"]], (group["GroupId"] for group in one["Groups"]),
                        public=bool(one.get("Association", {}).get("PublicIp")), addresses=addresses)


def main(regions: list[str]) -> int:
    """Print the proof for some regions."""
    import boto3  # type: ignore[import-untyped]

    networks = [Network(take(boto3.session.Session(region_name=region).client)) for region in regions]
    safe, text = report(networks)
    print(text or "no database anywhere")
    return 0 if safe else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["us-east-1"]))

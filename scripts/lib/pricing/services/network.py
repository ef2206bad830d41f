"""VPC: NAT, addresses, endpoints, flow logs, load balancers, transfer."""

from __future__ import annotations

from ..estimate import Estimate, prices, whole
from ..plans import Resource
from ..ranges import HOURS


@prices("NAT", "aws_nat_gateway")
def gateway(estimate: Estimate, resource: Resource) -> None:
    estimate.add(resource.address, "gateway", "nat.hour", resource.region, HOURS)


@whole("NAT", "aws_nat_gateway")
def gateway_data(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("data", "network.nat_gb", "nat.data", estimate.home(found))


@prices("Public IPv4", "aws_eip")
def address(estimate: Estimate, resource: Resource) -> None:
    # In use or not, the hour costs the same.
    estimate.add(resource.address, "address", "ipv4.hour", resource.region, HOURS)


@prices("VPC endpoints", "aws_vpc_endpoint")
def endpoint(estimate: Estimate, resource: Resource) -> None:
    kind = resource.get("vpc_endpoint_type", "Gateway")
    if kind == "Gateway":
        return  # free: S3 and DynamoDB
    zones = _zones(estimate, resource, "subnet_ids")
    estimate.add(resource.address, f"interface in {zones} zones", "endpoint.hour", resource.region, HOURS * zones)


@whole("VPC endpoints", "aws_vpc_endpoint")
def endpoint_data(estimate: Estimate, found: list[Resource]) -> None:
    priced = [one for one in found if one.get("vpc_endpoint_type", "Gateway") != "Gateway"]
    if priced:
        estimate.add_used("data", "network.endpoint_gb", "endpoint.data", estimate.home(priced))


@prices("Load balancers", "aws_lb", "aws_alb")
def balancer(estimate: Estimate, resource: Resource) -> None:
    kind = resource.get("load_balancer_type", "application")
    if kind not in ("application", "network"):
        estimate.name(resource.address, f"{kind} load balancer", "no rule for this kind")
        return
    product = "alb" if kind == "application" else "nlb"
    estimate.add(resource.address, f"{kind} load balancer", f"{product}.hour", resource.region, HOURS)
    estimate.add_used(
        "capacity units", "load_balancers.lcu", f"{product}.lcu", resource.region, address=resource.address, times=HOURS
    )
    if not resource.get("internal", False):
        zones = _zones(estimate, resource, "subnets")
        estimate.add(
            resource.address, f"public addresses in {zones} zones", "ipv4.hour", resource.region, HOURS * zones
        )


@whole("CloudWatch Logs", "aws_flow_log")
def flow_logs(estimate: Estimate, found: list[Resource]) -> None:
    kinds: dict[str, list[Resource]] = {}
    for one in found:
        kinds.setdefault(one.get("log_destination_type", "cloud-watch-logs"), []).append(one)
    if to_s3 := kinds.get("s3"):
        estimate.add_used("flow logs to S3", "logs.flow_s3_gb", "logs.vended", estimate.home(to_s3), "s3")
    if to_logs := kinds.get("cloud-watch-logs"):
        estimate.add_used("rejected flows to CloudWatch", "logs.flow_rejects_gb", "logs.vended", estimate.home(to_logs), "logs")


@whole("Data transfer", "aws_vpc")
def transfer(estimate: Estimate, found: list[Resource]) -> None:
    region = estimate.home(found)
    estimate.add_used("to the internet", "network.out_gb", "transfer.out", region)
    estimate.add_used("between zones", "network.zones_gb", "transfer.zones", region)
    estimate.add_used("between Regions", "network.regions_gb", "transfer.regions", region)


def _zones(estimate: Estimate, resource: Resource, attribute: str) -> int:
    """In how many zones it stands; one that the plan cannot say stands in all that have subnets."""
    known = resource.get(attribute, [])
    coming = resource.unknown.get(attribute)
    return len(known) or (len(coming) if isinstance(coming, list) else 0) or estimate.plan.zones(resource.region) or 1

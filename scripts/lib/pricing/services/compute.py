"""EKS, EC2, Auto Scaling, EBS."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from ..estimate import Estimate, prices, whole
from ..plans import Resource
from ..prices import ROOT, NoPriceError
from ..ranges import HOURS, Range

_SUPPORT = ROOT / "terraform" / "modules" / "compute" / "support.tf"
_DEFAULT_DISK_GB = 20  # what EKS gives a node without a launch template that says otherwise
_FREE_IOPS, _FREE_THROUGHPUT = 3000, 125  # of every gp3 volume


def support_ends() -> dict[str, date]:
    """When EKS's standard support of a version ends: the module's own table."""
    return {
        version: date.fromisoformat(day)
        for version, day in re.findall(r'"(1\.\d+)"\s*=\s*"(\d{4}-\d\d-\d\d)"', _SUPPORT.read_text())
    }


def in_extended_support(cluster: Resource, today: date) -> bool:
    """Whether the control plane costs six times as much."""
    # STANDARD: AWS upgrades the cluster instead of charging for its age.
    if cluster.block("upgrade_policy").get("support_type", "EXTENDED") == "STANDARD":
        return False
    ends = support_ends()
    version = cluster.get("version")
    if version is None:
        return False
    if version in ends:
        return today > ends[version]
    return _key(version) < min(map(_key, ends))


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@prices("EKS", "aws_eks_cluster")
def cluster(estimate: Estimate, resource: Resource) -> None:
    extended = in_extended_support(resource, estimate.today)
    product, what = (
        ("eks.cluster.extended", "control plane, extended support") if extended else ("eks.cluster", "control plane")
    )
    estimate.add(resource.address, what, product, resource.region, HOURS)
    if resource.block("compute_config").get("enabled"):
        estimate.name(
            resource.address,
            "EKS Auto Mode",
            "its fee on nodes has no sourced price, and its nodes are not in the plan",
        )


@prices("EKS nodes", "aws_eks_node_group")
def node_group(estimate: Estimate, resource: Resource) -> None:
    scaling = resource.block("scaling_config")
    template = estimate.plan.related(resource, "launch_template", "aws_launch_template")
    types = resource.get("instance_types") or (
        [template.get("instance_type")] if template and template.get("instance_type") else []
    )
    counts = _counts(scaling.get("min_size"), scaling.get("desired_size"), scaling.get("max_size"))
    disks = _mapped_disks(template) if template else []
    _instances(
        estimate,
        resource,
        types or ["t3.medium"],
        counts.times(estimate.awake(resource)),
        spot=resource.get("capacity_type") == "SPOT",
        disks=disks
        or [{"volume_type": "gp3" if template else "gp2", "volume_size": resource.get("disk_size", _DEFAULT_DISK_GB)}],
    )


@prices("EC2", "aws_autoscaling_group")
def group(estimate: Estimate, resource: Resource) -> None:
    template = estimate.plan.related(resource, "launch_template", "aws_launch_template") or estimate.plan.related(
        resource, "mixed_instances_policy", "aws_launch_template"
    )
    if template is None:
        estimate.name(resource.address, "instances", "its launch template is not in the plan")
        return
    mixed = resource.block("mixed_instances_policy")
    overrides = [
        override["instance_type"]
        for part in mixed.get("launch_template", [])
        for override in part.get("override", [])
        if override.get("instance_type")
    ]
    types = overrides or [template.get("instance_type")]
    if types == [None]:
        estimate.name(resource.address, "instances", "the plan does not say their type")
        return
    market = template.block("instance_market_options").get("market_type")
    counts = _counts(resource.get("min_size"), resource.get("desired_capacity"), resource.get("max_size"))
    _instances(
        estimate,
        resource,
        types,
        counts.times(estimate.awake(resource)),
        spot=market == "spot",
        disks=_mapped_disks(template),
    )


@prices("EC2", "aws_instance")
def instance(estimate: Estimate, resource: Resource) -> None:
    disks = [disk for name in ("root_block_device", "ebs_block_device") for disk in resource.get(name, []) or []]
    _instances(
        estimate,
        resource,
        [resource.get("instance_type")],
        Range.of(1).times(estimate.awake(resource)),
        spot=False,
        disks=[],
    )
    # A stopped instance keeps its disks.
    for disk in disks:
        _disk(estimate, resource, disk, Range.of(1))


@prices("EBS", "aws_ebs_volume")
def volume(estimate: Estimate, resource: Resource) -> None:
    _disk(
        estimate,
        resource,
        {
            "volume_type": resource.get("type", "gp2"),
            "volume_size": resource.get("size", 8),
            "iops": resource.get("iops"),
            "throughput": resource.get("throughput"),
        },
        Range.of(1),
    )


@whole("EKS nodes", "aws_eks_node_group", "aws_autoscaling_group")
def surplus_credits(estimate: Estimate, found: list[Resource]) -> None:
    # T instances are unlimited unless told otherwise: above their baseline the processor is paid for.
    estimate.add_used("surplus processor credits", "nodes.surplus_vcpu_hours", "ec2.credits", estimate.home(found))


def _counts(low: int | None, expected: int | None, high: int | None) -> Range:
    least = low or 0
    middle = least if expected is None else max(expected, least)
    return Range.of(least, middle, max(high or middle, middle))


def _instances(
    estimate: Estimate, resource: Resource, types: list[str], counts: Range, *, spot: bool, disks: list[dict]
) -> None:
    what = "/".join(types)
    hours = counts.times(HOURS)
    try:
        listed = [estimate.table.find("ec2.instance", resource.region, size) for size in types]
        offered = [estimate.table.find("ec2.spot", resource.region, size) for size in types] if spot else listed
        lowest = [estimate.table.find("ec2.spot.low", resource.region, size) for size in types] if spot else listed
    except NoPriceError as error:
        estimate.name(resource.address, f"instances {what}", str(error))
    else:
        # Of several types the dearest counts as expected; spot may cost what
        # on demand does.
        dearest = max(offered, key=lambda price: price.usd)
        bounds = Range.of(min(price.usd for price in lowest), dearest.usd, max(price.usd for price in listed))
        component = f"{'spot ' if spot else ''}instances {what}"
        region, ranging = resource.region, None if bounds.certain else bounds
        estimate.add(resource.address, component, dearest.product, region, hours, dearest.size, ranging)
    for disk in disks:
        _disk(estimate, resource, disk, counts)


def _mapped_disks(template: Resource) -> list[dict]:
    found = []
    for mapping in template.get("block_device_mappings", []) or []:
        for ebs in mapping.get("ebs", []) or []:
            if ebs.get("volume_size"):
                found.append(ebs)
    return found


def _disk(estimate: Estimate, resource: Resource, disk: dict, counts: Range) -> None:
    kind = disk.get("volume_type") or "gp2"
    estimate.add(
        resource.address,
        f"disk {kind}",
        "ebs.storage",
        resource.region,
        counts.times(Decimal(disk.get("volume_size") or 8)),
        kind,
    )
    iops, throughput = int(disk.get("iops") or 0), int(disk.get("throughput") or 0)
    paid_iops = max(iops - _FREE_IOPS, 0) if kind == "gp3" else iops if kind in ("io1", "io2") else 0
    if paid_iops:
        estimate.add(resource.address, f"disk {kind}, IOPS", "ebs.iops", resource.region, counts.times(paid_iops), kind)
    if kind == "gp3" and throughput > _FREE_THROUGHPUT:
        estimate.add(
            resource.address,
            "disk gp3, throughput",
            "ebs.throughput",
            resource.region,
            counts.times(throughput - _FREE_THROUGHPUT),
            kind,
        )

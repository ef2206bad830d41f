"""A picture of an environment: its regions, networks, tiers, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from .estate_facts import Facts

_WIDTH, _MARGIN, _LINE = 1120, 16, 18
_NETWORK, _SIDE = 740, 320
_TIERS = {"public": "#e7f1fb", "private": "#e9f6ec", "pods": "#f2f7e4", "database": "#fdf0e2"}
_INK, _QUIET, _EDGE, _REGION, _BESIDE = "#222222", "#666666", "#f0e8fa", "#fafafa", "#eeeeee"
_PLACES = {"secondary": "us-west-2", "dr": "eu-west-1"}


@dataclass
class _Sheet:
    """What is drawn so far."""

    parts: list[str] = field(default_factory=list)

    def box(self, x: int, y: int, width: int, height: int, fill: str) -> None:
        self.parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="{fill}" stroke="#bbbbbb"/>')

    def text(self, x: int, y: int, words: str, *, bold: bool = False, quiet: bool = False) -> None:
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(f'<text x="{x}" y="{y}" fill="{_QUIET if quiet else _INK}"{weight}>{escape(words)}</text>')

    def lines(self, x: int, y: int, words: list[str]) -> None:
        for number, one in enumerate(words):
            self.text(x, y + number * _LINE, one)


def picture(facts: Facts) -> str:
    """The environment as SVG."""
    sheet = _Sheet()
    y = _MARGIN + 22
    sheet.text(_MARGIN, _MARGIN + 8, f"{facts.environment.capitalize()}, from its inventory", bold=True)
    edge = facts.edge()
    if edge:
        sheet.box(_MARGIN, y, _WIDTH - 2 * _MARGIN, 30, _EDGE)
        sheet.text(_MARGIN + 12, y + 20, "Edge", bold=True)
        sheet.text(_MARGIN + 90, y + 20, "  ·  ".join(edge))
        y += 42
    regions = facts.regions()
    for number, region in enumerate(regions):
        y = _region(sheet, y, facts, region, "" if number == 0 else "recovery_") + 12
    for place in facts.vaults()[1:]:
        name, _, lock = place.partition(", ")
        if _PLACES[name] not in regions:
            sheet.box(_MARGIN, y, _WIDTH - 2 * _MARGIN, 30, _REGION)
            sheet.text(_MARGIN + 12, y + 20, _PLACES[name], bold=True)
            sheet.text(_MARGIN + 120, y + 20, f"backup vault{', locked' if lock else ''}; copies from the first region")
            y += 42
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" font-family="sans-serif" font-size="13">',
            f"<title>{escape(facts.environment.capitalize())}: regions, networks, tiers, and what is in them</title>",
            f'<rect width="{_WIDTH}" height="{y}" fill="#ffffff"/>')
    return "\n".join([*head, *sheet.parts, "</svg>", ""])


def _region(sheet: _Sheet, y: int, facts: Facts, region: str, which: str) -> int:
    tiers = facts.subnets(f"{which}networking")
    contents = {tier: _contents(facts, tier, which) for tier in tiers}
    side = _beside(facts, which)
    heights = {tier: 34 + _LINE * len(contents[tier]) for tier in tiers}
    inner = max(sum(heights.values()) + 8 * len(heights), 30 + _LINE * len(side))
    height = inner + 40
    at = len(sheet.parts)
    sheet.text(_MARGIN + 12, y + 22, region, bold=True)
    vpc = facts.one(f"{which}networking.aws_vpc.vpc") or {}
    sheet.text(_MARGIN + 110, y + 22, f"VPC {vpc.get('cidr_block', '')}", quiet=True)
    row = y + 34
    for tier, zones in tiers.items():
        sheet.box(_MARGIN + 12, row, _NETWORK, heights[tier], _TIERS[tier])
        sheet.text(_MARGIN + 22, row + 19, tier, bold=True)
        step = (_NETWORK - 100) // len(zones)
        for number, (zone, cidr) in enumerate(sorted(zones.items())):
            sheet.text(_MARGIN + 110 + number * step, row + 19, f"{zone}  {cidr}", quiet=True)
        sheet.lines(_MARGIN + 110, row + 39, contents[tier])
        row += heights[tier] + 8
    x = _MARGIN + 12 + _NETWORK + 12
    sheet.box(x, y + 34, _SIDE - 12, inner - 8, _BESIDE)
    sheet.text(x + 12, y + 53, "beside the network", bold=True)
    sheet.lines(x + 12, y + 73, side)
    frame = _Sheet()
    frame.box(_MARGIN, y, _WIDTH - 2 * _MARGIN, height, _REGION)
    sheet.parts[at:at] = frame.parts
    return y + height


def _contents(facts: Facts, tier: str, which: str) -> list[str]:
    if tier == "public":
        gateways = [zone for zone, _ in facts.of(f"{which}networking.aws_nat_gateway.nat")]
        balancers = [key for key, _ in facts.of("compute.aws_lb.balancer")] if not which else []
        return ([f"NAT in {', '.join(sorted(gateways))}"] if gateways else []) + [f"load balancer {key}" for key in balancers]
    if tier == "private":
        clusters = [f"cluster {one}, its API inside the network" if not _public(facts, which) else f"cluster {one}"
                    for one in facts.clusters(f"{which}compute")]
        groups = [] if which else [
            f"group {key}: {one['desired_capacity']} ({one['min_size']} to {one['max_size']})"
            for key, one in facts.of("compute.aws_autoscaling_group.group")]
        endpoints = len(list(facts.of(f"{which}networking.aws_vpc_endpoint.interface")))
        return (clusters + [f"nodes {one}" for one in facts.node_groups(f"{which}compute")] + groups
                + ([f"{endpoints} interface endpoints"] if endpoints else []))
    if tier == "pods":
        return []
    return facts.followers() if which else facts.databases() + [f"cache {one}" for one in facts.caches()]


def _public(facts: Facts, which: str) -> bool:
    return any(one.get("vpc_config.endpoint_public_access") for _, one in facts.of(f"{which}compute.aws_eks_cluster.cluster"))


def _beside(facts: Facts, which: str) -> list[str]:
    """What belongs to a region and to no subnet."""
    if which:
        files = [key for key, _ in facts.of("storage.aws_efs_file_system.replica")]
        images = [key for key, _ in facts.of("storage.aws_ecr_repository.replica")]
        keys = [key for key, _ in facts.of("security.aws_kms_replica_key.secondary")]
        vault = any(one.startswith("secondary") for one in facts.vaults())
        return [f"buckets copied: {', '.join(facts.buckets(replicas=True))}",
                *([f"files copied: {', '.join(files)}"] if files else []),
                *([f"images copied: {', '.join(images)}"] if images else []),
                *(["backup vault, copies from the first region"] if vault else []),
                f"replicas of {len(keys)} keys"]
    functions = [key for key, _ in facts.of("automation.aws_lambda_function.function")]
    files = [key for key, _ in facts.of("storage.aws_efs_file_system.files")]
    images = [key for key, _ in facts.of("storage.aws_ecr_repository.images")]
    alarms = facts.counts.get("aws_cloudwatch_metric_alarm", 0)
    return [f"buckets: {', '.join(facts.buckets())}",
            *([f"files: {', '.join(files)}"] if files else []),
            f"images: {', '.join(images)}",
            f"backup vault, plans {', '.join(key for key, _ in facts.of('backup.aws_backup_plan.plan'))}",
            f"functions: {', '.join(sorted(functions))}",
            f"{alarms} alarms, {facts.counts.get('aws_cloudwatch_dashboard', 0)} dashboards",
            *(["managed Prometheus"] if facts.counts.get("aws_prometheus_workspace") else []),
            *(["canary"] if facts.counts.get("aws_synthetics_canary") else []),
            f"{facts.counts['aws_kms_key']} keys"]

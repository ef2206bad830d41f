"""The figures of docs/COST_OPTIMIZATION.md, made from the environments' plans.

Everything between `<!-- figures: NAME -->` and `<!-- /figures -->` is written
by `scripts/cost-figures --update`, and docs/cost.svg with it; a test holds
both against the plans.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import escape

from e2e.terraform import ROOT

from .plans import PlanOf, given_plans

sys.path.insert(0, str(ROOT / "scripts/lib"))
from pricing import services  # noqa: E402, F401
from pricing.estimate import Estimate, budget_of, total  # noqa: E402
from pricing.plans import Plan  # noqa: E402
from pricing.prices import TABLES, PriceTable  # noqa: E402
from pricing.ranges import HOURS  # noqa: E402
from pricing.report import money  # noqa: E402
from pricing.usage import Usage  # noqa: E402

DOCUMENT = ROOT / "docs/COST_OPTIMIZATION.md"
PICTURE = ROOT / "docs/cost.svg"
# The specification's limits, in dollars a month.
LIMITS = {"development": Decimal(500), "staging": Decimal(1500), "production": Decimal(5000)}
GROUPS = {
    "Kubernetes and instances": ("EKS", "EKS nodes", "EC2", "EBS"),
    "Databases and caches": ("RDS", "ElastiCache", "DynamoDB"),
    "Network": ("NAT", "Public IPv4", "VPC endpoints", "Load balancers", "Data transfer"),
    "Storage and backup": ("S3", "EFS", "ECR", "Backup"),
    "Observability": ("CloudWatch", "CloudWatch Logs", "X-Ray", "Prometheus", "Grafana", "OpenSearch", "Firehose"),
    "Edge": ("CloudFront", "WAF", "Route 53"),
}
REST = "Keys, secrets, functions"
COLOURS = ("#2f6f9f", "#3d8f6d", "#c98a2b", "#8a6bb1", "#b5546b", "#5f8fa8", "#8c8c8c")
# Why what does not sleep does not.
AWAKE = {
    "EKS": "the control plane is charged while the cluster exists",
    "NAT": "a gateway cannot be stopped, only deleted",
    "Public IPv4": "an address costs the same in use and idle",
    "ElastiCache": "a cache cannot be stopped, only deleted with a snapshot",
    "Load balancers": "a balancer cannot be stopped, and its idle hours cost the same",
    "VPC endpoints": "an endpoint cannot be stopped, only deleted",
    "RDS": "the storage and the backups of a stopped instance stay; AWS starts it again after seven days",
    "EKS nodes": "nodes are gone at night, with their disks; what is left is office hours",
    "EC2": "instances are gone at night, with their disks; what is left is office hours",
    "KMS": "a key is charged while it exists",
    "Secrets Manager": "a secret is charged while it exists",
    "CloudWatch": "alarms, dashboards and metrics are charged by the month",
    "S3": "what is stored is stored at night",
    "EFS": "what is stored is stored at night",
    "Backup": "what is stored is stored at night",
    "WAF": "a web ACL and its rules are charged by the month",
    "Route 53": "a zone and its health checks are charged by the month",
    "Prometheus": "the collector is charged by the hour, asleep or not",
    "Grafana": "people are charged by the month",
    "OpenSearch": "a domain cannot be stopped, only deleted",
}
_MARK = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- /figures -->)", re.DOTALL)
_HOURS = re.compile(r"Mon-Fri (\d\d):00-(\d\d):00\b")
_DAYS = 5
_TABLE = PriceTable.load()


def estimate(plan: PlanOf, awake: Decimal | None = None) -> Estimate:
    """A plan's month, or its month with a sleep."""
    usage = Usage.of_environment(plan.name)
    return Estimate.make(Plan(plan.document), _TABLE, usage if awake is None else usage.with_awake(awake))


def office_hours(plan: PlanOf) -> Decimal:
    """The hours of a week in which development is awake, from its schedule."""
    schedules = plan.settings["automation"]["configuration"]["functions"]["off-hours"]["schedules"]
    found = [match for text in schedules.values() if (match := _HOURS.match(text))]
    if not found:
        raise ValueError(f"no schedule of {schedules} is Mon-Fri HH:00-HH:00: teach this to read it")
    return Decimal(_DAYS * (int(found[0][2]) - int(found[0][1])))


def by_service(made: Estimate) -> dict[str, Decimal]:
    """Expected dollars of each service."""
    found: dict[str, Decimal] = {}
    for line in made.lines:
        found[line.service] = found.get(line.service, Decimal(0)) + line.cost.expected
    return found


def by_group(made: Estimate) -> dict[str, Decimal]:
    """Expected dollars of each group of services."""
    group_of = {service: group for group, services_ in GROUPS.items() for service in services_}
    found = dict.fromkeys((*GROUPS, REST), Decimal(0))
    for service, cost in by_service(made).items():
        found[group_of.get(service, REST)] += cost
    return found


def figures(plans: Mapping[str, PlanOf]) -> dict[str, str]:
    """The generated parts by name."""
    made = {name: estimate(plan) for name, plan in plans.items()}
    return {
        "environments": _environments(made),
        "services": _services(made),
        "sleep": _sleep(plans["development"]),
        "prices": _prices(),
        "graviton": _graviton(),
        "commitments": _commitments(),
        "saving": _saving(made["production"]) if "production" in made else "",
        "unpriced": _unpriced(made),
    }


def _environments(made: Mapping[str, Estimate]) -> str:
    rows = []
    for name, one in made.items():
        amount, limit = one.total, budget_of(one.plan) or LIMITS[name]
        rows.append(
            (
                name,
                money(amount.expected),
                f"{money(amount.low)} to {money(amount.high)}",
                money(limit),
                _percent(1 - amount.expected / limit),
            )
        )
    return _table(("environment", "expected", "range", "budget", "room"), rows, "lrrrr")


def _services(made: Mapping[str, Estimate]) -> str:
    groups = {name: by_group(one) for name, one in made.items()}
    rows = [(group, *(money(groups[name][group]) for name in made)) for group in (*GROUPS, REST)]
    rows.append(("**total**", *(f"**{money(one.total.expected)}**" for one in made.values())))
    return _table(("a month, expected", *made), rows, "l" + "r" * len(made))


def _sleep(plan: PlanOf) -> str:
    hours = office_hours(plan)
    always, asleep = by_service(estimate(plan, Decimal(168))), by_service(estimate(plan, hours))
    ordered = sorted(always, key=lambda service: (asleep[service] - always[service], -always[service]))
    rows = [
        (
            service,
            money(always[service]),
            money(asleep[service]),
            money(always[service] - asleep[service]),
            AWAKE.get(service, ""),
        )
        for service in ordered
        if always[service] >= 1
    ]
    small = [service for service in ordered if always[service] < 1]
    if small:
        cost = sum((always[service] for service in small), Decimal(0))
        rows.append((", ".join(small), money(cost), money(cost), money(Decimal(0)), "by use"))
    whole, slept = sum(always.values(), Decimal(0)), sum(asleep.values(), Decimal(0))
    rows.append(
        (
            "**total**",
            f"**{money(whole)}**",
            f"**{money(slept)}**",
            f"**{money(whole - slept)}** ({_percent(1 - slept / whole if whole else Decimal(0))})",
            f"awake {hours} of 168 hours a week",
        )
    )
    return _table(
        ("service", "awake all month", "asleep off hours", "saved", "why the rest does not sleep"), rows, "lrrrl"
    )


def _prices() -> str:
    def price(product: str, size: str = "") -> Decimal:
        return _TABLE.find(product, "us-east-1", size).usd

    nat = (price("nat.hour") + price("ipv4.hour")) * HOURS
    rows = [
        (
            "A cluster that is left in extended support",
            (price("eks.cluster.extended") - price("eks.cluster")) * HOURS,
            "the version is refused at plan time, and `upgrade_policy` is STANDARD",
        ),
        ("NAT in three zones instead of one", nat * 2, "`network.nat`: one in development"),
        (
            "An interface endpoint in three zones",
            price("endpoint.hour") * HOURS * 3,
            "none where NAT carries the traffic for less",
        ),
        (
            "100 GB through NAT instead of a gateway endpoint",
            price("nat.data") * 100,
            "S3 and DynamoDB have gateway endpoints, which are free",
        ),
        (
            "100 GB of logs taken in",
            price("logs.ingested", "STANDARD") * 100,
            "retention per group; flow logs go to S3",
        ),
        (
            "100 GB of flow logs to S3 instead of CloudWatch",
            -(price("logs.vended", "logs") - price("logs.vended", "s3")) * 100,
            "`flow_logs`",
        ),
        (
            "Two search nodes r6g.large with 100 GB each",
            price("opensearch.instance", "r6g.large.search") * HOURS * 2 + price("opensearch.storage", "gp3") * 200,
            "Logs Insights unless a search domain is asked for",
        ),
        (
            "1 TB in Standard-Infrequent Access instead of Standard",
            -(price("s3.storage", "STANDARD") - price("s3.storage", "STANDARD_IA")) * 1024,
            "lifecycle rules of every bucket",
        ),
        (
            "1 TB in Deep Archive instead of Standard",
            -(price("s3.storage", "STANDARD") - price("s3.storage", "DEEP_ARCHIVE")) * 1024,
            "the backups bucket",
        ),
        (
            "A disk of 100 GB as gp2 instead of gp3",
            (price("ebs.storage", "gp2") - price("ebs.storage", "gp3")) * 100,
            "gp3 everywhere",
        ),
    ]
    return _table(
        ("lever", "a month", "what the estate does"), [(what, _plus(cost), does) for what, cost, does in rows], "lrl"
    )


def _graviton() -> str:
    pairs = [
        ("ec2.instance", "t3.large", "t4g.large"),
        ("ec2.instance", "m5.large", "m7g.large"),
        ("ec2.instance", "r5.large", "r7g.large"),
        ("rds.instance", "db.r5.large postgres", "db.r6g.large postgres"),
        ("rds.instance", "db.t3.small postgres", "db.t4g.small postgres"),
        ("elasticache.node", "cache.r5.large", "cache.r6g.large"),
        ("elasticache.node", "cache.t3.small", "cache.t4g.small"),
    ]
    rows = []
    for product, now, then in pairs:
        before, after = _TABLE.find(product, "us-east-1", now).usd, _TABLE.find(product, "us-east-1", then).usd
        rows.append(
            (f"`{now.split()[0]}` to `{then.split()[0]}`", f"${before}", f"${after}", _percent(1 - after / before))
        )
    return _table(("from, to", "an hour", "then", "less"), rows, "lrrr")


def _offers() -> list[dict[str, str]]:
    with (TABLES / "commitments.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _less(offer: Mapping[str, str]) -> Decimal:
    return 1 - Decimal(offer["committed"]) / Decimal(offer["on_demand"])


def _commitments() -> str:
    rows = [
        (
            offer["what"],
            f"`{offer['class']}`",
            offer["term"],
            f"${offer['on_demand']}",
            f"${offer['committed']}",
            _percent(_less(offer)),
            f"{offer['source']}, {offer['as_of']}",
        )
        for offer in _offers()
    ]
    return _table(("what", "class", "term", "on demand", "committed", "less", "source"), rows, "lllrrrl")


def _saving(made: Estimate) -> str:
    """What a year's commitment on what never sleeps takes off the whole."""
    offers = _offers()
    rates = {
        "EKS nodes": next(
            _less(one) for one in offers if one["what"].startswith("EC2 Compute") and one["term"].startswith("1 year")
        ),
        "RDS": min(_less(one) for one in offers if one["what"].startswith("RDS")),
        "ElastiCache": min(_less(one) for one in offers if one["what"].startswith("ElastiCache reserved")),
    }
    rows, saved = [], Decimal(0)
    for service, rate in rates.items():
        lines = [line for line in made.lines if line.service == service and _is_capacity(line.component)]
        # Nodes beyond the minimum come and go: only what always runs is committed.
        base = total(lines).low if service == "EKS nodes" else total(lines).expected
        rows.append((service, money(base), _percent(rate), money(base * rate)))
        saved += base * rate
    rows.append(
        (
            "**total**",
            "",
            f"{_percent(saved / made.total.expected)} of {money(made.total.expected)}",
            f"**{money(saved)}**",
        )
    )
    return _table(("production", "committed base", "less", "saved a month"), rows, "lrrr")


def _is_capacity(component: str) -> bool:
    return component.startswith(("instance", "node")) or bool(re.match(r"\d+ nodes", component))


def _unpriced(made: Mapping[str, Estimate]) -> str:
    found: dict[tuple[str, str], set[str]] = {}
    for name, one in made.items():
        for entry in one.unpriced:
            found.setdefault((entry.what, entry.why), set()).add(name)
    if not found:
        return "Nothing: every resource of the plans is in the sums.\n"
    rows = [
        (what, ", ".join(name for name in made if name in names), why) for (what, why), names in sorted(found.items())
    ]
    return _table(("what", "where", "why"), rows, "lll")


def picture(plans: Mapping[str, PlanOf]) -> str:
    """A bar per environment, stacked by group, with its budget."""
    made = {name: estimate(plan) for name, plan in plans.items()}
    width, left, bar, gap, top = 900, 110, 34, 58, 40
    scale = Decimal(width - left - 40) / max(LIMITS[name] for name in made)
    height = top + gap * len(made) + 70
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="13">',
        "<title>Expected dollars a month of each environment, by group of services, with its budget</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{left}" y="24" fill="#333333">Dollars a month, expected; the line is the budget</text>',
    ]
    for row, (name, one) in enumerate(made.items()):
        x, y = Decimal(left), top + row * gap
        out.append(f'<text x="{left - 10}" y="{y + 22}" text-anchor="end" fill="#333333">{escape(name)}</text>')
        for colour, (group, cost) in zip(COLOURS, by_group(one).items(), strict=True):
            length = cost * scale
            if length > 0:
                out.append(
                    f'<rect x="{_px(x)}" y="{y}" width="{_px(length)}" height="{bar}" fill="{colour}">'
                    f"<title>{escape(group)}: {money(cost)}</title></rect>"
                )
            x += length
        limit = left + LIMITS[name] * scale
        out.append(
            f'<line x1="{_px(limit)}" y1="{y - 5}" x2="{_px(limit)}" y2="{y + bar + 5}" '
            'stroke="#b00020" stroke-width="2"/>'
        )
        out.append(f'<text x="{_px(x + 6)}" y="{y + 22}" fill="#333333">{money(one.total.expected)}</text>')
    y = top + gap * len(made) + 14
    for number, (colour, group) in enumerate(zip(COLOURS, (*GROUPS, REST), strict=True)):
        x, line = left + (number % 4) * 195, y + (number // 4) * 24
        out.append(f'<rect x="{x}" y="{line}" width="12" height="12" fill="{colour}"/>')
        out.append(f'<text x="{x + 18}" y="{line + 11}" fill="#333333">{escape(group)}</text>')
    return "\n".join([*out, "</svg>", ""])


def written(document: str, parts: Mapping[str, str]) -> str:
    """The document with its generated parts."""
    unknown = {name for _, name, _ in _MARK.findall(document)} - set(parts)
    if unknown:
        raise ValueError(f"{DOCUMENT.name} asks for unknown figures: {', '.join(sorted(unknown))}")
    return _MARK.sub(lambda match: f"{match[1]}\n{parts[match[2]]}\n{match[3]}", document)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]], sides: str) -> str:
    rule = "|".join("---:" if side == "r" else "---" for side in sides)
    return "\n".join([f"| {' | '.join(heads)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in rows), ""])


def _percent(share: Decimal) -> str:
    return f"{(share * 100).quantize(Decimal(1), ROUND_HALF_UP)}%"


def _plus(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else '+'}{money(abs(amount))}"


def _px(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP)}"


def main() -> int:
    """Compare, or write."""
    parser = argparse.ArgumentParser(
        prog="cost-figures",
        description="Holds docs/COST_OPTIMIZATION.md against the environments' plans.",
        epilog="Exit status 1: a figure is not as planned. NIGHTSHIFT_PLANS names a folder, as --plans does.",
    )
    parser.add_argument("--update", action="store_true", help="write the figures instead")
    parser.add_argument(
        "--plans", metavar="DIR", help="plans made before (tests/estate/plans.py DIR); default: make them"
    )
    options = parser.parse_args()
    plans = given_plans(options.plans, lambda line: print(line, file=sys.stderr))
    made = {DOCUMENT: written(DOCUMENT.read_text(), figures(plans)), PICTURE: picture(plans)}
    status = 0
    for path, text in made.items():
        there = path.read_text() if path.exists() else ""
        if options.update:
            path.write_text(text)
        elif there != text:
            status = 1
        verdict = "written" if options.update else "as planned" if there == text else "not as planned"
        print(f"{path.relative_to(ROOT)}: {verdict}")
    return status


if __name__ == "__main__":
    sys.exit(main())

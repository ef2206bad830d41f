"""Tables and pictures of the estate's documents, made from the golden inventories.

`scripts/infrastructure-figures --update` writes them: the pictures
docs/infrastructure-<environment>.svg, and the tables between the marks
`<!-- figures: name -->` and `<!-- /figures -->` of docs/*.md. A test holds
them fresh.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from . import composition, keys, names, requirements, tls
from .estate_facts import ENVIRONMENTS, Facts, read
from .markdown import ROOT
from .picture import picture

DOCS = ROOT / "docs"
_MARK = re.compile(r"(<!-- figures: ([\w-]+) -->\n)(.*?)(<!-- /figures -->)", re.DOTALL)
# Made from the plans, by scripts/cost-figures.
_ELSEWHERE = {"COST_OPTIMIZATION.md"}

# What each kind of resource is for; the first module that makes it owns the row.
_GROUPS: Mapping[str, str] = {
    "Network": "vpc|subnet|nat_gateway|eip|internet_gateway|route|route_table.*|network_acl.*"
               "|default_.*|flow_log|vpc_.*",
    "Names and edge": "route53_.*|cloudfront_.*|wafv2_.*|acm_.*",
    "Clusters, nodes, load balancers": "eks_.*|autoscaling_.*|launch_template|lb|lb_.*|security_group|iam_instance_profile",
    "Databases and caches": "db_.*|elasticache_.*",
    "Storage": "s3_.*|efs_.*|ecr_.*",
    "Backup": "backup_.*",
    "Keys, roles, secrets": "kms_.*|iam_.*|secretsmanager_.*|ssm_.*",
    "Monitoring": "cloudwatch_.*|prometheus_.*|xray_.*|synthetics_.*|sns_.*",
    "Functions and events": "lambda_.*|scheduler_.*|sqs_.*|dynamodb_.*",
    "Cost": "budgets_.*|ce_.*",
}


def figures(facts: Mapping[str, Facts]) -> dict[str, str]:
    """Every table by the name that the documents give it."""
    return {
        "environments": _environments(facts),
        "addresses": _addresses(facts),
        "counts": _counts(facts),
        "tls": table(("from, to", "TLS", "where it is said", "proof"), tls.hops(facts)),
        "standby": _standby(facts["production"]),
        "modules": composition.drawing(),
        "names": _names(),
        "keys": keys.table(facts, table),
        "requirements": requirements.table(table),
        "trust": keys.drawing(facts["production"]),
    }


def pictures(facts: Mapping[str, Facts]) -> dict[Path, str]:
    """Every picture by its file."""
    return {DOCS / f"infrastructure-{name}.svg": picture(one) for name, one in facts.items()}


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    heads = list(heads)
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines, ""])


def written(name: str, document: str, parts: Mapping[str, str]) -> str:
    """A document with its tables as they should be."""
    unknown = {mark for _, mark, _, _ in _MARK.findall(document)} - set(parts)
    if unknown:
        raise ValueError(f"{name} asks for unknown figures: {', '.join(sorted(unknown))}")
    return _MARK.sub(lambda match: f"{match[1]}\n{parts[match[2]]}\n{match[4]}", document)


def targets() -> list[Path]:
    """The documents with tables of this module."""
    return [file for file in sorted(DOCS.glob("*.md")) if file.name not in _ELSEWHERE and _MARK.search(file.read_text())]


def asked(file: Path) -> set[str]:
    """The tables that a document has."""
    return {mark for _, mark, _, _ in _MARK.findall(file.read_text())}


def _environments(facts: Mapping[str, Facts]) -> str:
    rows: list[tuple[str, Callable[[Facts], list[str]]]] = [
        ("regions", lambda one: one.regions()),
        ("zones", lambda one: sorted({zone for tier in one.subnets("networking").values() for zone in tier})),
        ("NAT in zones", lambda one: sorted(key for key, _ in one.of("networking.aws_nat_gateway.nat"))),
        ("cluster", lambda one: one.clusters("compute")),
        ("nodes", lambda one: one.node_groups("compute")),
        ("instances", lambda one: [f"{key}: {group['desired_capacity']} ({group['min_size']} to {group['max_size']})"
                                   for key, group in one.of("compute.aws_autoscaling_group.group")]),
        ("databases", lambda one: one.databases() + one.followers()),
        ("caches", lambda one: one.caches()),
        ("buckets, copied", lambda one: [f"{key}{', copied' if key in one.buckets(replicas=True) else ''}"
                                         for key in one.buckets()]),
        ("file systems", lambda one: [key for key, _ in one.of("storage.aws_efs_file_system.files")]),
        ("edge", lambda one: one.edge()),
        ("backup vaults", lambda one: one.vaults()),
        ("functions", lambda one: sorted(key for key, _ in one.of("automation.aws_lambda_function.function"))),
        ("alarms, dashboards", lambda one: [f"{one.counts['aws_cloudwatch_metric_alarm']} alarms",
                                            f"{one.counts.get('aws_cloudwatch_dashboard', 0)} dashboards"]),
        ("budget a month", lambda one: [f"${int(budget['limit_amount']):,}"
                                        for _, budget in one.of("cost.aws_budgets_budget.budget")]),
    ]
    return table(("", *facts), ((head, *("<br>".join(of(one)) or "none" for one in facts.values())) for head, of in rows))


def _addresses(facts: Mapping[str, Facts]) -> str:
    rows = []
    for name, one in facts.items():
        for module in ("networking", "recovery_networking"):
            tiers = one.subnets(module)
            if not tiers:
                continue
            region = one.regions()[0 if module == "networking" else 1]
            vpc = one.one(f"{module}.aws_vpc.vpc") or {}
            cells = [f"`{_each(tiers[tier])}`" if tier in tiers else "with the nodes"
                     for tier in ("public", "private", "database", "pods")]
            rows.append((name, region, f"`{vpc['cidr_block']}`", *cells))
    return table(("environment", "region", "network", "public", "private", "database", "pods"), rows)


def _each(zones: Mapping[str, str]) -> str:
    return "`, `".join(cidr for _, cidr in sorted(zones.items()))


def _counts(facts: Mapping[str, Facts]) -> str:
    rows = []
    for group, pattern in _GROUPS.items():
        sums = [sum(number for kind, number in one.counts.items() if _group(kind) == group) for one in facts.values()]
        rows.append((group, *map(str, sums)))
    rows.append(("**total**", *(f"**{sum(one.counts.values())}**" for one in facts.values())))
    return table(("resources", *facts), rows)


def _group(kind: str) -> str:
    for group, pattern in _GROUPS.items():
        if re.fullmatch(f"aws_(?:{pattern})", kind):
            return group
    raise ValueError(f"{kind} belongs to no group of _GROUPS; say to which in tests/docs/figures.py")


def _standby(production: Facts) -> str:
    plan = next(iter(production.of("backup.aws_backup_plan.plan")))[1]
    schedules = ", ".join(f"`{one}`" for one in plan["rule.schedule"])
    second, locked = production.regions()[1], production.one("backup.dr.aws_backup_vault_lock_configuration.vault")
    rows = [
        ("network", f"`{(production.one('recovery_networking.aws_vpc.vpc') or {})['cidr_block']}`: "
                    f"{', '.join(production.subnets('recovery_networking'))}",
         "carries nothing until a person sends traffic there"),
        ("cluster", "; ".join(production.clusters("recovery_compute")),
         "; ".join(production.node_groups("recovery_compute"))),
        ("database", "; ".join(production.followers()), "streams from the first region; lag is the data that is lost"),
        ("buckets", ", ".join(f"`{names.prefix('production')}-{key}-replica`" for key in production.buckets(replicas=True)),
         "replication with time control: 15 minutes"),
        ("files", ", ".join(key for key, _ in production.of("storage.aws_efs_file_system.replica")),
         "read-only while it replicates; no mount targets there"),
        ("images", ", ".join(key for key, _ in production.of("storage.aws_ecr_repository.replica")),
         "by the registry's rule of terraform/shared/account"),
        ("keys", ", ".join(sorted(key for key, _ in production.of("security.aws_kms_replica_key.secondary"))),
         "replicas of the same keys"),
        ("recovery points", ", ".join(production.vaults()), f"made at {schedules} (UTC), then copied"),
    ]
    assert locked is not None
    return (f"In {second}, and for backups in eu-west-1 as well (locked: {locked['min_retention_days']} to "
            f"{locked['max_retention_days']} days):\n\n" + table(("what", "stands ready", "state"), rows))


def _names() -> str:
    rows = []
    for address, (_, pattern) in names.CONVENTION.items():
        kind = re.search(r"aws_\w+", address)
        assert kind is not None
        shown = pattern.replace("{0}", "<key>").replace("{1}", "<name>").replace("{prefix}", "<prefix>")
        rows.append((f"`{address}`", f"`{shown}`"))
    return table(("what", "is called"), rows)


def main() -> int:
    """Compare, or write."""
    parser = argparse.ArgumentParser(
        prog="infrastructure-figures",
        description="Holds the tables and pictures of docs/ against the golden inventories (tests/estate/inventory).",
        epilog="Exit status 1: something is not as the inventories say. Environments: " + ", ".join(ENVIRONMENTS) + ".",
    )
    parser.add_argument("--update", action="store_true", help="write them instead")
    options = parser.parse_args()
    facts = read()
    made = {**pictures(facts), **{file: written(file.name, file.read_text(), figures(facts)) for file in targets()}}
    stale = [file for file, text in made.items() if not file.exists() or file.read_text() != text]
    for file in stale:
        if options.update:
            file.write_text(made[file])
        print(file.relative_to(ROOT), "written" if options.update else "is not as the inventories say", file=sys.stderr)
    return 1 if stale and not options.update else 0


if __name__ == "__main__":
    sys.exit(main())

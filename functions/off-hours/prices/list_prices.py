#!/usr/bin/env python3
"""Compares list-prices.csv with the public price tables it was taken from.

    list_prices.py KARPENTER COROOT EC2INSTANCES [--write]

Each argument is a clone, with history, of one of the first three repositories
in README.md. Exit status 1 means that the file and the tables differ; --write
takes the tables' prices over. Rows with another source are kept: README.md
says where to read those again.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

# A class, its engine, a Region, US dollars per hour, the month, the source.
Row = tuple[str, str, str, float, str, str]

TABLE = Path(__file__).with_name("list-prices.csv")
REGIONS = ("us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1")

BURSTABLE = ("nano", "micro", "small", "medium", "large", "xlarge", "2xlarge")
FIXED = ("large", "xlarge", "2xlarge", "4xlarge")
GENERATIONS = ("5", "5a", "6i", "6a", "6g", "7i", "7a", "7g", "8i", "8g")
EC2 = {family: BURSTABLE for family in ("t2", "t3", "t3a", "t4g")} | {
    kind + generation: FIXED for kind in "mcr" for generation in GENERATIONS
}
DATABASES = {"db.t3": BURSTABLE[1:5], "db.t4g": BURSTABLE[1:5]} | {
    f"db.{family}": FIXED[:3]
    for family in ("m5", "m6g", "m6i", "m7g", "r5", "r6g", "r6i", "r7g")
}
ENGINES = {
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "aurora-postgresql": "Aurora PostgreSQL",
    "aurora-mysql": "Aurora MySQL",
}

# Left out outside the United States: the table is compiled into the function.
UNITED_STATES_ONLY = re.compile(r"(t2|[mcr]5a)\..*|[^.]*\.4xlarge|db\.[mr].*\.2xlarge")
# How many daily dumps are looked through for a class's lowest price.
DUMPS = 187
# The last commit of ec2instances.info whose database table is whole.
EC2INSTANCES_COMMIT = "14ede5a5"


def git(repository: str, *arguments: str) -> bytes:
    command = ["git", "-C", repository, *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def karpenter(repository: str) -> tuple[dict[str, float], str]:
    """EC2 prices of us-east-1 by class, and their month."""
    path = "pkg/providers/pricing/zz_generated.pricing_aws.go"
    text = git(repository, "show", f"HEAD:{path}").decode()
    month = re.search(r"generated at (\d{4}-\d\d)\S* for us-east-1", text).group(1)
    prices = re.findall(r'"([a-z0-9-]+\.[a-z0-9-]+)": ([0-9.]+)', text)
    return {name: float(price) for name, price in prices}, month


def coroot(repository: str) -> tuple[dict, dict, str]:
    """Every price that the daily dumps show of a class, and their last month."""
    path = "data/cloud-pricing.json.gz"
    log = git(repository, "log", "--all", "--format=%H %cs", "--", path).decode()
    commits = [line.split() for line in log.splitlines()][:DUMPS]
    compute = defaultdict(set)
    databases = defaultdict(set)
    for commit, _ in commits:
        dump = json.loads(gzip.decompress(git(repository, "show", f"{commit}:{path}")))
        for region in REGIONS:
            for name, price in dump["aws"]["compute"][region].items():
                compute[region, name].add(price["on_demand"])
            for engine, classes in dump["aws"]["managed_db"][region].items():
                for name, price in classes.items():
                    databases[region, name, engine].add(price["single_az"]["on_demand"])
    for prices in (*compute.values(), *databases.values()):
        prices.discard(0)
    return compute, databases, commits[0][1][:7]


def ec2instances(repository: str) -> tuple[dict[tuple[str, str, str], float], str]:
    """Database prices by Region, class and engine, and their month."""
    path = f"{EC2INSTANCES_COMMIT}:www/rds/instances.json"
    month = git(repository, "log", "-1", "--format=%cs", EC2INSTANCES_COMMIT).decode()[:7]
    prices = {}
    for instance in json.loads(git(repository, "show", path)):
        for region, engines in instance["pricing"].items():
            for engine, name in ENGINES.items():
                if price := engines.get(name, {}).get("ondemand"):
                    prices[region, instance["instance_type"], engine] = price
    return prices, month


def ec2_rows(home: dict, month: str, compute: dict, compute_month: str) -> Iterator[Row]:
    """A dump shows either the shared or the dedicated price of a class, so the
    lowest is the shared one. A class for which only the dedicated price turned
    up stands out in its family, by the factor to us-east-1, and is left out."""
    for family, sizes in EC2.items():
        names = [f"{family}.{size}" for size in sizes if f"{family}.{size}" in home]
        for name in names:
            yield name, "", "us-east-1", home[name], month, "karpenter"
        for region in REGIONS[1:]:
            seen = {name: min(compute[region, name]) for name in names if compute[region, name]}
            if not seen:
                continue
            usual = statistics.median(price / home[name] for name, price in seen.items())
            for name, price in seen.items():
                if abs(price / home[name] / usual - 1) < 0.02:
                    yield name, "", region, price, compute_month, "coroot"


def database_rows(
    databases: dict, month: str, earlier: dict, earlier_month: str
) -> Iterator[Row]:
    """Of Aurora a dump shows either the Standard or the dearer I/O-Optimized
    price: the lowest counts where both were seen, or where the earlier table,
    which is older than I/O-Optimized, agrees. MariaDB is only in the latter."""
    for family, sizes in DATABASES.items():
        for name in (f"{family}.{size}" for size in sizes):
            for engine in ENGINES:
                for region in REGIONS:
                    before = earlier.get((region, name, engine))
                    seen = databases[region, name, engine]
                    if engine == "mariadb" and before:
                        yield name, engine, region, before, earlier_month, "ec2instances.info"
                    elif seen and (
                        not engine.startswith("aurora")
                        or max(seen) > 1.2 * min(seen)
                        or min(seen) == before
                    ):
                        yield name, engine, region, min(seen), month, "coroot"


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """One line for all Regions with the same price of the same source."""
    groups = defaultdict(list)
    for name, engine, region, price, month, source in rows:
        if not region.startswith("us-") and UNITED_STATES_ONLY.fullmatch(name):
            continue
        text = f"{price:.6f}".rstrip("0")
        groups[name, engine, text, month, source].append(region)
    for (name, engine, price, month, source), regions in groups.items():
        yield f"{name},{engine},{' '.join(regions)},{price},{month},{source}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for repository in ("karpenter", "coroot", "ec2instances"):
        parser.add_argument(repository, help="a clone with history")
    parser.add_argument("--write", action="store_true", help="take the tables' prices over")
    options = parser.parse_args()

    home, home_month = karpenter(options.karpenter)
    compute, databases, month = coroot(options.coroot)
    earlier, earlier_month = ec2instances(options.ec2instances)
    taken = [
        *lines(ec2_rows(home, home_month, compute, month)),
        *lines(database_rows(databases, month, earlier, earlier_month)),
    ]
    head, *current = TABLE.read_text().splitlines()
    from_tables = ("karpenter", "coroot", "ec2instances.info")
    quoted = [line for line in current if line.rsplit(",", 1)[1] not in from_tables]

    wanted = [*taken, *quoted]
    if options.write:
        TABLE.write_text("\n".join([head, *wanted, ""]))
        return 0
    for line in sorted(set(current) ^ set(wanted)):
        print("-" if line in current else "+", line)
    print(f"{len(taken)} lines from the tables, {len(quoted)} quoted")
    return int(set(current) != set(wanted))


if __name__ == "__main__":
    sys.exit(main())

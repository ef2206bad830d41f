"""The golden inventories, asked for what the documents show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from estate import inventory

from . import names

ENVIRONMENTS = tuple(names.CODES)
_KEY = re.compile(r'\["([^"]*)"\]')
_INDEX = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class Facts:
    """One environment as its inventory has it."""

    environment: str
    counts: dict[str, int]
    resources: dict[str, dict[str, Any]] = field(repr=False)

    def of(self, address: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """(key, attributes) of every resource at an address without its keys; the keys joined by a slash."""
        for full, attributes in self.resources.items():
            if _INDEX.sub("", full) == address:
                yield "/".join(_KEY.findall(full)), attributes

    def one(self, address: str) -> dict[str, Any] | None:
        """The attributes of the only resource at an address; None where there is none."""
        found = [attributes for _, attributes in self.of(address)]
        return found[0] if len(found) == 1 else None

    def regions(self) -> list[str]:
        """Where it has a network, the one it lives in first."""
        found = dict.fromkeys(str(one["availability_zone"])[:-1] for module in ("networking", "recovery_networking")
                              for _, one in self.of(f"{module}.aws_subnet.subnet"))
        return list(found)

    def subnets(self, module: str) -> dict[str, dict[str, str]]:
        """Tier => zone => range, of a network and of its pods."""
        found: dict[str, dict[str, str]] = {}
        for key, one in self.of(f"{module}.aws_subnet.subnet"):
            tier, zone = key.split("/")
            found.setdefault(tier, {})[zone] = one["cidr_block"]
        for zone, one in self.of(f"{module}.aws_subnet.pods"):
            found.setdefault("pods", {})[zone] = one["cidr_block"]
        order = ("public", "private", "pods", "database")
        return {tier: found[tier] for tier in order if tier in found}

    def node_groups(self, module: str) -> list[str]:
        """Each node group in words: name, types, sizes."""
        return [f"{key.split('/')[1]}: {_sizes(one)} {' or '.join(one['instance_types'])}"
                f"{' spot' if one['capacity_type'] == 'SPOT' else ''}"
                for key, one in self.of(f"{module}.aws_eks_node_group.nodes")]

    def clusters(self, module: str) -> list[str]:
        """Each cluster in words."""
        return [f"{key} {one['version']}" for key, one in self.of(f"{module}.aws_eks_cluster.cluster")]

    def databases(self) -> list[str]:
        """Each instance and its readers in the same region, in words."""
        found = []
        for key, one in self.of("database.aws_db_instance.postgres"):
            found.append(f"{key}: {one['instance_class']}, PostgreSQL {one['engine_version']}, "
                         f"{'two zones' if one['multi_az'] else 'one zone'}, {one['allocated_storage']} GB")
        found += [f"{key.split('/')[1]}: {one['instance_class']}, reads {key.split('/')[0]}"
                  for key, one in self.of("database.aws_db_instance.replica")]
        return found

    def followers(self) -> list[str]:
        """Each replica in the recovery region, in words."""
        return [f"{key}-recovery: {one['instance_class']}, follows {key}"
                for key, one in self.of("database.aws_db_instance.recovery")]

    def caches(self) -> list[str]:
        """Each cache in words."""
        return [f"{key}: {_nodes(one)} {one['node_type']}, Redis {one['engine_version']}"
                for key, one in self.of("database.aws_elasticache_replication_group.redis")]

    def buckets(self, *, replicas: bool = False) -> list[str]:
        """Keys of the buckets, or of those that have a copy in the second region."""
        kinds = ("replica", "log_replica") if replicas else ("bucket", "log_bucket")
        return sorted(key for kind in kinds for key, _ in self.of(f"storage.{kind}.aws_s3_bucket_versioning.versions"))

    def vaults(self) -> list[str]:
        """Which of primary, secondary and dr have a backup vault, the locked one marked."""
        return [place + (", locked" if self.one(f"backup.{place}.aws_backup_vault_lock_configuration.vault") else "")
                for place in ("primary", "secondary", "dr") if self.one(f"backup.{place}.aws_backup_vault.vault")]

    def edge(self) -> list[str]:
        """What stands before the network, in words; empty where nothing does."""
        web = self.one("cdn.aws_cloudfront_distribution.web")
        found = [] if web is None else [f"CloudFront: {', '.join(sorted(web['aliases']))}"]
        if any(one["scope"] == "CLOUDFRONT" for _, one in self.of("cdn.edge_firewall.aws_wafv2_web_acl.acl")):
            found.append("firewall at the edge")
        if self.counts.get("aws_route53_health_check"):
            found.append(f"{self.counts['aws_route53_health_check']} health check")
        return found


def read() -> dict[str, Facts]:
    """Every environment's facts."""
    found = {}
    for environment in ENVIRONMENTS:
        written = inventory.read(environment)
        if written is None:
            raise FileNotFoundError(f"there is no inventory of {environment}: scripts/inventory --update")
        found[environment] = Facts(environment, written["counts"], written["resources"])
    return found


def _sizes(group: dict[str, Any]) -> str:
    low, now, high = (group[f"scaling_config.{kind}_size"] for kind in ("min", "desired", "max"))
    return f"{now} ({low} to {high})"


def _nodes(cache: dict[str, Any]) -> str:
    if cache.get("num_node_groups"):
        return f"{cache['num_node_groups']} shards of {1 + cache['replicas_per_node_group']}"
    return f"{cache['num_cache_clusters']} node{'s' if cache['num_cache_clusters'] > 1 else ''}"

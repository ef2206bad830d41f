"""RDS, ElastiCache, DynamoDB."""

from __future__ import annotations

from ..estimate import Estimate, prices, whole
from ..plans import Resource
from ..prices import NoPriceError
from ..ranges import HOURS, Range

_FREE_INSIGHTS_DAYS = 7
# Of gp3 storage, and of gp3 storage that RDS stripes over four volumes.
_FREE_IOPS, _FREE_IOPS_STRIPED, _STRIPED_GB = 3000, 12000, 400


@prices("RDS", "aws_db_instance")
def database(estimate: Estimate, resource: Resource) -> None:
    source = estimate.plan.related(resource, "replicate_source_db", "aws_db_instance")
    engine = resource.get("engine") or (source.get("engine") if source else None) or "postgres"
    size = resource.get("instance_class")
    twice = bool(resource.get("multi_az"))
    # A stopped instance keeps its storage.
    hours = Range.of(HOURS).times(estimate.awake(resource))
    _instance_hours(estimate, resource, f"{size} {engine}", size, hours, twice=twice)
    _storage(estimate, resource, source, twice=twice)
    if resource.get("database_insights_mode") == "advanced":
        estimate.name(resource.address, "Database Insights, advanced", "no sourced price per vCPU in this Region")
    elif (
        resource.get("performance_insights_enabled")
        and int(resource.get("performance_insights_retention_period", _FREE_INSIGHTS_DAYS)) > _FREE_INSIGHTS_DAYS
    ):
        estimate.name(
            resource.address, "Performance Insights beyond seven days", "no sourced price per vCPU in this Region"
        )


def _instance_hours(
    estimate: Estimate, resource: Resource, size: str, plain: str, hours: Range, *, twice: bool
) -> None:
    if not twice:
        estimate.add(resource.address, f"instance {plain}", "rds.instance", resource.region, hours, size)
        return
    try:
        price = estimate.table.find("rds.instance.multi-az", resource.region, plain)
    except NoPriceError:
        # Two instances: what AWS charges, but for rounding, where both prices are known.
        estimate.add(
            resource.address, f"instance {plain}, Multi-AZ", "rds.instance", resource.region, hours.times(2), size
        )
    else:
        estimate.add(resource.address, f"instance {plain}, Multi-AZ", price.product, resource.region, hours, plain)


def _storage(estimate: Estimate, resource: Resource, source: Resource | None, *, twice: bool) -> None:
    gigabytes = resource.get("allocated_storage") or (source.get("allocated_storage") if source else None)
    if gigabytes is None:
        estimate.name(resource.address, "storage", "neither the instance nor its source says how much")
        return
    most = max(int(resource.get("max_allocated_storage") or 0), int(gigabytes))
    kind = resource.get("storage_type") or (source.get("storage_type") if source else None) or "gp2"
    amount = Range.of(gigabytes, gigabytes, most)
    product, what = (
        ("rds.storage.multi-az", f"storage {kind}, Multi-AZ") if twice else ("rds.storage", f"storage {kind}")
    )
    estimate.add(resource.address, what, product, resource.region, amount, kind)
    free = _FREE_IOPS if int(gigabytes) < _STRIPED_GB else _FREE_IOPS_STRIPED
    if kind == "gp3" and int(resource.get("iops") or 0) > free:
        estimate.add(
            resource.address,
            "storage gp3, IOPS",
            "rds.iops.multi-az" if twice else "rds.iops",
            resource.region,
            int(resource.get("iops")) - free,
            kind,
        )
    elif kind in ("io1", "io2"):
        estimate.name(resource.address, f"storage {kind}, IOPS", "no sourced price")


@whole("RDS", "aws_db_instance")
def automated_backups(estimate: Estimate, found: list[Resource]) -> None:
    keeping = [one for one in found if one.get("backup_retention_period")]
    if keeping:
        estimate.add_used("automated backups", "databases.backup_gb", "rds.backup", estimate.home(keeping))


@whole("RDS", "aws_db_instance_automated_backups_replication")
def replicated_backups(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("replicated backups", "databases.replicated_backup_gb", "rds.backup", estimate.home(found))


@prices("ElastiCache", "aws_elasticache_replication_group")
def cache(estimate: Estimate, resource: Resource) -> None:
    # A member of a global datastore takes its nodes' type and its shards from the first.
    datastore = estimate.plan.related(
        resource, "global_replication_group_id", "aws_elasticache_global_replication_group"
    )
    first = datastore and estimate.plan.related(
        datastore, "primary_replication_group_id", "aws_elasticache_replication_group"
    )
    size = resource.get("node_type") or (first and first.get("node_type"))
    if not size:
        estimate.name(resource.address, "nodes", "the plan does not say their type")
        return
    if shards := resource.get("num_node_groups") or (first and first.get("num_node_groups")):
        nodes = int(shards) * (int(resource.get("replicas_per_node_group", 0)) + 1)
    else:
        nodes = int(resource.get("num_cache_clusters", 1))
    _nodes(estimate, resource, size, nodes)


@prices("ElastiCache", "aws_elasticache_cluster")
def single_cache(estimate: Estimate, resource: Resource) -> None:
    if resource.get("replication_group_id"):
        return  # a member, priced with its group
    _nodes(estimate, resource, resource.get("node_type"), int(resource.get("num_cache_nodes", 1)))


def _nodes(estimate: Estimate, resource: Resource, size: str, nodes: int) -> None:
    estimate.add(
        resource.address,
        f"{nodes} nodes {size}" if nodes != 1 else f"node {size}",
        "elasticache.node",
        resource.region,
        HOURS * nodes,
        size,
    )


@whole("ElastiCache", "aws_elasticache_replication_group")
def cache_backups(estimate: Estimate, found: list[Resource]) -> None:
    keeping = [one for one in found if one.get("snapshot_retention_limit")]
    if keeping:
        estimate.add_used("snapshots", "caches.backup_gb", "elasticache.backup", estimate.home(keeping))


@prices("DynamoDB", "aws_dynamodb_table")
def table(estimate: Estimate, resource: Resource) -> None:
    if resource.get("billing_mode", "PROVISIONED") != "PAY_PER_REQUEST":
        estimate.name(resource.address, "provisioned capacity", "only tables on demand have a rule")
    if resource.get("replica"):
        estimate.name(resource.address, "replicas", "global tables have no rule")


@whole("DynamoDB", "aws_dynamodb_table")
def tables(estimate: Estimate, found: list[Resource]) -> None:
    region = estimate.home(found)
    estimate.add_used("writes", "tables.write_millions", "dynamodb.writes", region)
    estimate.add_used("reads", "tables.read_millions", "dynamodb.reads", region)
    estimate.add_used("storage", "tables.stored_gb", "dynamodb.storage", region)
    if any(one.block("point_in_time_recovery").get("enabled") for one in found):
        estimate.add_used("point-in-time recovery", "tables.stored_gb", "dynamodb.recovery", region)


@prices("RDS", "aws_db_proxy")
def proxy(estimate: Estimate, resource: Resource) -> None:
    estimate.name(resource.address, "proxy", "no sourced price per vCPU in this Region")

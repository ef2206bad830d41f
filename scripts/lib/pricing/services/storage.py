"""S3, EFS, ECR, snapshots, AWS Backup."""

from __future__ import annotations

import re

from ..estimate import Estimate, prices, whole
from ..plans import Resource
from ..ranges import ZERO

_KEY = re.compile(r'\["([^"]+)"\]')
_CLASSES = {
    "standard_gb": "STANDARD",
    "infrequent_gb": "STANDARD_IA",
    "glacier_gb": "GLACIER",
    "deep_archive_gb": "DEEP_ARCHIVE",
}


@prices("S3", "aws_s3_bucket")
def bucket(estimate: Estimate, resource: Resource) -> None:
    key = bucket_key(resource)
    prefix = f"buckets.{key}"
    if is_replica(resource):
        estimate.add_used(
            "copy, STANDARD",
            f"{prefix}.replica_gb",
            "s3.storage",
            resource.region,
            "STANDARD",
            address=resource.address,
        )
        return
    if not any(estimate.usage.find(f"{prefix}.{name}") for name in _CLASSES):
        estimate.name(resource.address, "storage", f"{estimate.usage.name} says nothing of a bucket {key}")
        return
    for name, storage_class in _CLASSES.items():
        _maybe(estimate, resource, f"storage {storage_class}", f"{prefix}.{name}", "s3.storage", storage_class)
    _maybe(estimate, resource, "writes and lists", f"{prefix}.put_thousands", "s3.put")
    _maybe(estimate, resource, "reads", f"{prefix}.get_thousands", "s3.get")
    _maybe(estimate, resource, "transitions", f"{prefix}.transition_thousands", "s3.transition")


@prices("S3", "aws_s3_bucket_replication_configuration")
def replication(estimate: Estimate, resource: Resource) -> None:
    source = estimate.plan.related(resource, "bucket", "aws_s3_bucket")
    key = bucket_key(source) if source else bucket_key(resource)
    estimate.add_used(
        "replication between Regions",
        f"buckets.{key}.replicated_gb",
        "transfer.regions",
        resource.region,
        address=resource.address,
    )
    timed = any(
        part.get("status") == "Enabled"
        for rule in resource.get("rule", []) or []
        for destination in rule.get("destination", []) or []
        for part in destination.get("replication_time", []) or []
    )
    if timed:
        estimate.add_used(
            "replication time control",
            f"buckets.{key}.replicated_gb",
            "s3.replication-time-control",
            resource.region,
            address=resource.address,
        )


def bucket_key(resource: Resource) -> str:
    """What the usage file calls a bucket: its key in the configuration, or the end of its name."""
    keys = _KEY.findall(resource.address)
    if keys:
        return keys[-1]
    name = resource.get("bucket") or resource.name
    return name.rpartition("-")[2] if isinstance(name, str) and "-" in name else str(name)


def is_replica(resource: Resource) -> bool:
    """Whether a bucket is the copy of one in another Region."""
    return "replica" in _KEY.sub("", resource.address)


def _maybe(estimate: Estimate, resource: Resource, component: str, key: str, product: str, size: str = "") -> None:
    """A line if the usage file has the quantity; a bucket need not say what it does not have."""
    quantity = estimate.usage.find(key)
    if quantity is not None and quantity != ZERO:
        estimate.add(resource.address, component, product, resource.region, quantity, size)


@whole("EFS", "aws_efs_file_system")
def file_systems(estimate: Estimate, found: list[Resource]) -> None:
    region = estimate.home(found)
    estimate.add_used("storage", "files.standard_gb", "efs.storage", region, "standard")
    if any(one.get("lifecycle_policy") for one in found):
        estimate.add_used("storage, infrequent access", "files.infrequent_gb", "efs.storage", region, "infrequent")
        estimate.add_used("infrequent access", "files.access_gb", "efs.access", region, "infrequent")


@prices("EFS", "aws_efs_file_system")
def file_system(estimate: Estimate, resource: Resource) -> None:
    mode = resource.get("throughput_mode", "bursting")
    if mode == "provisioned":
        estimate.name(resource.address, "provisioned throughput", "depends on the storage; no rule")
    elif mode == "elastic":
        estimate.name(resource.address, "elastic throughput", "no sourced price per GB")


@prices("EFS", "aws_efs_replication_configuration")
def file_copy(estimate: Estimate, resource: Resource) -> None:
    estimate.name(resource.address, "copy in another Region", "no sourced price there")


@whole("ECR", "aws_ecr_repository")
def images(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("images", "registry.stored_gb", "ecr.storage", estimate.home(found))


@whole("ECR", "aws_ecr_replication_configuration")
def image_copies(estimate: Estimate, found: list[Resource]) -> None:
    for resource in found:
        regions = [
            target.get("region")
            for part in resource.get("replication_configuration", []) or []
            for rule in part.get("rule", []) or []
            for target in rule.get("destination", []) or []
        ]
        for region in filter(None, regions):
            estimate.add_used(f"images in {region}", "registry.replica_gb", "ecr.storage", region)


@whole("EBS", "aws_dlm_lifecycle_policy")
def snapshots(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("snapshots", "snapshots.ebs_gb", "ebs.snapshot", estimate.home(found))


@whole("Backup", "aws_backup_plan")
def backups(estimate: Estimate, found: list[Resource]) -> None:
    region = estimate.home(found)
    for kind in ("EBS", "RDS", "EFS", "S3", "DynamoDB"):
        estimate.add_used(f"{kind} backups", f"backup.{kind.lower()}_gb", "backup.storage", region, kind)
    if not _copies(found):
        return
    others = sorted({vault.region for vault in estimate.plan.of("aws_backup_vault")} - {region})
    estimate.add_used("copied to other Regions", "backup_copies.moved_gb", "backup.copied", region, "RDS")
    for other in others:
        name = {"us-west-2": "secondary", "eu-west-1": "dr"}.get(other)
        if name is None:
            estimate.name("aws_backup_vault", f"copies in {other}", "the usage file knows us-west-2 and eu-west-1")
            continue
        for kind in ("EBS", "RDS"):
            estimate.add_used(
                f"{kind} copies in {other}", f"backup_copies.{name}_{kind.lower()}_gb", "backup.storage", other, kind
            )
        for kind in ("EFS", "S3", "DynamoDB"):
            if estimate.usage.find(f"backup.{kind.lower()}_gb") not in (None, ZERO):
                estimate.name("aws_backup_vault", f"{kind} copies in {other}", "no sourced price there")


def _copies(plans: list[Resource]) -> bool:
    return any(rule.get("copy_action") for plan in plans for rule in plan.get("rule", []) or [])


@whole("Backup", "aws_backup_restore_testing_plan")
def restore_tests(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("restore tests", "backup.restore_points", "backup.restore-test", estimate.home(found))


@whole("Backup", "aws_backup_framework")
def audits(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("audit controls", "backup.evaluations", "backup.evaluations", estimate.home(found))


@prices("S3", "aws_s3control_storage_lens_configuration")
def lens(estimate: Estimate, resource: Resource) -> None:
    # The default metrics are free.
    level = resource.block("storage_lens_configuration").get("account_level") or [{}]
    paid = (
        "activity_metrics",
        "advanced_cost_optimization_metrics",
        "advanced_data_protection_metrics",
        "detailed_status_code_metrics",
    )
    if any(
        metric.get("enabled")
        for name in paid
        for part in (level[0], *(level[0].get("bucket_level") or []))
        for metric in part.get(name) or []
    ):
        estimate.name(resource.address, "advanced metrics of Storage Lens", "no sourced price")

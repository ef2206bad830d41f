"""Names of resources, by the naming convention, from what the golden inventories hold.

An inventory keeps addresses, not names: `database.aws_db_instance.postgres["timeline"]`.
This module says what such a resource is called, so that a command of a runbook
can be held against what there is. tests/estate/test_plans.py holds the
convention itself against the names in the plans.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from estate import inventory

PROJECT = "personal-timeline"
CODES: Mapping[str, str] = {"development": "dev", "staging": "staging", "production": "prod"}

# Address below the root, without its keys => attribute with the name, and the
# name; {0} and {1} are the parts of the key, {prefix} is {project}-{environment}.
CONVENTION: Mapping[str, tuple[str, str]] = {
    "automation.aws_dynamodb_table.ledger": ("name", "{prefix}-operations-ledger"),
    "automation.aws_lambda_function.function": ("function_name", "{prefix}-{0}-function"),
    "automation.aws_sqs_queue.dead_letters": ("name", "{prefix}-{0}-dead-letters"),
    "automation.aws_sqs_queue.function": ("name", "{prefix}-{0}-queue"),
    "backup.aws_backup_plan.plan": ("name", "{prefix}-{0}-plan"),
    "backup.dr.aws_backup_vault.vault": ("name", "{prefix}-backup-vault"),
    "backup.primary.aws_backup_vault.vault": ("name", "{prefix}-backup-vault"),
    "backup.secondary.aws_backup_vault.vault": ("name", "{prefix}-backup-vault"),
    "cdn.aws_cloudfront_distribution.web": ("comment", "{prefix}-web"),
    "compute.aws_eks_cluster.cluster": ("name", "{prefix}-{0}-cluster"),
    "compute.aws_eks_node_group.nodes": ("node_group_name", "{prefix}-{0}-{1}-nodes"),
    "compute.aws_lb.balancer": ("name", "{prefix}-{0}-alb"),
    "database.aws_db_instance.postgres": ("identifier", "{prefix}-{0}-db"),
    "database.aws_db_instance.recovery": ("identifier", "{prefix}-{0}-recovery-db"),
    "database.aws_db_instance.replica": ("identifier", "{prefix}-{0}-{1}-replica"),
    "database.aws_elasticache_replication_group.redis": ("replication_group_id", "{prefix}-{0}-cache"),
    "database.aws_secretsmanager_secret.master": ("name", "{prefix}-{0}-db-master-user"),
    "recovery_compute.aws_eks_cluster.cluster": ("name", "{prefix}-recovery-{0}-cluster"),
    "recovery_compute.aws_eks_node_group.nodes": ("node_group_name", "{prefix}-recovery-{0}-{1}-nodes"),
    "storage.aws_ecr_repository.images": ("name", "{prefix}-{0}-images"),
    "storage.aws_efs_file_system.files": ("creation_token", "{prefix}-{0}-files"),
    "storage.aws_efs_file_system.replica": ("creation_token", "{prefix}-{0}-files-replica"),
    "storage.bucket.aws_s3_bucket_versioning.versions": ("bucket", "{prefix}-{0}"),
    "storage.log_bucket.aws_s3_bucket_versioning.versions": ("bucket", "{prefix}-{0}"),
    "storage.log_replica.aws_s3_bucket_versioning.versions": ("bucket", "{prefix}-{0}-replica"),
    "storage.replica.aws_s3_bucket_versioning.versions": ("bucket", "{prefix}-{0}-replica"),
}

# One of a kind: type that an inventory counts => attribute and name.
SINGLE: Mapping[str, tuple[str, str]] = {
    "aws_db_subnet_group": ("name", "{prefix}-databases"),
}
# Several of a kind, in every environment that has the type.
OTHERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "aws_cloudwatch_composite_alarm": ("alarm_name", ("{prefix}-environment-urgent", "{prefix}-environment-morning")),
    "aws_cloudwatch_dashboard": ("dashboard_name", ("{prefix}-morning", "{prefix}-operations")),
    "aws_iam_role": ("name", ("{prefix}-backup-role", "{prefix}-restore-role")),
    "aws_kms_alias": ("name", tuple(f"alias/{{prefix}}-{key}" for key in
                                    ("backups", "clusters", "databases", "logs", "operations", "storage"))),
    "aws_ssm_parameter": ("name", ("/personal-timeline/{environment}/nightshift/config",
                                   "/personal-timeline/{environment}/nightshift/stop")),
}
_KEY = re.compile(r'\["([^"]*)"\]')
_INDEX = re.compile(r"\[[^\]]*\]")


def prefix(environment: str) -> str:
    """{project}-{environment}, the first part of every name."""
    return f"{PROJECT}-{CODES[environment]}"


def addressed(environment: str, written: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Address => attribute and name, of every resource of an inventory that the convention knows."""
    found = {}
    for address in written["resources"]:
        known = CONVENTION.get(_INDEX.sub("", address))
        if known:
            keys = [part for key in _KEY.findall(address) for part in key.split("/")]
            name = known[1].format(*keys, prefix=prefix(environment))
            found[address] = (known[0], _fitting(name) if ".aws_lb." in address else name)
    return found


def _fitting(name: str) -> str:
    """Load balancers take 32 characters: then the project shrinks to its initials (modules/compute/names.tf)."""
    initials = "".join(word[0] for word in PROJECT.split("-"))
    return name if len(name) <= 32 else name.replace(PROJECT, initials, 1)


def counted(environment: str, written: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """(type, name) => attribute, of what an inventory only counts."""
    listed = {kind: (attribute, (name,)) for kind, (attribute, name) in SINGLE.items()} | dict(OTHERS)
    return {(kind, name.format(prefix=prefix(environment), environment=CODES[environment])): attribute
            for kind, (attribute, patterns) in listed.items() if written["counts"].get(kind)
            for name in patterns}


def known(environment: str) -> set[str]:
    """Every name that an environment's inventory vouches for."""
    written = inventory.read(environment)
    if written is None:
        raise FileNotFoundError(f"there is no inventory of {environment}: scripts/inventory --update")
    return ({name for _, name in addressed(environment, written).values()}
            | {name for _, name in counted(environment, written)})

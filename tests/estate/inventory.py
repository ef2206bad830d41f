"""What each environment consists of: counts by type, and the attributes that a review wants to see change.

tests/estate/inventory/<environment>.json is written by `scripts/inventory
--update` from the plans, and a test holds the plans against it: a change of a
module shows in all three files of the same commit.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .plan_values import ABSENT, walk
from .plans import PlanOf, given_plans

FOLDER = Path(__file__).with_name("inventory")

# Sizes, encryption, public access, retention: what costs, and what protects.
# A path goes through lists; what is not known before an apply is left out.
CHOSEN: Mapping[str, tuple[str, ...]] = {
    "aws_autoscaling_group": ("min_size", "desired_capacity", "max_size"),
    "aws_backup_plan": (
        "rule.rule_name",
        "rule.schedule",
        "rule.lifecycle.delete_after",
        "rule.copy_action.lifecycle.delete_after",
    ),
    "aws_backup_restore_testing_plan": ("schedule_expression",),
    "aws_backup_vault": ("name",),
    "aws_backup_vault_lock_configuration": ("changeable_for_days", "min_retention_days", "max_retention_days"),
    "aws_budgets_budget": ("limit_amount", "time_unit"),
    "aws_cloudfront_distribution": ("price_class", "viewer_certificate.minimum_protocol_version", "aliases"),
    "aws_cloudwatch_log_group": ("retention_in_days", "log_group_class"),
    "aws_db_instance": (
        "instance_class",
        "engine_version",
        "multi_az",
        "allocated_storage",
        "max_allocated_storage",
        "storage_type",
        "storage_encrypted",
        "publicly_accessible",
        "backup_retention_period",
        "deletion_protection",
        "monitoring_interval",
        "performance_insights_enabled",
        "engine_lifecycle_support",
    ),
    "aws_dynamodb_table": (
        "billing_mode",
        "deletion_protection_enabled",
        "point_in_time_recovery.enabled",
        "server_side_encryption.enabled",
    ),
    "aws_ecr_repository": (
        "image_tag_mutability",
        "image_scanning_configuration.scan_on_push",
        "encryption_configuration.encryption_type",
    ),
    "aws_efs_file_system": ("encrypted", "throughput_mode", "lifecycle_policy.transition_to_ia"),
    "aws_eks_cluster": (
        "version",
        "upgrade_policy.support_type",
        "vpc_config.endpoint_public_access",
        "vpc_config.public_access_cidrs",
        "enabled_cluster_log_types",
        "encryption_config.resources",
        "access_config.authentication_mode",
    ),
    "aws_eks_node_group": (
        "instance_types",
        "capacity_type",
        "scaling_config.min_size",
        "scaling_config.desired_size",
        "scaling_config.max_size",
    ),
    "aws_elasticache_replication_group": (
        "node_type",
        "engine_version",
        "num_node_groups",
        "replicas_per_node_group",
        "num_cache_clusters",
        "automatic_failover_enabled",
        "multi_az_enabled",
        "at_rest_encryption_enabled",
        "transit_encryption_enabled",
        "transit_encryption_mode",
        "snapshot_retention_limit",
    ),
    "aws_flow_log": ("log_destination_type", "traffic_type"),
    "aws_kms_key": ("enable_key_rotation", "deletion_window_in_days", "multi_region"),
    "aws_kms_replica_key": ("deletion_window_in_days",),
    "aws_lambda_function": ("runtime", "architectures", "memory_size", "timeout", "tracing_config.mode"),
    "aws_launch_template": (
        "instance_type",
        "metadata_options.http_tokens",
        "metadata_options.http_put_response_hop_limit",
        "block_device_mappings.ebs.volume_size",
        "block_device_mappings.ebs.volume_type",
        "block_device_mappings.ebs.encrypted",
    ),
    "aws_lb": ("internal", "load_balancer_type", "drop_invalid_header_fields", "enable_deletion_protection"),
    "aws_lb_listener": ("port", "protocol", "ssl_policy"),
    "aws_nat_gateway": ("connectivity_type",),
    "aws_network_acl_rule": ("egress", "rule_action", "protocol", "cidr_block", "from_port", "to_port"),
    "aws_opensearch_domain": (
        "engine_version",
        "cluster_config.instance_type",
        "cluster_config.instance_count",
        "encrypt_at_rest.enabled",
        "node_to_node_encryption.enabled",
        "domain_endpoint_options.enforce_https",
        "domain_endpoint_options.tls_security_policy",
    ),
    "aws_s3_bucket_lifecycle_configuration": (
        "rule.id",
        "rule.transition.days",
        "rule.transition.storage_class",
        "rule.expiration.days",
        "rule.noncurrent_version_expiration.noncurrent_days",
        "rule.abort_incomplete_multipart_upload.days_after_initiation",
    ),
    "aws_s3_bucket_object_lock_configuration": ("rule.default_retention.mode", "rule.default_retention.days"),
    "aws_s3_bucket_public_access_block": (
        "block_public_acls",
        "block_public_policy",
        "ignore_public_acls",
        "restrict_public_buckets",
    ),
    "aws_s3_bucket_server_side_encryption_configuration": (
        "rule.apply_server_side_encryption_by_default.sse_algorithm",
        "rule.bucket_key_enabled",
    ),
    "aws_s3_bucket_versioning": ("versioning_configuration.status",),
    "aws_scheduler_schedule": ("schedule_expression", "schedule_expression_timezone", "state"),
    "aws_secretsmanager_secret": ("recovery_window_in_days",),
    "aws_sqs_queue": ("message_retention_seconds", "sqs_managed_sse_enabled"),
    "aws_ssm_parameter": ("type", "tier"),
    "aws_subnet": ("cidr_block", "availability_zone", "map_public_ip_on_launch"),
    "aws_synthetics_canary": ("schedule.expression", "runtime_version"),
    "aws_vpc": ("cidr_block",),
    "aws_vpc_endpoint": ("service_name", "vpc_endpoint_type"),
    "aws_vpc_security_group_ingress_rule": ("cidr_ipv4", "ip_protocol", "from_port", "to_port"),
    "aws_wafv2_web_acl": ("scope", "rule.name"),
}

Inventory = dict[str, Any]


def take(plan: PlanOf) -> Inventory:
    """The inventory of a plan."""
    unknown = {
        change["address"]: change["change"].get("after_unknown") or {}
        for change in plan.document.get("resource_changes", [])
    }
    counts: Counter[str] = Counter()
    resources = {}
    for resource in walk(plan.document["planned_values"]["root_module"]):
        counts[resource["type"]] += 1
        chosen = {
            path: value
            for path in CHOSEN.get(resource["type"], ())
            if (value := _pick(resource["values"], unknown.get(resource["address"], {}), path.split("."))) is not ABSENT
        }
        if chosen:
            resources[_short(resource["address"])] = chosen
    return {"counts": dict(sorted(counts.items())), "resources": dict(sorted(resources.items()))}


def compare(written: Inventory, planned: Inventory) -> list[str]:
    """What is not as written, in words."""
    found = []
    for kind in sorted({*written["counts"], *planned["counts"]}):
        before, after = written["counts"].get(kind, 0), planned["counts"].get(kind, 0)
        if before != after:
            found.append(f"{kind}: {before} in the inventory, {after} in the plan")
    for address in sorted({*written["resources"], *planned["resources"]}):
        before, after = written["resources"].get(address), planned["resources"].get(address)
        if before is None or after is None:
            found.append(f"{address}: {'not in the inventory' if before is None else 'not in the plan'}")
            continue
        for path in sorted({*before, *after}):
            was, comes = json.dumps(before.get(path)), json.dumps(after.get(path))
            if was != comes:
                found.append(f"{address}: {path} is {was} in the inventory, {comes} in the plan")
    return found


def read(name: str) -> Inventory | None:
    """The written inventory of an environment."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def render(inventory: Inventory) -> str:
    """As it is kept: a line per count and per resource."""
    out = ["{", '  "counts": {']
    out += _lines({kind: json.dumps(number) for kind, number in inventory["counts"].items()})
    out += ["  },", '  "resources": {']
    out += _lines({address: json.dumps(chosen) for address, chosen in inventory["resources"].items()})
    return "\n".join([*out, "  }", "}", ""])


def _lines(entries: Mapping[str, str]) -> Iterator[str]:
    last = len(entries) - 1
    for number, (key, text) in enumerate(entries.items()):
        yield f"    {json.dumps(key)}: {text}{',' if number < last else ''}"


def _pick(value: Any, unknown: Any, path: list[str]) -> Any:
    """The value at a path; several through a list of several, sorted."""
    if unknown is True:
        return ABSENT
    if isinstance(value, list) and path:
        hidden = unknown if isinstance(unknown, list) else [{}] * len(value)
        picked = [
            found
            for one, its in zip(value, [*hidden, *[{}] * len(value)], strict=False)
            if (found := _pick(one, its, path)) is not ABSENT
        ]
        if not picked:
            return ABSENT
        return picked[0] if len(value) == 1 else sorted(picked, key=json.dumps)
    if not path:
        return sorted(value, key=json.dumps) if isinstance(value, list) else value
    if not isinstance(value, dict):
        return ABSENT
    return _pick(value.get(path[0]), unknown.get(path[0], {}) if isinstance(unknown, dict) else {}, path[1:])


def _short(address: str) -> str:
    """An address below the one module that every root calls."""
    return re.sub(r"^module\.environment\.", "", address).replace("module.", "")


def main() -> int:
    """Compare, or write."""
    parser = argparse.ArgumentParser(
        prog="inventory",
        description="Holds the environments' plans against tests/estate/inventory.",
        epilog="Exit status 1: a plan is not as written. NIGHTSHIFT_PLANS names a folder, as --plans does.",
    )
    parser.add_argument("--update", action="store_true", help="write the inventories instead")
    parser.add_argument(
        "--plans", metavar="DIR", help="plans made before (tests/estate/plans.py DIR); default: make them"
    )
    options = parser.parse_args()
    status = 0
    for name, plan in given_plans(options.plans, lambda line: print(line, file=sys.stderr)).items():
        planned = take(plan)
        if options.update:
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{name}.json").write_text(render(planned))
            print(FOLDER / f"{name}.json")
            continue
        written = read(name)
        wrong = ["there is no inventory"] if written is None else compare(written, planned)
        print("\n".join(f"{name}: {line}" for line in wrong) or f"{name}: as written")
        status |= bool(wrong)
    return status


if __name__ == "__main__":
    sys.exit(main())

"""KMS, secrets, parameters, and the detectors of an account."""

from __future__ import annotations

from ..estimate import Estimate, prices, whole
from ..plans import Resource
from ..ranges import HOURS, Range

# AWS charges the first two rotations of a key with a key's price each.
_ROTATIONS = 2
_FREE_ACTION_BUDGETS = 2


@prices("KMS", "aws_kms_key")
def key(estimate: Estimate, resource: Resource) -> None:
    versions = Range.of(1, 1, 1 + _ROTATIONS) if resource.get("enable_key_rotation") else Range.of(1)
    estimate.add(resource.address, "key", "kms.key", resource.region, versions)


@prices("KMS", "aws_kms_replica_key", "aws_kms_external_key")
def replica(estimate: Estimate, resource: Resource) -> None:
    estimate.add(resource.address, "key", "kms.key", resource.region, 1)


@whole("KMS", "aws_kms_key")
def key_requests(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("requests", "keys.request_ten_thousands", "kms.requests", estimate.home(found))


@prices("Secrets Manager", "aws_secretsmanager_secret")
def secret(estimate: Estimate, resource: Resource) -> None:
    estimate.add(resource.address, "secret", "secretsmanager.secret", resource.region, 1)
    for copy in resource.get("replica", []) or []:
        if copy.get("region"):
            estimate.add(resource.address, f"copy in {copy['region']}", "secretsmanager.secret", copy["region"], 1)


@whole("Secrets Manager", "aws_db_instance", "aws_rds_cluster")
def managed_passwords(estimate: Estimate, found: list[Resource]) -> None:
    for resource in found:
        if resource.get("manage_master_user_password"):
            estimate.add(resource.address, "password that RDS keeps", "secretsmanager.secret", resource.region, 1)


@whole("Secrets Manager", "aws_secretsmanager_secret")
def secret_requests(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("requests", "secrets.request_ten_thousands", "secretsmanager.requests", estimate.home(found))


@prices("Parameter Store", "aws_ssm_parameter")
def parameter(estimate: Estimate, resource: Resource) -> None:
    tier = resource.get("tier", "Standard")
    if tier == "Advanced":
        estimate.add(resource.address, "advanced parameter", "ssm.parameter.advanced", resource.region, 1)
    elif tier != "Standard":
        # Intelligent-Tiering: advanced only beyond 4 KB.
        estimate.add(
            resource.address,
            "parameter that may be advanced",
            "ssm.parameter.advanced",
            resource.region,
            Range.of(0, 0, 1),
        )


_FEATURES = {"S3_DATA_EVENTS": ("S3 data events", "security.guardduty_s3_millions", "guardduty.s3-events")}


@prices("GuardDuty", "aws_guardduty_detector")
def detector(estimate: Estimate, resource: Resource) -> None:
    estimate.add_used(
        "CloudTrail events",
        "security.guardduty_event_millions",
        "guardduty.events",
        resource.region,
        address=resource.address,
    )
    estimate.add_used(
        "flow and DNS logs", "security.guardduty_log_gb", "guardduty.logs", resource.region, address=resource.address
    )


@prices("GuardDuty", "aws_guardduty_detector_feature")
def detector_feature(estimate: Estimate, resource: Resource) -> None:
    if resource.get("status") == "DISABLED":
        return
    name = resource.get("name", "")
    if name in _FEATURES:
        component, usage, product = _FEATURES[name]
        estimate.add_used(component, usage, product, resource.region, address=resource.address)
    else:
        estimate.name(resource.address, f"GuardDuty {name}", "no sourced price in this Region")


@prices("GuardDuty", "aws_guardduty_malware_protection_plan")
def malware(estimate: Estimate, resource: Resource) -> None:
    estimate.name(resource.address, "malware scans of a bucket", "no sourced price in this Region")


@whole("Security Hub", "aws_securityhub_account")
def checks(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("checks", "security.securityhub_checks", "securityhub.checks", estimate.home(found))


@whole("Config", "aws_config_configuration_recorder")
def items(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("items", "security.config_items", "config.items", estimate.home(found))


@whole("Config", "aws_config_config_rule", "aws_config_conformance_pack")
def evaluations(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("evaluations", "security.config_evaluations", "config.evaluations", estimate.home(found))


@whole("Inspector", "aws_inspector2_enabler")
def scans(estimate: Estimate, found: list[Resource]) -> None:
    region = estimate.home(found)
    kinds = {kind for one in found for kind in one.get("resource_types", [])}
    if "EC2" in kinds:
        estimate.add_used("instances", "security.inspector_instances", "inspector.instance", region)
    for kind in sorted(kinds - {"EC2"}):
        estimate.name(found[0].address, f"Inspector scans of {kind}", "no sourced price in this Region")


@whole("CloudTrail", "aws_cloudtrail")
def trails(estimate: Estimate, found: list[Resource]) -> None:
    region = estimate.home(found)
    # The first copy of management events is free.
    if len(found) > 1:
        estimate.add_used(
            "management events, further copies",
            "security.cloudtrail_copies_hundred_thousands",
            "cloudtrail.management-copies",
            region,
        )
    if any(_reads_data(one) for one in found):
        estimate.add_used("data events", "security.cloudtrail_data_hundred_thousands", "cloudtrail.data-events", region)
    if any(one.get("insight_selector") for one in found):
        estimate.add_used("insights", "security.cloudtrail_insight_hundred_thousands", "cloudtrail.insights", region)


def _reads_data(trail: Resource) -> bool:
    simple = any(selector.get("data_resource") for selector in trail.get("event_selector", []) or [])
    advanced = any(
        part.get("field") == "eventCategory" and "Data" in (part.get("equals") or [])
        for selector in trail.get("advanced_event_selector", []) or []
        for part in selector.get("field_selector", []) or []
    )
    return simple or advanced


@whole("Macie", "aws_macie2_account")
def macie(estimate: Estimate, found: list[Resource]) -> None:
    estimate.add_used("data read", "security.macie_gb", "macie.data", estimate.home(found))
    estimate.name(found[0].address, "Macie's look at each bucket", "no sourced price in this Region")


@prices("Access Analyzer", "aws_accessanalyzer_analyzer")
def analyzer(estimate: Estimate, resource: Resource) -> None:
    if "UNUSED_ACCESS" in resource.get("type", "ACCOUNT"):
        estimate.name(resource.address, "analysis of unused access", "no sourced price per role")


@whole("Budgets", "aws_budgets_budget_action")
def budget_actions(estimate: Estimate, found: list[Resource]) -> None:
    budgets = {one.get("budget_name") or one.address for one in found}
    beyond = max(len(budgets) - _FREE_ACTION_BUDGETS, 0)
    if beyond:
        estimate.add(
            found[0].address,
            "budgets with actions beyond the second",
            "budgets.action",
            estimate.home(found),
            HOURS / 24 * beyond,
        )

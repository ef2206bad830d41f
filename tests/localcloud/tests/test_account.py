"""What exists once in an account or a region, and what belongs to its bill."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

from . import probe


def test_what_a_region_refuses(cloud: LocalCloud) -> None:
    ec2 = cloud.client("ec2")
    assert ec2.get_snapshot_block_public_access_state()["State"] == "unblocked"
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    ec2.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")
    ec2.enable_serial_console_access()
    ec2.modify_instance_metadata_defaults(HttpTokens="required", HttpPutResponseHopLimit=2)
    ec2.modify_vpc_block_public_access_options(InternetGatewayBlockMode="block-ingress")

    assert ec2.get_snapshot_block_public_access_state()["State"] == "block-all-sharing"
    assert ec2.get_image_block_public_access_state()["ImageBlockPublicAccessState"] == "block-new-sharing"
    assert ec2.get_serial_console_access_status()["SerialConsoleAccessEnabled"]
    defaults = ec2.get_instance_metadata_defaults()["AccountLevel"]
    assert (defaults["HttpTokens"], defaults["HttpPutResponseHopLimit"]) == ("required", 2)
    options = ec2.describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
    assert (options["InternetGatewayBlockMode"], options["State"]) == ("block-ingress", "update-complete")

    other = cloud.client("ec2", region="eu-west-1")
    assert not other.get_serial_console_access_status()["SerialConsoleAccessEnabled"]
    ec2.disable_snapshot_block_public_access()
    assert ec2.get_snapshot_block_public_access_state()["State"] == "unblocked"
    # The rest of EC2, tags included, is still moto's.
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Owner", "Value": "ops"}])
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"] == [{"Key": "Owner", "Value": "ops"}]


def test_an_update_of_one_feature_leaves_the_others(cloud: LocalCloud) -> None:
    client = cloud.client("guardduty")
    detector = client.create_detector(Enable=True)["DetectorId"]
    for name in ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS"):
        client.update_detector(DetectorId=detector, Features=[{"Name": name, "Status": "ENABLED"}])
    client.update_detector(DetectorId=detector, Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}])
    features = client.get_detector(DetectorId=detector)["Features"]
    assert {one["Name"]: one["Status"] for one in features} == {
        "S3_DATA_EVENTS": "DISABLED", "EKS_AUDIT_LOGS": "ENABLED"}


def test_automation_rules_are_read_by_their_arns(cloud: LocalCloud) -> None:
    client = cloud.client("securityhub")
    arns = [client.create_automation_rule(
        RuleName=name, RuleOrder=order, Description="for tests", Criteria={},
        Actions=[{"Type": "FINDING_FIELDS_UPDATE", "FindingFieldsUpdate": {"Workflow": {"Status": "SUPPRESSED"}}}],
    )["RuleArn"] for order, name in enumerate(("first", "second"), start=1)]
    [rule] = client.batch_get_automation_rules(AutomationRulesArns=arns[1:])["Rules"]
    assert (rule["RuleName"], rule["RuleStatus"]) == ("second", "ENABLED")
    client.batch_update_automation_rules(UpdateAutomationRulesRequestItems=[{"RuleArn": arns[1], "RuleOrder": 7}])
    assert client.batch_get_automation_rules(AutomationRulesArns=arns[1:])["Rules"][0]["RuleOrder"] == 7
    client.batch_delete_automation_rules(AutomationRulesArns=arns[:1])
    left = client.list_automation_rules()["AutomationRulesMetadata"]
    assert [one["RuleName"] for one in left] == ["second"]


def test_backup_settings_frameworks_and_reports(cloud: LocalCloud) -> None:
    client = cloud.client("backup")
    client.update_region_settings(ResourceTypeOptInPreference={"S3": True})
    assert client.describe_region_settings()["ResourceTypeOptInPreference"] == {"S3": True}
    client.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    assert client.describe_global_settings()["GlobalSettings"] == {"isCrossAccountBackupEnabled": "true"}
    client.create_framework(FrameworkName="audit", FrameworkControls=[
        {"ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED"}])
    assert client.describe_framework(FrameworkName="audit")["DeploymentStatus"] == "COMPLETED"
    arn = client.create_report_plan(
        ReportPlanName="jobs", ReportDeliveryChannel={"S3BucketName": "reports"},
        ReportSetting={"ReportTemplate": "BACKUP_JOB_REPORT"}, ReportPlanTags={"Owner": "ops"})["ReportPlanArn"]
    assert client.list_tags(ResourceArn=arn)["Tags"] == {"Owner": "ops"}
    client.create_backup_vault(BackupVaultName="vault")
    assert client.list_recovery_points_by_backup_vault(BackupVaultName="vault")["RecoveryPoints"] == []


def test_an_answer_without_content_has_none(cloud: LocalCloud) -> None:
    """A 204 with a body would be taken for the beginning of the next answer."""
    client = cloud.client("backup")
    client.create_restore_testing_plan(RestoreTestingPlan={
        "RestoreTestingPlanName": "weekly", "ScheduleExpression": "cron(0 1 * * ? *)", "RecoveryPointSelection": {
            "Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}})
    client.delete_restore_testing_plan(RestoreTestingPlanName="weekly")
    [status] = [call["status"] for call in cloud.calls() if call["operation"] == "DeleteRestoreTestingPlan"]
    assert status == 204


def test_conformance_packs(cloud: LocalCloud) -> None:
    client = cloud.client("config")
    client.put_conformance_pack(ConformancePackName="own", TemplateBody="Resources: {}")
    [status] = client.describe_conformance_pack_status(
        ConformancePackNames=["own"])["ConformancePackStatusDetails"]
    assert status["ConformancePackState"] == "CREATE_COMPLETE"
    client.delete_conformance_pack(ConformancePackName="own")
    with pytest.raises(ClientError, match="NoSuchConformancePackException"):
        client.describe_conformance_packs(ConformancePackNames=["own"])


def test_a_budget_takes_its_actions_with_it(cloud: LocalCloud) -> None:
    client = cloud.client("budgets")
    budget = {"AccountId": probe.ACCOUNT, "BudgetName": "monthly"}
    client.create_budget(AccountId=probe.ACCOUNT, Budget={
        "BudgetName": "monthly", "BudgetLimit": {"Amount": "500", "Unit": "USD"}, "TimeUnit": "MONTHLY",
        "BudgetType": "COST"})
    action = client.create_budget_action(
        **budget, NotificationType="ACTUAL", ActionType="APPLY_IAM_POLICY", ApprovalModel="MANUAL",
        ActionThreshold={"ActionThresholdValue": 100, "ActionThresholdType": "PERCENTAGE"},
        Definition={"IamActionDefinition": {"PolicyArn": f"arn:aws:iam::{probe.ACCOUNT}:policy/freeze",
                                            "Roles": ["developer"]}},
        ExecutionRoleArn=f"arn:aws:iam::{probe.ACCOUNT}:role/budget",
        Subscribers=[{"SubscriptionType": "EMAIL", "Address": "ops@night.test"}])["ActionId"]
    assert client.describe_budget_action(**budget, ActionId=action)["Action"]["Status"] == "STANDBY"
    client.delete_budget(**budget)
    with pytest.raises(ClientError, match="NotFoundException"):
        client.describe_budget_action(**budget, ActionId=action)


def test_advice_on_costs_and_the_bill(cloud: LocalCloud) -> None:
    optimizer = cloud.client("compute-optimizer")
    assert optimizer.get_enrollment_status()["status"] == "Inactive"
    optimizer.update_enrollment_status(status="Active", includeMemberAccounts=True)
    enrolled = optimizer.get_enrollment_status()
    assert (enrolled["status"], enrolled["memberAccountsEnrolled"]) == ("Active", True)
    hub = cloud.client("cost-optimization-hub")
    hub.update_enrollment_status(status="Active")
    shown = hub.list_enrollment_statuses()
    assert ([one["status"] for one in shown["items"]], shown["includeMemberAccounts"]) == (["Active"], False)

    exports = cloud.client("bcm-data-exports")
    arn = exports.create_export(Export={
        "Name": "bill", "DataQuery": {"QueryStatement": "SELECT line_item_usage_type FROM COST_AND_USAGE_REPORT"},
        "DestinationConfigurations": {"S3Destination": {
            "S3Bucket": "bill", "S3Prefix": "bill", "S3Region": "us-east-1", "S3OutputConfigurations": {
                "OutputType": "CUSTOM", "Format": "PARQUET", "Compression": "PARQUET",
                "Overwrite": "OVERWRITE_REPORT"}}},
        "RefreshCadence": {"Frequency": "SYNCHRONOUS"}})["ExportArn"]
    shown = exports.get_export(ExportArn=arn)
    assert (shown["Export"]["Name"], shown["ExportStatus"]["StatusCode"]) == ("bill", "HEALTHY")
    exports.delete_export(ExportArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        exports.get_export(ExportArn=arn)

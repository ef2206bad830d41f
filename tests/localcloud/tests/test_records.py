"""Declared kinds: created, read, listed, changed, tagged and deleted over every protocol that they speak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

from . import probe

Document = dict[str, Any]
README = Path(__file__).resolve().parents[1] / "records/README.md"


@dataclass(frozen=True)
class Life:
    """How one kind is created, read, listed, changed and deleted; ``name`` is what tells two of them apart."""

    service: str
    create: Callable[[Any, str], Document]
    """Makes one and returns what reading and deleting it take."""
    read: str
    list: str
    listed: str
    change: Callable[[Any, Document], object]
    changed: tuple[str, Any]
    delete: str
    missing: str


def _budget(client: Any, name: str) -> Document:
    client.create_budget(AccountId=probe.ACCOUNT, Budget=_plan(name, "500"))
    return {"AccountId": probe.ACCOUNT, "BudgetName": name}


def _plan(name: str, amount: str) -> Document:
    return {"BudgetName": name, "BudgetLimit": {"Amount": amount, "Unit": "USD"}, "TimeUnit": "MONTHLY",
            "BudgetType": "COST"}


def _restore_test(client: Any, name: str) -> Document:
    client.create_restore_testing_plan(RestoreTestingPlan={
        "RestoreTestingPlanName": name, "ScheduleExpression": "cron(0 1 * * ? *)", "RecoveryPointSelection": {
            "Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}})
    return {"RestoreTestingPlanName": name}


def _cache_policy(client: Any, name: str) -> Document:
    return {"Id": client.create_cache_policy(CachePolicyConfig={"Name": name, "MinTTL": 1})["CachePolicy"]["Id"]}


def _parameters(client: Any, name: str) -> Document:
    client.create_cache_parameter_group(CacheParameterGroupName=name, CacheParameterGroupFamily="redis7",
                                        Description="for tests")
    return {"CacheParameterGroupName": name}


LIVES = {
    "json": Life(
        "budgets", _budget, "describe_budget", "describe_budgets", "Budgets[].BudgetName",
        lambda client, one: client.update_budget(AccountId=probe.ACCOUNT, NewBudget=_plan(one["BudgetName"], "700")),
        ("Budget.BudgetLimit.Amount", "700"), "delete_budget", "NotFoundException"),
    "rest-json": Life(
        "backup", _restore_test, "get_restore_testing_plan", "list_restore_testing_plans",
        "RestoreTestingPlans[].RestoreTestingPlanName",
        lambda client, one: client.update_restore_testing_plan(**one, RestoreTestingPlan={"StartWindowHours": 3}),
        ("RestoreTestingPlan.StartWindowHours", 3), "delete_restore_testing_plan", "ResourceNotFoundException"),
    "rest-xml": Life(
        "cloudfront", _cache_policy, "get_cache_policy", "list_cache_policies",
        "CachePolicyList.Items[].CachePolicy.CachePolicyConfig.Name",
        lambda client, one: client.update_cache_policy(**one, CachePolicyConfig={"Name": "first", "MinTTL": 60}),
        ("CachePolicy.CachePolicyConfig.MinTTL", 60), "delete_cache_policy", "NoSuchCachePolicy"),
    "query": Life(
        "elasticache", _parameters, "describe_cache_parameter_groups", "describe_cache_parameter_groups",
        "CacheParameterGroups[].CacheParameterGroupName",
        lambda client, one: client.modify_cache_parameter_group(**one, ParameterNameValues=[
            {"ParameterName": "timeout", "ParameterValue": "60"}]),
        ("CacheParameterGroups[0].CacheParameterGroupFamily", "redis7"), "delete_cache_parameter_group",
        "CacheParameterGroupNotFound"),
}


def _search(path: str, answer: Document) -> Any:
    import jmespath

    return jmespath.search(path, answer)


def _refusal(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    code: str = refused.value.response["Error"]["Code"]
    return code


@pytest.mark.parametrize("protocol", LIVES)
def test_a_life_over_every_protocol(cloud: LocalCloud, protocol: str) -> None:
    life = LIVES[protocol]
    client = cloud.client(life.service)
    everything = {"AccountId": probe.ACCOUNT} if life.service == "budgets" else {}
    one, other = life.create(client, "first"), life.create(client, "second")
    assert sorted(_search(life.listed, getattr(client, life.list)(**everything))) == ["first", "second"]
    life.change(client, one)
    path, value = life.changed
    assert _search(path, getattr(client, life.read)(**one)) == value
    getattr(client, life.delete)(**one)
    assert _refusal(getattr(client, life.read), **one) == life.missing
    assert _refusal(getattr(client, life.delete), **one) == life.missing
    assert _search(life.listed, getattr(client, life.list)(**everything)) == ["second"]
    assert getattr(client, life.read)(**other)


def test_what_exists_is_not_made_again(cloud: LocalCloud) -> None:
    client = cloud.client("budgets")
    _budget(client, "monthly")
    assert _refusal(client.create_budget, AccountId=probe.ACCOUNT,
                    Budget=_plan("monthly", "9")) == "DuplicateRecordException"


def test_tags_in_each_shape(cloud: LocalCloud) -> None:
    """As a list of pairs and as a map; given at creation, added, removed."""
    ce = cloud.client("ce")
    arn = ce.create_anomaly_monitor(
        AnomalyMonitor={"MonitorName": "services", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"},
        ResourceTags=[{"Key": "Project", "Value": "night"}])["MonitorArn"]
    ce.tag_resource(ResourceArn=arn, ResourceTags=[{"Key": "Owner", "Value": "ops"}])
    ce.untag_resource(ResourceArn=arn, ResourceTagKeys=["Project"])
    assert ce.list_tags_for_resource(ResourceArn=arn)["ResourceTags"] == [{"Key": "Owner", "Value": "ops"}]

    analyzer = cloud.client("accessanalyzer")
    arn = analyzer.create_analyzer(analyzerName="outside", type="ACCOUNT", tags={"Project": "night"})["arn"]
    analyzer.tag_resource(resourceArn=arn, tags={"Owner": "ops"})
    analyzer.untag_resource(resourceArn=arn, tagKeys=["Project"])
    assert analyzer.list_tags_for_resource(resourceArn=arn)["tags"] == {"Owner": "ops"}
    assert analyzer.get_analyzer(analyzerName="outside")["analyzer"]["tags"] == {"Owner": "ops"}


def test_tags_of_what_moto_holds_are_motos(cloud: LocalCloud) -> None:
    backup = cloud.client("backup")
    arn = backup.create_backup_vault(BackupVaultName="vault", BackupVaultTags={"Project": "night"})["BackupVaultArn"]
    backup.tag_resource(ResourceArn=arn, Tags={"Owner": "ops"})
    assert backup.list_tags(ResourceArn=arn)["Tags"] == {"Project": "night", "Owner": "ops"}


def test_regions_are_apart_and_global_services_are_not(cloud: LocalCloud) -> None:
    for region in ("us-east-1", "us-west-2"):
        cloud.client("accessanalyzer", region=region).create_analyzer(analyzerName=region, type="ACCOUNT")
    [found] = cloud.client("accessanalyzer", region="us-west-2").list_analyzers()["analyzers"]
    assert found["arn"] == f"arn:aws:access-analyzer:us-west-2:{probe.ACCOUNT}:analyzer/us-west-2"
    _cache_policy(cloud.client("cloudfront"), "everywhere")
    assert cloud.client("cloudfront", region="us-west-2").list_cache_policies()["CachePolicyList"]["Quantity"] == 1


def test_children_need_their_parent_and_go_with_it(cloud: LocalCloud) -> None:
    client = cloud.client("budgets")
    one = _budget(client, "monthly")
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
    address = {"SubscriptionType": "EMAIL", "Address": "ops@night.test"}
    client.create_notification(**one, Notification=notification, Subscribers=[address])
    assert client.describe_notifications_for_budget(**one)["Notifications"] == [notification]
    assert client.describe_subscribers_for_notification(**one, Notification=notification)["Subscribers"] == [address]
    client.update_notification(**one, OldNotification=notification,
                               NewNotification={**notification, "Threshold": 90.0})
    assert client.describe_notifications_for_budget(**one)["Notifications"] == [{**notification, "Threshold": 90.0}]
    client.delete_budget(**one)
    assert _refusal(client.create_notification, **one, Notification=notification,
                    Subscribers=[address]) == "NotFoundException"
    _budget(client, "monthly")
    assert client.describe_notifications_for_budget(**one)["Notifications"] == []


def test_a_singleton_is_there_once_it_is_enabled(cloud: LocalCloud) -> None:
    client = cloud.client("securityhub")
    assert _refusal(client.describe_hub) == "InvalidAccessException"
    client.enable_security_hub(EnableDefaultStandards=False)
    assert _refusal(client.enable_security_hub) == "ResourceConflictException"
    client.update_security_hub_configuration(AutoEnableControls=False)
    hub = client.describe_hub()
    assert (hub["HubArn"], hub["AutoEnableControls"]) == (
        f"arn:aws:securityhub:us-east-1:{probe.ACCOUNT}:hub/default", False)
    assert _refusal(cloud.client("securityhub", region="eu-west-1").describe_hub) == "InvalidAccessException"
    client.disable_security_hub()
    assert _refusal(client.describe_hub) == "InvalidAccessException"


def test_batches_work_element_by_element(cloud: LocalCloud) -> None:
    client = cloud.client("securityhub")
    standards = ["arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0",
                 "arn:aws:securityhub:us-east-1::standards/nist-800-53/v/5.0.0"]
    made = client.batch_enable_standards(StandardsSubscriptionRequests=[
        {"StandardsArn": standard} for standard in standards])["StandardsSubscriptions"]
    arns = [one["StandardsSubscriptionArn"] for one in made]
    assert arns[1] == f"arn:aws:securityhub:us-east-1:{probe.ACCOUNT}:subscription/nist-800-53/v/5.0.0"
    assert len(client.get_enabled_standards(StandardsSubscriptionArns=arns[:1])["StandardsSubscriptions"]) == 1
    client.batch_disable_standards(StandardsSubscriptionArns=arns[:1])
    left = client.get_enabled_standards()["StandardsSubscriptions"]
    assert [(one["StandardsArn"], one["StandardsStatus"]) for one in left] == [(standards[1], "READY")]

    ce = cloud.client("ce")
    ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=[
        {"TagKey": "Project", "Status": "Active"}, {"TagKey": "Owner", "Status": "Active"}])
    ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=[{"TagKey": "Owner", "Status": "Inactive"}])
    assert [one["TagKey"] for one in ce.list_cost_allocation_tags(Status="Active")["CostAllocationTags"]] == ["Project"]


def test_a_filter_is_never_ignored(cloud: LocalCloud) -> None:
    client = cloud.client("ce")
    monitors = [client.create_anomaly_monitor(AnomalyMonitor={
        "MonitorName": name, "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"})["MonitorArn"]
        for name in ("first", "second")]
    found = client.get_anomaly_monitors(MonitorArnList=monitors[1:])["AnomalyMonitors"]
    assert [one["MonitorName"] for one in found] == ["second"]
    assert _refusal(client.get_anomaly_monitors, MonitorArnList=[monitors[0] + "0"]) == "UnknownMonitorException"


def test_an_update_leaves_alone_what_it_does_not_name(cloud: LocalCloud) -> None:
    client = cloud.client("grafana")
    workspace = client.create_workspace(
        accountAccessType="CURRENT_ACCOUNT", authenticationProviders=["AWS_SSO"], permissionType="SERVICE_MANAGED",
        workspaceName="metrics", workspaceDataSources=["CLOUDWATCH"])["workspace"]
    client.update_workspace(workspaceId=workspace["id"], workspaceName="graphs")
    found = client.describe_workspace(workspaceId=workspace["id"])["workspace"]
    assert (found["name"], found["dataSources"], found["status"]) == ("graphs", ["CLOUDWATCH"], "ACTIVE")
    assert found["endpoint"] == f"{workspace['id']}.grafana-workspace.us-east-1.amazonaws.com"


def test_an_operation_sets_what_it_stands_for(cloud: LocalCloud) -> None:
    client = cloud.client("synthetics")
    client.create_canary(Name="site", Code={"S3Bucket": "code", "S3Key": "canary.zip", "Handler": "site.handler"},
                         ArtifactS3Location="s3://artifacts", ExecutionRoleArn="arn:aws:iam::123456789012:role/canary",
                         Schedule={"Expression": "rate(5 minutes)"}, RuntimeVersion="syn-nodejs-puppeteer-10.0")
    client.start_canary(Name="site")
    canary = client.get_canary(Name="site")["Canary"]
    assert (canary["Status"], canary["Code"]) == ({"State": "RUNNING"}, {"Handler": "site.handler"})


def test_what_is_not_declared_is_motos(cloud: LocalCloud) -> None:
    client = cloud.client("elasticache")
    client.create_user(UserId="reader", UserName="reader", Engine="redis", AccessString="on ~* +@read",
                       NoPasswordRequired=True)
    assert "reader" in [user["UserId"] for user in client.describe_users()["Users"]]


def test_a_trail_is_taken_by_its_arn(cloud: LocalCloud) -> None:
    cloud.client("s3").create_bucket(Bucket="trails")
    client = cloud.client("cloudtrail")
    arn = client.create_trail(Name="audit", S3BucketName="trails")["TrailARN"]
    client.start_logging(Name=arn)
    assert client.get_trail_status(Name=arn)["IsLogging"]
    client.delete_trail(Name=arn)
    assert client.describe_trails()["trailList"] == []


def test_names_that_hold_the_account_reach_the_cloud(cloud: LocalCloud) -> None:
    client = cloud.client("s3control")
    closed = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True,
              "RestrictPublicBuckets": True}
    client.put_public_access_block(AccountId=probe.ACCOUNT, PublicAccessBlockConfiguration=closed)
    assert client.get_public_access_block(AccountId=probe.ACCOUNT)["PublicAccessBlockConfiguration"] == closed
    assert [call["action"] for call in cloud.calls()] == ["s3:PutAccountPublicAccessBlock", "s3:GetAccountPublicAccessBlock"]


def test_the_example_of_the_readme(cloud: LocalCloud) -> None:
    """It declares what is declared; this runs it against a service that nobody declared."""
    from localcloud.records.engine import Call, answer
    from localcloud.records.kinds import Service
    from localcloud.records.store import Store

    source = README.read_text().split("```python\n")[1].split("```")[0]
    source = source.replace("from .. import", "from localcloud.records import")
    scope: dict[str, Any] = {}
    exec(compile(source, str(README), "exec"), scope)  # the text of our own README
    service: Service = scope["SERVICES"][0]

    def call(name: str, **parameters: Any) -> Any:
        return answer(Call(service, service.model.operation_model(name), parameters, Store(service, "us-east-1")))

    made = call("CreateMonitor", MonitorName="office", Resources=["arn:aws:ec2:us-east-1:1:vpc/vpc-1"],
                MaxCityNetworksToMonitor=10, Tags={"Project": "night"})
    assert made == {"Arn": "arn:aws:internetmonitor:us-east-1:123456789012:monitor/office", "Status": "ACTIVE"}
    found = call("GetMonitor", MonitorName="office")
    assert found["Tags"] == {"Project": "night"}
    assert found["MaxCityNetworksToMonitor"] == 10
    call("DeleteMonitor", MonitorName="office")
    assert call("ListMonitors") == {"Monitors": []}


def test_an_answer_without_content_has_no_body(cloud: LocalCloud) -> None:
    """Many deletions over few connections: nothing is left over for the next answer."""
    client = cloud.client("cloudfront")
    for number in range(20):
        one = _cache_policy(client, f"policy-{number}")
        answer = client.delete_cache_policy(**one)["ResponseMetadata"]
        assert (answer["HTTPStatusCode"], answer["RetryAttempts"]) == (204, 0)
    workspace = cloud.client("amp").create_workspace(alias="a")["workspaceId"]
    assert cloud.client("amp").delete_workspace(workspaceId=workspace)["ResponseMetadata"]["RetryAttempts"] == 0


def test_tags_of_a_vault_whatever_the_path_ends_with(cloud: LocalCloud) -> None:
    """boto3 ends it with a slash, other SDKs do not."""
    import json
    import urllib.parse
    import urllib.request

    arn = cloud.client("backup").create_backup_vault(
        BackupVaultName="vault", BackupVaultTags={"Project": "night"})["BackupVaultArn"]
    scope = f"AWS4-HMAC-SHA256 Credential={probe.ACCOUNT}/20261123/us-east-1/backup/aws4_request"
    for end in ("", "/"):
        request = urllib.request.Request(f"{cloud.endpoint}/tags/{urllib.parse.quote(arn, safe='')}{end}",
                                         headers={"Authorization": scope})
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert json.load(answer)["Tags"] == {"Project": "night"}


def test_a_function_of_cloudfront_is_live_once_it_is_published(cloud: LocalCloud) -> None:
    client = cloud.client("cloudfront")
    config = {"Comment": "paths", "Runtime": "cloudfront-js-2.0"}
    made = client.create_function(Name="paths", FunctionConfig=config, FunctionCode=b"first")
    assert made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"].endswith(":function/paths")
    with pytest.raises(client.exceptions.NoSuchFunctionExists):
        client.describe_function(Name="paths", Stage="LIVE")

    client.publish_function(Name="paths", IfMatch=made["ETag"])
    changed = client.update_function(Name="paths", IfMatch=made["ETag"], FunctionConfig=config, FunctionCode=b"second")

    assert changed["ETag"] != made["ETag"]
    assert client.get_function(Name="paths", Stage="LIVE")["FunctionCode"].read() == b"first"
    assert client.get_function(Name="paths", Stage="DEVELOPMENT")["FunctionCode"].read() == b"second"
    client.delete_function(Name="paths", IfMatch=changed["ETag"])
    with pytest.raises(client.exceptions.NoSuchFunctionExists):
        client.describe_function(Name="paths")


def test_a_file_system_says_who_may_overwrite_it(cloud: LocalCloud) -> None:
    client = cloud.client("efs")
    name = client.create_file_system(CreationToken="shared")["FileSystemId"]
    client.update_file_system_protection(FileSystemId=name, ReplicationOverwriteProtection="DISABLED")
    found = client.describe_file_systems(FileSystemId=name)["FileSystems"][0]
    assert found["FileSystemProtection"] == {"ReplicationOverwriteProtection": "DISABLED"}
    with pytest.raises(client.exceptions.FileSystemNotFound):
        client.update_file_system_protection(FileSystemId="fs-0", ReplicationOverwriteProtection="DISABLED")



def test_a_signed_zone_tells_the_key_that_signs(cloud: LocalCloud) -> None:
    client, key = cloud.client("route53"), "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    zone = client.create_hosted_zone(Name="signed.app", CallerReference="1")["HostedZone"]["Id"].rpartition("/")[2]
    client.create_key_signing_key(
        CallerReference="1", HostedZoneId=zone, KeyManagementServiceArn=key, Name="signing", Status="ACTIVE")
    assert [one["KmsArn"] for one in client.get_dnssec(HostedZoneId=zone)["KeySigningKeys"]] == [key]


def test_a_file_systems_policy_goes(cloud: LocalCloud) -> None:
    client = cloud.client("efs")
    name = client.create_file_system(CreationToken="closed")["FileSystemId"]
    client.put_file_system_policy(FileSystemId=name, Policy='{"Version": "2012-10-17", "Statement": []}')
    client.delete_file_system_policy(FileSystemId=name)
    with pytest.raises(client.exceptions.PolicyNotFound):
        client.describe_file_system_policy(FileSystemId=name)

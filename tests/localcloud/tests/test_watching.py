"""Alarms, dashboards and what is said about logs are kept whole, whichever protocol asks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

from . import probe


def _query(cloud: LocalCloud) -> Any:
    """A client that speaks the query protocol, as Terraform's provider does."""
    import boto3
    from botocore.loaders import Loader

    class Older(Loader):
        def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
            model = super().load_service_model(service_name, type_name, api_version)
            if type_name == "service-2":
                model["metadata"] |= {"protocol": "query", "protocols": ["query"]}
            return model

    session = boto3.session.Session(botocore_session=_session(Older()))
    return session.client("cloudwatch", region_name="us-east-1", endpoint_url=cloud.endpoint,
                          aws_access_key_id=cloud.env["AWS_ACCESS_KEY_ID"],
                          aws_secret_access_key=cloud.env["AWS_SECRET_ACCESS_KEY"])


def _session(loader: Any) -> Any:
    import botocore.session

    session = botocore.session.get_session()
    loader.search_paths.extend(session.get_component("data_loader").search_paths)
    session.register_component("data_loader", loader)
    return session


RATE: list[dict[str, Any]] = [
    {"Id": "rate", "Expression": "100 * errors / requests", "Label": "rate", "ReturnData": True},
    *({"Id": name, "ReturnData": False, "MetricStat": {
        "Metric": {"Namespace": "AWS/ApplicationELB", "MetricName": metric,
                   "Dimensions": [{"Name": "LoadBalancer", "Value": "app/web/1"}]},
        "Period": 60, "Stat": "Sum"}} for name, metric in (
            ("errors", "HTTPCode_ELB_5XX_Count"), ("requests", "RequestCount")))]


@pytest.mark.parametrize("protocol", ["query", "cbor"])
def test_an_alarm_on_an_expression(cloud: LocalCloud, protocol: str) -> None:
    client = _query(cloud) if protocol == "query" else cloud.client("cloudwatch")
    client.put_metric_alarm(AlarmName="errors", EvaluationPeriods=2, ComparisonOperator="GreaterThanThreshold",
                            Threshold=5, Metrics=RATE, InsufficientDataActions=[f"{probe.QUEUE}none"])
    client.put_metric_alarm(
        AlarmName="band", EvaluationPeriods=2, ComparisonOperator="GreaterThanUpperThreshold",
        ThresholdMetricId="band", Metrics=[{"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(requests, 2)"},
                                           {**RATE[2], "ReturnData": True}])
    client.put_metric_alarm(AlarmName="slow", EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold",
                            Threshold=1, Namespace="AWS/Lambda", MetricName="Duration", Period=300,
                            ExtendedStatistic="p95", EvaluateLowSampleCountPercentile="ignore")
    found = {alarm["AlarmName"]: alarm for alarm in client.describe_alarms()["MetricAlarms"]}
    assert found["errors"]["Metrics"] == RATE
    assert found["errors"]["InsufficientDataActions"] == [f"{probe.QUEUE}none"]
    assert found["errors"].keys().isdisjoint({"Statistic", "Period", "MetricName"})
    assert found["band"]["ThresholdMetricId"] == "band"
    assert "Threshold" not in found["band"]
    assert (found["slow"]["ExtendedStatistic"], found["slow"]["EvaluateLowSampleCountPercentile"]) == ("p95", "ignore")
    assert "Statistic" not in found["slow"]


@pytest.mark.parametrize("protocol", ["query", "cbor"])
def test_an_alarm_of_alarms(cloud: LocalCloud, protocol: str) -> None:
    client = _query(cloud) if protocol == "query" else cloud.client("cloudwatch")
    for name in ("one", "maintenance"):
        client.put_metric_alarm(AlarmName=name, EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold",
                                Threshold=1, Namespace="X", MetricName=name, Period=60, Statistic="Sum")
    client.put_composite_alarm(AlarmName="any", AlarmRule="ALARM(one)", ActionsSuppressor="maintenance",
                               ActionsSuppressorWaitPeriod=60, ActionsSuppressorExtensionPeriod=120,
                               Tags=[{"Key": "Project", "Value": "night"}])
    [found] = client.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert (found["AlarmRule"], found["ActionsSuppressor"], found["ActionsSuppressorExtensionPeriod"]) == (
        "ALARM(one)", "maintenance", 120)
    assert client.list_tags_for_resource(ResourceARN=found["AlarmArn"])["Tags"] == [
        {"Key": "Project", "Value": "night"}]
    client.set_alarm_state(AlarmName="one", StateValue="ALARM", StateReason="a test")
    [found] = client.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert found["StateValue"] == "ALARM"


def test_what_is_said_about_logs(cloud: LocalCloud) -> None:
    """Declared kinds of a service whose log groups, and their tags, are the fabric's."""
    logs = cloud.client("logs")
    group = "/night/shift"
    logs.create_log_group(logGroupName=group, tags={"Project": "night"})
    arn = f"arn:aws:logs:us-east-1:{probe.ACCOUNT}:log-group:{group}"
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"Project": "night"}

    query = logs.put_query_definition(name="night/slow", queryString="fields @timestamp", logGroupNames=[group])
    logs.put_query_definition(name="day/slow", queryString="fields @message")
    [found] = logs.describe_query_definitions(queryDefinitionNamePrefix="night/")["queryDefinitions"]
    assert (found["queryDefinitionId"], found["logGroupNames"]) == (query["queryDefinitionId"], [group])

    document = json.dumps({"Name": "mask", "Version": "2021-06-01", "Statement": []})
    logs.put_data_protection_policy(logGroupIdentifier=group, policyDocument=document)
    assert logs.get_data_protection_policy(logGroupIdentifier=group)["policyDocument"] == document

    detector = logs.create_log_anomaly_detector(logGroupArnList=[arn], detectorName="odd",
                                                tags={"Owner": "ops"})["anomalyDetectorArn"]
    logs.update_log_anomaly_detector(anomalyDetectorArn=detector, enabled=False)
    assert logs.get_log_anomaly_detector(anomalyDetectorArn=detector)["anomalyDetectorStatus"] == "PAUSED"
    assert logs.list_tags_for_resource(resourceArn=detector)["tags"] == {"Owner": "ops"}
    logs.delete_log_anomaly_detector(anomalyDetectorArn=detector)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.get_log_anomaly_detector(anomalyDetectorArn=detector)


def test_a_machine_is_traced(cloud: LocalCloud) -> None:
    states = cloud.client("stepfunctions")
    definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    assert states.validate_state_machine_definition(definition=definition)["result"] == "OK"
    machine = states.create_state_machine(
        name="loop", definition=definition, roleArn=probe.role(cloud, "loop"),
        tracingConfiguration={"enabled": True})["stateMachineArn"]
    assert states.describe_state_machine(stateMachineArn=machine)["tracingConfiguration"] == {"enabled": True}
    states.update_state_machine(stateMachineArn=machine, tracingConfiguration={"enabled": False})
    assert states.describe_state_machine(stateMachineArn=machine)["tracingConfiguration"] == {"enabled": False}


def test_a_key_has_a_replica_in_another_region(cloud: LocalCloud) -> None:
    """Under one alias in both regions."""
    here, there = cloud.client("kms"), cloud.client("kms", region="us-west-2")
    key = here.create_key(MultiRegion=True)["KeyMetadata"]
    replica = here.replicate_key(KeyId=key["KeyId"], ReplicaRegion="us-west-2",
                                 Tags=[{"TagKey": "Project", "TagValue": "night"}])["ReplicaKeyMetadata"]
    for client in (here, there):
        client.create_alias(AliasName="alias/data", TargetKeyId=key["KeyId"])
    assert replica["Arn"] == key["Arn"].replace("us-east-1", "us-west-2")
    primary = here.describe_key(KeyId="alias/data")["KeyMetadata"]["MultiRegionConfiguration"]
    assert primary["MultiRegionKeyType"] == "PRIMARY"
    found = there.describe_key(KeyId="alias/data")["KeyMetadata"]["MultiRegionConfiguration"]
    assert (found["MultiRegionKeyType"], found["PrimaryKey"]["Region"]) == ("REPLICA", "us-east-1")
    blob = here.encrypt(KeyId="alias/data", Plaintext=b"night")["CiphertextBlob"]
    assert there.decrypt(CiphertextBlob=blob, KeyId=replica["Arn"])["Plaintext"] == b"night"


def test_prometheus_whole(cloud: LocalCloud) -> None:
    amp = cloud.client("amp")
    made = amp.create_workspace(alias="metrics", kmsKeyArn="arn:aws:kms:us-east-1:123456789012:key/1",
                                tags={"Project": "night"})
    workspace = made["workspaceId"]
    found = amp.describe_workspace(workspaceId=workspace)["workspace"]
    assert (found["kmsKeyArn"], found["status"], found["tags"]) == (
        "arn:aws:kms:us-east-1:123456789012:key/1", {"statusCode": "ACTIVE"}, {"Project": "night"})
    amp.update_workspace_configuration(workspaceId=workspace, retentionPeriodInDays=30)
    assert amp.describe_workspace_configuration(workspaceId=workspace)["workspaceConfiguration"][
        "retentionPeriodInDays"] == 30
    amp.create_rule_groups_namespace(workspaceId=workspace, name="nodes", data=b"groups: []")
    amp.put_rule_groups_namespace(workspaceId=workspace, name="nodes", data=b"groups: [{}]")
    assert amp.describe_rule_groups_namespace(workspaceId=workspace, name="nodes")["ruleGroupsNamespace"][
        "data"] == b"groups: [{}]"
    amp.create_alert_manager_definition(workspaceId=workspace, data=b"alertmanager_config: {}")
    assert amp.describe_alert_manager_definition(workspaceId=workspace)["alertManagerDefinition"][
        "data"] == b"alertmanager_config: {}"
    scraper = amp.create_scraper(
        scrapeConfiguration={"configurationBlob": b"scrape_configs: []"},
        source={"eksConfiguration": {"clusterArn": "arn:aws:eks:us-east-1:123456789012:cluster/c",
                                     "subnetIds": ["subnet-1", "subnet-2"]}},
        destination={"ampConfiguration": {"workspaceArn": made["arn"]}})["scraperId"]
    assert "AWSServiceRoleForAmazonPrometheusScraper" in amp.describe_scraper(scraperId=scraper)["scraper"]["roleArn"]
    amp.delete_workspace(workspaceId=workspace)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        amp.describe_alert_manager_definition(workspaceId=workspace)


def test_traces_are_grouped_sampled_and_encrypted(cloud: LocalCloud) -> None:
    xray = cloud.client("xray")
    group = xray.create_group(GroupName="slow", FilterExpression="responsetime > 5")["Group"]
    xray.update_group(GroupARN=group["GroupARN"], FilterExpression="responsetime > 3")
    assert xray.get_group(GroupName="slow")["Group"]["FilterExpression"] == "responsetime > 3"
    xray.delete_group(GroupARN=group["GroupARN"])
    with pytest.raises(ClientError, match="Group not found"):
        xray.get_group(GroupName="slow")

    rule = {"RuleName": "api", "ResourceARN": "*", "Priority": 10, "FixedRate": 0.05, "ReservoirSize": 1, "Version": 1,
            "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "/api/*"}
    made = xray.create_sampling_rule(SamplingRule=rule)["SamplingRuleRecord"]
    assert made["SamplingRule"]["URLPath"] == "/api/*"
    assert "CreatedAt" in made
    xray.update_sampling_rule(SamplingRuleUpdate={"RuleName": "api", "FixedRate": 0.5})
    [found] = xray.get_sampling_rules()["SamplingRuleRecords"]
    assert (found["SamplingRule"]["FixedRate"], found["SamplingRule"]["Priority"]) == (0.5, 10)

    assert xray.get_encryption_config()["EncryptionConfig"]["Type"] == "NONE"
    xray.put_encryption_config(Type="KMS", KeyId="alias/logs")
    assert xray.get_encryption_config()["EncryptionConfig"] == {
        "Type": "KMS", "KeyId": "alias/logs", "Status": "ACTIVE"}
    xray.put_encryption_config(Type="NONE")
    assert xray.get_encryption_config()["EncryptionConfig"] == {"Type": "NONE", "Status": "ACTIVE"}


def test_accounts_link_to_the_one_that_watches(cloud: LocalCloud) -> None:
    oam = cloud.client("oam")
    sink = oam.create_sink(Name="estate", Tags={"Environment": "shared"})["Arn"]
    assert oam.get_sink(Identifier=sink)["Name"] == "estate"
    assert oam.list_tags_for_resource(ResourceArn=sink)["Tags"] == {"Environment": "shared"}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        oam.get_sink_policy(SinkIdentifier=sink)
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    oam.put_sink_policy(SinkIdentifier=sink, Policy=policy)
    assert oam.get_sink_policy(SinkIdentifier=sink)["Policy"] == policy
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        oam.put_sink_policy(SinkIdentifier=sink.replace("sink/", "sink/0"), Policy=policy)

    wanted: dict[str, Any] = {"LabelTemplate": "$AccountName", "SinkIdentifier": sink,
                              "ResourceTypes": ["AWS::CloudWatch::Metric"], "LinkConfiguration": {}}
    link = oam.create_link(**wanted)
    assert (link["SinkArn"], link["Arn"].rpartition("/")[2]) == (sink, link["Id"])
    with pytest.raises(ClientError, match="ConflictException"):
        oam.create_link(**wanted)
    assert "LinkConfiguration" not in oam.get_link(Identifier=link["Arn"])
    oam.update_link(Identifier=link["Arn"], ResourceTypes=["AWS::Logs::LogGroup"])
    assert oam.get_link(Identifier=link["Arn"])["ResourceTypes"] == ["AWS::Logs::LogGroup"]
    assert [one["LinkArn"] for one in oam.list_attached_links(SinkIdentifier=sink)["Items"]] == [link["Arn"]]
    oam.delete_link(Identifier=link["Arn"])
    assert oam.list_links()["Items"] == []
    oam.delete_sink(Identifier=sink)
    assert oam.list_sinks()["Items"] == []


def test_a_file_system_is_backed_up_by_itself(cloud: LocalCloud) -> None:
    efs = cloud.client("efs")
    system = efs.create_file_system(CreationToken="shared")["FileSystemId"]
    with pytest.raises(ClientError, match="PolicyNotFound"):
        efs.describe_backup_policy(FileSystemId=system)
    efs.put_backup_policy(FileSystemId=system, BackupPolicy={"Status": "ENABLED"})
    assert efs.describe_backup_policy(FileSystemId=system)["BackupPolicy"] == {"Status": "ENABLED"}


def test_a_file_system_has_a_copy_in_another_region(cloud: LocalCloud) -> None:
    efs = cloud.client("efs")
    system = efs.create_file_system(CreationToken="shared")["FileSystemId"]
    with pytest.raises(ClientError, match="ReplicationNotFound"):
        efs.describe_replication_configurations(FileSystemId=system)
    efs.create_replication_configuration(SourceFileSystemId=system, Destinations=[{"Region": "us-west-2"}])
    [found] = efs.describe_replication_configurations(FileSystemId=system)["Replications"]
    [place] = found["Destinations"]
    assert (place["Status"], place["Region"], found["SourceFileSystemRegion"]) == ("ENABLED", "us-west-2", "us-east-1")
    [copy] = cloud.client("efs", region="us-west-2").describe_file_systems()["FileSystems"]
    assert copy["FileSystemId"] == place["FileSystemId"]
    efs.delete_replication_configuration(SourceFileSystemId=system)
    with pytest.raises(ClientError, match="ReplicationNotFound"):
        efs.describe_replication_configurations(FileSystemId=system)

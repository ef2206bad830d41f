"""A role may do what its policies say, wherever the call goes, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud
from localcloud.iam.evaluator import Decision, Request, decide

from . import probe
from .test_resources import _code, _database, _group, _nodegroup


def _decide(statement: dict[str, Any] | list[dict[str, Any]], *, action: str = "rds:StopDBInstance",
            resource: str = "arn:aws:rds:us-east-1:1:db:orders", context: dict[str, Any] | None = None,
            boundary: dict[str, Any] | None = None) -> Decision:
    return decide(Request(action, [resource], context or {}), [{"Statement": statement}],
                  [{"Statement": boundary}] if boundary else None)


DEV = {"aws:resourcetag/environment": "dev"}


@pytest.mark.parametrize(("statement", "context", "allowed"), [
    (probe.allow("rds:*"), {}, True),
    (probe.allow("RDS:stop*", "arn:aws:rds:*:1:db:ord?rs"), {}, True),
    (probe.allow("rds:StartDBInstance"), {}, False),
    (probe.allow("rds:*", "arn:aws:rds:us-east-1:1:db:other"), {}, False),
    (probe.allow("rds:*", StringEquals={"aws:ResourceTag/Environment": "dev"}), DEV, True),
    (probe.allow("rds:*", StringEquals={"aws:ResourceTag/Environment": ["dev", "test"]}), DEV, True),
    (probe.allow("rds:*", StringEquals={"aws:ResourceTag/Environment": "prod"}), DEV, False),
    (probe.allow("rds:*", StringEquals={"aws:ResourceTag/Environment": "dev"}), {}, False),
    (probe.allow("rds:*", StringNotEquals={"aws:ResourceTag/Environment": "prod"}), {}, True),
    (probe.allow("rds:*", StringEqualsIfExists={"aws:ResourceTag/Environment": "dev"}), {}, True),
    (probe.allow("rds:*", Null={"aws:ResourceTag/Environment": "false"}), {}, False),
    (probe.allow("rds:*", StringLike={"aws:RequestedRegion": "us-*"}), {"aws:requestedregion": "us-east-1"}, True),
    (probe.allow("rds:*", Bool={"aws:SecureTransport": "true"}), {"aws:securetransport": "true"}, True),
    (probe.allow("rds:*", ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:role/x"}),
     {"aws:principalarn": "arn:aws:iam::1:role/x"}, True),
    (probe.allow("rds:*", StringEquals={"aws:ResourceTag/Environment": "${aws:PrincipalTag/Environment}"}),
     {**DEV, "aws:principaltag/environment": "dev"}, True),
    ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, {}, True),
    ({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:rds:*"}, {}, False),
])
def test_evaluation(statement: dict[str, Any], context: dict[str, Any], allowed: bool) -> None:
    assert _decide(statement, context=context).allowed is allowed


def test_an_explicit_deny_wins() -> None:
    deny = {"Effect": "Deny", "Action": "rds:Stop*", "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/nightshift:protected": "true"}}}
    tagged = {"aws:resourcetag/nightshift:protected": "true"}
    assert _decide([probe.allow("*"), deny]).allowed
    refused = _decide([probe.allow("*"), deny], context=tagged)
    assert (refused.allowed, refused.explicit) == (False, True)


def test_a_boundary_limits() -> None:
    assert not _decide(probe.allow("*"), boundary=probe.allow("rds:Describe*")).allowed
    assert _decide(probe.allow("*"), boundary=probe.allow("rds:*")).allowed
    assert not _decide(probe.allow("ec2:*"), boundary=probe.allow("*")).allowed


@pytest.mark.parametrize("condition", [
    {"StringSounds": {"aws:RequestedRegion": "x"}}, {"StringEquals": {"vendor:moon": "full"}},
    {"StringEquals": {"aws:ResourceTag/a": "${aws:PrincipalTag/none}"}}])
def test_what_is_not_understood_denies(condition: dict[str, Any]) -> None:
    refused = _decide(probe.allow("*", **condition), context={"aws:requestedregion": "us-east-1"})
    assert not refused.allowed
    assert "a statement without Sid" in refused.reason
    denying = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    assert not _decide([probe.allow("*"), denying], context={"aws:requestedregion": "us-east-1"}).allowed


def _as(cloud: LocalCloud, service: str, *statements: dict[str, Any], **role: Any) -> Any:
    """A client with the credentials of a function whose role has these statements."""
    probe.function(cloud, "worker", probe.role(cloud, "worker-role", *statements, **role))
    environment = probe.invoke(cloud, "worker")["environment"]
    return cloud.client(service, aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
                        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
                        aws_session_token=environment["AWS_SESSION_TOKEN"])


def _tags(**tags: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def test_tags_decide_about_databases(cloud: LocalCloud) -> None:
    _database(cloud, "orders", Tags=_tags(Environment="dev"))
    _database(cloud, "payments", Tags=_tags(Environment="production"))
    rds = _as(cloud, "rds", probe.allow("rds:StopDBInstance", f"arn:aws:rds:*:{probe.ACCOUNT}:db:*",
                                        StringEquals={"aws:ResourceTag/Environment": "dev"}))
    rds.stop_db_instance(DBInstanceIdentifier="orders")
    for attempt in (lambda: rds.stop_db_instance(DBInstanceIdentifier="payments"), rds.describe_db_instances):
        with pytest.raises(ClientError) as refused:
            attempt()
        assert _code(refused) == "AccessDenied"
    calls = [call for call in cloud.calls() if call["role"] == "worker-role"]
    assert [call["iam"]["verdict"] for call in calls] == ["allowed", "denied", "denied"]
    assert calls[1]["iam"]["resources"] == [f"arn:aws:rds:us-east-1:{probe.ACCOUNT}:db:payments"]


def test_groups_and_node_groups_are_matched_by_their_true_arn(cloud: LocalCloud) -> None:
    _group(cloud)
    arn = cloud.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupARN"]
    group = _as(cloud, "autoscaling", probe.allow("autoscaling:UpdateAutoScalingGroup", arn, StringEquals={
        "autoscaling:ResourceTag/Environment": "dev"}))
    group.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=0)
    with pytest.raises(ClientError) as refused:
        group.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=0)
    assert _code(refused) == "AccessDenied"


@pytest.mark.parametrize(("service", "call", "code"), [
    ("eks", lambda client: client.update_nodegroup_config(clusterName="main", nodegroupName="workers",
                                                          scalingConfig={"desiredSize": 1}), "AccessDeniedException"),
    ("ec2", lambda client: client.stop_instances(InstanceIds=["i-1"]), "UnauthorizedOperation"),
    ("dynamodb", lambda client: client.get_item(TableName="t", Key={"pk": {"S": "a"}}), "AccessDeniedException"),
    ("cloudwatch", lambda client: client.disable_alarm_actions(AlarmNames=["a"]), "AccessDeniedException"),
    ("s3", lambda client: client.get_object(Bucket="b", Key="k"), "AccessDenied"),
    ("ecs", lambda client: client.update_service(cluster="c", service="s", desiredCount=0), "AccessDeniedException"),
])
def test_a_denial_speaks_the_protocol_of_its_service(cloud: LocalCloud, service: str, call: Any, code: str) -> None:
    if service == "eks":
        _nodegroup(cloud)
    client = _as(cloud, service, probe.allow("logs:*"))
    with pytest.raises(ClientError) as refused:
        call(client)
    assert _code(refused) == code
    assert "is not authorized to perform" in str(refused.value)


def test_a_boundary_and_principal_tags_come_from_the_role(cloud: LocalCloud) -> None:
    iam = cloud.client("iam")
    boundary = iam.create_policy(PolicyName="limit", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [probe.allow("sqs:*")]}))["Policy"]["Arn"]
    client = _as(cloud, "sqs", probe.allow("*", StringEquals={"aws:PrincipalTag/Team": "night"}),
                 boundary=boundary, tags={"Team": "night"})
    client.list_queues()
    other = cloud.client("sns", aws_access_key_id=client._request_signer._credentials.access_key,
                         aws_secret_access_key="x")
    with pytest.raises(ClientError) as refused:
        other.list_topics()
    assert "boundary" in str(refused.value)


def test_tags_decide_about_alarms(cloud: LocalCloud) -> None:
    for name, environment in (("mine", "dev"), ("other", "prod")):
        cloud.client("cloudwatch").put_metric_alarm(
            AlarmName=name, MetricName="m", Namespace="n", Statistic="Sum", Period=60, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanThreshold", Tags=_tags(Environment=environment))
    client = _as(cloud, "cloudwatch", probe.allow("cloudwatch:DisableAlarmActions", StringEquals={
        "aws:ResourceTag/Environment": "dev"}))
    client.disable_alarm_actions(AlarmNames=["mine"])
    with pytest.raises(ClientError):
        client.disable_alarm_actions(AlarmNames=["mine", "other"])
    found = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {alarm["AlarmName"]: alarm["ActionsEnabled"] for alarm in found} == {"mine": False, "other": True}


@pytest.mark.parametrize("permitted", [True, False])
def test_an_encrypted_parameter_needs_its_key(cloud: LocalCloud, permitted: bool) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    cloud.client("ssm").put_parameter(Name="/app/webhook", Type="SecureString", KeyId=key, Value="secret")
    cloud.client("ssm").put_parameter(Name="/app/plain", Type="String", Value="open")
    statements = [probe.allow("ssm:GetParameter", f"arn:aws:ssm:us-east-1:{probe.ACCOUNT}:parameter/app/*")]
    if permitted:
        statements.append({"Sid": "key", **probe.allow("kms:Decrypt", key, StringEquals={
            "kms:ViaService": "ssm.us-east-1.amazonaws.com"})})
    client = _as(cloud, "ssm", *statements)
    assert client.get_parameter(Name="/app/plain", WithDecryption=True)["Parameter"]["Value"] == "open"
    if permitted:
        assert client.get_parameter(Name="/app/webhook", WithDecryption=True)["Parameter"]["Value"] == "secret"
        assert cloud.calls()[-1]["iam"]["implied"] == [{
            "action": "kms:Decrypt", "resource": key, "via": "ssm.us-east-1.amazonaws.com", "reason": "allowed by key"}]
    else:
        with pytest.raises(ClientError, match="kms:Decrypt"):
            client.get_parameter(Name="/app/webhook", WithDecryption=True)


def test_an_encrypted_topic_and_table_need_their_key(cloud: LocalCloud) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    topic = cloud.client("sns").create_topic(Name="news", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    cloud.client("dynamodb").create_table(
        TableName="ledger", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key})
    client = _as(cloud, "sns", probe.allow(["sns:Publish", "dynamodb:GetItem"]))
    credentials = client._request_signer._credentials
    table = cloud.client("dynamodb", aws_access_key_id=credentials.access_key, aws_secret_access_key="x")
    for attempt in (lambda: client.publish(TopicArn=topic, Message="m"),
                    lambda: table.get_item(TableName="ledger", Key={"pk": {"S": "a"}})):
        with pytest.raises(ClientError, match="kms:"):
            attempt()


FAULTS = [
    ({"kind": "throttle"}, "Throttling"),
    ({"kind": "error", "status": 503, "code": "ServiceUnavailable"}, "ServiceUnavailable"),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS)
def test_faults_strike_as_counted(cloud: LocalCloud, fault: dict[str, Any], code: str) -> None:
    from botocore.config import Config

    rds = cloud.client("rds", config=Config(retries={"max_attempts": 0}))
    cloud.faults([{"service": "rds", "operation": "DescribeDB*", "nth": 2, **fault}])
    rds.describe_db_instances()
    with pytest.raises(ClientError) as struck:
        rds.describe_db_instances()
    assert _code(struck) == code
    rds.describe_db_instances()
    assert cloud.faults()[0]["hit"] == 1
    assert [call.get("fault") for call in cloud.calls()] == [None, fault["kind"], None]


def test_a_connection_is_reset(cloud: LocalCloud) -> None:
    from botocore.config import Config
    from botocore.exceptions import HTTPClientError

    cloud.faults([{"service": "sqs", "kind": "reset", "times": 1}])
    with pytest.raises(HTTPClientError):
        cloud.client("sqs", config=Config(retries={"max_attempts": 0})).list_queues()
    cloud.client("sqs").list_queues()


def test_budgets_are_seen_and_changed_under_the_actions_that_policies_name(cloud: LocalCloud) -> None:
    for name in ("monthly", "yearly"):
        cloud.client("budgets").create_budget(AccountId=probe.ACCOUNT, Budget={
            "BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "1", "Unit": "USD"}})
    budgets = _as(cloud, "budgets", probe.allow("budgets:ViewBudget", f"arn:aws:budgets::{probe.ACCOUNT}:budget/monthly"))
    account = {"AccountId": probe.ACCOUNT}
    assert budgets.describe_budget(**account, BudgetName="monthly")["Budget"]["BudgetName"] == "monthly"
    for attempt in (lambda: budgets.describe_budgets(**account),
                    lambda: budgets.describe_budget(**account, BudgetName="yearly"),
                    lambda: budgets.delete_budget(**account, BudgetName="monthly")):
        with pytest.raises(ClientError) as refused:
            attempt()
        assert _code(refused) == "AccessDeniedException"
    assert {call["action"] for call in cloud.calls() if call["role"] == "worker-role"} == {
        "budgets:ViewBudget", "budgets:ModifyBudget"}

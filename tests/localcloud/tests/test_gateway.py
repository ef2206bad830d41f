"""One endpoint in front of two emulators."""

from __future__ import annotations

import io

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud


def test_services_reach_their_emulator_and_are_recorded(cloud: LocalCloud) -> None:
    cloud.client("sns").create_topic(Name="news")
    cloud.client("rds").create_db_instance(
        DBInstanceIdentifier="orders", DBInstanceClass="db.t3.micro", Engine="postgres",
        MasterUsername="admin", MasterUserPassword="not-a-secret", AllocatedStorage=20)
    cloud.client("autoscaling", region="us-west-2").describe_auto_scaling_groups()

    calls = {call["action"]: call for call in cloud.calls()}
    assert calls["sns:CreateTopic"]["resources"] == ["news"]
    assert "orders" in calls["rds:CreateDBInstance"]["resources"]
    assert calls["autoscaling:DescribeAutoScalingGroups"]["region"] == "us-west-2"
    assert all(call["status"] == 200 for call in calls.values())


@pytest.mark.parametrize(("service", "method", "arguments", "action"), [
    ("lambda", "list_functions", {}, "lambda:ListFunctions"),
    ("scheduler", "list_schedules", {}, "scheduler:ListSchedules"),
    ("eks", "list_clusters", {}, "eks:ListClusters"),
    ("s3", "list_buckets", {}, "s3:ListAllMyBuckets"),
    ("cloudwatch", "describe_alarms", {}, "cloudwatch:DescribeAlarms"),
    ("dynamodb", "list_tables", {}, "dynamodb:ListTables"),
    ("resourcegroupstaggingapi", "get_resources", {}, "tag:GetResources"),
    ("application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "ecs"},
     "application-autoscaling:DescribeScalableTargets"),
])
def test_operations_are_named_as_iam_names_them(
        cloud: LocalCloud, service: str, method: str, arguments: dict[str, str], action: str) -> None:
    getattr(cloud.client(service), method)(**arguments)
    assert [call["action"] for call in cloud.calls()] == [action]


def test_bodies_survive_the_way_through(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="parcels")
    content = bytes(range(256)) * 16384
    s3.upload_fileobj(io.BytesIO(content), "parcels", "a key with spaces/ü+%.bin")
    assert s3.get_object(Bucket="parcels", Key="a key with spaces/ü+%.bin")["Body"].read() == content
    assert s3.head_object(Bucket="parcels", Key="a key with spaces/ü+%.bin")["ContentLength"] == len(content)


def test_an_error_keeps_its_code(cloud: LocalCloud) -> None:
    with pytest.raises(ClientError) as refused:
        cloud.client("rds").describe_db_instances(DBInstanceIdentifier="nobody")
    assert refused.value.response["Error"]["Code"] == "DBInstanceNotFound"
    assert cloud.calls()[-1]["error"] == "DBInstanceNotFound"


def test_a_function_is_known_by_its_user_agent(cloud: LocalCloud) -> None:
    from botocore.config import Config

    cloud.client("sqs", config=Config(user_agent_appid="nightshift-off-hours")).list_queues()
    cloud.client("sqs").list_queues()
    assert len(cloud.calls("off-hours")) == 1


def test_the_inbox_stands_on_the_same_port(cloud: LocalCloud) -> None:
    import json
    import urllib.request

    status = cloud.status()
    post = urllib.request.Request(status["slack_webhook"], data=json.dumps({"text": "good night"}).encode(),
                                  headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(post, timeout=5) as answer:
        assert (answer.status, answer.read()) == (200, b"ok")
    assert [message["payload"]["text"] for message in cloud.messages()] == ["good night"]
    with urllib.request.urlopen(status["inbox"], timeout=5) as page:
        assert b"good night" in page.read()
    cloud.reset()
    assert cloud.messages() == []

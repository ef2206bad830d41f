"""CloudTrail's event history: who changed what, from what the gateway has seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

from . import probe


def _records(cloud: LocalCloud, region: str = "us-east-1", **asked: Any) -> list[dict[str, Any]]:
    attributes = [{"AttributeKey": key, "AttributeValue": value} for key, value in asked.pop("by", {}).items()]
    answer = cloud.client("cloudtrail", region).lookup_events(LookupAttributes=attributes, **asked)
    return [json.loads(one["CloudTrailEvent"]) for one in answer["Events"]]


def _gateway(client: Any, name: str = "dev") -> str:
    vpc = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = client.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    client.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")
    return str(subnet)


def test_a_change_is_found_by_its_name_and_by_what_it_names(cloud: LocalCloud) -> None:
    subnet = _gateway(cloud.client("ec2"))
    for by in ({"EventName": "CreateNatGateway"}, {"ResourceName": subnet}):
        [record] = _records(cloud, by=by)
        assert (record["eventSource"], record["eventName"]) == ("ec2.amazonaws.com", "CreateNatGateway")
        assert record["userIdentity"]["type"] == "Root" and not record["readOnly"]
    assert _records(cloud, "us-west-2", by={"EventName": "CreateNatGateway"}) == []


def test_people_and_roles_are_named(cloud: LocalCloud) -> None:
    iam = cloud.client("iam")
    iam.create_user(UserName="mira")
    key = iam.create_access_key(UserName="mira")["AccessKey"]
    _gateway(cloud.client("ec2", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]))
    probe.role(cloud, "builder", probe.allow("ec2:CreateVpc"))
    session = cloud.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{probe.ACCOUNT}:role/builder", RoleSessionName="anna")["Credentials"]
    client = cloud.client("ec2", aws_access_key_id=session["AccessKeyId"], aws_session_token=session["SessionToken"],
                          aws_secret_access_key=session["SecretAccessKey"])
    client.create_vpc(CidrBlock="10.1.0.0/16")
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        client.create_nat_gateway(SubnetId="subnet-1")
    [refused, made] = _records(cloud, by={"EventName": "CreateNatGateway"})
    assert (made["userIdentity"]["type"], made["userIdentity"]["userName"]) == ("IAMUser", "mira")
    assert refused["errorCode"] == "AccessDenied"
    assert refused["userIdentity"]["arn"].endswith(":assumed-role/builder/anna")
    [by_name] = _records(cloud, by={"Username": "anna", }, MaxResults=1)
    assert by_name["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "builder"


def test_what_reads_and_what_moves_data_is_no_change(cloud: LocalCloud) -> None:
    cloud.client("ec2").describe_vpcs()
    url, _arn = probe.queue(cloud, "letters")
    cloud.client("sqs").send_message(QueueUrl=url, MessageBody="hello")
    cloud.client("s3").create_bucket(Bucket="papers")
    cloud.client("s3").put_object(Bucket="papers", Key="one", Body=b"1")
    cloud.client("cloudtrail").lookup_events()
    assert [record["eventName"] for record in _records(cloud)] == ["CreateBucket", "CreateQueue"]


def test_a_page_is_followed_by_the_next_and_times_are_limits(cloud: LocalCloud) -> None:
    sqs, client = cloud.client("sqs"), cloud.client("cloudtrail")
    before = datetime.fromtimestamp(cloud.now(), UTC)
    for number in range(3):
        sqs.create_queue(QueueName=f"queue-{number}")
    first = client.lookup_events(MaxResults=2)
    rest = client.lookup_events(MaxResults=2, NextToken=first["NextToken"])
    assert (len(first["Events"]), len(rest["Events"]), rest.get("NextToken")) == (2, 1, None)
    assert _records(cloud, EndTime=before - timedelta(seconds=5)) == []
    assert len(_records(cloud, StartTime=before - timedelta(seconds=5))) == 3
    for wrong, code in (({"MaxResults": 50, "NextToken": "x"}, "InvalidNextToken"),
                        ({"StartTime": before, "EndTime": before - timedelta(days=1)}, "InvalidTimeRange")):
        with pytest.raises(ClientError, match=code):
            client.lookup_events(**wrong)

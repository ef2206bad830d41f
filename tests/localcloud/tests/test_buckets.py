"""What a bucket's policy denies, it denies under its conditions; what a bucket tells, it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud


def _deny(condition: dict[str, Any], action: str = "s3:*") -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{
        "Sid": "Deny", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": action,
        "Resource": ["arn:aws:s3:::closed", "arn:aws:s3:::closed/*"], "Condition": condition}]})


def test_a_condition_that_does_not_hold_denies_nothing(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="closed")
    for condition in ({"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": "1.2"}}):
        s3.put_bucket_policy(Bucket="closed", Policy=_deny(condition))
        s3.put_object(Bucket="closed", Key="one", Body=b"night")
        assert s3.get_object(Bucket="closed", Key="one")["Body"].read() == b"night"


def test_a_condition_that_holds_denies(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="closed")
    s3.put_bucket_policy(Bucket="closed", Policy=_deny(
        {"StringEquals": {"s3:x-amz-server-side-encryption": "AES256"}}, "s3:PutObject"))
    s3.put_object(Bucket="closed", Key="one", Body=b"night")
    s3.put_object(Bucket="closed", Key="one", Body=b"night", ServerSideEncryption="aws:kms")
    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket="closed", Key="one", Body=b"day", ServerSideEncryption="AES256")
    assert s3.get_object(Bucket="closed", Key="one")["Body"].read() == b"night"


def test_a_bucket_says_that_it_tells_eventbridge(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="telling")
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket="telling")
    queue = {"Id": "new", "QueueArn": "arn:aws:sqs:us-east-1:123456789012:new", "Events": ["s3:ObjectCreated:*"]}
    for others in ([], [queue]):
        s3.put_bucket_notification_configuration(
            Bucket="telling", SkipDestinationValidation=True, NotificationConfiguration={
                "EventBridgeConfiguration": {}, "QueueConfigurations": others})
        found = s3.get_bucket_notification_configuration(Bucket="telling")
        assert found["EventBridgeConfiguration"] == {}
        assert found.get("QueueConfigurations", []) == others

"""Buckets tell what they were told."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

LOGS = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "state/", "TargetObjectKeyFormat": {
    "PartitionedPrefix": {"PartitionDateSource": "EventTime"}}}}


def test_a_lifecycle_is_kept_whole(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="state")
    rules = [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {
        "NoncurrentDays": 30, "NewerNoncurrentVersions": 5}}]
    s3.put_bucket_lifecycle_configuration(Bucket="state", LifecycleConfiguration={"Rules": rules},
                                          TransitionDefaultMinimumObjectSize="varies_by_storage_class")
    found = s3.get_bucket_lifecycle_configuration(Bucket="state")
    assert found["Rules"] == rules and found["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    s3.delete_bucket_lifecycle(Bucket="state")
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket="state")


def test_logs_go_where_the_policy_lets_them(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    for name in ("state", "logs"):
        s3.create_bucket(Bucket=name)
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::logs/*",
              "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [denial]}))
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        s3.put_bucket_logging(Bucket="state", BucketLoggingStatus=LOGS)
    grant = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
             "Resource": "arn:aws:s3:::logs/state/*"}
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [denial, grant]}))
    s3.put_bucket_logging(Bucket="state", BucketLoggingStatus=LOGS)
    assert s3.get_bucket_logging(Bucket="state")["LoggingEnabled"] == LOGS["LoggingEnabled"]
    s3.put_bucket_logging(Bucket="state", BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="state")


def _policy(*conditions: dict[str, dict[str, str]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::state", "arn:aws:s3:::state/*"],
         "Condition": condition} for condition in conditions]})


def test_a_denial_counts_where_its_condition_holds(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="state")
    s3.put_bucket_policy(Bucket="state", Policy=_policy(
        {"Bool": {"aws:SecureTransport": "false"}}, {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}}))
    s3.put_object(Bucket="state", Key="one", Body=b"1")
    assert s3.get_object(Bucket="state", Key="one")["Body"].read() == b"1"
    s3.put_bucket_policy(Bucket="state", Policy=_policy({"StringNotEquals": {"aws:PrincipalAccount": "210987654321"}}))
    with pytest.raises(ClientError, match="403|Forbidden|AccessDenied"):
        s3.get_object(Bucket="state", Key="one")
    s3.delete_bucket_policy(Bucket="state")
    assert "Errors" not in s3.delete_objects(Bucket="state", Delete={"Objects": [{"Key": "one"}]})


def test_a_bucket_is_emptied_of_marks_too(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="state")
    s3.put_bucket_versioning(Bucket="state", VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        s3.put_object(Bucket="state", Key="lock", Body=b"1")
        s3.delete_object(Bucket="state", Key="lock")
    found = s3.list_object_versions(Bucket="state")
    for kind in ("Versions", "DeleteMarkers"):
        assert len(found[kind]) == 2
        s3.delete_objects(Bucket="state", Delete={"Objects": [
            {"Key": one["Key"], "VersionId": one["VersionId"]} for one in found[kind]]})
    s3.delete_bucket(Bucket="state")


def test_a_replication_is_kept_whole(cloud: LocalCloud) -> None:
    s3 = cloud.client("s3")
    for name in ("media", "media-replica"):
        s3.create_bucket(Bucket=name)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rules = [{"ID": "everything", "Priority": 1, "Status": "Enabled", "Filter": {"Prefix": ""},
              "DeleteMarkerReplication": {"Status": "Enabled"},
              "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
              "Destination": {"Bucket": "arn:aws:s3:::media-replica"}}]
    s3.put_bucket_replication(Bucket="media", ReplicationConfiguration={
        "Role": "arn:aws:iam::123456789012:role/replication", "Rules": rules})
    assert s3.get_bucket_replication(Bucket="media")["ReplicationConfiguration"]["Rules"] == rules
    s3.delete_bucket_replication(Bucket="media")
    with pytest.raises(ClientError, match="ReplicationConfigurationNotFound"):
        s3.get_bucket_replication(Bucket="media")

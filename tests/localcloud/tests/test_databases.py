"""Read replicas and copied backups of RDS behave as on AWS, across regions too."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud

from . import probe

KEY = f"arn:aws:kms:us-west-2:{probe.ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


def _database(cloud: LocalCloud, name: str = "orders", **settings: Any) -> Any:
    return cloud.client("rds").create_db_instance(**{
        "DBInstanceIdentifier": name, "DBInstanceClass": "db.t3.micro", "Engine": "postgres", "EngineVersion": "17",
        "MasterUsername": "postgres", "MasterUserPassword": "not-a-secret", "AllocatedStorage": 20,
        "BackupRetentionPeriod": 7, "StorageEncrypted": True, "Tags": [{"Key": "Backup", "Value": "daily"}],
        **settings})["DBInstance"]


def _seen(rds: Any, name: str) -> Any:
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def _refusal(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    code: str = refused.value.response["Error"]["Code"]
    return code


def _far_network(cloud: LocalCloud) -> None:
    """A subnet group in the other region, and in no other."""
    ec2 = cloud.client("ec2", region="us-west-2")
    vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.10.{number}.0/24", AvailabilityZone=f"us-west-2{zone}")[
        "Subnet"]["SubnetId"] for number, zone in enumerate("ab")]
    cloud.client("rds", region="us-west-2").create_db_subnet_group(
        DBSubnetGroupName="far", DBSubnetGroupDescription="far", SubnetIds=subnets)


def test_a_replica_is_an_instance_of_its_own(cloud: LocalCloud) -> None:
    rds = cloud.client("rds")
    source = _database(cloud, DeletionProtection=True)
    rds.create_db_instance_read_replica(DBInstanceIdentifier="reader", SourceDBInstanceIdentifier="orders",
                                        Tags=[{"Key": "Role", "Value": "reader"}])
    seen = _seen(rds, "reader")
    assert seen["ReadReplicaSourceDBInstanceIdentifier"] == "orders"
    assert seen["DbiResourceId"] != source["DbiResourceId"]
    assert seen["TagList"] == [{"Key": "Role", "Value": "reader"}]
    assert seen["StatusInfos"] == [{"StatusType": "read replication", "Status": "replicating", "Normal": True}]
    assert (seen["BackupRetentionPeriod"], seen["DeletionProtection"], seen["StorageEncrypted"]) == (0, False, True)
    assert _seen(rds, "orders")["ReadReplicaDBInstanceIdentifiers"] == ["reader"]
    rds.delete_db_instance(DBInstanceIdentifier="reader", SkipFinalSnapshot=True)
    assert _seen(rds, "orders")["ReadReplicaDBInstanceIdentifiers"] == []


def test_what_aws_refuses_to_replicate(cloud: LocalCloud) -> None:
    rds = cloud.client("rds")
    _database(cloud, "unsaved", BackupRetentionPeriod=0)
    assert _refusal(rds.create_db_instance_read_replica, DBInstanceIdentifier="reader",
                    SourceDBInstanceIdentifier="unsaved") == "InvalidDBInstanceState"
    rds.create_db_instance(
        DBInstanceIdentifier="managed", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
        MasterUsername="postgres", ManageMasterUserPassword=True, BackupRetentionPeriod=7)
    assert _refusal(rds.create_db_instance_read_replica, DBInstanceIdentifier="reader",
                    SourceDBInstanceIdentifier="managed") == "InvalidParameterValue"
    arn = _database(cloud)["DBInstanceArn"]
    assert _refusal(cloud.client("rds", region="us-west-2").create_db_instance_read_replica, DBInstanceIdentifier="far",
                    SourceDBInstanceIdentifier=arn) == "InvalidParameterCombination"


def test_a_replica_in_another_region_is_promoted(cloud: LocalCloud) -> None:
    rds, far = cloud.client("rds"), cloud.client("rds", region="us-west-2")
    arn = _database(cloud)["DBInstanceArn"]
    _far_network(cloud)
    made = far.create_db_instance_read_replica(
        DBInstanceIdentifier="orders-far", SourceDBInstanceIdentifier=arn, KmsKeyId=KEY, DBSubnetGroupName="far",
        SourceRegion="us-east-1")["DBInstance"]
    assert made["DBSubnetGroup"]["DBSubnetGroupName"] == "far"
    assert made["AvailabilityZone"] == "us-west-2a"
    assert made["KmsKeyId"] == KEY
    assert made["ReadReplicaSourceDBInstanceIdentifier"] == arn
    assert _seen(rds, "orders")["ReadReplicaDBInstanceIdentifiers"] == [made["DBInstanceArn"]]

    far.promote_read_replica(DBInstanceIdentifier="orders-far", BackupRetentionPeriod=3)
    assert _seen(far, "orders-far")["DBInstanceStatus"] == "modifying"
    assert _refusal(far.promote_read_replica, DBInstanceIdentifier="orders-far") == "InvalidDBInstanceState"
    cloud.advance("4m")
    cloud.settle()
    assert _seen(far, "orders-far")["ReadReplicaSourceDBInstanceIdentifier"] == arn
    cloud.advance("1m1s")
    cloud.settle()
    seen = _seen(far, "orders-far")
    assert (seen["DBInstanceStatus"], seen["BackupRetentionPeriod"]) == ("available", 3)
    assert "ReadReplicaSourceDBInstanceIdentifier" not in seen
    assert _seen(rds, "orders")["ReadReplicaDBInstanceIdentifiers"] == []
    assert _refusal(far.promote_read_replica, DBInstanceIdentifier="orders-far") == "InvalidDBInstanceState"


def test_replicas_outlive_their_source(cloud: LocalCloud) -> None:
    rds = cloud.client("rds")
    _database(cloud)
    rds.create_db_instance_read_replica(DBInstanceIdentifier="reader", SourceDBInstanceIdentifier="orders")
    assert _refusal(rds.delete_db_instance, DBInstanceIdentifier="reader",
                    FinalDBSnapshotIdentifier="last") == "InvalidParameterCombination"
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    assert "ReadReplicaSourceDBInstanceIdentifier" not in _seen(rds, "reader")
    rds.delete_db_instance(DBInstanceIdentifier="reader", SkipFinalSnapshot=True)
    assert rds.describe_db_instances()["DBInstances"] == []


def test_insights_are_told(cloud: LocalCloud) -> None:
    made = _database(cloud, EnablePerformanceInsights=True, PerformanceInsightsKMSKeyId=KEY,
                     PerformanceInsightsRetentionPeriod=465, DatabaseInsightsMode="advanced")
    assert (made["PerformanceInsightsEnabled"], made["PerformanceInsightsKMSKeyId"]) == (True, KEY)
    assert (made["PerformanceInsightsRetentionPeriod"], made["DatabaseInsightsMode"]) == (465, "advanced")


def test_automated_backups_are_copied_to_another_region(cloud: LocalCloud) -> None:
    rds, far = cloud.client("rds"), cloud.client("rds", region="us-west-2")
    arn = _database(cloud)["DBInstanceArn"]
    assert _refusal(far.start_db_instance_automated_backups_replication,
                    SourceDBInstanceArn=arn) == "InvalidParameterCombination"
    made = far.start_db_instance_automated_backups_replication(
        SourceDBInstanceArn=arn, KmsKeyId=KEY, BackupRetentionPeriod=14)["DBInstanceAutomatedBackup"]
    copied = made["DBInstanceAutomatedBackupsArn"]
    assert _seen(rds, "orders")["DBInstanceAutomatedBackupsReplications"] == [
        {"DBInstanceAutomatedBackupsArn": copied}]
    [found] = far.describe_db_instance_automated_backups(
        DBInstanceAutomatedBackupsArn=copied)["DBInstanceAutomatedBackups"]
    assert (found["Status"], found["BackupRetentionPeriod"], found["KmsKeyId"]) == ("replicating", 14, KEY)
    far.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=arn)
    assert _refusal(far.describe_db_instance_automated_backups,
                    DBInstanceAutomatedBackupsArn=copied) == "DBInstanceAutomatedBackupNotFound"
    assert _seen(rds, "orders").get("DBInstanceAutomatedBackupsReplications", []) == []


def test_a_subscription_changes(cloud: LocalCloud) -> None:
    rds = cloud.client("rds")
    topic = f"arn:aws:sns:us-east-1:{probe.ACCOUNT}:alarms"
    rds.create_event_subscription(SubscriptionName="told", SnsTopicArn=topic, SourceType="db-instance",
                                  SourceIds=["orders"], EventCategories=["failover"])
    rds.add_source_identifier_to_subscription(SubscriptionName="told", SourceIdentifier="reader")
    rds.remove_source_identifier_from_subscription(SubscriptionName="told", SourceIdentifier="orders")
    rds.modify_event_subscription(SubscriptionName="told", EventCategories=["failover", "failure"])
    [seen] = rds.describe_event_subscriptions(SubscriptionName="told")["EventSubscriptionsList"]
    assert (seen["SourceIdsList"], seen["EventCategoriesList"]) == (["reader"], ["failover", "failure"])
    assert _refusal(rds.modify_event_subscription, SubscriptionName="none") == "SubscriptionNotFound"

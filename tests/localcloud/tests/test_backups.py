"""AWS Backup's jobs: backups, copies, and what lies in the vaults afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud import LocalCloud

from . import probe

ROLE = f"arn:aws:iam::{probe.ACCOUNT}:role/backup"


def _vault(cloud: LocalCloud, region: str) -> str:
    return cloud.client("backup", region=region).create_backup_vault(
        BackupVaultName="vault", EncryptionKeyArn=f"arn:aws:kms:{region}:{probe.ACCOUNT}:key/1")["BackupVaultArn"]


def _database(cloud: LocalCloud, name: str, *, encrypted: bool = True) -> str:
    return cloud.client("rds").create_db_instance(
        DBInstanceIdentifier=name, Engine="postgres", DBInstanceClass="db.t3.micro", AllocatedStorage=20,
        StorageEncrypted=encrypted)["DBInstance"]["DBInstanceArn"]


def _backup(cloud: LocalCloud, resource: str, **more: Any) -> str:
    return cloud.client("backup").start_backup_job(
        BackupVaultName="vault", ResourceArn=resource, IamRoleArn=ROLE, **more)["BackupJobId"]


def _pass(cloud: LocalCloud, seconds: float) -> None:
    cloud.walk_to(cloud.now() + seconds)


def test_a_backup_takes_its_time_and_leaves_a_recovery_point(cloud: LocalCloud) -> None:
    _vault(cloud, "us-east-1")
    resource = _database(cloud, "orders")
    backup = cloud.client("backup")
    job = _backup(cloud, resource, Lifecycle={"DeleteAfterDays": 3})
    assert backup.describe_backup_job(BackupJobId=job)["State"] == "CREATED"
    _pass(cloud, 10)
    assert backup.describe_backup_job(BackupJobId=job)["State"] == "RUNNING"
    _pass(cloud, 60)
    ended = backup.describe_backup_job(BackupJobId=job)
    assert (ended["State"], ended["PercentDone"], ended["ResourceType"]) == ("COMPLETED", "100.0", "RDS")

    point = backup.describe_recovery_point(BackupVaultName="vault", RecoveryPointArn=ended["RecoveryPointArn"])
    assert (point["ResourceArn"], point["Status"], point["IsEncrypted"]) == (resource, "COMPLETED", True)
    assert (point["CalculatedLifecycle"]["DeleteAt"] - point["CreationDate"]).days == 3
    [listed] = backup.list_recovery_points_by_backup_vault(BackupVaultName="vault")["RecoveryPoints"]
    assert listed["RecoveryPointArn"] == ended["RecoveryPointArn"]
    assert backup.describe_backup_vault(BackupVaultName="vault")["NumberOfRecoveryPoints"] == 1
    backup.delete_recovery_point(BackupVaultName="vault", RecoveryPointArn=ended["RecoveryPointArn"])
    assert backup.describe_backup_vault(BackupVaultName="vault")["NumberOfRecoveryPoints"] == 0
    assert [one["BackupJobId"] for one in backup.list_backup_jobs(ByState="COMPLETED")["BackupJobs"]] == [job]
    assert backup.list_backup_jobs(ByState="FAILED")["BackupJobs"] == []
    assert backup.list_backup_jobs(ByCreatedAfter=ended["CompletionDate"])["BackupJobs"] == []


def test_a_copy_lies_in_the_other_region_under_its_own_name(cloud: LocalCloud) -> None:
    _vault(cloud, "us-east-1")
    destination = _vault(cloud, "us-west-2")
    resource = _database(cloud, "orders", encrypted=False)
    backup, west = cloud.client("backup"), cloud.client("backup", region="us-west-2")
    job = _backup(cloud, resource)
    _pass(cloud, 70)
    made = backup.describe_backup_job(BackupJobId=job)["RecoveryPointArn"]
    copy = backup.start_copy_job(RecoveryPointArn=made, SourceBackupVaultName="vault", IamRoleArn=ROLE,
                                 DestinationBackupVaultArn=destination)["CopyJobId"]
    _pass(cloud, 70)
    ended = backup.describe_copy_job(CopyJobId=copy)["CopyJob"]
    assert ended["State"] == "COMPLETED"
    arn = ended["DestinationRecoveryPointArn"]
    assert arn != made and arn.split(":")[3] == "us-west-2"
    point = west.describe_recovery_point(BackupVaultName="vault", RecoveryPointArn=arn)
    assert (point["ResourceArn"], point["IsEncrypted"]) == (resource, False)
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.describe_recovery_point(BackupVaultName="vault", RecoveryPointArn=arn)


def test_the_same_token_starts_one_job(cloud: LocalCloud) -> None:
    _vault(cloud, "us-east-1")
    resource = _database(cloud, "orders")
    assert _backup(cloud, resource, IdempotencyToken="t") == _backup(cloud, resource, IdempotencyToken="t")
    assert _backup(cloud, resource) != _backup(cloud, resource)


def test_what_cannot_be_backed_up_is_refused_or_fails(cloud: LocalCloud) -> None:
    backup = cloud.client("backup")
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        _backup(cloud, "arn:aws:rds:us-east-1:123456789012:db:orders")
    _vault(cloud, "us-east-1")
    with pytest.raises(backup.exceptions.InvalidParameterValueException):
        _backup(cloud, f"arn:aws:sqs:us-east-1:{probe.ACCOUNT}:queue")
    gone = _backup(cloud, f"arn:aws:rds:us-east-1:{probe.ACCOUNT}:db:gone")
    stopped = _backup(cloud, _database(cloud, "orders"))
    backup.stop_backup_job(BackupJobId=stopped)
    _pass(cloud, 70)
    assert backup.describe_backup_job(BackupJobId=gone)["State"] == "FAILED"
    assert "db:gone" in backup.describe_backup_job(BackupJobId=gone)["StatusMessage"]
    assert backup.describe_backup_job(BackupJobId=stopped)["State"] == "ABORTED"
    assert backup.list_recovery_points_by_backup_vault(BackupVaultName="vault")["RecoveryPoints"] == []

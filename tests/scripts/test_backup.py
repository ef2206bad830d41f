"""backup.sh against the local cloud: what it takes, what it leaves alone, what it reads back."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import LocalCloud

ROOT = Path(__file__).resolve().parents[2]
ROLE = "arn:aws:iam::123456789012:role/backup"
OURS = [{"Key": "Environment", "Value": "staging"}, {"Key": "Backup", "Value": "daily"}]


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """Vaults in two regions, a plan that copies, databases of two environments, a snapshot."""
    with LocalCloud(timings={"backup-job": 1.0, "copy-job": 1.0}) as cloud:
        vaults = {region: cloud.client("backup", region=region).create_backup_vault(
            BackupVaultName="personal-timeline-staging-vault")["BackupVaultArn"] for region in ("us-east-1", "us-west-2")}
        backup = cloud.client("backup")
        plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "personal-timeline-staging-daily", "Rules": [{
            "RuleName": "nightly", "TargetBackupVaultName": "personal-timeline-staging-vault",
            "Lifecycle": {"DeleteAfterDays": 7},
            "CopyActions": [{"DestinationBackupVaultArn": vaults["us-west-2"], "Lifecycle": {"DeleteAfterDays": 30}}]}]})
        backup.create_backup_selection(BackupPlanId=plan["BackupPlanId"], BackupSelection={
            "SelectionName": "tagged", "IamRoleArn": ROLE,
            "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "Backup", "ConditionValue": "daily"}]})
        rds = cloud.client("rds")
        foreign = [{"Key": "Environment", "Value": "prod"}, OURS[1]]
        for name, tags in (("orders", OURS), ("foreign", foreign)):
            rds.create_db_instance(DBInstanceIdentifier=name, Engine="postgres", DBInstanceClass="db.t3.micro",
                                   AllocatedStorage=20, StorageEncrypted=True, Tags=tags)
        # A snapshot carries the tags of its database.
        rds.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="orders-yesterday", Tags=OURS)
        yield cloud


def _run(cloud: LocalCloud, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "scripts/backup.sh", "staging", *arguments], env={**os.environ, **cloud.env},
                          capture_output=True, text=True, timeout=300, check=False)


def test_a_dry_run_starts_nothing(cloud: LocalCloud) -> None:
    done = _run(cloud, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert ":db:orders" in done.stderr and "snapshot" not in done.stderr and "foreign" not in done.stderr
    assert cloud.client("backup").list_backup_jobs()["BackupJobs"] == []


def test_another_environments_resource_is_refused(cloud: LocalCloud) -> None:
    done = _run(cloud, "--resource", "arn:aws:rds:us-east-1:123456789012:db:foreign")
    assert done.returncode == 1
    assert "not tagged Environment=staging" in done.stderr


def test_everything_tagged_is_backed_up_copied_and_read_back(cloud: LocalCloud) -> None:
    done = _run(cloud)
    assert done.returncode == 0, done.stderr
    assert "1 resources of staging are backed up, with 1 copies, all read back" in done.stderr
    [job] = cloud.client("backup").list_backup_jobs()["BackupJobs"]
    assert job["ResourceArn"].endswith(":db:orders")
    [copy] = cloud.client("backup", region="us-west-2").list_recovery_points_by_backup_vault(
        BackupVaultName="personal-timeline-staging-vault")["RecoveryPoints"]
    assert copy["Lifecycle"] == {"DeleteAfterDays": 30}

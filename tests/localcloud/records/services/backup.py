"""AWS Backup: what stands around moto's vaults and plans."""

from __future__ import annotations

from .. import Kind, Service

_VAULT = {"BackupVaultArn": "arn:aws:backup:{region}:{account}:backup-vault:{BackupVaultName}"}

SERVICES = [Service("backup", kinds=[
    Kind("BackupSelection", short="Selection", key=("BackupPlanId", "SelectionId")),
    Kind("BackupVaultAccessPolicy", key="BackupVaultName", fields=_VAULT),
    Kind("BackupVaultNotifications", key="BackupVaultName", fields=_VAULT),
    Kind("RestoreTestingPlan", arn="arn:aws:backup:{region}:{account}:restore-testing-plan:{name}", fields={
        "ScheduleExpressionTimezone": "Etc/UTC", "StartWindowHours": 24}),
    Kind("RestoreTestingSelection", key=("RestoreTestingPlanName", "name"), parent="RestoreTestingPlan",
         fields={"ValidationWindowHours": 0}),
])]

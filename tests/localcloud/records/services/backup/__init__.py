"""AWS Backup: what stands around moto's vaults and plans."""

from __future__ import annotations

from ... import Kind, Service
from .jobs import kinds

_VAULT = {"BackupVaultArn": "arn:aws:backup:{region}:{account}:backup-vault:{BackupVaultName}"}

SERVICES = [Service("backup", kinds=[
    Kind("BackupSelection", short="Selection", key=("BackupPlanId", "SelectionId")),
    Kind("BackupVaultAccessPolicy", key="BackupVaultName", fields=_VAULT),
    Kind("BackupVaultNotifications", key="BackupVaultName", fields=_VAULT),
    Kind("Framework", arn="arn:aws:backup:{region}:{account}:framework:{name}-{uuid}", fields={
        "DeploymentStatus": "COMPLETED", "FrameworkStatus": "ACTIVE"}),
    Kind("GlobalSettings", key=(), always=True, fields={"GlobalSettings": {"isCrossAccountBackupEnabled": "false"}}),
    Kind("RegionSettings", key=(), always=True, fields={
        "ResourceTypeManagementPreference": {}, "ResourceTypeOptInPreference": {}}),
    *kinds(),
    # Moto has it without its tags.
    Kind("ReportPlan", arn="arn:aws:backup:{region}:{account}:report-plan:{name}-{uuid}", fields={
        "DeploymentStatus": "COMPLETED"}),
    Kind("RestoreTestingPlan", arn="arn:aws:backup:{region}:{account}:restore-testing-plan:{name}", fields={
        "ScheduleExpressionTimezone": "Etc/UTC", "StartWindowHours": 24}),
    Kind("RestoreTestingSelection", key=("RestoreTestingPlanName", "name"), parent="RestoreTestingPlan",
         fields={"ValidationWindowHours": 0}),
])]

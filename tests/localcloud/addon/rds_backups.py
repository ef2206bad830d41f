"""RDS: automated backups copied to another region.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StartDBInstanceAutomatedBackupsReplication.html
"""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.responses import ActionResult
from moto.rds import models, responses
from moto.rds.exceptions import InvalidParameterCombination, RDSClientError

Document = dict[str, Any]


def install() -> None:
    """Patch moto."""
    answers = responses.RDSResponse
    described = answers.describe_db_instance_automated_backups

    def describe(self: Any) -> Any:
        if self.params.get("DBInstanceAutomatedBackupsArn"):
            return ActionResult({"DBInstanceAutomatedBackups": [_copy(self, DBInstanceAutomatedBackupsArn=self.params[
                "DBInstanceAutomatedBackupsArn"])]})
        return described(self)

    answers.describe_db_instance_automated_backups = describe
    answers.start_db_instance_automated_backups_replication = _start
    answers.stop_db_instance_automated_backups_replication = _stop
    models.DBInstance.copied_to = ()
    models.DBInstance.db_instance_automated_backups_replications = property(
        lambda self: [{"DBInstanceAutomatedBackupsArn": arn} for arn in self.copied_to])


def _start(self: Any) -> ActionResult:
    backend, take = self.backend, self.params
    source = backend.find_db_from_id(take["SourceDBInstanceArn"])
    if source.region == backend.region_name:
        raise InvalidParameterCombination("Backups are copied to a region other than that of their instance.")
    if not source.backup_retention_period:
        raise InvalidParameterCombination(f"{source.db_instance_identifier} has no automated backups.")
    if source.storage_encrypted and not take.get("KmsKeyId"):
        raise InvalidParameterCombination("Copies of encrypted backups need a KMS key of the region they go to.")
    if any(copy["DBInstanceArn"] == source.arn for copy in _copies(backend).values()):
        raise RDSClientError("InvalidDBInstanceState", f"Backups of {source.arn} are copied here already.")
    arn = f"arn:aws:rds:{backend.region_name}:{backend.account_id}:auto-backup:ab-{uuid.uuid4().hex[:26]}"
    copy = _copies(backend)[arn] = {
        "DBInstanceAutomatedBackupsArn": arn, "DBInstanceArn": source.arn, "Region": source.region,
        "DbiResourceId": source.dbi_resource_id, "DBInstanceIdentifier": source.db_instance_identifier,
        "Status": "replicating", "KmsKeyId": take.get("KmsKeyId"), "Encrypted": source.storage_encrypted,
        "BackupRetentionPeriod": int(take.get("BackupRetentionPeriod") or 7), "Engine": source.engine,
        "EngineVersion": source.engine_version, "AllocatedStorage": source.allocated_storage,
        "MasterUsername": source.master_username, "BackupTarget": "region",
    }
    source.copied_to = [*source.copied_to, arn]
    return ActionResult({"DBInstanceAutomatedBackup": copy})


def _stop(self: Any) -> ActionResult:
    copy = _copy(self, DBInstanceArn=self.params["SourceDBInstanceArn"])
    arn = copy["DBInstanceAutomatedBackupsArn"]
    del _copies(self.backend)[arn]
    name, region = copy["DBInstanceIdentifier"], copy["Region"]
    source = models.rds_backends[self.backend.account_id][region].databases.get(name)
    if source is not None:
        source.copied_to = [one for one in source.copied_to if one != arn]
    return ActionResult({"DBInstanceAutomatedBackup": {**copy, "Status": "deleting"}})


def _copy(self: Any, **wanted: str) -> Document:
    for copy in _copies(self.backend).values():
        if wanted.items() <= copy.items():
            return copy
    raise RDSClientError("DBInstanceAutomatedBackupNotFound",
                         f"Automated backup {next(iter(wanted.values()))} not found.")


def _copies(backend: Any) -> dict[str, Document]:
    """They go with the backend when the cloud is emptied."""
    copies: dict[str, Document] = backend.__dict__.setdefault("copied_backups", {})
    return copies

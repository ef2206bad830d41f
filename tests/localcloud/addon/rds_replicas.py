"""RDS: read replicas, in their source's region and in others, and what becomes of them.

moto copies the source with its tags and its network, and lets a promoted replica keep its source.
Rules: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from moto.rds import models
from moto.rds.exceptions import (
    DBInstanceAlreadyExists,
    DBInstanceNotFoundError,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)

from .slow import change

PROMOTING = 300.0
# What a new replica has where its creator says nothing, in place of what its source has.
_OWN = {
    "backup_retention_period": 0, "deletion_protection": False, "enable_iam_database_authentication": False,
    "enable_performance_insights": False, "monitoring_interval": 0, "monitoring_role_arn": None, "multi_az": False,
    "performance_insights_kms_key_id": None, "performance_insights_retention_period": None,
    "publicly_accessible": False, "storage_type": "gp3", "database_insights_mode": None,
}


def install(resource_id: Callable[[], str], tell: Callable[..., None]) -> None:
    """Patch moto; ``tell`` puts an event of an instance on the bus."""
    backend, instance = models.RDSBackend, models.DBInstance
    deleted = backend.delete_db_instance

    def create(self: Any, db_kwargs: dict[str, Any]) -> Any:
        return _create(self, db_kwargs, resource_id())

    def promote(self: Any, db_kwargs: dict[str, Any]) -> Any:
        return _promote(self, db_kwargs, tell)

    def delete(self: Any, db_instance_identifier: str, final_db_snapshot_identifier: str | None = None,
               skip_final_snapshot: bool | None = False, delete_automated_backups: bool | None = True) -> Any:
        going = self.databases.get(db_instance_identifier)
        if going is not None and going.is_replica and final_db_snapshot_identifier:
            raise InvalidParameterCombination("FinalDBSnapshotIdentifier can not be specified when deleting a replica")
        gone = deleted(self, db_instance_identifier, final_db_snapshot_identifier, skip_final_snapshot,
                       delete_automated_backups)
        for name in list(gone.replicas):
            _stand_alone(self.find_db_from_id(name))
        return gone

    backend.create_db_instance_read_replica = create
    backend.promote_read_replica = promote
    backend.delete_db_instance = delete
    instance.status_infos = property(_status_infos)
    instance.remove_replica = lambda self, replica: self.replicas.remove(_called(self, replica))
    instance.add_replica = lambda self, replica: self.replicas.append(_called(self, replica))


def _create(backend: Any, asked: dict[str, Any], resource_id: str) -> Any:
    asked = {name: value for name, value in asked.items() if value is not None}
    name = asked.pop("db_instance_identifier")
    if name in backend.databases:
        raise DBInstanceAlreadyExists()
    backend._validate_db_identifier(name)
    source = backend.find_db_from_id(asked.pop("source_db_instance_identifier"))
    elsewhere = source.region != backend.region_name
    _refuse(source, asked, elsewhere=elsewhere)

    replica = copy.copy(source)
    replica.backend = backend
    replica.db_instance_identifier = name
    replica.dbi_resource_id = resource_id
    replica.created = replica.instance_create_time = models.utcnow()
    replica.replicas, replica.is_replica, replica.status = [], True, "available"
    replica.source_db_instance_identifier = source.arn if elsewhere else source.db_instance_identifier
    replica.copied_to = []
    replica.tags = list(asked.pop("tags", None) or [])
    replica.enabled_cloudwatch_logs_exports = list(asked.pop("enable_cloudwatch_logs_exports", None) or [])
    if elsewhere:
        replica.availability_zone = f"{backend.region_name}a"
        replica.vpc_security_group_ids = []
        replica.db_parameter_group_name = None
        replica._db_subnet_group_name, replica.db_subnet_group = None, None
    else:
        asked.pop("kms_key_id", None)
        replica.vpc_security_group_ids = list(source.vpc_security_group_ids)
    for attribute, value in {**_OWN, **asked}.items():
        setattr(replica, attribute, value)
    backend.databases[name] = replica
    source.add_replica(replica)
    return replica


def _refuse(source: Any, asked: dict[str, Any], *, elsewhere: bool) -> None:
    if source.manage_master_user_password:
        raise InvalidParameterValue(f"Creating read replicas for source instance with engine {source.engine} where "
                                    "ManageMasterUserPassword is enabled is not supported.")
    if source.status != "available":
        raise RDSClientError("InvalidDBInstanceState", f"{source.db_instance_identifier} is {source.status}.")
    if not source.backup_retention_period:
        raise RDSClientError("InvalidDBInstanceState", "Automated backups are not enabled for this database instance. "
                             "To enable automated backups, use ModifyDBInstance to set the backup retention period.")
    if elsewhere and source.storage_encrypted and "kms_key_id" not in asked:
        raise InvalidParameterCombination("Cannot create a encrypted cross region read replica without a KMS key of "
                                          "the region of the replica.")


def _promote(backend: Any, asked: dict[str, Any], tell: Callable[..., None]) -> Any:
    name = asked["db_instance_identifier"]
    if name not in backend.databases:
        raise DBInstanceNotFoundError(name)
    replica = backend.databases[name]
    if not replica.is_replica:
        raise RDSClientError("InvalidDBInstanceState", f"DB Instance {name} is not a read replica.")
    if replica.status != "available":
        raise RDSClientError("InvalidDBInstanceState", f"DB Instance {name} is {replica.status}.")
    replica.status = "modifying"

    def promoted() -> None:
        if replica.status != "modifying":
            return
        source = _source(backend, replica)
        if source is not None:
            source.remove_replica(replica)
        _stand_alone(replica)
        replica.backup_retention_period = asked.get("backup_retention_period") or replica.backup_retention_period or 1
        replica.preferred_backup_window = asked.get("preferred_backup_window") or replica.preferred_backup_window
        replica.status = "available"
        tell(replica, "0057", "Replication on the read replica was terminated", "read replica")
        tell(replica, "0006", "The DB instance restarted", "availability")

    change("rds-promoting", PROMOTING, promoted, key=f"{name} is promoted")
    return replica


def _stand_alone(replica: Any) -> None:
    replica.is_replica = False
    replica.source_db_instance_identifier = None


def _source(backend: Any, replica: Any) -> Any:
    """The source, unless it is gone."""
    try:
        return backend.find_db_from_id(replica.source_db_instance_identifier)
    except DBInstanceNotFoundError:
        return None


def _called(source: Any, replica: Any) -> str:
    """What a source calls its replica: by name, or by ARN in another region."""
    name: str = replica.db_instance_identifier if source.region == replica.region else replica.arn
    return name


def _status_infos(self: Any) -> list[dict[str, Any]]:
    if not self.is_replica:
        return []
    status = "replicating" if self.status == "available" else "terminated"
    return [{"StatusType": "read replication", "Status": status, "Normal": status == "replicating"}]

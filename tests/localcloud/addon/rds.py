"""RDS: stopping and starting take minutes, and after seven days AWS starts by itself.

States and limits: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html
and https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
Events: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
"""

from __future__ import annotations

import copy
import logging
import random
import string
import time
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.rds import models, responses
from moto.rds.exceptions import (
    DBClusterNotFoundError,
    DBParameterGroupNotFoundError,
    InvalidDBClusterStateFault,
    InvalidDBInstanceStateError,
    InvalidParameterCombination,
    RDSClientError,
)

from .. import part
from . import emit, failures, rds_backups, rds_replicas, rds_subscriptions, timeline
from .slow import change

logger = logging.getLogger("localcloud.rds")

STOPPING, STARTING, FORCED_START = 180.0, 360.0, 7 * 86400.0
_FAILED = {
    "capacity": "insufficient-capacity",
    "kms": "inaccessible-encryption-credentials",
    "kms-recoverable": "inaccessible-encryption-credentials-recoverable",
}
# What a start may begin from, besides stopped.
_STARTABLE = {"stopped", "inaccessible-encryption-credentials-recoverable"}
# What moto's constructor swallows and AWS returns.
_KEPT = frozenset({"engine_lifecycle_support", "network_type", "database_insights_mode", "dedicated_log_volume",
                   "enable_performance_insights", "performance_insights_kms_key_id",
                   "performance_insights_retention_period"})
# With which AWS signs a new instance's certificate.
_AUTHORITY = "rds-ca-rsa2048-g1"
_ALPHABET = string.ascii_uppercase + string.digits


def install() -> None:
    """Patch moto."""
    backend = models.RDSBackend
    _as_asked(models.DBInstance)
    rds_replicas.install(resource_id, told)
    rds_backups.install()
    rds_subscriptions.install()
    # The keys live in MiniStack; moto would look for them in its own KMS.
    models.MasterUserSecret.kms_key_id = property(
        lambda self: self.secret.kms_key_id or f"arn:aws:kms:{self.resource.region}:{self.resource.account_id}:"
                     "alias/aws/secretsmanager")
    responses.RDSResponse.describe_db_parameters = _describe_parameters
    backend.stop_db_instance = _stop_instance
    backend.start_db_instance = _start_instance
    backend.stop_db_cluster = _stop_cluster
    backend.start_db_cluster = _start_cluster


def _as_asked(instance: Any) -> None:
    """moto gives every instance one and the same DbiResourceId, and drops some of what was asked for.

    Terraform's provider changes an instance that was born with another authority
    than the one asked for, and waits for it once more.
    """
    made = instance.__init__

    def init(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **{"ca_certificate_identifier": _AUTHORITY, **named})
        self.dbi_resource_id = resource_id()
        for name in _KEPT & named.keys():
            setattr(self, name, named[name])

    instance.__init__ = init
    instance.enable_performance_insights = False
    instance.performance_insights_enabled = property(lambda self: self.enable_performance_insights)


def resource_id() -> str:
    """A DbiResourceId."""
    return "db-" + "".join(random.choices(_ALPHABET, k=26))


def _describe_parameters(self: Any) -> ActionResult:
    """The parameters that somebody set, marked as such; Terraform asks for those."""
    name = self.params.get("DBParameterGroupName")
    groups = self.backend.describe_db_parameter_groups({"db_parameter_group_name": name})
    if not groups:
        raise DBParameterGroupNotFoundError(name)
    return ActionResult({"Parameters": [
        {"IsModifiable": True, **parameter, "Source": "user"} for parameter in groups[0].parameters.values()]})


# -- instances -----------------------------------------------------------


def _stop_instance(self: Any, db_instance_identifier: str, db_snapshot_identifier: str | None = None) -> Any:
    instance = _instance(self, db_instance_identifier)
    if instance.status != "available":
        raise InvalidDBInstanceStateError(db_instance_identifier, "stop")
    if instance.is_replica or instance.replicas:
        raise RDSClientError("InvalidDBInstanceState", "Cannot stop or start a read replica instance "
                             "or an instance that has a read replica")
    if instance.multi_az and instance.engine.startswith("sqlserver"):
        raise InvalidParameterCombination("Cannot stop a SQL Server instance in Multi-AZ mode")
    if db_snapshot_identifier:
        self.create_db_snapshot(db_instance_identifier, db_snapshot_identifier)
    instance.status = "stopping"

    def stopped() -> None:
        if instance.status == "stopping":
            instance.status = "stopped"
            told(instance, "0087", "DB instance stopped")
            _force_start_later(instance, lambda: self.start_db_instance(db_instance_identifier),
                               lambda: told(instance, "0154", "DB instance is being started due to it "
                                                       "exceeding the maximum allowed time being stopped."))

    change("rds-stopping", STOPPING, stopped, key=f"{db_instance_identifier} stops")
    return instance


def _start_instance(self: Any, db_instance_identifier: str) -> Any:
    instance = _instance(self, db_instance_identifier)
    if instance.status not in _STARTABLE:
        raise InvalidDBInstanceStateError(db_instance_identifier, "start")
    instance.status = "starting"
    instance.automatic_restart_time = None

    def started() -> None:
        if instance.status != "starting":
            return
        why = failures.cause(instance.arn, db_instance_identifier)
        instance.status = _FAILED[why] if why else "available"
        if why:
            logger.info("%s does not start: %s", db_instance_identifier, instance.status)
        else:
            told(instance, "0088", "DB instance started")

    change("rds-starting", STARTING, started, key=f"{db_instance_identifier} starts")
    return instance


def _instance(backend: Any, name: str) -> Any:
    backend._validate_db_identifier(name)
    instance = backend.describe_db_instances(name)[0]
    if getattr(instance, "db_cluster_identifier", None):
        raise InvalidParameterCombination(f"{instance.engine} DB instances that are members of a cluster are not "
                                          "eligible for stopping or starting; stop or start the cluster")
    return instance


def told(instance: Any, number: str, message: str, category: str = "notification") -> None:
    """Put an event of an instance on the bus."""
    _event("RDS DB Instance Event", "DB_INSTANCE", instance.arn, instance.db_instance_identifier, number, message,
           category)


# -- clusters --------------------------------------------------------------


def _stop_cluster(self: Any, cluster_identifier: str) -> Any:
    cluster = _cluster(self, cluster_identifier)
    if cluster.status != "available":
        raise _wrong_state(cluster, "available")
    if cluster.global_cluster_identifier or cluster.engine_mode == "serverless":
        raise RDSClientError("InvalidDBClusterStateFault", f"{cluster_identifier} belongs to a global database or is "
                             "Aurora Serverless v1, which cannot be stopped")
    cluster.status = "stopping"
    _members(cluster, "stopping")

    def stopped() -> None:
        if cluster._status == "stopping":
            cluster.status = "stopped"
            _members(cluster, "stopped")
            _cluster_event(cluster, "0150", "DB cluster stopped")
            _force_start_later(cluster, lambda: self.start_db_cluster(cluster_identifier),
                               lambda: _cluster_event(cluster, "0153", "DB cluster is being started due to it "
                                                      "exceeding the maximum allowed time being stopped."))

    answer = copy.copy(cluster)
    change("rds-stopping", STOPPING, stopped, key=f"{cluster_identifier} stops")
    return answer


def _start_cluster(self: Any, cluster_identifier: str) -> Any:
    cluster = _cluster(self, cluster_identifier)
    if cluster.status not in _STARTABLE:
        raise _wrong_state(cluster, "stopped,inaccessible-encryption-credentials-recoverable")
    cluster.status = "starting"
    cluster.automatic_restart_time = None
    _members(cluster, "starting")

    def started() -> None:
        if cluster._status != "starting":
            return
        why = failures.cause(cluster.arn, cluster_identifier)
        cluster.status = _FAILED[why] if why else "available"
        _members(cluster, cluster._status)
        if not why:
            _cluster_event(cluster, "0151", "DB cluster started")

    answer = copy.copy(cluster)
    change("rds-starting", STARTING, started, key=f"{cluster_identifier} starts")
    return answer


def _cluster(backend: Any, name: str) -> Any:
    if name not in backend.clusters:
        raise DBClusterNotFoundError(name)
    return backend.clusters[name]


def _wrong_state(cluster: Any, expected: str) -> Exception:
    return InvalidDBClusterStateFault(f"DbCluster {cluster.db_cluster_identifier} is in {cluster.status} state "
                                      f"but expected it to be one of {expected}.")


def _members(cluster: Any, status: str) -> None:
    for member in cluster.members:
        member.status = status


def _cluster_event(cluster: Any, number: str, message: str) -> None:
    _event("RDS DB Cluster Event", "CLUSTER", cluster.arn, cluster.db_cluster_identifier, number, message)


# -- both ------------------------------------------------------------------


def _force_start_later(resource: Any, start: Any, tell: Any) -> None:
    """AWS starts what has been stopped for seven days, for its maintenance."""
    deadline = time.time() + part.timing("rds-forced-start", FORCED_START)
    mine = resource.automatic_restart_time = datetime.fromtimestamp(deadline, UTC)

    def force() -> None:
        # A start and another stop in the meantime began a new week.
        if resource.status == "stopped" and resource.automatic_restart_time is mine:
            logger.info("%s has been stopped for too long: AWS starts it", resource.arn)
            tell()
            start()

    timeline.at(deadline, force, key=f"{resource.arn}: forced start")


def _event(detail_type: str, kind: str, arn: str, name: str, number: str, message: str,
           category: str = "notification") -> None:
    emit.event("aws.rds", detail_type, {
        "EventCategories": [category], "SourceType": kind, "SourceArn": arn,
        "Date": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "Message": message, "SourceIdentifier": name, "EventID": f"RDS-EVENT-{number}",
    }, arn=arn)

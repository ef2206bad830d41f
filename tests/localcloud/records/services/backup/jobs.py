"""AWS Backup's jobs: backups and copies that take their time, and the recovery points that they leave.

https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html has the events.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from moto.backup.models import Vault, backup_backends
from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends

from ....addon import emit, failures, timeline
from ... import Kind, output
from ...record import MISSING, Record, now
from ...store import Store

if TYPE_CHECKING:
    from ...engine import Call

# Service and resource type in the ARN -> AWS Backup's word for it.
_TYPES = {("rds", "db"): "RDS", ("rds", "cluster"): "Aurora", ("ec2", "volume"): "EBS", ("ec2", "instance"): "EC2",
          ("elasticfilesystem", "file-system"): "EFS", ("s3", ""): "S3", ("dynamodb", "table"): "DynamoDB"}
_SNAPSHOTS = {"RDS": "arn:aws:rds:{region}:{account}:snapshot:awsbackup:job-{id}",
              "Aurora": "arn:aws:rds:{region}:{account}:cluster-snapshot:awsbackup:job-{id}",
              "EBS": "arn:aws:ec2:{region}::snapshot/snap-{hex}", "EC2": "arn:aws:ec2:{region}::image/ami-{hex}"}
_POINT = "arn:aws:backup:{region}:{account}:recovery-point:{id}"
_FILTERS = {"ByState": "State", "ByResourceArn": "ResourceArn", "ByResourceType": "ResourceType",
            "ByBackupVaultName": "BackupVaultName", "ByAccountId": "AccountId", "ByParentJobId": "ParentJobId",
            "ByDestinationVaultArn": "DestinationBackupVaultArn", "ByMessageCategory": "MessageCategory"}
_MOMENTS = {"ByCreatedAfter": ("CreationDate", 1), "ByCreatedBefore": ("CreationDate", -1),
            "ByCompleteAfter": ("CompletionDate", 1), "ByCompleteBefore": ("CompletionDate", -1)}


def kinds() -> list[Kind]:
    """The jobs and what comes of them."""
    return [
        Kind("BackupJob", short="Job", key="BackupJobId", operations={
            "StartBackupJob": _start_backup, "ListBackupJobs": _listed("BackupJob"), "StopBackupJob": _stop}),
        Kind("CopyJob", key="CopyJobId", operations={"StartCopyJob": _start_copy, "ListCopyJobs": _listed("CopyJob")}),
        Kind("RecoveryPoint", key=("BackupVaultName", "RecoveryPointArn"), operations={
            "DeleteRecoveryPoint": _delete,
            "ListRecoveryPointsByBackupVault": _listed("RecoveryPoint"),
            "ListRecoveryPointsByResource": _listed("RecoveryPoint")}),
    ]


def _listed(noun: str) -> Any:
    """Lists that filter by every word of their input, dates among them."""
    def answer(call: Call) -> Mapping[str, Any]:
        take = call.parameters
        wanted = {_FILTERS[name]: value for name, value in take.items() if name in _FILTERS and value is not None}
        wanted |= {name: value for name, value in take.items() if name in ("BackupVaultName", "ResourceArn")}
        found = [one for one in call.records(noun) if all(one.get(name) == value for name, value in wanted.items())]
        for name, (moment, direction) in _MOMENTS.items():
            if (limit := take.get(name)) is not None:
                found = [one for one in found if one[moment] and (one[moment] - _aware(limit)).total_seconds() * direction > 0]
        return output.of_many(call.operation.output_shape, call.kind(noun), found, take)
    return answer


def _aware(moment: datetime) -> datetime:
    """Moto reads some timestamps without their zone, which is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _start_backup(call: Call) -> Mapping[str, Any]:
    take = call.parameters
    vault = _vault(call, call.store.region, take["BackupVaultName"])
    kind = _type(call, take["ResourceArn"])
    job = _repeated(call, "BackupJob") or _new_job(call, "BackupJob", {
        "BackupVaultName": vault.backup_vault_name, "BackupVaultArn": vault.backup_vault_arn,
        "ResourceArn": take["ResourceArn"], "ResourceType": kind, "RecoveryPointTags": take.get("RecoveryPointTags") or {},
        "EncryptionKeyArn": vault.encryption_key_arn, "StartBy": now() + timedelta(
            minutes=take.get("StartWindowMinutes") or 480), "BackupOptions": take.get("BackupOptions") or {}})
    return {"BackupJobId": job["BackupJobId"], "CreationDate": job["CreationDate"], "IsParent": False}


def _start_copy(call: Call) -> Mapping[str, Any]:
    take = call.parameters
    source = _vault(call, call.store.region, take["SourceBackupVaultName"])
    region, name = take["DestinationBackupVaultArn"].split(":")[3], take["DestinationBackupVaultArn"].rpartition(":")[2]
    target = _vault(call, region, name)
    point = call.find("RecoveryPoint", BackupVaultName=source.backup_vault_name,
                      RecoveryPointArn=take["RecoveryPointArn"])
    job = _repeated(call, "CopyJob") or _new_job(call, "CopyJob", {
        "SourceBackupVaultArn": source.backup_vault_arn, "SourceRecoveryPointArn": take["RecoveryPointArn"],
        "DestinationBackupVaultArn": target.backup_vault_arn, "ResourceArn": point["ResourceArn"],
        "ResourceType": point["ResourceType"], "BackupVaultName": target.backup_vault_name, "Region": region,
        "EncryptionKeyArn": target.encryption_key_arn, "Encrypted": point["IsEncrypted"]})
    return {"CopyJobId": job["CopyJobId"], "CreationDate": job["CreationDate"], "IsParent": False}


def _stop(call: Call) -> Mapping[str, Any]:
    job = call.find("BackupJob", BackupJobId=call.parameters["BackupJobId"])
    if job["State"] not in ("CREATED", "PENDING", "RUNNING"):
        raise call.refuse("InvalidRequestException", f"Job {job.name} has ended as {job['State']}.")
    _end(job, "ABORTED", None)
    return {}


def _delete(call: Call) -> Mapping[str, Any]:
    take = call.parameters
    point = call.find("RecoveryPoint", BackupVaultName=take["BackupVaultName"], RecoveryPointArn=take["RecoveryPointArn"])
    call.store.remove(point)
    _vault(call, call.store.region, take["BackupVaultName"]).num_of_recovery_points -= 1
    return {}


def _repeated(call: Call, noun: str) -> Record | None:
    """The job that the same idempotency token has started before."""
    token = call.parameters.get("IdempotencyToken")
    return next((one for one in call.records(noun) if token and one["IdempotencyToken"] == token), None)


def _new_job(call: Call, noun: str, fields: Mapping[str, Any]) -> Record:
    take = call.parameters
    job = call.make(noun, {
        f"{noun}Id": str(uuid.uuid4()).upper(), "AccountId": call.account, "State": "CREATED", "PercentDone": "0.0",
        "IamRoleArn": take["IamRoleArn"], "Lifecycle": take.get("Lifecycle") or {}, "CreationDate": now(),
        "IdempotencyToken": take.get("IdempotencyToken"), **fields})
    _tell(job)
    word = "backup-job" if noun == "BackupJob" else "copy-job"
    timeline.later(f"{word}-start", 5, lambda: _run(job), key=f"{word} {job.name} starts")
    timeline.later(word, 60, lambda: _finish(call.store, job), key=f"{word} {job.name} ends")
    return job


def _run(job: Record) -> None:
    if job["State"] == "CREATED":
        job.merge({"state": "RUNNING", "percentdone": "50.0"})
        _tell(job)


def _finish(store: Store, job: Record) -> None:
    if job["State"] not in ("CREATED", "RUNNING"):
        return
    name = job["ResourceArn"].rpartition(":")[2]
    if failures.cause(job["ResourceArn"], name) == "kms":
        return _end(job, "FAILED", "The KMS key of the vault or the resource cannot be used.")
    copied = job.kind.noun == "CopyJob"
    encrypted = job["Encrypted"] if copied else _is_encrypted(job.account, job.region, job["ResourceType"], name)
    if encrypted is None:
        return _end(job, "FAILED", f"{job['ResourceArn']} was not found.")
    region = job["Region"] if copied else job.region
    arn = _SNAPSHOTS.get(job["ResourceType"], _POINT).format(
        region=region, account=job.account, id=str(uuid.uuid4()), hex=uuid.uuid4().hex[:17])
    days = job["Lifecycle"].get("DeleteAfterDays")
    point = Store(store.service, region).add(store.service.kind("RecoveryPoint"), {
        "backupvaultname": job["BackupVaultName"], "recoverypointarn": arn, "resourcearn": job["ResourceArn"],
        "backupvaultarn": job["DestinationBackupVaultArn"] if copied else job["BackupVaultArn"],
        "resourcetype": job["ResourceType"], "iamrolearn": job["IamRoleArn"], "status": "COMPLETED",
        "creationdate": job["CreationDate"], "completiondate": now(), "backupsizeinbytes": 1 << 30,
        "encryptionkeyarn": job["EncryptionKeyArn"], "isencrypted": encrypted, "storageclass": "WARM",
        "lifecycle": job["Lifecycle"], "calculatedlifecycle": {} if days is None else {
            "DeleteAt": job["CreationDate"] + timedelta(days=days)},
        **({"sourcebackupvaultarn": job["SourceBackupVaultArn"]} if copied else {}),
    }, job["RecoveryPointTags"] or {}, None)
    backup_backends[job.account][region].vaults[job["BackupVaultName"]].num_of_recovery_points += 1
    emit.event("aws.backup", "Recovery Point State Change", _detail(point), arn=_addressed(arn, point))
    _end(job, "COMPLETED", None, {"destinationrecoverypointarn" if copied else "recoverypointarn": arn,
                                  "isencrypted": encrypted})


def _end(job: Record, state: str, message: str | None, fields: Mapping[str, Any] | None = None) -> None:
    done = {"percentdone": "100.0", "backupsizeinbytes": 1 << 30, "bytestransferred": 1 << 30}
    job.merge({"state": state, "completiondate": now(), **({"statusmessage": message} if message else {}),
               **(done if state == "COMPLETED" else {}), **(fields or {})})
    _tell(job)


def _tell(job: Record) -> None:
    arn = job["DestinationRecoveryPointArn"] or job["RecoveryPointArn"] or job["BackupVaultArn"] \
        or job["SourceBackupVaultArn"]
    kind = "Backup Job State Change" if job.kind.noun == "BackupJob" else "Copy Job State Change"
    emit.event("aws.backup", kind, _detail(job), arn=_addressed(arn, job))


def _addressed(arn: str, record: Record) -> str:
    """Snapshots' ARNs have no account; the event is from the account's all the same."""
    parts = arn.split(":", 5)
    return ":".join([*parts[:4], parts[4] or record.account, parts[5]])


_DETAIL = ("backupJobId", "copyJobId", "backupSizeInBytes", "backupVaultArn", "backupVaultName", "bytesTransferred",
           "creationDate", "completionDate", "iamRoleArn", "resourceArn", "resourceType", "state", "status",
           "statusMessage", "percentDone", "sourceBackupVaultArn", "destinationBackupVaultArn",
           "destinationRecoveryPointArn", "recoveryPointArn", "storageClass", "isEncrypted", "lifecycle")


def _detail(record: Record) -> dict[str, Any]:
    found = {name: record.get(name) for name in _DETAIL}
    return {name: value.strftime("%Y-%m-%dT%H:%M:%S.000Z") if isinstance(value, datetime) else value
            for name, value in found.items() if value is not MISSING and value is not None}


def _vault(call: Call, region: str, name: str) -> Vault:
    vault = backup_backends[call.account][region].vaults.get(name)
    if vault is None:
        raise call.refuse("ResourceNotFoundException", f"Backup vault {name} was not found in {region}.")
    return vault


def _type(call: Call, arn: str) -> str:
    parts = arn.split(":")
    word = parts[5].partition("/")[0] if len(parts) == 6 else parts[5] if len(parts) > 6 else ""
    kind = _TYPES.get((parts[2], "" if parts[2] == "s3" else word)) if len(parts) > 5 else None
    if kind is None:
        raise call.refuse("InvalidParameterValueException", f"{arn} is no resource that AWS Backup supports.")
    return kind


def _is_encrypted(account: str, region: str, kind: str, name: str) -> bool | None:
    """Whether the recovery point is; None where the resource is not there. Of what AWS Backup stores itself
    the vault's key decides, snapshots keep what their source has."""
    bare = name.rpartition("/")[2]
    databases = rds_backends[account][region]
    if kind in ("RDS", "Aurora"):
        found = (databases.databases if kind == "RDS" else databases.clusters).get(bare)
        return None if found is None else bool(found.storage_encrypted)
    if kind == "EBS":
        volume = ec2_backends[account][region].volumes.get(bare)
        return None if volume is None else bool(volume.encrypted)
    if kind == "EC2":
        return True if any(one.id == bare for one in ec2_backends[account][region].all_instances()) else None
    if kind == "EFS":
        return True if bare in efs_backends[account][region].file_systems_by_id else None
    if kind == "S3":
        return True if bare in s3_backends[account]["aws"].buckets else None
    return True

"""EFS: whether a file system is backed up by itself, its copy in another region, and who may overwrite that."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from moto.efs.models import efs_backends

from .. import Kind, Service

if TYPE_CHECKING:
    from ..engine import Call
    from ..record import Record

_ARN = "arn:aws:elasticfilesystem:{region}:{account}:file-system/{SourceFileSystemId}"


def _replicated(call: Call, replication: Record) -> None:
    """The copies are made by EFS, and stay when the replication ends."""
    for place in replication["Destinations"]:
        region = place.setdefault("Region", replication.region)
        if not place.get("FileSystemId"):
            copy = efs_backends[call.account][region].create_file_system(
                creation_token=str(uuid.uuid4()), performance_mode="generalPurpose", encrypted=True,
                kms_key_id=place.get("KmsKeyId"), throughput_mode="bursting", provisioned_throughput_in_mibps=0,
                availability_zone_name=place.get("AvailabilityZoneName"), backup=False, tags=[])
            place["FileSystemId"] = copy.file_system_id
        place |= {"Status": "ENABLED", "OwnerId": call.account}


def _protected(call: Call) -> dict[str, Any]:
    """Kept at the file system, which is moto's."""
    name = call.parameters["FileSystemId"]
    systems = efs_backends[call.account][call.store.region].file_systems_by_id
    if name not in systems:
        raise call.refuse("FileSystemNotFound", f"File system '{name}' does not exist.")
    protection = {"ReplicationOverwriteProtection": call.parameters["ReplicationOverwriteProtection"]}
    systems[name].file_system_protection = protection
    return protection


def _policy_deleted(call: Call) -> dict[str, Any]:
    """What moto can put and not take away."""
    name = call.parameters["FileSystemId"]
    systems = efs_backends[call.account][call.store.region].file_systems_by_id
    if name not in systems:
        raise call.refuse("FileSystemNotFound", f"File system '{name}' does not exist.")
    systems[name].file_system_policy = None
    return {}


SERVICES = [Service("efs", kinds=[
    Kind("FileSystemProtection", key="FileSystemId", operations={"UpdateFileSystemProtection": _protected}),
    Kind("FileSystemPolicy", key="FileSystemId", operations={
        "DeleteFileSystemPolicy": _policy_deleted, "PutFileSystemPolicy": None, "DescribeFileSystemPolicy": None}),
    Kind("BackupPolicy", key="FileSystemId", missing="PolicyNotFound"),
    Kind("ReplicationConfiguration", key="SourceFileSystemId", names={"FileSystemId": "SourceFileSystemId"},
         missing="ReplicationNotFound", created=_replicated, fields={
             "SourceFileSystemRegion": "{region}", "SourceFileSystemArn": _ARN, "OriginalSourceFileSystemArn": _ARN,
             "SourceFileSystemOwnerId": "{account}"}),
])]

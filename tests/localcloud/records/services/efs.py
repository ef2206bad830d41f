"""EFS: whether a file system is backed up by itself, and its copy in another region."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

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


SERVICES = [Service("efs", kinds=[
    Kind("BackupPolicy", key="FileSystemId", missing="PolicyNotFound"),
    Kind("ReplicationConfiguration", key="SourceFileSystemId", names={"FileSystemId": "SourceFileSystemId"},
         missing="ReplicationNotFound", created=_replicated, fields={
             "SourceFileSystemRegion": "{region}", "SourceFileSystemArn": _ARN, "OriginalSourceFileSystemArn": _ARN,
             "SourceFileSystemOwnerId": "{account}"}),
])]

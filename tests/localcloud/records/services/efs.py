"""EFS: whether a file system is backed up by itself."""

from __future__ import annotations

from .. import Kind, Service

SERVICES = [Service("efs", kinds=[
    Kind("BackupPolicy", key="FileSystemId", missing="PolicyNotFound"),
])]

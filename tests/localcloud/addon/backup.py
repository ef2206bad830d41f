"""AWS Backup: moto finds a resource's tags only if the path ends as boto3 ends it, and a vault does not say what lies in it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.backup import models, responses


def install() -> None:
    """Patch moto."""
    responses.BackupResponse.list_tags = _list_tags
    models.Vault.number_of_recovery_points = property(lambda self: self.num_of_recovery_points)


def _list_tags(self: Any) -> str:
    arn = unquote(self.path).removeprefix("/tags/").rstrip("/")
    return json.dumps({"Tags": self.backup_backend.list_tags(resource_arn=arn)})

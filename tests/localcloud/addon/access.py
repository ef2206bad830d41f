"""EKS access entries and their policies, which moto lacks."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from moto.core.responses import ActionResult, EmptyResult
from moto.eks.exceptions import ResourceInUseException, ResourceNotFoundException


class AccessEntry:
    """One principal that may enter a cluster."""

    def __init__(self, cluster: Any, principal: str, groups: list[str], kind: str, username: str | None,
                 tags: dict[str, str]) -> None:
        _arn, partition, _service, region, account, _rest = cluster.arn.split(":", 5)
        short = principal.rpartition("/")[2]
        self.cluster_name = cluster.name
        self.principal_arn = principal
        self.kubernetes_groups = groups
        self.access_entry_arn = (f"arn:{partition}:eks:{region}:{account}:access-entry/{cluster.name}/role/"
                                 f"{account}/{short}/{uuid.uuid4()}")
        self.created_at = self.modified_at = datetime.now(UTC)
        self.tags = tags
        self.username = username or principal
        self.type = kind
        self.policies: dict[str, dict[str, Any]] = {}


def install(response: Any) -> None:
    """Give moto's EKS response class the operations."""
    for name, operation in (
            ("create_access_entry", _create), ("describe_access_entry", _describe),
            ("update_access_entry", _update), ("delete_access_entry", _delete), ("list_access_entries", _list),
            ("associate_access_policy", _associate), ("disassociate_access_policy", _disassociate),
            ("list_associated_access_policies", _associated)):
        setattr(response, name, operation)


def _entries(response: Any) -> dict[str, AccessEntry]:
    cluster = response.eks_backend.describe_cluster(name=_part(response, 2))
    if not hasattr(cluster, "localcloud_access"):
        cluster.localcloud_access = {}
    entries: dict[str, AccessEntry] = cluster.localcloud_access
    return entries


def _part(response: Any, number: int) -> str:
    # /clusters/NAME/access-entries/PRINCIPAL/access-policies/POLICY, with escaped slashes inside the two ARNs
    rest = unquote(response.path).split("/", 4)
    if number < 4:
        return rest[number]
    principal, _word, policy = rest[4].partition("/access-policies")
    return principal if number == 4 else policy.lstrip("/")


def _entry(response: Any) -> AccessEntry:
    principal = _part(response, 4)
    entries = _entries(response)
    if principal not in entries:
        raise ResourceNotFoundException(
            clusterName=_part(response, 2), nodegroupName=None, fargateProfileName=None, addonName=None,
            message=f"The specified principalArn could not be found: {principal}")
    return entries[principal]


def _create(self: Any) -> ActionResult:
    entries, principal = _entries(self), self._get_param("principalArn")
    cluster = self.eks_backend.describe_cluster(name=_part(self, 2))
    if principal in entries:
        raise ResourceInUseException(clusterName=cluster.name, nodegroupName=None, addonName=None,
                                     message="The specified access entry resource is already in use on this cluster.")
    entry = AccessEntry(cluster, principal, self._get_param("kubernetesGroups") or [],
                        self._get_param("type") or "STANDARD", self._get_param("username"),
                        self._get_param("tags") or {})
    entries[principal] = entry
    return ActionResult({"accessEntry": entry})


def _describe(self: Any) -> ActionResult:
    return ActionResult({"accessEntry": _entry(self)})


def _update(self: Any) -> ActionResult:
    entry = _entry(self)
    if self._get_param("kubernetesGroups") is not None:
        entry.kubernetes_groups = self._get_param("kubernetesGroups")
    entry.username = self._get_param("username") or entry.username
    entry.modified_at = datetime.now(UTC)
    return ActionResult({"accessEntry": entry})


def _delete(self: Any) -> ActionResult:
    _entries(self).pop(_entry(self).principal_arn)
    return EmptyResult()


def _list(self: Any) -> ActionResult:
    return ActionResult({"accessEntries": list(_entries(self))})


def _associate(self: Any) -> ActionResult:
    entry, now = _entry(self), datetime.now(UTC)
    policy = {"policyArn": self._get_param("policyArn"), "accessScope": self._get_param("accessScope"),
              "associatedAt": now, "modifiedAt": now}
    entry.policies[policy["policyArn"]] = policy
    return ActionResult({"clusterName": entry.cluster_name, "principalArn": entry.principal_arn,
                         "associatedAccessPolicy": policy})


def _disassociate(self: Any) -> ActionResult:
    _entry(self).policies.pop(_part(self, 5), None)
    return EmptyResult()


def _associated(self: Any) -> ActionResult:
    entry = _entry(self)
    return ActionResult({"clusterName": entry.cluster_name, "principalArn": entry.principal_arn,
                         "associatedAccessPolicies": list(entry.policies.values())})

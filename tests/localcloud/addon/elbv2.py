"""Load balancers: what is protected from deletion is not deleted; a target is registered once for each of its ports."""

from __future__ import annotations

from typing import Any

from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeTargetGroup


def install() -> None:
    """Patch moto."""
    ELBv2Backend.delete_load_balancer = _guarded(ELBv2Backend.delete_load_balancer)
    group = FakeTargetGroup
    group.register, group.deregister = _by_port(group.register), _by_port(group.deregister)
    group.health_for = _health(group.health_for)
    group.deregister_terminated_instances = _terminated


class _Targets(dict[str, Any]):
    """Moto keeps one target for an id, and AWS one for an id and a port: the key is the two."""

    def __init__(self, kept: Any, key: str, target: str) -> None:
        super().__init__({target: kept[key]} if key in kept else {})
        self._kept, self._key = kept, key

    def __setitem__(self, target: str, value: Any) -> None:
        self._kept[self._key] = value

    def pop(self, target: str, default: Any = None) -> Any:
        return self._kept.pop(self._key, default)


class _OfPort:
    """A target group in which one target is seen alone."""

    def __init__(self, group: FakeTargetGroup, target: dict[str, Any]) -> None:
        key = f"{target['Id']}:{target.get('Port') or group.port}"
        self._group = group
        for kind in ("targets", "deregistered_targets", "terminated_targets"):
            setattr(self, kind, _Targets(getattr(group, kind), key, target["Id"]))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._group, name)


def _by_port(change: Any) -> Any:
    def changed(self: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
        for target in targets:
            change(_OfPort(self, target), [target])
    return changed


def _health(health: Any) -> Any:
    def told(self: FakeTargetGroup, target: dict[str, Any], ec2: Any) -> Any:
        return health(_OfPort(self, target), target, ec2)
    return told


def _terminated(self: FakeTargetGroup, instances: list[str]) -> None:
    for key in [key for key, target in self.targets.items() if target["Id"] in instances]:
        self.terminated_targets[key] = self.targets.pop(key)


def _guarded(delete: Any) -> Any:
    def deleted(self: Any, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise ELBClientError(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled")
        delete(self, arn)
    return deleted

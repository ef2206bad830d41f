"""EC2: an instance passes through stopping and pending, and may fall back to stopped."""

from __future__ import annotations

import inspect
import logging
from types import SimpleNamespace
from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import (
    elastic_network_interfaces,
    iam_instance_profile,
    instances,
    launch_templates,
    security_groups,
)
from moto.ec2.models.instances import StateReason
from moto.ec2.responses import flow_logs
from moto.ec2.responses import instances as instance_responses

from . import emit, failures
from .slow import change

logger = logging.getLogger("localcloud.ec2")

STOPPING, PENDING = 30.0, 30.0
_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}


def install() -> None:
    """Patch moto."""
    instances.Instance.start = _wrapped_start(instances.Instance.start)
    instances.Instance.stop = _wrapped_stop(instances.Instance.stop)
    launch_templates.LaunchTemplateVersion.__init__ = _wrapped_version(launch_templates.LaunchTemplateVersion.__init__)
    rule = security_groups.SecurityGroupRule
    rule.__init__ = _wrapped_rule(rule.__init__)
    rule.description = property(lambda self: next(
        (given["Description"] for given in (self.ip_range, self.source_group, self.localcloud_prefix_list)
         if given.get("Description")), None))
    flow_logs.FlowLogs.create_flow_logs = _wrapped_flow_logs(flow_logs.FlowLogs.create_flow_logs)
    groups = security_groups.SecurityGroupBackend
    groups._delete_security_group = _unused(groups._delete_security_group)
    elastic_network_interfaces.NetworkInterface.group_set = property(_groups_of)
    interfaces = elastic_network_interfaces.NetworkInterfaceBackend
    interfaces.modify_network_interface_attribute = _regrouped(interfaces.modify_network_interface_attribute)
    for module in (iam_instance_profile, instance_responses):
        module.filter_iam_instance_profiles = _profile


def _groups_of(interface: Any) -> list[Any]:
    """An interface has its own groups; moto adds those with which its instance was made, for ever."""
    return interface._group_set or (list(interface.instance.security_groups) if interface.instance else [])


def _regrouped(modify: Any) -> Any:
    def modified(self: Any, eni_id: str, *given: Any, **named: Any) -> None:
        """The groups of an instance are those of its first interface."""
        modify(self, eni_id, *given, **named)
        interface = self.enis[eni_id]
        if interface.instance is not None and interface.device_index == 0 and interface._group_set:
            interface.instance.security_groups = list(interface._group_set)
    return modified


def _unused(delete: Any) -> Any:
    def deleted(self: Any, vpc_id: str | None, group_id: str) -> None:
        """A group that an instance uses stays, which moto does not see."""
        for interface in self.enis.values():
            instance = interface.instance
            if (instance is not None and instance.state not in {"shutting-down", "terminated"}
                    and any(group.id == group_id for group in interface.group_set)):
                raise DependencyViolationError(f"resource {group_id} has a dependent object")
        delete(self, vpc_id, group_id)
    return deleted


def _profile(account_id: str, partition: str, iam_instance_profile_arn: str | None = None,
             iam_instance_profile_name: str | None = None) -> SimpleNamespace | None:
    """A profile as it is named: IAM lies in the fabric, and moto would find none."""
    name = iam_instance_profile_name or (iam_instance_profile_arn or "").rpartition("/")[2]
    arn = iam_instance_profile_arn or f"arn:{partition}:iam::{account_id}:instance-profile/{name}"
    return SimpleNamespace(arn=arn, name=name, id=name) if name else None


def _wrapped_rule(init: Any) -> Any:
    parameters = inspect.signature(init)

    def made(self: Any, *given: Any, **named: Any) -> None:
        """Of a prefix list moto keeps the id and forgets the description."""
        self.localcloud_prefix_list = parameters.bind(self, *given, **named).arguments.get("prefix_list_id") or {}
        init(self, *given, **named)
    return made


def _wrapped_flow_logs(create: Any) -> Any:
    def made(self: Any) -> Any:
        """How the files of a flow log are written, which moto forgets."""
        known = set(self.ec2_backend.flow_logs)
        answer = create(self)
        for name in set(self.ec2_backend.flow_logs) - known:
            self.ec2_backend.flow_logs[name].destination_options = self._get_param("DestinationOptions")
        return answer
    return made


def _wrapped_version(init: Any) -> Any:
    def made(self: Any, template: Any, number: int, data: dict[str, Any], description: str) -> None:
        """The template's own tags are not part of what it launches, as moto has it."""
        specifications = data.get("TagSpecifications")
        if isinstance(specifications, list):
            data = {**data, "TagSpecifications": [
                item for item in specifications if item.get("ResourceType") != "launch-template"]}
            if not data["TagSpecifications"]:
                del data["TagSpecifications"]
        init(self, template, number, data, description)
    return made


def set_state(instance: Any, name: str) -> None:
    """Put an instance into a state and tell the event bus."""
    instance._state.name, instance._state.code = name, _CODES[name]
    backend = instance.ec2_backend
    arn = f"arn:aws:ec2:{backend.region_name}:{backend.account_id}:instance/{instance.id}"
    emit.event("aws.ec2", "EC2 Instance State-change Notification",
               {"instance-id": instance.id, "state": name}, arn=arn)


def _wrapped_stop(stop: Any) -> Any:
    def stopping(self: Any) -> Any:
        previous = stop(self)
        if previous.name == "stopped":
            return previous
        set_state(self, "stopping")
        change("ec2-stopping", STOPPING, lambda: _arrive(self, "stopping", "stopped"), key=f"{self.id} stops")
        return previous
    return stopping


def _wrapped_start(start: Any) -> Any:
    def starting(self: Any) -> Any:
        previous = start(self)
        if previous.name == "running":
            return previous
        set_state(self, "pending")
        change("ec2-pending", PENDING, lambda: _started(self), key=f"{self.id} starts")
        return previous
    return starting


def _arrive(instance: Any, before: str, after: str) -> None:
    if instance._state.name == before:
        set_state(instance, after)


def _started(instance: Any) -> None:
    if instance._state.name != "pending":
        return
    backend = instance.ec2_backend
    why = failures.cause(instance.id, f"arn:aws:ec2:{backend.region_name}:{backend.account_id}:instance/{instance.id}")
    if why is None:
        set_state(instance, "running")
        return
    # StartInstances was accepted; with a lost key or no capacity the instance falls back.
    code, text = ("Server.InsufficientInstanceCapacity", "Insufficient capacity.") if why == "capacity" else (
        "Client.InternalError", "Client error on launch")
    for nic in instance.nics.values():
        nic.stop()
    instance.state_reason = StateReason(f"{code}: {text}", code)
    instance._reason = code
    logger.info("%s falls back to stopped: %s", instance.id, code)
    set_state(instance, "stopped")

"""Auto Scaling groups: instances take a minute, launches may fail, suspended processes hold."""

from __future__ import annotations

import copy
import logging
from datetime import UTC, datetime
from typing import Any

from moto.autoscaling import models, responses
from moto.autoscaling.exceptions import ValidationError
from moto.core.responses import ActionResult

from . import emit, failures, timeline
from .ec2 import set_state
from .slow import by_terraform, change

logger = logging.getLogger("localcloud.autoscaling")

PENDING, RETRY, HEALTH_CHECK = 60.0, 60.0, 60.0


def install() -> None:
    """Patch moto."""
    group = models.FakeAutoScalingGroup
    group.active_instances = lambda self: [
        state for state in self.instance_states if state.lifecycle_state in {"InService", "Pending"}]
    group.replace_autoscaling_group_instances = _wrapped_launch(group.replace_autoscaling_group_instances)
    group.set_desired_capacity = _wrapped_capacity(group.set_desired_capacity)
    group.update = _wrapped_update(group.update)
    models.LifecycleHook.__init__ = _wrapped_hook(models.LifecycleHook.__init__)
    models.FakeScalingPolicy.__init__ = _wrapped_policy(models.FakeScalingPolicy.__init__)
    models.FakeScalingPolicy.enabled = True
    response = responses.AutoScalingResponse
    for name in ("create_auto_scaling_group", "update_auto_scaling_group"):
        setattr(response, name, _with_maintenance(getattr(response, name)))
    response.put_lifecycle_hook = _told(response.put_lifecycle_hook)
    responses.AutoScalingResponse.describe_scaling_activities = _describe_activities
    _watch_stopped_members()


def suspended(group: Any, *processes: str) -> bool:
    """Whether one of ``processes`` is suspended for the group."""
    names = {process["ProcessName"] for process in group.suspended_processes}
    return not names.isdisjoint(processes)


# -- what moto drops or makes up -------------------------------------------------


def _wrapped_hook(made: Any) -> Any:
    def init(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        self.role_arn = self.notification_target_arn = None
    return init


def _told(put: Any) -> Any:
    def with_target(self: Any) -> ActionResult:
        answer: ActionResult = put(self)
        [hook] = self.autoscaling_backend.describe_lifecycle_hooks(
            as_name=self._get_param("AutoScalingGroupName"),
            lifecycle_hook_names=[self._get_param("LifecycleHookName")])
        hook.role_arn = self._get_param("RoleARN")
        hook.notification_target_arn = self._get_param("NotificationTargetARN")
        hook.notification_metadata = self._get_param("NotificationMetadata")
        return answer
    return with_target


def _wrapped_policy(made: Any) -> Any:
    def init(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        self.predictive_scaling_configuration = self.predictive_scaling_configuration or None
    return init


def _with_maintenance(operation: Any) -> Any:
    def kept(self: Any) -> ActionResult:
        answer: ActionResult = operation(self)
        policy = self._get_param("InstanceMaintenancePolicy")
        if policy is not None:
            name = self._get_param("AutoScalingGroupName")
            self.autoscaling_backend.autoscaling_groups[name].instance_maintenance_policy = policy
        return answer
    return kept


# -- capacity -----------------------------------------------------------------


def _wrapped_update(update: Any) -> Any:
    def checked(self: Any, availability_zones: Any, desired_capacity: int | None, max_size: int | None,
                min_size: int | None, *arguments: Any, **named: Any) -> None:
        least = self.min_size if min_size is None else min_size
        most = self.max_size if max_size is None else max_size
        if least > most:
            raise ValidationError(f"Max bound, {most}, must be greater than or equal to min bound, {least}")
        if desired_capacity is not None and not least <= desired_capacity <= most:
            raise ValidationError(f"Desired capacity:{desired_capacity} must be between the specified min size:"
                                  f"{least} and max size:{most}")
        if desired_capacity is None:
            current = self.desired_capacity or 0
            clamped = min(max(current, least), most)
            desired_capacity = clamped if clamped != current else None
        if named.get("mixed_instances_policy") is None:
            # moto forgets the policy when an update does not repeat it.
            named["mixed_instances_policy"] = policy = copy.deepcopy(self.mixed_instances_policy)
            if policy:
                # moto keeps id and name of the template, and takes either.
                policy["LaunchTemplate"]["LaunchTemplateSpecification"].pop("LaunchTemplateName", None)
        update(self, availability_zones, desired_capacity, max_size, min_size, *arguments, **named)
    return checked


def _wrapped_capacity(set_capacity: Any) -> Any:
    def capacity(self: Any, new_capacity: int | None) -> None:
        before = {state.instance_id: state for state in self.instance_states}
        wanted = self.min_size if new_capacity is None else new_capacity
        if wanted < len(self.active_instances()) and suspended(self, "Terminate"):
            self.desired_capacity = wanted
            return
        set_capacity(self, new_capacity)
        after = {state.instance_id for state in self.instance_states}
        for gone in before.keys() - after:
            _activity(self, f"Terminating EC2 instance: {gone}", "Successful",
                      f"an instance was taken out of service to reach a desired capacity of {wanted}.")
            emit.event("aws.autoscaling", "EC2 Instance Terminate Successful",
                       _detail(self, gone, "Successful", f"Terminating EC2 instance: {gone}"), arn=self.arn)
    return capacity


# -- launches -----------------------------------------------------------------


def _wrapped_launch(launch: Any) -> Any:
    def launching(self: Any, count_needed: int, propagated_tags: dict[str, str]) -> None:
        if count_needed <= 0 or suspended(self, "Launch"):
            return
        born = self.name not in self.autoscaling_backend.autoscaling_groups
        if not born and (why := failures.cause(self.arn, self.name)):
            _launch_failed(self, why)
            return
        known = {state.instance_id for state in self.instance_states}
        launch(self, count_needed, propagated_tags)
        for state in self.instance_states:
            if state.instance_id not in known:
                _launched(self, state, at_once=born or by_terraform())
    return launching


def _launched(group: Any, state: Any, *, at_once: bool) -> None:
    description = f"Launching a new EC2 instance: {state.instance_id}"
    cause = f"an instance was started to reach a desired capacity of {group.desired_capacity}."
    if at_once:
        _activity(group, description, "Successful", cause)
        return
    state.lifecycle_state = "Pending"
    set_state(state.instance, "pending")
    activity = _activity(group, description, "InProgress", cause)

    def in_service() -> None:
        if state not in group.instance_states:
            return
        state.lifecycle_state = "InService"
        set_state(state.instance, "running")
        activity.status_code, activity.progress, activity.end_time = "Successful", 100, datetime.now(UTC)
        emit.event("aws.autoscaling", "EC2 Instance Launch Successful",
                   _detail(group, state.instance_id, "Successful", description), arn=group.arn)

    change("asg-pending", PENDING, in_service, key=f"{group.name}: {state.instance_id} into service")


def _launch_failed(group: Any, why: str) -> None:
    message = ("We currently do not have sufficient capacity in the Availability Zone you requested. "
               "Launching EC2 instance failed. (InsufficientInstanceCapacity)") if why == "capacity" else (
               "Client.InternalError: Client error on launch. Launching EC2 instance failed.")
    activity = _activity(group, "Launching a new EC2 instance.  Status Reason: " + message, "Failed",
                         f"an instance was started to reach a desired capacity of {group.desired_capacity}.")
    activity.status_message = message
    detail = _detail(group, "", "Failed", activity.description)
    detail["StatusMessage"] = message
    emit.event("aws.autoscaling", "EC2 Instance Launch Unsuccessful", detail, arn=group.arn)
    timeline.later("asg-retry", RETRY, lambda: _try_again(group), key=f"{group.name} tries to launch again")


def _try_again(group: Any) -> None:
    if group.name in group.autoscaling_backend.autoscaling_groups:
        group.set_desired_capacity(group.desired_capacity)


# -- health ----------------------------------------------------------------------


def _watch_stopped_members() -> None:
    """A group replaces a member that somebody stops, unless that is suspended."""
    from moto.ec2.models import instances

    stop = instances.Instance.stop

    def stopping(self: Any) -> Any:
        previous = stop(self)
        group = getattr(self, "autoscaling_group", None)
        if group is not None:
            timeline.later("asg-health-check", HEALTH_CHECK, lambda: _replace(group, self),
                           key=f"{group.name} checks {self.id}")
        return previous

    instances.Instance.stop = stopping


def _replace(group: Any, instance: Any) -> None:
    member = next((state for state in group.instance_states if state.instance_id == instance.id), None)
    if member is None or instance._state.name in {"running", "pending"} or suspended(
            group, "HealthCheck", "ReplaceUnhealthy", "Terminate"):
        return
    logger.info("%s terminates and replaces its stopped member %s", group.name, instance.id)
    _activity(group, f"Terminating EC2 instance: {instance.id}", "Successful",
              "an instance was taken out of service in response to an EC2 health check indicating it has been "
              "terminated or stopped.")
    group.instance_states.remove(member)
    instance.terminate()
    group.set_desired_capacity(group.desired_capacity)


# -- activities -------------------------------------------------------------------


def _activity(group: Any, description: str, status: str, cause: str) -> Any:
    now = datetime.now(UTC)
    activity = models.Activity(description, f"At {now:%Y-%m-%dT%H:%M:%SZ} {cause}", group, status_code=status)
    activity.progress = 100 if status != "InProgress" else 30
    activity.status_message = ""
    activity.start_time = activity.end_time = now
    if not hasattr(group, "localcloud_activities"):
        group.localcloud_activities = []
    group.localcloud_activities.insert(0, activity)
    return activity


def _describe_activities(self: Any) -> ActionResult:
    names = self._get_param("AutoScalingGroupName")
    wanted = set(self._get_param("ActivityIds", []) or [])
    groups = [group for group in self.autoscaling_backend.autoscaling_groups.values() if names in (None, group.name)]
    found = [activity for group in groups for activity in getattr(group, "localcloud_activities", [])
             if not wanted or activity.activity_id in wanted]
    found.sort(key=lambda activity: activity.start_time, reverse=True)
    most = self._get_int_param("MaxRecords") or 100
    start = int(self._get_param("NextToken") or 0)
    result: dict[str, Any] = {"Activities": found[start:start + most]}
    if start + most < len(found):
        result["NextToken"] = str(start + most)
    return ActionResult(result)


def _detail(group: Any, instance: str, status: str, description: str) -> dict[str, Any]:
    return {
        "StatusCode": status, "Description": description, "AutoScalingGroupName": group.name,
        "EC2InstanceId": instance, "Details": {}, "StatusMessage": "", "Origin": "EC2",
        "Destination": "AutoScalingGroup",
    }

"""ECS: running tasks follow the desired count after a while; scalable targets read back exactly."""

from __future__ import annotations

from typing import Any

from moto.applicationautoscaling import models as scaling
from moto.applicationautoscaling import responses as scaling_responses
from moto.ecs import models

from . import emit, failures
from .slow import change

TASKS = 60.0


def install() -> None:
    """Patch moto."""
    models.Service.__init__ = _wrapped_init(models.Service.__init__)
    backend = models.EC2ContainerServiceBackend
    backend.update_service = _wrapped_update(backend.update_service)
    target = scaling.FakeScalableTarget
    target.__init__ = _wrapped_target(target.__init__)
    target.update = _update_target
    scaling_responses.ApplicationAutoScalingResponse.describe_scalable_targets = _describe_targets


def _wrapped_init(init: Any) -> Any:
    def made(self: Any, *arguments: Any, **named: Any) -> None:
        init(self, *arguments, **named)
        _show(self, self.desired_count)
    return made


def _show(service: Any, running: int) -> None:
    service.running_count = running
    service.pending_count = max(0, service.desired_count - running)
    for deployment in service.deployments[:1]:
        done = running == service.desired_count
        deployment |= {"desiredCount": service.desired_count, "runningCount": running,
                       "pendingCount": service.pending_count,
                       "rolloutState": "COMPLETED" if done else "IN_PROGRESS",
                       "rolloutStateReason": f"ECS deployment {deployment['id']} "
                                             f"{'completed' if done else 'in progress'}."}


def _wrapped_update(update: Any) -> Any:
    def updated(self: Any, service_properties: dict[str, Any]) -> Any:
        before = self._get_service(service_properties.get("cluster", "default"),
                                   service_properties["service"]).running_count
        service = update(self, service_properties)
        wanted = service.desired_count
        _show(service, before)
        if wanted == before:
            return service

        def settled() -> None:
            if service.desired_count != wanted:
                return
            why = failures.cause(service.arn, service.name) if wanted > before else None
            if why is None:
                _show(service, wanted)
            name = "SERVICE_STEADY_STATE" if why is None else "SERVICE_TASK_PLACEMENT_FAILURE"
            emit.event("aws.ecs", "ECS Service Action", {
                "eventType": "INFO" if why is None else "ERROR", "eventName": name, "clusterArn": service.cluster_arn,
                **({} if why is None else {"reason": "RESOURCE:CPU" if why == "capacity" else "UNKNOWN"}),
            }, arn=service.arn)

        change("ecs-tasks", TASKS, settled, key=f"service {service.name} reaches {wanted}")
        return service
    return updated


# -- Application Auto Scaling ----------------------------------------------------

_FREE = {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False, "ScheduledScalingSuspended": False}


def _wrapped_target(init: Any) -> Any:
    def made(self: Any, *arguments: Any, **named: Any) -> None:
        init(self, *arguments, **named)
        self.suspended_state = {**_FREE, **(self.suspended_state or {})}
    return made


def _update_target(self: Any, min_capacity: int | None, max_capacity: int | None, suspended_state: Any) -> None:
    if min_capacity is not None:
        self.min_capacity = min_capacity
    if max_capacity is not None:
        self.max_capacity = max_capacity
    # AWS takes what an update leaves out for unchanged.
    self.suspended_state = {**self.suspended_state, **(suspended_state or {})}


def _describe_targets(self: Any) -> str:
    """As moto's, with a page mark that leads on instead of in circles."""
    import json

    self._validate_params()
    found = self.applicationautoscaling_backend.describe_scalable_targets(
        self._get_param("ServiceNamespace"), self._get_param("ResourceIds"), self._get_param("ScalableDimension"))
    start, most = int(self._get_param("NextToken") or 0), self._get_int_param("MaxResults") or 50
    answer: dict[str, Any] = {"ScalableTargets": [
        scaling_responses._build_target(target) for target in found[start:start + most]]}
    if start + most < len(found):
        answer["NextToken"] = str(start + most)
    return json.dumps(answer)

"""CloudFront: a distribution keeps what it was given, and may show a group of origins by default."""

from __future__ import annotations

import copy
from typing import Any

from moto.cloudfront import models

_NONE = {"Quantity": 0}


def install() -> None:
    """Patch moto."""
    models.DistributionConfig.__init__ = _wrapped(models.DistributionConfig.__init__)  # type: ignore[method-assign]


def _wrapped(initialise: Any) -> Any:
    def initialised(self: Any, config: dict[str, Any]) -> None:
        given = copy.deepcopy(config)
        default = given.get("DefaultCacheBehavior") or {}
        # moto looks for the target among the origins only: it is shown the group's first.
        groups = {one["Id"]: one for one in _items(given, "OriginGroups")}
        group = groups.get(default.get("TargetOriginId"))
        if group is not None:
            first = group["Members"]["Items"][0]["OriginId"]
            config = {**config, "DefaultCacheBehavior": {**default, "TargetOriginId": first}}
        initialise(self, config)
        _keep(self.DefaultCacheBehavior, default)
        for behaviour, asked in zip(self.CacheBehaviors.get("Items") or [], _items(given, "CacheBehaviors"), strict=True):
            _keep(behaviour, asked)
        for origin, asked in zip(self.Origins["Items"], _items(given, "Origins"), strict=True):
            origin.origin_access_control_id = asked.get("OriginAccessControlId") or ""
            origin.vpc_origin_config = asked.get("VpcOriginConfig")
        certificate = given.get("ViewerCertificate") or {}
        self.ViewerCertificate.cloud_front_default_certificate = certificate.get(
            "CloudFrontDefaultCertificate", not certificate.get("ACMCertificateArn"))
    return initialised


def _items(config: dict[str, Any], name: str) -> list[Any]:
    return list((config.get(name) or {}).get("Items") or [])


def _keep(behaviour: Any, asked: dict[str, Any]) -> None:
    """Forwarded values are there only where no policies are; functions stay."""
    behaviour.target_origin_id = asked["TargetOriginId"]
    behaviour.function_associations = asked.get("FunctionAssociations") or _NONE
    behaviour.lambda_function_associations = asked.get("LambdaFunctionAssociations") or _NONE
    if "ForwardedValues" not in asked:
        behaviour.forwarded_values = None

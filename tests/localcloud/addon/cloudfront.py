"""CloudFront: what a distribution shows by default may come from a group of origins."""

from __future__ import annotations

from typing import Any

from moto.cloudfront import models


def install() -> None:
    """Patch moto."""
    models.DistributionConfig.__init__ = _wrapped(models.DistributionConfig.__init__)  # type: ignore[method-assign]


def _wrapped(initialise: Any) -> Any:
    def initialised(self: Any, config: dict[str, Any]) -> None:
        """moto looks for the target among the origins only: it is shown the group's first."""
        behaviour = config.get("DefaultCacheBehavior") or {}
        groups = {one["Id"]: one for one in (config.get("OriginGroups") or {}).get("Items") or []}
        group = groups.get(behaviour.get("TargetOriginId"))
        if group is None:
            return initialise(self, config)
        first = group["Members"]["Items"][0]["OriginId"]
        initialise(self, {**config, "DefaultCacheBehavior": {**behaviour, "TargetOriginId": first}})
        self.DefaultCacheBehavior.target_origin_id = group["Id"]
        return None
    return initialised

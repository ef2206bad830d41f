"""GuardDuty: an update of some features leaves the others as they were."""

from __future__ import annotations

from typing import Any

from moto.guardduty import models


def install() -> None:
    """Patch moto."""
    models.Detector.update = _merging(models.Detector.update)  # type: ignore[method-assign]


def _merging(update: Any) -> Any:
    def called(self: Any, enable: Any, finding_publishing_frequency: Any, data_sources: Any, features: Any) -> Any:
        if features is not None:
            named = {feature["name"]: feature for feature in features}
            features = [*({one["name"]: one for one in self.features} | named).values()]
        return update(self, enable, finding_publishing_frequency, data_sources, features)
    return called

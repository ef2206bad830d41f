"""CloudTrail: operations take a trail's ARN where moto knows only its name."""

from __future__ import annotations

from typing import Any

from moto.cloudtrail import models


def install() -> None:
    """Patch moto."""
    backend = models.CloudTrailBackend
    for name in ("delete_trail", "update_trail"):
        setattr(backend, name, _by_name(getattr(backend, name)))


def _by_name(operation: Any) -> Any:
    def called(self: Any, name: str, *arguments: Any, **named: Any) -> Any:
        return operation(self, name.rpartition("/")[2], *arguments, **named)
    return called

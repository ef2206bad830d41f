"""Load balancers: what is protected from deletion is not deleted."""

from __future__ import annotations

from typing import Any

from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend


def install() -> None:
    """Patch moto."""
    ELBv2Backend.delete_load_balancer = _guarded(ELBv2Backend.delete_load_balancer)


def _guarded(delete: Any) -> Any:
    def deleted(self: Any, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise ELBClientError(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled")
        delete(self, arn)
    return deleted

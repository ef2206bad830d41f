"""The environments' plans, made once for all tests that look at them."""

from __future__ import annotations

import pytest

from .plans import PlanOf, given_plans


@pytest.fixture(scope="session")
def plans() -> dict[str, PlanOf]:
    """Every environment's plan and settings; NIGHTSHIFT_PLANS=<folder> takes plans that were made before."""
    return given_plans(None)

"""The package under test is scripts/lib/pricing; this folder is no package, so that the name stays free for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))

from pricing import services  # noqa: E402, F401
from pricing.prices import PriceTable  # noqa: E402


@pytest.fixture(scope="session")
def table() -> PriceTable:
    return PriceTable.load()

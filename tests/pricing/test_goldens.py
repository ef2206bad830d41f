"""The published figures of an independent estimator come out of our table and rules too.

goldens.json has the inputs (written here), the figures, and where they are
published; its `differs` are the figures that we do not reproduce, with ours
and the reason.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from pricing.estimate import Estimate
from pricing.plans import Plan
from pricing.prices import PriceTable
from pricing.usage import Usage
from shown import state

GOLDENS = json.loads(Path(__file__).with_name("goldens.json").read_text(), parse_float=Decimal)


def estimate(case: dict[str, Any], table: PriceTable) -> Estimate:
    plan = Plan(state(*((one["type"], one["values"]) for one in case["resources"])))
    today = date.fromisoformat(case.get("today", "2026-11-01"))
    return Estimate.make(plan, table, Usage.read(case.get("usage", {}), "goldens.json"), today)


def cents(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


@pytest.mark.parametrize("case", GOLDENS["cases"], ids=lambda case: case["resource"])
def test_a_published_figure_is_reproduced(case: dict[str, Any], table: PriceTable) -> None:
    made = estimate(case, table)

    assert [cents(line.cost.expected) for line in made.lines] == case["figures"], [
        line.component for line in made.lines
    ]


@pytest.mark.parametrize("case", GOLDENS["differs"], ids=lambda case: case["resource"])
def test_where_we_differ_is_known(case: dict[str, Any], table: PriceTable) -> None:
    ours = [cents(line.cost.expected) for line in estimate(case, table).lines]
    ours.append(cents(sum(map(Decimal, ours), Decimal(0))))

    assert case["ours"] in ours
    assert case["figure"] != case["ours"]
    assert case["why"]


def test_enough_types_are_held_against_the_goldens() -> None:
    types = {one["type"] for case in GOLDENS["cases"] for one in case["resources"]}

    assert len(types) >= 35
    assert len(GOLDENS["cases"]) >= 70

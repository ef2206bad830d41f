"""How the documentation's figures are made."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from . import costs
from .plans import PlanOf


def plan(*resources: tuple[str, dict], schedule: str = "Mon-Fri 07:00-19:00 @America/New_York") -> PlanOf:
    shown = [
        {"address": f"{kind}.it[{number}]", "type": kind, "name": "it", "index": number, "values": values}
        for number, (kind, values) in enumerate(resources)
    ]
    functions = {"off-hours": {"schedules": {"office-hours": schedule}}}
    return PlanOf(
        "development",
        {"planned_values": {"root_module": {"resources": shown}}},
        {"automation": {"configuration": {"functions": functions}}},
    )


def test_office_hours_are_read_from_the_schedule() -> None:
    assert costs.office_hours(plan()) == 60
    with pytest.raises(ValueError, match="teach this to read it"):
        costs.office_hours(plan(schedule="Sat 10:00-12:00"))


def test_sleep_is_told_service_by_service() -> None:
    group = {"instance_types": ["t3.small"], "tags": {"Schedule": "office-hours"}, "disk_size": 20}
    group["scaling_config"] = [{"min_size": 2, "desired_size": 2, "max_size": 2}]
    table = costs.figures(
        {"development": plan(("aws_eks_cluster", {"version": "1.35"}), ("aws_eks_node_group", group))}
    )["sleep"]

    # 2 x (0.0208 x 730 + 20 GB gp2 at 0.10) awake, 60 of 168 hours of it asleep.
    assert "| EKS nodes | $34.37 | $12.27 | $22.09 |" in table
    assert "| EKS | $73.00 | $73.00 | $0.00 | the control plane is charged while the cluster exists |" in table


def test_the_document_gets_its_parts_and_nothing_else() -> None:
    text = "a\n<!-- figures: one -->\nold\n<!-- /figures -->\nb\n"

    assert costs.written(text, {"one": "new\n"}) == "a\n<!-- figures: one -->\n\nnew\n\n<!-- /figures -->\nb\n"
    assert costs.written(costs.written(text, {"one": "x\n"}), {"one": "new\n"}) == costs.written(text, {"one": "new\n"})
    with pytest.raises(ValueError, match="unknown figures: one"):
        costs.written(text, {})


def test_every_part_is_in_the_document() -> None:
    document = costs.DOCUMENT.read_text()

    for name in costs.figures({"development": plan()}):
        assert f"<!-- figures: {name} -->" in document


def test_every_group_is_told_apart_and_no_service_twice() -> None:
    listed = [service for services in costs.GROUPS.values() for service in services]

    assert len(listed) == len(set(listed))
    assert len(costs.COLOURS) == len(set(costs.COLOURS)) == len(costs.GROUPS) + 1


def test_a_commitment_is_cheaper_and_has_a_source() -> None:
    with (costs.TABLES / "commitments.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            assert Decimal(row["committed"]) < Decimal(row["on_demand"]), row
            assert row["source"]
            assert row["as_of"]


def test_the_picture_has_a_bar_and_a_budget_for_each_environment() -> None:
    made = costs.picture({"development": plan(("aws_nat_gateway", {}))})

    assert made.count("<line ") == 1
    assert "<title>Network: $35.10</title>" in made

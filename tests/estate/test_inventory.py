"""The inventory: what it takes from a plan, and how it says what changed."""

from __future__ import annotations

import json
from typing import Any

from .inventory import CHOSEN, FOLDER, compare, render, take
from .plans import PlanOf


def plan(*resources: tuple[str, str, dict[str, Any]], unknown: dict[str, Any] | None = None) -> PlanOf:
    shown = [
        {"address": f"module.environment.module.m.{kind}.{name}", "type": kind, "name": name, "values": values}
        for kind, name, values in resources
    ]
    changes = [{"address": address, "change": {"after_unknown": hidden}} for address, hidden in (unknown or {}).items()]
    return PlanOf("staging", {"planned_values": {"root_module": {"resources": shown}}, "resource_changes": changes}, {})


def test_counts_and_chosen_attributes() -> None:
    taken = take(
        plan(
            ("aws_iam_role", "r", {"name": "r"}),
            ("aws_vpc", "v", {"cidr_block": "10.0.0.0/16", "id": "x"}),
            (
                "aws_eks_node_group",
                "n",
                {"instance_types": ["b", "a"], "scaling_config": [{"min_size": 1, "max_size": 3}]},
            ),
        )
    )

    assert taken["counts"] == {"aws_eks_node_group": 1, "aws_iam_role": 1, "aws_vpc": 1}
    assert taken["resources"] == {
        "m.aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
        "m.aws_eks_node_group.n": {
            "instance_types": ["a", "b"],
            "scaling_config.min_size": 1,
            "scaling_config.max_size": 3,
        },
    }


def test_what_is_several_is_a_sorted_list_and_what_is_unknown_is_left_out() -> None:
    address = "module.environment.module.m.aws_wafv2_web_acl.w"
    acl = ("aws_wafv2_web_acl", "w", {"scope": "REGIONAL", "rule": [{"name": "b"}, {"name": "a"}]})

    assert take(plan(acl))["resources"]["m.aws_wafv2_web_acl.w"] == {"scope": "REGIONAL", "rule.name": ["a", "b"]}
    hidden = take(plan(acl, unknown={address: {"scope": True}}))
    assert "scope" not in hidden["resources"]["m.aws_wafv2_web_acl.w"]


def test_a_change_is_said_in_words() -> None:
    before = take(
        plan(("aws_vpc", "v", {"cidr_block": "10.0.0.0/16"}), ("aws_kms_key", "k", {"enable_key_rotation": True}))
    )
    after = take(
        plan(("aws_vpc", "v", {"cidr_block": "10.1.0.0/16"}), ("aws_sqs_queue", "q", {"message_retention_seconds": 1}))
    )

    assert compare(before, before) == []
    assert compare(before, after) == [
        "aws_kms_key: 1 in the inventory, 0 in the plan",
        "aws_sqs_queue: 0 in the inventory, 1 in the plan",
        "m.aws_kms_key.k: not in the plan",
        "m.aws_sqs_queue.q: not in the inventory",
        'm.aws_vpc.v: cidr_block is "10.0.0.0/16" in the inventory, "10.1.0.0/16" in the plan',
    ]


def test_it_is_kept_as_json_with_a_line_for_each() -> None:
    taken = take(plan(("aws_vpc", "v", {"cidr_block": "10.0.0.0/16"})))

    assert json.loads(render(taken)) == taken
    assert len(render(taken).splitlines()) == 8


def test_the_written_ones_are_as_they_would_be_written() -> None:
    for file in FOLDER.glob("*.json"):
        assert render(json.loads(file.read_text())) == file.read_text()


def test_the_chosen_types_are_sorted() -> None:
    assert list(CHOSEN) == sorted(CHOSEN)

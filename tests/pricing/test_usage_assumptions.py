"""Assumptions are typed: what is unknown or contradictory is refused, with what would be right."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from pricing.prices import TABLES
from pricing.ranges import Range
from pricing.usage import Usage, UsageError


def read(document: object) -> Usage:
    return Usage.read(document, "it.json")


def test_a_number_is_certain_and_an_object_is_a_range() -> None:
    usage = read({"network": {"nat_gb": 5, "out_gb": {"low": 1, "expected": 2, "high": 3, "why": "a guess"}}})

    assert usage.find("network.nat_gb") == Range.of(5)
    assert usage.find("network.out_gb") == Range.of(1, 2, 3)
    assert usage.why == {"network.out_gb": "a guess"}
    assert usage.find("network.zones_gb") is None


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"netwerk": {}}, "netwerk: unknown, did you mean network?"),
        ({"network": {"nat_gbs": 1}}, "network.nat_gbs: unknown, did you mean nat_gb?"),
        ({"buckets": {"media": {"standrd_gb": 1}}}, "buckets.media.standrd_gb: unknown, did you mean standard_gb?"),
        ({"network": 3}, "network: must be an object"),
        ({"network": {"nat_gb": -1}}, "0 <= low <= expected <= high"),
        ({"network": {"nat_gb": {"low": 3, "expected": 2, "high": 5}}}, "0 <= low <= expected <= high"),
        ({"network": {"nat_gb": {"low": 1, "high": 5}}}, "a range has low, expected, high"),
        (
            {"network": {"nat_gb": {"low": 1, "expected": 2, "high": 5, "because": ""}}},
            "a range has low, expected, high",
        ),
        ({"network": {"nat_gb": "many"}}, "must be a number"),
        ({"network": {"nat_gb": True}}, "must be a number"),
        ([], "the document is no object"),
    ],
)
def test_what_is_wrong_is_refused(document: object, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("?", r"\?")):
        read(document)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        read({"network": {"nat": 1, "out": 2}, "disk": {}})

    assert len(str(caught.value).splitlines()) == 3


def test_decimals_stay_exact(tmp_path) -> None:  # noqa: ANN001
    (tmp_path / "it.json").write_text('{"network": {"nat_gb": 0.1}}')

    assert Usage.load(tmp_path / "it.json").find("network.nat_gb") == Range.of(Decimal("0.1"))


@pytest.mark.parametrize("path", sorted((TABLES / "usage").glob("*.json")), ids=lambda path: path.stem)
def test_every_file_is_read_and_sorted(path) -> None:  # noqa: ANN001
    Usage.load(path)
    document = json.loads(path.read_text())

    assert list(document) == sorted(document)


def test_an_environment_is_found_by_name_or_code() -> None:
    assert Usage.of_environment("prod").name == Usage.of_environment("production").name == "production.json"
    with pytest.raises(UsageError, match="no usage assumptions for qa"):
        Usage.of_environment("qa")

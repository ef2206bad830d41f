"""The table: every price with a source and a date, and quantities priced tier by tier."""

from __future__ import annotations

import csv
import re
from decimal import Decimal

import pytest
from pricing.estimate import PRICERS, WHOLE_PRICERS, no_charge
from pricing.prices import ROOT, TABLES, NoPriceError, PriceTable

ROWS = [row for path in TABLES.glob("aws-*.csv") for row in csv.DictReader(path.open(newline=""))]
SOURCE = re.compile(r"golden \w+_test|list \w+ (us-east-1|us-west-2|eu-west-1)( \S+)?|page https://\S+|coroot")


def test_every_row_has_a_source_that_can_be_looked_up_and_a_date() -> None:
    wrong = [
        row
        for row in ROWS
        if not SOURCE.fullmatch(row["source"])
        or not re.fullmatch(r"20\d\d-\d\d", row["as_of"])
        or not re.fullmatch(r"20\d\d-\d\d-\d\d", row["read"])
    ]

    assert wrong == []


def test_prices_are_decimal_text_of_known_regions() -> None:
    wrong = [
        row
        for row in ROWS
        if not re.fullmatch(r"\d+(\.\d+)?", row["usd"])
        or Decimal(row["usd"]) <= 0
        or row["region"] not in ("us-east-1", "us-west-2", "eu-west-1", "*")
    ]

    assert wrong == []


def test_the_table_is_sorted_and_says_nothing_twice() -> None:
    keys = [(row["product"], row["class"]) for row in ROWS]
    rows = [(row["product"], row["class"], row["region"], row["from"]) for row in ROWS]

    assert keys == sorted(keys)
    assert len(rows) == len(set(rows))


def test_off_hours_list_prices_are_in_it(table: PriceTable) -> None:
    assert table.find("ec2.instance", "us-east-1", "t3.medium").usd == Decimal("0.0416")
    assert table.find("rds.instance", "us-west-2", "db.r5.large postgres").usd == Decimal("0.25")


def test_a_price_that_nobody_sourced_is_refused_by_name(table: PriceTable) -> None:
    with pytest.raises(NoPriceError, match="no sourced price for nat.hour in ap-south-1"):
        table.find("nat.hour", "ap-south-1")


def test_tiers_are_walked(table: PriceTable) -> None:
    price = table.find("transfer.out", "us-east-1")

    assert price.cost(Decimal(10240)) == Decimal("921.60")
    assert price.cost(Decimal(10241)) == Decimal("921.685")
    assert price.cost(Decimal(0)) == 0


def test_spot_is_below_on_demand(table: PriceTable) -> None:
    for spot in table:
        if spot.product.startswith("ec2.spot"):
            assert spot.usd < table.find("ec2.instance", spot.region, spot.size).usd, spot


def test_a_multi_az_instance_is_two(table: PriceTable) -> None:
    twice = [price for price in table if price.product == "rds.instance.multi-az"]

    assert twice
    for price in twice:
        single = table.find("rds.instance", price.region, f"{price.size} postgres").usd
        assert abs(price.usd - 2 * single) <= Decimal("0.001"), price


def test_every_resource_type_of_the_modules_has_a_rule() -> None:
    known = {*PRICERS, *no_charge(), *(kind for _, kinds, _ in WHOLE_PRICERS for kind in kinds)}
    used = {
        kind
        for file in (ROOT / "terraform").rglob("*.tf")
        if ".terraform" not in file.parts
        for kind in re.findall(r'^resource "(aws_\w+)"', file.read_text(), re.MULTILINE)
    }

    assert used - known == set()


def test_what_is_free_says_why_and_has_no_price() -> None:
    for kind, (how, why) in no_charge().items():
        assert how in ("free", "elsewhere")
        assert why
        assert kind not in PRICERS

"""The table of unit prices: terraform/pricing/aws-*.csv, and off-hours' list prices."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from .ranges import Range

ROOT = Path(__file__).resolve().parents[3]
TABLES = ROOT / "terraform" / "pricing"
LIST_PRICES = ROOT / "functions" / "off-hours" / "prices" / "list-prices.csv"
EVERYWHERE = "*"


class NoPriceError(LookupError):
    """The table has no such price."""


@dataclass(frozen=True)
class Tier:
    """From which quantity on a unit costs this."""

    start: Decimal
    usd: Decimal


@dataclass(frozen=True)
class Price:
    """A unit price with where it was read and when."""

    product: str
    size: str
    region: str
    unit: str
    tiers: tuple[Tier, ...]
    source: str
    as_of: str

    @property
    def usd(self) -> Decimal:
        """The first tier's price."""
        return self.tiers[0].usd

    def cost(self, quantity: Decimal) -> Decimal:
        """What so many units cost, tier by tier."""
        total = Decimal(0)
        for tier, following in zip(self.tiers, (*self.tiers[1:], None), strict=True):
            upper = quantity if following is None else min(quantity, following.start)
            if upper > tier.start:
                total += (upper - tier.start) * tier.usd
        return total

    def cost_range(self, quantity: Range) -> Range:
        """What a range of units costs."""
        return Range(*(self.cost(bound) for bound in quantity))


class PriceTable:
    """Prices by product, size (an instance class, a storage class) and Region."""

    def __init__(self, prices: dict[tuple[str, str, str], Price], name: str) -> None:
        self._prices = prices
        self.name = name

    @classmethod
    def load(cls, path: Path | None = None, list_prices: Path = LIST_PRICES) -> PriceTable:
        """The newest table of terraform/pricing, or the given one."""
        chosen = path or max(TABLES.glob("aws-*.csv"))
        rows: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
        with chosen.open(newline="") as file:
            for row in csv.DictReader(file):
                rows[row["product"], row["class"], row["region"]].append(row)
        prices = {key: _price(key, group) for key, group in rows.items()}
        with list_prices.open(newline="") as file:
            for row in csv.DictReader(file):
                for region in row["regions"].split():
                    found = _list_price(row, region)
                    prices.setdefault((found.product, found.size, found.region), found)
        return cls(prices, chosen.name)

    def __iter__(self):  # noqa: ANN204
        return iter(self._prices.values())

    def find(self, product: str, region: str, size: str = "") -> Price:
        """The Region's price, or the one that holds everywhere."""
        for place in (region, EVERYWHERE):
            if (product, size, place) in self._prices:
                return self._prices[product, size, place]
        what = f"{product} {size}".strip()
        raise NoPriceError(f"no sourced price for {what} in {region}")


def _price(key: tuple[str, str, str], rows: list[dict[str, str]]) -> Price:
    rows = sorted(rows, key=lambda row: Decimal(row["from"]))
    if Decimal(rows[0]["from"]) != 0:
        raise ValueError(f"{' '.join(key)}: the first tier does not begin at 0")
    units = {row["unit"] for row in rows}
    if len(units) != 1:
        raise ValueError(f"{' '.join(key)}: more than one unit: {sorted(units)}")
    return Price(
        *key,
        units.pop(),
        tuple(Tier(Decimal(row["from"]), Decimal(row["usd"])) for row in rows),
        rows[0]["source"],
        min(row["as_of"] for row in rows),
    )


def _list_price(row: dict[str, str], region: str) -> Price:
    product, size = (
        ("rds.instance", f"{row['class']} {row['engine']}") if row["engine"] else ("ec2.instance", row["class"])
    )
    return Price(
        product,
        size,
        region,
        "hour",
        (Tier(Decimal(0), Decimal(row["usd_per_hour"])),),
        f"list-prices.csv {row['source']}",
        row["as_of"],
    )

"""The estimate: every resource of a plan priced, free, priced elsewhere, or named."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .plans import Plan, Resource
from .prices import TABLES, NoPriceError, Price, PriceTable
from .ranges import ZERO, Range
from .usage import Usage

WHOLE = "(whole environment)"


@dataclass(frozen=True)
class Line:
    """One priced component."""

    address: str
    service: str
    component: str
    quantity: Range
    price: Price
    cost: Range


@dataclass(frozen=True)
class Unpriced:
    """What costs, or may cost, and is not in the sum."""

    address: str
    what: str
    why: str


Pricer = Callable[["Estimate", Resource], None]
PRICERS: dict[str, tuple[str, Pricer]] = {}
WHOLE_PRICERS: list[tuple[str, tuple[str, ...], Callable[["Estimate", list[Resource]], None]]] = []


def prices(service: str, *types: str) -> Callable[[Pricer], Pricer]:
    """Register what prices each resource of some types."""

    def register(pricer: Pricer) -> Pricer:
        for kind in types:
            PRICERS[kind] = (service, pricer)
        return pricer

    return register


def whole(service: str, *types: str) -> Callable:
    """Register what is charged once where a plan has any of some types."""

    def register(pricer: Callable[[Estimate, list[Resource]], None]) -> Callable:
        WHOLE_PRICERS.append((service, types, pricer))
        return pricer

    return register


def no_charge() -> dict[str, tuple[str, str]]:
    """Types without a price of their own: "free" or "elsewhere", and why (free.csv)."""
    with (TABLES / "free.csv").open(newline="") as file:
        return {row["type"]: (row["kind"], row["why"]) for row in csv.DictReader(file)}


@dataclass
class Estimate:
    """A plan's lines, and what is not in them."""

    plan: Plan
    table: PriceTable
    usage: Usage
    today: date
    lines: list[Line] = field(default_factory=list)
    unpriced: list[Unpriced] = field(default_factory=list)
    free: dict[str, int] = field(default_factory=dict)
    elsewhere: dict[str, int] = field(default_factory=dict)
    _service: str = ""

    @classmethod
    def make(cls, plan: Plan, table: PriceTable, usage: Usage, today: date | None = None) -> Estimate:
        """Price a plan."""
        day = today or (date.fromisoformat(plan.timestamp[:10]) if plan.timestamp else date.today())
        estimate = cls(plan, table, usage, day)
        without = no_charge()
        without.update(
            {
                kind: ("elsewhere", "by the usage of all of them")
                for _, types, _ in WHOLE_PRICERS
                for kind in types
                if kind not in without
            }
        )
        for resource in plan.resources:
            estimate._one(resource, without)
        for service, types, pricer in WHOLE_PRICERS:
            if found := plan.of(*types):
                estimate._service = service
                pricer(estimate, found)
        return estimate

    @property
    def total(self) -> Range:
        """The month."""
        return total(self.lines)

    def add(
        self,
        address: str,
        component: str,
        product: str,
        region: str,
        quantity: Range | Decimal | int,
        size: str = "",
        usd: Range | None = None,
    ) -> None:
        """A line; a price that the table does not have is named instead.

        ``usd`` is the unit price where it is a range of its own, as spot's is.
        """
        amount = quantity if isinstance(quantity, Range) else Range.of(quantity)
        try:
            price = self.table.find(product, region, size)
        except NoPriceError as error:
            self.name(address, component, str(error))
            return
        cost = price.cost_range(amount) if usd is None else amount.times(usd)
        self.lines.append(Line(address, self._service, component, amount, price, cost))

    def add_used(
        self,
        component: str,
        key: str,
        product: str,
        region: str,
        size: str = "",
        address: str = WHOLE,
        times: Range | Decimal | int = 1,
    ) -> None:
        """A line whose quantity is an assumption; one that is missing is named."""
        if (assumed := self.assumed(address, component, key)) is not None and assumed != ZERO:
            self.add(address, component, product, region, assumed.times(times), size)

    def assumed(self, address: str, component: str, key: str) -> Range | None:
        """An assumption; one that is missing is named."""
        found = self.usage.find(key)
        if found is None:
            self.name(address, component, f"{self.usage.name} says no {key}")
        return found

    def name(self, address: str, what: str, why: str) -> None:
        """Name what is not in the sum."""
        self.unpriced.append(Unpriced(address, what, why))

    def home(self, found: list[Resource]) -> str:
        """The Region in which the usage of several resources is charged: the plan's own, if any is there."""
        places = Counter(resource.region for resource in self.plan.resources)
        return max(found, key=lambda resource: places[resource.region]).region

    def awake(self, resource: Resource) -> Range:
        """The share of the month in which a resource runs: less than one for what sleeps."""
        if "Schedule" not in resource.tags():
            return Range.of(1)
        hours = self.usage.find("awake.hours_per_week")
        return Range.of(1) if hours is None else Range(*(bound / 168 for bound in hours))

    def _one(self, resource: Resource, without: dict[str, tuple[str, str]]) -> None:
        if resource.type in PRICERS:
            self._service, pricer = PRICERS[resource.type]
            pricer(self, resource)
        elif resource.type in without:
            counts = self.free if without[resource.type][0] == "free" else self.elsewhere
            counts[resource.type] = counts.get(resource.type, 0) + 1
        else:
            self.name(resource.address, resource.type, "no rule for this resource type")


def total(lines: Iterable[Line]) -> Range:
    """The sum of lines."""
    result = ZERO
    for line in lines:
        result = result.plus(line.cost)
    return result


def budget_of(plan: Plan) -> Decimal | None:
    """The plan's own monthly limit in dollars: the largest cost budget that it makes."""
    limits = [
        Decimal(str(budget.get("limit_amount")))
        for budget in plan.of("aws_budgets_budget")
        if budget.get("budget_type") == "COST"
        and budget.get("time_unit") == "MONTHLY"
        and budget.get("limit_amount")
        and budget.get("limit_unit", "USD") == "USD"
    ]
    return max(limits, default=None)

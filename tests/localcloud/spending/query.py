"""What Cost Explorer does to lines: filters, groups, sums.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .book import Line

METRICS = ("AmortizedCost", "BlendedCost", "NetAmortizedCost", "NetUnblendedCost", "NormalizedUsageAmount",
           "UnblendedCost", "UsageQuantity")
_DIMENSIONS: dict[str, Callable[[Line], str]] = {
    "BILLING_ENTITY": lambda line: line.billing_entity,
    "INSTANCE_TYPE": lambda line: line.usage_type.partition(":")[2] or "NoInstanceType",
    "LINKED_ACCOUNT": lambda line: line.account,
    "OPERATION": lambda line: line.operation,
    "RECORD_TYPE": lambda line: line.record_type,
    "REGION": lambda line: line.region,
    "SERVICE": lambda line: line.service,
    "USAGE_TYPE": lambda line: line.usage_type,
}
Category = Callable[[str, Line], str]


class Invalid(ValueError):
    """Cost Explorer would answer with a ValidationException."""


def dimension(key: str, line: Line) -> str:
    """The value of a line under a dimension."""
    if key not in _DIMENSIONS:
        raise Invalid(f"Dimension {key} is not one that this Cost Explorer knows: {', '.join(sorted(_DIMENSIONS))}")
    return _DIMENSIONS[key](line)


def matches(expression: Mapping[str, Any] | None, line: Line, category: Category) -> bool:
    """Whether a filter lets a line through."""
    if not expression:
        return True
    given = {name: value for name, value in expression.items() if value is not None}
    if len(given) != 1:
        raise Invalid("Expression must have exactly one root: Or, And, Not, Dimensions, Tags or CostCategories")
    [(name, value)] = given.items()
    if name in ("And", "Or"):
        if len(value) < 2:
            raise Invalid(f"{name} has at least two operands")
        return (all if name == "And" else any)([matches(one, line, category) for one in value])
    if name == "Not":
        return not matches(value, line, category)
    key = value.get("Key") or ""
    own = (dimension(key, line) if name == "Dimensions" else line.tags.get(key, "") if name == "Tags"
           else category(key, line))
    return _fits(own, value.get("Values") or [], value.get("MatchOptions") or ["EQUALS"])


def _fits(own: str, values: Sequence[str], options: Sequence[str]) -> bool:
    if "ABSENT" in options:
        return own == ""
    if not values:
        raise Invalid("Values must not be empty")
    folded: Callable[[str], str] = str.lower if "CASE_INSENSITIVE" in options else str
    how = next((one for one in options if one in ("STARTS_WITH", "ENDS_WITH", "CONTAINS")), "EQUALS")
    text = folded(own)
    compare: Callable[[str], bool] = {
        "STARTS_WITH": text.startswith, "ENDS_WITH": text.endswith, "CONTAINS": lambda one: one in text,
        "EQUALS": lambda one: one == text}[how]
    return any(compare(folded(one)) for one in values)


def periods(start: date, end: date, granularity: str) -> list[tuple[date, date]]:
    """The days or months of ``[start, end)``; the first and the last month may be parts."""
    found = []
    while start < end:
        following = start + timedelta(days=1)
        if granularity == "MONTHLY":
            following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append((start, min(following, end)))
        start = following
    return found


def keys(group_by: Sequence[Mapping[str, str]], line: Line, category: Category) -> tuple[str, ...]:
    """The group of a line; tags and categories are written ``key$value``, without a value ``key$``."""
    found = []
    for group in group_by:
        key = group["Key"]
        if group["Type"] == "DIMENSION":
            found.append(dimension(key, line))
        elif group["Type"] == "TAG":
            found.append(f"{key}${line.tags.get(key, '')}")
        else:
            found.append(f"{key}${category(key, line)}")
    return tuple(found)


Sums = dict[str, Decimal]


def grouped(lines: Iterable[Line], spans: Sequence[tuple[date, date]], metrics: Sequence[str],
            key: Callable[[Line], tuple[str, ...]]) -> list[dict[tuple[str, ...], Sums]]:
    """For every span the sums of each group's metrics, groups in the order of their keys."""
    found: list[dict[tuple[str, ...], Sums]] = [{} for _ in spans]
    place = {start + timedelta(days=number): index for index, (start, end) in enumerate(spans)
             for number in range((end - start).days)}
    for line in lines:
        if (index := place.get(line.day)) is None:
            continue
        sums = found[index].setdefault(key(line), dict.fromkeys(metrics, Decimal(0)))
        for metric in metrics:
            sums[metric] += line.cost(metric)
    return [dict(sorted(one.items())) for one in found]


def total(lines: Iterable[Line], metric: str) -> Decimal:
    """What lines cost together."""
    return sum((line.cost(metric) for line in lines), Decimal(0))

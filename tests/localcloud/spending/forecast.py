"""A forecast as plain as can be told: weekdays of the last weeks go on, and their spread is the range."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist, mean, median, pstdev

from .book import Line, rounded

_WEEKS = 5


def daily(lines: Iterable[Line], metric: str, today: date) -> dict[date, Decimal] | None:
    """Cost by day over the settled days of the last weeks; None where there are less than two weeks."""
    first = today - timedelta(days=7 * _WEEKS + 2)
    found: dict[date, Decimal] = {}
    for line in lines:
        # What comes once a month says nothing about the days to come.
        if first <= line.day < today - timedelta(days=1) and line.record_type not in ("Fee", "Support", "Tax"):
            found[line.day] = found.get(line.day, Decimal(0)) + line.cost(metric)
    return found if len(found) >= 14 else None


def ahead(history: dict[date, Decimal], spans: Sequence[tuple[date, date]],
          level: int) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Mean, lower and upper bound of each span; ``level`` is the prediction interval in per cent."""
    usual = {weekday: float(median(cost for day, cost in history.items() if day.weekday() == weekday))
             for weekday in {day.weekday() for day in history}}
    everyday = mean(usual.values())
    spread = pstdev([float(cost) - usual[day.weekday()] for day, cost in history.items()])
    wide = NormalDist().inv_cdf(0.5 + level / 200) * spread
    found = []
    for start, end in spans:
        days = [start + timedelta(days=number) for number in range((end - start).days)]
        middle = sum(usual.get(day.weekday(), everyday) for day in days)
        half = wide * len(days) ** 0.5
        found.append((rounded(Decimal(middle)), rounded(Decimal(max(middle - half, 0))), rounded(Decimal(middle + half))))
    return found

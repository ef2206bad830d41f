"""What happens to a book: changes, in order, and scenes that have names."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from .book import Line, SpendingError, day, decimal, line, refuse_unknown, rounded
from .estate import EC2, EC2_OTHER

_SELECTORS = ("service", "usage_type", "region", "account", "record_type", "operation", "billing_entity")


def changed(lines: Sequence[Line], changes: Iterable[Mapping[str, Any]], account: str) -> list[Line]:
    """The lines after every change, in order.

    ``{"multiply": 3, "where": {...}, "from", "to"?}`` changes what is there, ``{"add": "12.50", "line": {...}, "from",
    "to"?, "weekend"?, "noise"?}`` puts a line on every day, ``{"credits": {"balance": "900", "share"?: 1}, "from"}``
    pays for everything until the balance is used up, ``{"scene": name, "from", ...}`` is one of ``SCENES``.
    """
    found = list(lines)
    for number, change in enumerate(changes):
        where = f"changes[{number}]"
        if "scene" in change:
            found = changed(found, _scene(change, where), account)
            continue
        kind = next((word for word in ("multiply", "add", "credits") if word in change), None)
        if kind is None or "from" not in change:
            raise SpendingError(f"{where} has from, and one of multiply, add, credits and scene")
        refuse_unknown(where, change, {"comment", "from", "to", *_OWN[kind]})
        start = day(change["from"], f"{where}.from")
        end = day(change["to"], f"{where}.to") if change.get("to") else date.max
        found = _CARRIED_OUT[kind](found, change, start, end, account, where)
    return found


def _multiply(lines: list[Line], change: Mapping[str, Any], start: date, end: date, _account: str,
              where: str) -> list[Line]:
    factor, select = decimal(change["multiply"], f"{where}.multiply"), dict(change.get("where") or {})
    tags = dict(select.pop("tags", {}) or {})
    refuse_unknown(f"{where}.where", select, _SELECTORS)

    def meant(one: Line) -> bool:
        return (start <= one.day < end and all(getattr(one, name) == value for name, value in select.items())
                and all(one.tags.get(key) == value for key, value in tags.items()))

    if not any(meant(one) for one in lines):
        raise SpendingError(f"{where}.where: nothing in the book is like that")
    return [replace(one, amount=rounded(one.amount * factor), quantity=rounded(one.quantity * factor),
                    amortized=None if one.amortized is None else rounded(one.amortized * factor))
            if meant(one) else one for one in lines]


def _add(lines: list[Line], change: Mapping[str, Any], start: date, end: date, account: str, where: str) -> list[Line]:
    amount, weekend = decimal(change["add"], f"{where}.add"), decimal(change.get("weekend", 1), f"{where}.weekend")
    last = max((one.day for one in lines), default=start) + timedelta(days=1)
    pattern = line({"day": start.isoformat(), "amount": 0, **change.get("line", {})}, account, f"{where}.line")
    made, noise = [], float(change.get("noise", 0))
    for number in range((min(end, max(last, start + timedelta(days=1))) - start).days):
        today = start + timedelta(days=number)
        shaken = 1 + random.Random(f"{pattern.service}:{pattern.usage_type}:{today}").gauss(0, noise) if noise else 1.0
        each = rounded(amount * Decimal(str(shaken)) * (weekend if today.weekday() >= 5 else 1))
        made.append(replace(pattern, day=today, amount=each, known=_late(today, change, where)))
    return [*lines, *made]


def _late(today: date, change: Mapping[str, Any], where: str) -> datetime | None:
    """``late_days``: AWS comes to know of it that long after the day, as of some services and of all corrections."""
    if "late_days" not in change:
        return None
    late = float(decimal(change["late_days"], f"{where}.late_days"))
    return datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=late)


def _credits(lines: list[Line], change: Mapping[str, Any], start: date, end: date, account: str,
             where: str) -> list[Line]:
    terms = change["credits"]
    refuse_unknown(f"{where}.credits", terms, {"balance", "share"})
    left, share = decimal(terms["balance"], where), decimal(terms.get("share", 1), where)
    charges: dict[date, dict[str, Decimal]] = {}
    for one in lines:
        if start <= one.day < end and one.record_type in ("Usage", "SavingsPlanRecurringFee"):
            services = charges.setdefault(one.day, {})
            services[one.service] = services.get(one.service, Decimal(0)) + one.amount
    made = []
    for today in sorted(charges):
        for service, cost in sorted(charges[today].items()):
            paid = min(rounded(cost * share), left)
            if paid > 0:
                left -= paid
                made.append(Line(today, service, "", -paid, account=account, record_type="Credit"))
    return [*lines, *made]


_OWN = {"multiply": {"multiply", "where"}, "add": {"add", "line", "weekend", "noise", "late_days"},
        "credits": {"credits"}}
_CARRIED_OUT: dict[str, Callable[..., list[Line]]] = {"multiply": _multiply, "add": _add, "credits": _credits}

SCENES: dict[str, dict[str, Any]] = {
    # A client that fetches everything through the gateway, around the clock.
    "nat-spike": {"add": "64.00", "noise": 0.05, "line": {
        "service": EC2_OTHER, "usage_type": "NatGateway-Bytes", "operation": "NatGateway", "tags": {"Environment": "prod"}}},
    # Somebody tries a service that the estate never had.
    "new-service": {"add": "38.00", "noise": 0.1, "line": {
        "service": "Amazon SageMaker", "usage_type": "USE1-Host:ml.g5.xlarge", "operation": "RunInstance",
        "tags": {"Environment": "dev"}}},
    "forgotten-instances": {"add": "97.92", "line": {
        "service": EC2, "usage_type": "BoxUsage:r7g.4xlarge", "operation": "RunInstances", "tags": {"Environment": "dev"}}},
    # Anomaly detection of AWS does not look at it.
    "marketplace": {"add": "21.50", "line": {
        "service": "Search Engine (AWS Marketplace)", "usage_type": "MP:hours", "operation": "Hourly", "region": "NoRegion",
        "billing_entity": "AWS Marketplace"}},
    "monthly-fee": {"add": "450.00", "line": {
        "service": "Amazon Registrar", "usage_type": "Domain-Renewal", "record_type": "Fee", "region": "global"}},
    "credits": {"credits": {"balance": "1200"}},
}


def _scene(change: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    found = SCENES.get(str(change["scene"]))
    if found is None:
        raise SpendingError(f"{where}.scene: {change['scene']!r} is none of {', '.join(sorted(SCENES))}")
    rest = {name: value for name, value in change.items() if name not in ("scene", "line")}
    both = {**found, **rest}
    if "line" in found:
        both["line"] = {**found["line"], **change.get("line", {})}
    return [both]

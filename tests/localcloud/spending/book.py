"""The book: lines of a bill, read from a document or made by ``estate``, and what of them shows at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

ACCOUNT_NAME = "personal-timeline"
_CENT_OF_CENT = Decimal("0.0000000001")


class SpendingError(ValueError):
    """The document is no book; the message names the field and what would be right."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill: what one day cost under one combination of attributes."""

    day: date
    service: str
    usage_type: str
    amount: Decimal
    """Unblended, in US dollars; credits and refunds are below zero."""
    region: str = "us-east-1"
    account: str = "123456789012"
    record_type: str = "Usage"
    operation: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    amortized: Decimal | None = None
    """None: the same as ``amount``."""
    net: Decimal | None = None
    """After discounts that are no lines of their own; None: the same as ``amount``."""
    quantity: Decimal = Decimal(1)
    known: datetime | None = None
    """When AWS came to know of it; None: with its day."""
    billing_entity: str = "AWS"

    def cost(self, metric: str) -> Decimal:
        """Its value under one of Cost Explorer's metrics."""
        amortized = self.amount if self.amortized is None else self.amortized
        net = self.amount if self.net is None else self.net
        return {"AmortizedCost": amortized, "NetAmortizedCost": amortized + net - self.amount,
                "NetUnblendedCost": net, "UsageQuantity": self.quantity,
                "NormalizedUsageAmount": Decimal(0)}.get(metric, self.amount)


@dataclass(frozen=True)
class Book:
    """All that Cost Explorer, Budgets and the advisers tell of an account's money."""

    lines: tuple[Line, ...]
    accounts: Mapping[str, str] = field(default_factory=dict)
    settling: tuple[float, ...] = (0.35, 0.85)
    """Which part of a day's cost shows on the day itself, on the day after, ...; later all of it does."""
    closes_on: int = 5
    """Until this day of the next month a month's figures are estimated."""
    page: int = 1000
    """Groups on one page of Cost Explorer."""
    reservations: Mapping[str, Any] | None = None
    """Bought, used and running hours of a day."""
    recommendations: tuple[Mapping[str, Any], ...] = ()
    optimizer: Mapping[str, Any] = field(default_factory=dict)

    def visible(self, now: datetime, start: date, end: date) -> list[Line]:
        """The lines of days in ``[start, end)`` as they show at ``now``."""
        today, found = now.date(), []
        for line in self.lines:
            if not start <= line.day < end or line.day > today or (line.known and line.known > now):
                continue
            age = (today - line.day).days
            part = self.settling[age] if age < len(self.settling) and line.known is None else 1
            found.append(line if part == 1 else _part(line, Decimal(str(part))))
        return found

    def estimated(self, now: datetime, start: date) -> bool:
        """Whether the month of ``start`` is still open."""
        closed = (start.replace(day=1) + timedelta(days=32)).replace(day=self.closes_on)
        return now.date() < closed

    def first(self) -> date | None:
        """The earliest day of the book."""
        return min((line.day for line in self.lines), default=None)


def _part(line: Line, part: Decimal) -> Line:
    return replace(line, amount=rounded(line.amount * part), quantity=rounded(line.quantity * part),
                   amortized=None if line.amortized is None else rounded(line.amortized * part),
                   net=None if line.net is None else rounded(line.net * part))


def rounded(amount: Decimal) -> Decimal:
    """To the ten places that Cost Explorer tells."""
    return amount.quantize(_CENT_OF_CENT)


_FIELDS = {"accounts", "changes", "closes_on", "comment", "estate", "lines", "optimizer", "page", "recommendations",
           "reservations", "settling"}
_LINE = {"day", "service", "usage_type", "amount", "region", "account", "record_type", "operation", "tags",
         "amortized", "net", "quantity", "known", "billing_entity"}


def read(document: Any, now: datetime, account: str) -> Book:
    """A book from its document; see the README of the local cloud for the fields."""
    from . import advice, changes
    from .estate import Estate

    if not isinstance(document, Mapping):
        raise SpendingError("a spending book is a JSON object")
    refuse_unknown("the book", document, _FIELDS)
    asked = document.get("estate")
    made = Estate.read(asked, now.date(), account) if asked is not None else None
    lines = [*(made.lines() if made else ()),
             *(line(one, account, f"lines[{number}]") for number, one in enumerate(document.get("lines") or []))]
    lines = changes.changed(lines, document.get("changes") or [], account)
    of = (made.accounts_of["dev"], made.tag) if made else None
    return Book(
        lines=tuple(sorted(lines, key=lambda one: one.day)),
        accounts={account: ACCOUNT_NAME, **(made.accounts if made else {}), **(document.get("accounts") or {})},
        settling=tuple(float(part) for part in document.get("settling", (0.35, 0.85))),
        closes_on=int(document.get("closes_on", 5)), page=int(document.get("page", 1000)),
        reservations=document.get("reservations"),
        recommendations=tuple(document.get("recommendations", advice.recommendations(*of) if of else ())),
        optimizer=document.get("optimizer", advice.optimizer(*of) if of else {}))


def line(given: Mapping[str, Any], account: str, where: str) -> Line:
    """One line from its document."""
    refuse_unknown(where, given, _LINE)
    missing = {"day", "service", "usage_type", "amount"} - given.keys()
    if missing:
        raise SpendingError(f"{where} has no {', '.join(sorted(missing))}")
    more: dict[str, Any] = {"account": account}
    more |= {name: decimal(given[name], f"{where}.{name}") for name in ("amount", "amortized", "net", "quantity")
             if given.get(name) is not None}
    more |= {name: str(given[name]) for name in ("region", "account", "record_type", "operation", "billing_entity")
             if name in given}
    known = datetime.fromisoformat(given["known"]).astimezone(UTC) if given.get("known") else None
    return Line(day=day(given["day"], f"{where}.day"), service=given["service"], usage_type=given["usage_type"],
                tags=dict(given.get("tags") or {}), known=known, **more)


def day(text: Any, where: str) -> date:
    """A day as AWS writes it."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise SpendingError(f"{where}: {text!r} is no day like 2026-11-20") from None


def decimal(text: Any, where: str) -> Decimal:
    """An exact number: a text, or a JSON number as it is written."""
    try:
        return Decimal(str(text))
    except InvalidOperation:
        raise SpendingError(f"{where}: {text!r} is no number") from None


def refuse_unknown(where: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
    """Names what nobody knows: a misspelt field must not be silently nothing."""
    unknown = set(given) - set(known)
    if unknown:
        raise SpendingError(f"{where}: unknown field {', '.join(sorted(unknown))}")

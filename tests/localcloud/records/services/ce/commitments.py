"""Reservations and savings plans: how far they are used, and how much they cover."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ....addon import spending
from ....spending import query
from ....spending.book import Book, Line
from .costs import Answer, paged, paid, past, shown

if TYPE_CHECKING:
    from ...engine import Call

_PAGE = 20


def _spans(call: Call) -> list[tuple[date, date]]:
    start, end = past(call)
    return [span for span in query.periods(start, end, call.parameters.get("Granularity") or "MONTHLY")
            if span[0] <= spending.now().date()]


def _whole(start: date, end: date) -> tuple[date, date]:
    return start, min(end, spending.now().date())


def _period(span: tuple[date, date]) -> Answer:
    return {"Start": span[0].isoformat(), "End": span[1].isoformat()}


def _percent(part: Decimal, whole: Decimal) -> str:
    return shown((100 * part / whole).quantize(Decimal("0.0001"))) if whole else "0"


# -- savings plans ---------------------------------------------------------------------------------------------------

def _of(lines: list[Line], span: tuple[date, date], record_type: str) -> list[Line]:
    return [line for line in lines if span[0] <= line.day < span[1] and line.record_type == record_type]


def _used(lines: list[Line], span: tuple[date, date]) -> Answer:
    fee = query.total(_of(lines, span, "SavingsPlanRecurringFee"), "UnblendedCost")
    used = query.total(_of(lines, span, "SavingsPlanCoveredUsage"), "AmortizedCost")
    saved = query.total(_of(lines, span, "SavingsPlanCoveredUsage"), "UnblendedCost")
    return {
        "Utilization": {"TotalCommitment": shown(fee), "UsedCommitment": shown(used), "UnusedCommitment": shown(fee - used),
                        "UtilizationPercentage": _percent(used, fee)},
        "Savings": {"NetSavings": shown(saved - fee), "OnDemandCostEquivalent": shown(saved)},
        "AmortizedCommitment": {"AmortizedRecurringCommitment": shown(fee), "AmortizedUpfrontCommitment": "0",
                                "TotalAmortizedCommitment": shown(fee)},
    }


def _plan_utilization(call: Call, book: Book) -> Answer:
    spans = _spans(call)
    lines = book.visible(spending.now(), *_whole(spans[0][0], spans[-1][1])) if spans else []
    if not any(line.record_type == "SavingsPlanRecurringFee" for line in lines):
        raise call.refuse("DataUnavailableException", "No savings plan was in force in this period")
    return {"SavingsPlansUtilizationsByTime": [{"TimePeriod": _period(span), **_used(lines, span)} for span in spans],
            "Total": _used(lines, (spans[0][0], spans[-1][1]))}


def _plan_coverage(call: Call, book: Book) -> Answer:
    spans = _spans(call)
    lines = book.visible(spending.now(), *_whole(spans[0][0], spans[-1][1])) if spans else []
    found = []
    for span in spans:
        covered = query.total(_of(lines, span, "SavingsPlanCoveredUsage"), "UnblendedCost")
        other = query.total([line for line in _of(lines, span, "Usage") if _coverable(line)], "UnblendedCost")
        found.append({"Attributes": {}, "TimePeriod": _period(span), "Coverage": {
            "SpendCoveredBySavingsPlans": shown(covered), "OnDemandCost": shown(other),
            "TotalCost": shown(covered + other), "CoveragePercentage": _percent(covered, covered + other)}})
    found, token = paged(call, found, call.parameters.get("MaxResults") or _PAGE)
    return {"SavingsPlansCoverages": found} | ({"NextToken": token} if token else {})


def _coverable(line: Line) -> bool:
    return "BoxUsage:" in line.usage_type or line.usage_type.startswith("Lambda-GB-Second")


# -- reservations ----------------------------------------------------------------------------------------------------

def _hours(terms: Any, days: int) -> tuple[Decimal, Decimal, Decimal]:
    """Bought, used and running hours in so many days; the book has them for one."""
    bought, used, running = (Decimal(str(terms[name])) * days for name in ("hours", "used", "running"))
    return bought, used, running


def _reserved(book: Book, days: int) -> Answer:
    bought, used, _running = _hours(book.reservations, days)
    price = Decimal(str((book.reservations or {}).get("usd_per_hour", "0.12")))
    lower = price * Decimal("0.64")
    return {
        "UtilizationPercentage": _percent(used, bought), "UtilizationPercentageInUnits": _percent(used, bought),
        "PurchasedHours": shown(bought), "PurchasedUnits": shown(bought), "TotalActualHours": shown(used),
        "TotalActualUnits": shown(used), "UnusedHours": shown(bought - used), "UnusedUnits": shown(bought - used),
        "OnDemandCostOfRIHoursUsed": shown(used * price), "NetRISavings": shown(used * price - bought * lower),
        "TotalPotentialRISavings": shown(bought * (price - lower)), "AmortizedUpfrontFee": "0",
        "AmortizedRecurringFee": shown(bought * lower), "TotalAmortizedFee": shown(bought * lower),
        "RICostForUnusedHours": shown((bought - used) * lower), "RealizedSavings": shown(used * (price - lower)),
        "UnrealizedSavings": shown((bought - used) * (price - lower)),
    }


def _covered(book: Book, days: int) -> Answer:
    _bought, used, running = _hours(book.reservations, days)
    price = Decimal(str((book.reservations or {}).get("usd_per_hour", "0.12")))
    hours = {"OnDemandHours": shown(running - used), "ReservedHours": shown(used), "TotalRunningHours": shown(running),
             "CoverageHoursPercentage": _percent(used, running)}
    units = {name.replace("Hours", "NormalizedUnits"): value for name, value in hours.items()}
    return {"CoverageHours": hours, "CoverageNormalizedUnits": units,
            "CoverageCost": {"OnDemandCost": shown((running - used) * price)}}


def _reservation(member: str, figures: Callable[[Book, int], Answer]) -> Any:
    def answer(call: Call, book: Book) -> Answer:
        if not book.reservations:
            raise call.refuse("DataUnavailableException", "No reservation was in force in this period")
        spans = _spans(call)
        by_time, token = paged(call, [
            {"TimePeriod": _period((start, end)), "Groups": [], "Total": figures(book, (end - start).days)}
            for start, end in spans], call.parameters.get("MaxResults") or _PAGE)
        whole = figures(book, sum((end - start).days for start, end in spans))
        return {member: by_time, "Total": whole} | ({"NextPageToken": token} if token else {})
    return paid(answer)


OPERATIONS: dict[str, Any] = {
    "GetReservationCoverage": _reservation("CoveragesByTime", _covered),
    "GetReservationUtilization": _reservation("UtilizationsByTime", _reserved),
    "GetSavingsPlansCoverage": paid(_plan_coverage),
    "GetSavingsPlansUtilization": paid(_plan_utilization),
}

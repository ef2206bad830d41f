"""What was spent, and what will be: GetCostAndUsage and GetCostForecast over the spending book."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from moto.ce.models import ce_backends

from ....addon import spending
from ....spending import forecast, query
from ....spending.book import Book, Line
from ....state import ACCOUNT

if TYPE_CHECKING:
    from ...engine import Call

Answer = dict[str, Any]
# https://docs.aws.amazon.com/cost-management/latest/userguide/ce-what-is.html: 13 months, and the current one.
_MONTHS_BACK = 13


def paid(answer: Callable[[Call, Book], Answer]) -> Callable[[Call], Mapping[str, Any]]:
    """An operation that costs by the page; a refusal costs nothing."""
    def answered(call: Call) -> Mapping[str, Any]:
        found = answer(call, known(call))
        spending.charged(call.operation.name, first=not _token(call))
        return found
    return answered


def known(call: Call) -> Book:
    """The book, or what AWS says to who has just begun."""
    book = spending.book()
    if book is None:
        raise call.refuse("DataUnavailableException", "Data is not available. Please try to adjust the time period. If "
                          "just enabled Cost Explorer, data might not be ingested yet")
    return book


def _token(call: Call) -> str | None:
    return call.parameters.get("NextPageToken") or call.parameters.get("NextToken")


def paged(call: Call, items: list[Any], size: int) -> tuple[list[Any], str | None]:
    """One page of items, by the token of the call."""
    asked = {name: value for name, value in call.parameters.items() if name not in ("NextPageToken", "NextToken")}
    try:
        found, token = spending.page(items, size, _token(call), asked)
    except spending.BadToken:
        raise call.refuse("InvalidNextTokenException", "The pagination token is invalid.") from None
    except spending.StaleToken:
        raise call.refuse("RequestChangedException", "Your request parameters changed between pages.") from None
    return list(found), token


def invalid(call: Call, message: str) -> Exception:
    """What AWS answers to a request that makes no sense."""
    return call.refuse("ValidationException", message)


def interval(call: Call) -> tuple[date, date]:
    """The period of a call, ``[start, end)``."""
    asked = call.parameters["TimePeriod"]
    try:
        start, end = date.fromisoformat(asked["Start"]), date.fromisoformat(asked["End"])
    except ValueError:
        raise invalid(call, "Start time and end time are days like 2026-11-20") from None
    if start >= end:
        raise invalid(call, "Start date (and hour) should be before end date (and hour)")
    return start, end


def past(call: Call) -> tuple[date, date]:
    """The period of a call about what has been."""
    start, end = interval(call)
    today = spending.now().date()
    earliest = today.replace(day=1)
    for _ in range(_MONTHS_BACK):
        earliest = (earliest - timedelta(days=1)).replace(day=1)
    if start < earliest:
        raise invalid(call, "You haven't enabled historical data beyond 14 months")
    if end > (today.replace(day=1) + timedelta(days=32)).replace(day=1):
        raise invalid(call, "end date past the beginning of next month")
    return start, end


def category(name: str, line: Line) -> str:
    """The value of a cost category for a line, by the rules that were put for it."""
    found = next((one for one in ce_backends[ACCOUNT]["aws"].cost_categories.values() if one.name == name), None)
    if found is None:
        return ""
    for rule in found.rules:
        if rule.get("Type") == "INHERITED_VALUE":
            inherited = rule["InheritedValue"]
            own = (line.tags.get(inherited.get("DimensionKey", ""), "") if inherited["DimensionName"] == "TAG"
                   else query.dimension("LINKED_ACCOUNT", line))
            if own:
                return own
        elif query.matches(rule.get("Rule"), line, category):
            return str(rule["Value"])
    return found.default_value or ""


def selected(call: Call, book: Book, start: date, end: date) -> list[Line]:
    """The visible lines of a period that the call's filter lets through."""
    try:
        return [line for line in book.visible(spending.now(), start, end)
                if query.matches(call.parameters.get("Filter"), line, category)]
    except query.Invalid as error:
        raise invalid(call, str(error)) from None


def shown(amount: Decimal) -> str:
    """An amount as Cost Explorer writes it: without an exponent and without zeros at its end."""
    text = f"{amount:.10f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _money(sums: Mapping[str, Decimal]) -> Answer:
    return {metric: {"Amount": shown(value), "Unit": "N/A" if metric in ("UsageQuantity", "NormalizedUsageAmount")
                     else "USD"} for metric, value in sums.items()}


def _cost_and_usage(call: Call, book: Book) -> Answer:
    take = call.parameters
    start, end = past(call)
    granularity, metrics, group_by = take["Granularity"], take["Metrics"], take.get("GroupBy") or []
    if granularity == "HOURLY":
        raise invalid(call, "Hourly data is available only for the past 14 days, and only where it is enabled")
    if not metrics or any(metric not in query.METRICS for metric in metrics):
        raise invalid(call, f"Metrics are some of {', '.join(query.METRICS)}")
    if len(group_by) > 2:
        raise invalid(call, "Group By should be at most 2")
    spans = [span for span in query.periods(start, end, granularity) if span[0] <= spending.now().date()]
    try:
        sums = query.grouped(selected(call, book, start, end), spans, metrics,
                             lambda line: query.keys(group_by, line, category))
    except query.Invalid as error:
        raise invalid(call, str(error)) from None
    # A page may end within a day; the rest of the day is on the next one. A period without groups takes one place.
    places: list[Any] = [(index, key) for index in range(len(spans)) for key in (list(sums[index]) or [None])]
    places, token = paged(call, places, book.page)
    results: list[Answer] = []
    for index, key in places:
        period = {"Start": spans[index][0].isoformat(), "End": spans[index][1].isoformat()}
        if not results or results[-1]["TimePeriod"] != period:
            results.append({"TimePeriod": period, "Total": {}, "Groups": [],
                            "Estimated": book.estimated(spending.now(), spans[index][0])})
        if not group_by or key is None:
            results[-1]["Total"] = _money(sums[index].get((), dict.fromkeys(metrics, Decimal(0))))
        else:
            results[-1]["Groups"].append({"Keys": list(key), "Metrics": _money(sums[index][key])})
    answer: Answer = {"ResultsByTime": results, "DimensionValueAttributes": _names(book, group_by, places)}
    if group_by:
        answer["GroupDefinitions"] = group_by
    return answer | ({"NextPageToken": token} if token else {})


def _names(book: Book, group_by: list[Mapping[str, str]], places: list[Any]) -> list[Answer]:
    """The names of the accounts on a page."""
    for number, group in enumerate(group_by):
        if (group["Type"], group["Key"]) == ("DIMENSION", "LINKED_ACCOUNT"):
            accounts = sorted({key[number] for _index, key in places if key})
            return [{"Value": account, "Attributes": {"description": book.accounts.get(account, account)}}
                    for account in accounts]
    return []


_FORECAST = {"BLENDED_COST": "BlendedCost", "UNBLENDED_COST": "UnblendedCost", "AMORTIZED_COST": "AmortizedCost",
             "NET_UNBLENDED_COST": "NetUnblendedCost", "NET_AMORTIZED_COST": "NetAmortizedCost"}


def _cost_forecast(call: Call, book: Book) -> Answer:
    take, today = call.parameters, spending.now().date()
    start, end = interval(call)
    if start < today:
        raise invalid(call, "Start time is in the past: a forecast begins today or later")
    if take["Metric"] not in _FORECAST or take["Granularity"] == "HOURLY":
        raise invalid(call, "A forecast is of a cost, by day or by month")
    level = take.get("PredictionIntervalLevel") or 80
    history = forecast.daily(selected(call, book, today - timedelta(days=60), today), _FORECAST[take["Metric"]], today)
    if history is None:
        raise call.refuse("DataUnavailableException",
                          "Insufficient amount of historical data to generate forecast. Try again later.")
    spans = query.periods(start, end, take["Granularity"])
    ahead = forecast.ahead(history, spans, level)
    return {
        "Total": {"Amount": shown(sum((mean for mean, _low, _high in ahead), Decimal(0))), "Unit": "USD"},
        "ForecastResultsByTime": [{
            "TimePeriod": {"Start": first.isoformat(), "End": last.isoformat()}, "MeanValue": shown(mean),
            "PredictionIntervalLowerBound": shown(low), "PredictionIntervalUpperBound": shown(high)}
            for (first, last), (mean, low, high) in zip(spans, ahead, strict=True)]}


OPERATIONS: dict[str, Any] = {"GetCostAndUsage": paid(_cost_and_usage), "GetCostForecast": paid(_cost_forecast)}

"""Budgets with their notifications, which moto keeps without subscribers and tags, and what they tell of spending.

The texts: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html has who may
publish; the wording is as such messages are seen in logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ...addon import emit, spending
from ...addon.launcher import route
from ...spending import forecast, query
from ...spending.book import Line, SpendingError, refuse_unknown
from ...state import ACCOUNT
from .. import Kind, Service, listing
from ..store import Store
from .ce.costs import category

if TYPE_CHECKING:
    from ..engine import Call
    from ..record import Record

_BUDGET = ("budgetname",)
# What each cost type takes in, by the bill's record types.
# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CostTypes.html
_TAKEN_IN = {"IncludeCredit": ("Credit",), "IncludeRefund": ("Refund",), "IncludeSupport": ("Support",),
             "IncludeTax": ("Tax",), "IncludeRecurring": ("RIFee", "SavingsPlanRecurringFee"),
             "IncludeUpfront": ("SavingsPlanUpfrontFee", "Fee")}
_FILTERS = {"AZ": None, "Service": "SERVICE", "LinkedAccount": "LINKED_ACCOUNT", "Region": "REGION",
            "UsageType": "USAGE_TYPE"}


def _notified(call: Call, budget: Record) -> None:
    for pair in budget.fields.pop("notificationswithsubscribers", []):
        call.make("Notification", {"BudgetName": budget.name, **pair})


def _subscribed(call: Call, notification: Record) -> None:
    for subscriber in notification.fields.pop("subscribers", []):
        call.make("Subscriber", {**notification.fields, "Subscriber": subscriber})


def _renotified(call: Call) -> dict[str, object]:
    take = call.parameters
    record = call.find("Notification", BudgetName=take["BudgetName"], Notification=take["OldNotification"])
    subscribers = [one["subscriber"] for one in call.records("Subscriber") if one.parent is record]
    call.store.remove(record)
    call.make("Notification", {"BudgetName": take["BudgetName"], "Notification": take["NewNotification"],
                               "Subscribers": subscribers})
    return {}


# -- spending --------------------------------------------------------------------------------------------------------

def _counted(budget: Record, start: date, end: date) -> list[Line]:
    """The lines that the budget counts."""
    book = spending.book()
    types = budget["CostTypes"] or {}
    left_out = {record_type for name, record_types in _TAKEN_IN.items() if types.get(name) is False
                for record_type in record_types}
    lines = book.visible(spending.now(), start, end) if book else []
    return [line for line in lines if line.record_type not in left_out and _is_meant(budget, line)]


def _is_meant(budget: Record, line: Line) -> bool:
    if budget["FilterExpression"]:
        return query.matches(budget["FilterExpression"], line, category)
    for name, values in (budget["CostFilters"] or {}).items():
        if name == "TagKeyValue":
            pairs = [value.removeprefix("user:").split("$", 1) for value in values]
            if not any(line.tags.get(key, "") == value for key, value in pairs):
                return False
        elif _FILTERS.get(name) is not None and query.dimension(str(_FILTERS[name]), line) not in values:
            return False
    return True


def _metric(budget: Record) -> str:
    return "AmortizedCost" if (budget["CostTypes"] or {}).get("UseAmortized") else "UnblendedCost"


def _period(budget: Record, now: datetime) -> tuple[date, date]:
    """The day, month, quarter or year that now lies in."""
    today, unit = now.date(), budget["TimeUnit"]
    if unit == "DAILY":
        return today, today + timedelta(days=1)
    first = today.replace(day=1)
    if unit == "QUARTERLY":
        first = first.replace(month=3 * ((first.month - 1) // 3) + 1)
    if unit == "ANNUALLY":
        first = first.replace(month=1)
    months = {"QUARTERLY": 3, "ANNUALLY": 12}.get(unit, 1)
    end = first
    for _ in range(months):
        end = (end + timedelta(days=32)).replace(day=1)
    return first, end


def _spent(budget: Record) -> Decimal:
    start, end = _period(budget, spending.now())
    return query.total(_counted(budget, start, end), _metric(budget))


def _forecast(budget: Record) -> Decimal | None:
    """What the period will have cost at its end; None where there is too little to go by."""
    today, (_start, end) = spending.now().date(), _period(budget, spending.now())
    history = forecast.daily(_counted(budget, today - timedelta(days=60), today), _metric(budget), today)
    if history is None:
        return None
    rest = forecast.ahead(history, [(today, end)], 80)[0][0] if today < end else Decimal(0)
    settled = query.total(_counted(budget, _period(budget, spending.now())[0], today), _metric(budget))
    return settled + rest


def _money(amount: Decimal) -> dict[str, str]:
    return {"Amount": f"{amount:.3f}", "Unit": "USD"}


def _calculated(budget: Record) -> dict[str, Any] | None:
    if spending.book() is None or budget["BudgetType"] != "COST":
        return None
    ahead = _forecast(budget)
    return {"ActualSpend": _money(_spent(budget))} | ({} if ahead is None else {"ForecastedSpend": _money(ahead)})


def _history(call: Call) -> Mapping[str, Any]:
    """The last twelve months, this one first."""
    budget = call.find("Budget", BudgetName=call.parameters["BudgetName"])
    end, amounts = _period(budget, spending.now())[1], []
    for _ in range(13 if budget["TimeUnit"] == "MONTHLY" else 0):
        start = (end - timedelta(days=1)).replace(day=1)
        actual = query.total(_counted(budget, start, end), _metric(budget))
        amounts.append({"BudgetedAmount": budget["BudgetLimit"], "ActualAmount": _money(actual),
                        "TimePeriod": {"Start": _instant(start), "End": _instant(end)}})
        end = start
    return {"BudgetPerformanceHistory": {
        "BudgetName": budget.name, "BudgetType": budget["BudgetType"], "CostFilters": budget["CostFilters"] or {},
        "CostTypes": budget["CostTypes"], "TimeUnit": budget["TimeUnit"], "BudgetedAndActualAmountsList": amounts}}


def _instant(one: date) -> datetime:
    return datetime(one.year, one.month, one.day, tzinfo=UTC)


# -- how it tells ----------------------------------------------------------------------------------------------------

def _store() -> Store:
    return Store(SERVICES[0], "us-east-1")


@route("budget")
def _tell(request: dict[str, Any]) -> dict[str, Any]:
    """Let Budgets look at one budget, or at all: ``{"budget"?: name, "again"?: true}``.

    Each notification whose threshold is passed in this period is told once, as on AWS; ``again`` tells it anew.
    """
    refuse_unknown("the look", request, {"again", "budget"})
    store, told = _store(), []
    if request.get("budget") and store.find(store.service.kind("Budget"), {"budgetname": request["budget"]}) is None:
        raise SpendingError(f"there is no budget {request['budget']}")
    for notification in list(store.of(store.service.kind("Notification")).values()):
        budget = notification.parent
        if budget is None or request.get("budget") not in (None, budget.name) or spending.book() is None:
            continue
        terms = notification["notification"]
        amount = _spent(budget) if terms["NotificationType"] == "ACTUAL" else _forecast(budget)
        threshold = _threshold(budget, terms)
        passed = amount is not None and (amount < threshold if terms["ComparisonOperator"] == "LESS_THAN"
                                         else amount > threshold)
        period = _period(budget, spending.now())[0].isoformat()
        if not passed or amount is None or (notification["ToldFor"] == period and not request.get("again")):
            continue
        notification.fields["toldfor"] = period
        told += [{"budget": budget.name, "type": terms["NotificationType"], "threshold": float(threshold), **_publish(
            budget, terms, amount, threshold, one["subscriber"]["Address"])}
            for one in store.of(store.service.kind("Subscriber")).values()
            if one.parent is notification and one["subscriber"]["SubscriptionType"] == "SNS"]
    return {"told": told}


def _threshold(budget: Record, terms: Mapping[str, Any]) -> Decimal:
    limit = Decimal(budget["BudgetLimit"]["Amount"])
    asked = Decimal(str(terms["Threshold"]))
    return asked if terms.get("ThresholdType") == "ABSOLUTE_VALUE" else limit * asked / 100


def _publish(budget: Record, terms: Mapping[str, Any], amount: Decimal, threshold: Decimal,
             topic: str) -> dict[str, Any]:
    return {"topic": topic, **emit.message(
        topic, text(budget.name, budget["BudgetType"], budget["TimeUnit"], Decimal(budget["BudgetLimit"]["Amount"]),
                    terms["NotificationType"], threshold, amount, spending.now()),
        service="budgets.amazonaws.com", source=str(budget.arn),
        subject=f"AWS Budgets: {budget.name} has exceeded your alert threshold"[:100])}


_NOUNS = {"DAILY": "day", "MONTHLY": "month", "QUARTERLY": "quarter", "ANNUALLY": "year"}


def text(name: str, kind: str, unit: str, limit: Decimal, alert: str, threshold: Decimal, amount: Decimal,
         now: datetime) -> str:
    """The message: prose first, then lines of ``key: value``, with thousands apart."""
    noun, said = _NOUNS.get(unit, "period"), kind.title().replace("_", " ")
    actual = "Yesterday, the" if unit == "DAILY" else "The"
    return "\n".join([
        f"AWS Budget Notification {now:%B %d, %Y}", f"AWS Account {ACCOUNT}", "", "Dear AWS Customer,", "",
        f"You requested that we alert you when the {alert} {said} associated with your {name} budget is greater than "
        f"${threshold:,.2f} for the current {noun}. {actual} {alert} {said} associated with this budget is "
        f"${amount:,.2f}. You can find additional details below and by accessing the AWS Budgets dashboard [1].", "",
        f"Budget Name: {name}", f"Budget Type: {said}", f"Budgeted Amount: ${limit:,.2f}", f"Alert Type: {alert}",
        f"Alert Threshold: > ${threshold:,.2f}", f"{alert} Amount: ${amount:,.2f}", "",
        "[1] https://console.aws.amazon.com/billing/home#/budgets", ""])


SERVICES = [Service("budgets", everywhere=True, kinds=[
    Kind("Budget", arn="arn:aws:budgets::{account}:budget/{name}", created=_notified, operations={
        "DescribeBudgetPerformanceHistory": _history}, fields={
        # https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CostTypes.html
        "CostTypes": {"IncludeTax": True, "IncludeSubscription": True, "UseBlended": False, "IncludeRefund": True,
                      "IncludeCredit": True, "IncludeUpfront": True, "IncludeRecurring": True,
                      "IncludeOtherSubscription": True, "IncludeSupport": True, "IncludeDiscount": True,
                      "UseAmortized": False},
        "TimePeriod": {"Start": 1793491200, "End": 3706473600},
        "HealthStatus": {"Status": "HEALTHY"}, "CalculatedSpend": _calculated,
    }),
    Kind("BudgetAction", short="Action", key=(*_BUDGET, "ActionId"), parent="Budget", fields={"Status": "STANDBY"},
         arn="arn:aws:budgets::{account}:budget/{BudgetName}/action/{ActionId}"),
    Kind("Notification", key=(*_BUDGET, "notification"), parent="Budget", whole=True, created=_subscribed, operations={
        "DescribeNotificationsForBudget": listing(), "UpdateNotification": _renotified}),
    Kind("Subscriber", key=(*_BUDGET, "notification", "subscriber"), parent="Notification", whole=True, operations={
        "DescribeSubscribersForNotification": listing()}),
])]

"""Budgets with their notifications, which moto keeps without subscribers and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import Kind, Service, listing

if TYPE_CHECKING:
    from ..engine import Call
    from ..record import Record

_BUDGET = ("budgetname",)


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


SERVICES = [Service("budgets", everywhere=True, kinds=[
    Kind("Budget", arn="arn:aws:budgets::{account}:budget/{name}", created=_notified, fields={
        # https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CostTypes.html
        "CostTypes": {"IncludeTax": True, "IncludeSubscription": True, "UseBlended": False, "IncludeRefund": True,
                      "IncludeCredit": True, "IncludeUpfront": True, "IncludeRecurring": True,
                      "IncludeOtherSubscription": True, "IncludeSupport": True, "IncludeDiscount": True,
                      "UseAmortized": False},
        "TimePeriod": {"Start": 1793491200, "End": 3706473600},
        "HealthStatus": {"Status": "HEALTHY"},
    }),
    Kind("BudgetAction", short="Action", key=(*_BUDGET, "ActionId"), parent="Budget", fields={"Status": "STANDBY"},
         arn="arn:aws:budgets::{account}:budget/{BudgetName}/action/{ActionId}"),
    Kind("Notification", key=(*_BUDGET, "notification"), parent="Budget", whole=True, created=_subscribed, operations={
        "DescribeNotificationsForBudget": listing(), "UpdateNotification": _renotified}),
    Kind("Subscriber", key=(*_BUDGET, "notification", "subscriber"), parent="Notification", whole=True, operations={
        "DescribeSubscribersForNotification": listing()}),
])]

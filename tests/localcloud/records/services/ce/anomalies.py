"""Cost Anomaly Detection: what it has found, and how it tells.

The event: https://docs.aws.amazon.com/cost-management/latest/userguide/cad-eventbridge.html.
The message of a topic calls some fields otherwise, and its root causes have no amounts.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from ....addon import emit, spending
from ....addon.launcher import route
from ....spending.book import Book, Line, SpendingError, day, decimal, refuse_unknown
from ....state import ACCOUNT
from ... import Kind
from ...record import Record
from ...store import Store
from .costs import Answer, paged, paid

if TYPE_CHECKING:
    from ...engine import Call

_PAGE = 100
_SELECTORS = ("service", "usage_type", "region", "account")
_ASKED = {"actual", "by", "expected", "from", "id", "monitor", "root_causes", "to", *_SELECTORS}
# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_TotalImpactFilter.html
_COMPARED: dict[str, Callable[[float, float, float], bool]] = {
    "EQUAL": lambda own, start, _end: own == start, "GREATER_THAN": lambda own, start, _end: own > start,
    "GREATER_THAN_OR_EQUAL": lambda own, start, _end: own >= start, "LESS_THAN": lambda own, start, _end: own < start,
    "LESS_THAN_OR_EQUAL": lambda own, start, _end: own <= start, "BETWEEN": lambda own, start, end: start <= own <= end,
}


def kind() -> Kind:
    """An anomaly, from its first day until it is 90 days old."""
    return Kind("Anomaly", key="AnomalyId", operations={
        "GetAnomalies": paid(_listed), "ProvideAnomalyFeedback": _feedback})


def _listed(call: Call, _book: Book) -> Answer:
    take = call.parameters
    asked = take["DateInterval"]
    start, end = asked["StartDate"], asked.get("EndDate") or spending.now().date().isoformat()
    oldest = (spending.now().date() - timedelta(days=90)).isoformat()
    found = []
    for one in call.records("Anomaly"):
        impact = take.get("TotalImpact")
        if not max(start, oldest) <= one["AnomalyEndDate"][:10] <= end:
            continue
        if take.get("MonitorArn") not in (None, one["MonitorArn"]) or take.get("Feedback") not in (None, one["Feedback"]):
            continue
        if impact and not _COMPARED[impact["NumericOperator"]](
                one["Impact"]["TotalImpact"], impact["StartValue"], impact.get("EndValue") or 0):
            continue
        found.append({name: one[name] for name in (
            "AnomalyId", "AnomalyStartDate", "AnomalyEndDate", "DimensionValue", "RootCauses", "AnomalyScore", "Impact",
            "MonitorArn", "Feedback") if one[name] is not None})
    found, token = paged(call, found, take.get("MaxResults") or _PAGE)
    return {"Anomalies": found} | ({"NextPageToken": token} if token else {})


def _feedback(call: Call) -> Mapping[str, Any]:
    take = call.parameters
    found = next((one for one in call.records("Anomaly") if one["AnomalyId"] == take["AnomalyId"]), None)
    if found is None:
        raise call.refuse("ValidationException", f"There is no anomaly {take['AnomalyId']}")
    found.merge({"feedback": take["Feedback"]})
    return {"AnomalyId": take["AnomalyId"]}


# -- how it tells ----------------------------------------------------------------------------------------------------

def _store() -> Store:
    from . import SERVICES

    return Store(SERVICES[0], "us-east-1")


def _all(noun: str) -> list[Record]:
    store = _store()
    return list(store.of(store.service.kind(noun)).values())


@route("anomaly")
def _tell(request: dict[str, Any]) -> dict[str, Any]:
    """Let anomaly detection find something: ``{"from", "to"?, "service"?, "usage_type"?, "region"?, "account"?}``.

    What it cost and what was expected is read from the book, or given as ``actual`` and ``expected``. ``monitor`` is a
    name or an ARN (the first there is); the same ``id`` again is the same anomaly that has grown; ``by`` is some of
    ``event`` and ``topic``. The answer says which topic got it, and why not.
    """
    refuse_unknown("the anomaly", request, _ASKED)
    monitor = _monitor(request.get("monitor"))
    start = day(request["from"], "from")
    end = day(request.get("to", request["from"]), "to")
    anomaly = _kept(request, monitor, _found(request, monitor, start, end))
    by = request.get("by", ["event", "topic"])
    if "event" in by:
        emit.event("aws.ce", "Anomaly Detected", _event(anomaly, monitor), arn=str(monitor.arn))
    topics = [_published(anomaly, monitor, subscription, subscriber["Address"])
              for subscription in _all("AnomalySubscription") if "topic" in by and _hears(subscription, monitor, anomaly)
              for subscriber in subscription["Subscribers"] if subscriber["Type"] == "SNS"]
    return {"id": anomaly["AnomalyId"], "impact": anomaly["Impact"], "topics": topics}


def _monitor(asked: str | None) -> Record:
    found = next((one for one in _all("AnomalyMonitor") if asked in (None, one.arn, one["MonitorName"])), None)
    if found is None:
        raise SpendingError(f"there is no anomaly monitor {asked or ''}: Terraform or create_anomaly_monitor makes one")
    return found


def _found(request: Mapping[str, Any], monitor: Record, start: date, end: date) -> dict[str, Any]:
    select = {name: str(request[name]) for name in _SELECTORS if request.get(name)}
    by_day = _by_day(select)
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    actual = {one: by_day.get(one, Decimal(0)) for one in days}
    usual = {one: _usual(by_day, one, start) for one in days}
    spent = decimal(request["actual"], "actual") if "actual" in request else sum(actual.values(), Decimal(0))
    expected = decimal(request["expected"], "expected") if "expected" in request else sum(usual.values(), Decimal(0))
    impact = spent - expected
    highest = max((actual[one] - usual[one] for one in days), default=impact)
    if "actual" in request or "expected" in request:
        highest = impact / len(days)
    score = round(min(max(float(impact / spent), 0.01), 0.99), 2) if spent > 0 else 0.01
    causes = request.get("root_causes", [{
        **({"Service": select["service"]} if "service" in select else {}),
        **({"Region": select["region"]} if "region" in select else {}),
        **({"UsageType": select["usage_type"]} if "usage_type" in select else {}),
        "LinkedAccount": select.get("account", ACCOUNT), "LinkedAccountName": _name(select.get("account", ACCOUNT)),
        "Impact": {"Contribution": _cents(impact)}}])
    specification = json.loads(monitor["MonitorSpecification"] or "{}") if isinstance(
        monitor["MonitorSpecification"], str) else monitor["MonitorSpecification"] or {}
    values = ((specification.get("Tags") or specification.get("CostCategories") or {}).get("Values") or [""])
    return {
        "AnomalyStartDate": start.isoformat() + "T00:00:00Z", "AnomalyEndDate": end.isoformat() + "T00:00:00Z",
        "DimensionValue": select.get("service", "") if monitor["MonitorType"] == "DIMENSIONAL" else values[0],
        "RootCauses": causes, "AnomalyScore": {"MaxScore": score, "CurrentScore": score}, "MonitorArn": monitor.arn,
        "Impact": {"MaxImpact": _cents(highest), "TotalImpact": _cents(impact), "TotalActualSpend": _cents(spent),
                   "TotalExpectedSpend": _cents(expected),
                   **({"TotalImpactPercentage": _cents(100 * impact / expected)} if expected else {})},
    }


def _by_day(select: Mapping[str, str]) -> dict[date, Decimal]:
    book, found = spending.book(), dict[date, Decimal]()
    for line in book.lines if book else ():
        if line.billing_entity == "AWS" and _is(line, select):
            found[line.day] = found.get(line.day, Decimal(0)) + line.cost("NetUnblendedCost")
    return found


def _is(line: Line, select: Mapping[str, str]) -> bool:
    return all(getattr(line, name) == value for name, value in select.items())


def _usual(by_day: Mapping[date, Decimal], one: date, start: date) -> Decimal:
    """The median of the same weekday in the four weeks before it began."""
    before = [by_day.get(one - timedelta(weeks=back), Decimal(0)) for back in range(1, 9)
              if one - timedelta(weeks=back) < start][:4]
    return median(before) if before else Decimal(0)


def _cents(amount: Decimal) -> float:
    return float(round(amount, 2))


def _name(account: str) -> str:
    book = spending.book()
    return book.accounts.get(account, account) if book else account


def _kept(request: Mapping[str, Any], monitor: Record, fields: dict[str, Any]) -> Record:
    store, name = _store(), str(request.get("id") or uuid.uuid4())
    existing = next((one for one in _all("Anomaly") if one["AnomalyId"] == name), None)
    if existing is not None:
        highest = max(existing["AnomalyScore"]["MaxScore"], fields["AnomalyScore"]["MaxScore"])
        fields["AnomalyScore"]["MaxScore"] = highest
        existing.merge({member.lower(): value for member, value in fields.items()})
        return existing
    return store.add(store.service.kind("Anomaly"), {
        "anomalyid": name, **{member.lower(): value for member, value in fields.items()}}, {}, None)


def _lowered(value: Any) -> Any:
    """The same with names that begin in lower case, as events and messages have them."""
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: _lowered(item) for name, item in value.items()}
    return [_lowered(item) for item in value] if isinstance(value, list) else value


def _common(anomaly: Record, monitor: Record) -> dict[str, Any]:
    number = str(monitor.arn).rpartition("/")[2]
    return {
        "accountId": ACCOUNT, "accountName": _name(ACCOUNT), "anomalyId": anomaly["AnomalyId"],
        "anomalyStartDate": anomaly["AnomalyStartDate"], "anomalyEndDate": anomaly["AnomalyEndDate"],
        "anomalyScore": _lowered(anomaly["AnomalyScore"]), "impact": _lowered(anomaly["Impact"]),
        "monitorArn": monitor.arn, "monitorName": monitor["MonitorName"], "anomalyDetailsLink": (
            "https://console.aws.amazon.com/cost-management/home#/anomaly-detection/monitors/"
            f"{number}/anomalies/{anomaly['AnomalyId']}"),
    }


def _event(anomaly: Record, monitor: Record) -> dict[str, Any]:
    return {**_common(anomaly, monitor), "dimensionValue": anomaly["DimensionValue"],
            "rootCauses": _lowered(anomaly["RootCauses"]), **({"feedback": anomaly["Feedback"]} if anomaly["Feedback"] else {})}


def _message(anomaly: Record, monitor: Record, subscription: Record) -> dict[str, Any]:
    causes = [{name: value for name, value in cause.items() if name != "Impact"} for cause in anomaly["RootCauses"]]
    return {**_common(anomaly, monitor), "dimensionalValue": anomaly["DimensionValue"], "rootCauses": _lowered(causes),
            "monitorType": monitor["MonitorType"], "subscriptionId": str(subscription.arn).rpartition("/")[2],
            "subscriptionName": subscription["SubscriptionName"]}


def _hears(subscription: Record, monitor: Record, anomaly: Record) -> bool:
    return (subscription["Frequency"] == "IMMEDIATE" and monitor.arn in subscription["MonitorArnList"]
            and _passes(subscription["ThresholdExpression"], anomaly["Impact"]))


def _passes(expression: Mapping[str, Any] | None, impact: Mapping[str, float]) -> bool:
    given = {name: value for name, value in (expression or {}).items() if value}
    if "And" in given:
        return all(_passes(one, impact) for one in given["And"])
    if "Or" in given:
        return any(_passes(one, impact) for one in given["Or"])
    if "Dimensions" not in given:
        return True
    wanted = given["Dimensions"]
    # Against nothing, anything is more by any per cent.
    own = (impact["TotalImpact"] if wanted["Key"] == "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
           else impact.get("TotalImpactPercentage", float("inf")))
    return own >= float(wanted["Values"][0])


def _published(anomaly: Record, monitor: Record, subscription: Record, topic: str) -> dict[str, Any]:
    return {"topic": topic, **emit.message(
        topic, json.dumps(_message(anomaly, monitor, subscription)), service="costalerts.amazonaws.com",
        source=str(subscription.arn))}

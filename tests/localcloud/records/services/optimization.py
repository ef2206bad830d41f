"""Compute Optimizer and Cost Optimization Hub: whether the account takes part, and what they then advise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ...addon import spending
from ...state import ACCOUNT
from .. import Kind, Service

if TYPE_CHECKING:
    from ..engine import Call

_TIMES = ("lastRefreshTimestamp",)


def _taking_part(call: Call) -> dict[str, object]:
    """The account's own line, and beside it whether it speaks for members too."""
    status = call.find("EnrollmentStatus")
    return {"items": [{"accountId": status["accountId"], "status": status["status"]}],
            "includeMemberAccounts": status["includeMemberAccounts"]}


def _paged(call: Call, items: list[Any], size: int) -> tuple[list[Any], str | None]:
    asked = {name: value for name, value in call.parameters.items() if name != "nextToken"}
    try:
        found, token = spending.page(items, call.parameters.get("maxResults") or size,
                                     call.parameters.get("nextToken"), asked)
    except (spending.BadToken, spending.StaleToken):
        code = "ValidationException" if call.service.name == "cost-optimization-hub" else "InvalidParameterValueException"
        raise call.refuse(code, "The token is not one of this request.") from None
    return list(found), token


def _timed(one: Mapping[str, Any]) -> dict[str, Any]:
    """With instants as the models have them; the book is JSON."""
    return {name: datetime.fromisoformat(value).astimezone(UTC) if name in _TIMES and isinstance(value, str) else value
            for name, value in one.items()}


# -- Cost Optimization Hub -------------------------------------------------------------------------------------------

# Field of a recommendation that each list of the filter is held against.
_FILTERS = {"implementationEfforts": "implementationEffort", "accountIds": "accountId", "regions": "region",
            "resourceTypes": "currentResourceType", "actionTypes": "actionType", "resourceIds": "resourceId",
            "resourceArns": "resourceArn", "recommendationIds": "recommendationId"}
_GROUPS = {"AccountId": "accountId", "Region": "region", "ActionType": "actionType",
           "ResourceType": "currentResourceType", "RestartNeeded": "restartNeeded",
           "RollbackPossible": "rollbackPossible", "ImplementationEffort": "implementationEffort"}


def _advised(call: Call) -> list[dict[str, Any]]:
    if call.find("EnrollmentStatus")["status"] != "Active":
        raise call.refuse("ValidationException", f"AWS account {ACCOUNT} is not enrolled in Cost Optimization Hub")
    book, wanted = spending.book(), call.parameters.get("filter") or {}
    found = [{"accountId": ACCOUNT, "lastRefreshTimestamp": spending.now(), **_timed(one)}
             for one in (book.recommendations if book else ())]
    for name, values in wanted.items():
        if values is None or values == []:
            continue
        if name == "tags":
            found = [one for one in found if all(tag in one.get("tags", []) for tag in values)]
        else:
            found = [one for one in found if (one.get(_FILTERS[name]) in values if name in _FILTERS
                                              else one.get(name) == values)]
    return found


def _recommendations(call: Call) -> dict[str, Any]:
    order = call.parameters.get("orderBy") or {}
    field = str(order.get("dimension") or "EstimatedMonthlySavings")
    field = field[0].lower() + field[1:]
    found = sorted(_advised(call), key=lambda one: (one.get(field) is None, one.get(field), one["recommendationId"]),
                   reverse=order.get("order", "Desc") == "Desc")
    found, token = _paged(call, found, 100)
    return {"items": found} | ({"nextToken": token} if token else {})


def _summaries(call: Call) -> dict[str, Any]:
    by = call.parameters["groupBy"]
    if by not in _GROUPS:
        raise call.refuse("ValidationException", f"groupBy is one of {', '.join(sorted(_GROUPS))}")
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in _advised(call):
        groups.setdefault(str(one.get(_GROUPS[by])), []).append(one)
    found = [{"group": name, "recommendationCount": len(ones),
              "estimatedMonthlySavings": round(sum(one["estimatedMonthlySavings"] for one in ones), 2)}
             for name, ones in sorted(groups.items())]
    whole = round(sum(one["estimatedMonthlySavings"] for one in found), 2)
    found, token = _paged(call, found, 100)
    return {"items": found, "groupBy": by, "currencyCode": "USD", "estimatedTotalDedupedSavings": whole} | (
        {"nextToken": token} if token else {})


# -- Compute Optimizer -----------------------------------------------------------------------------------------------

def _optimized(kind: str, member: str, arn: str, arns: str) -> Callable[[Call], dict[str, Any]]:
    """Recommendations of one kind; the book has them under ``optimizer``."""
    def answer(call: Call) -> dict[str, Any]:
        if call.find("EnrollmentStatus")["status"] != "Active":
            raise call.refuse("OptInRequiredException", "Aws account is not registered for recommendation.")
        take, book = call.parameters, spending.book()
        found = [_timed(one) for one in (book.optimizer.get(kind, []) if book else [])]
        if take.get(arns):
            found = [one for one in found if one[arn] in take[arns]]
        if take.get("accountIds"):
            found = [one for one in found if one["accountId"] in take["accountIds"]]
        for wanted in take.get("filters") or []:
            name = wanted["name"][0].lower() + wanted["name"][1:]
            found = [one for one in found if any(value in wanted["values"] for value in _several(one.get(name)))]
        found, token = _paged(call, found, 100)
        return {member: found} | ({"nextToken": token} if token else {})
    return answer


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


SERVICES = [
    Service("compute-optimizer", everywhere=True, kinds=[
        Kind("EnrollmentStatus", key=(), always=True, fields={
            "status": "Inactive", "memberAccountsEnrolled": False, "numberOfMemberAccountsOptedIn": 0},
             names={"includeMemberAccounts": "memberAccountsEnrolled"}, operations={
            "GetEC2InstanceRecommendations": _optimized("ec2", "instanceRecommendations", "instanceArn", "instanceArns"),
            "GetEBSVolumeRecommendations": _optimized("ebs", "volumeRecommendations", "volumeArn", "volumeArns"),
            "GetRDSDatabaseRecommendations": _optimized("rds", "rdsDBRecommendations", "resourceArn", "resourceArns"),
            "GetLambdaFunctionRecommendations": _optimized(
                "lambda", "lambdaFunctionRecommendations", "functionArn", "functionArns")}),
    ]),
    Service("cost-optimization-hub", everywhere=True, kinds=[
        Kind("EnrollmentStatus", key=(), always=True, operations={
            "ListEnrollmentStatuses": _taking_part, "ListRecommendations": _recommendations,
            "ListRecommendationSummaries": _summaries}, fields={
            "accountId": "{account}", "includeMemberAccounts": False, "status": "Inactive"}),
    ]),
]

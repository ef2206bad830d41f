"""Cost Explorer over a spending book: periods, groups, filters, pages, forecasts, commitments."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud
from localcloud.cloud import LocalCloudError

# The cloud starts on 2026-11-23, a Monday.
TODAY = date(2026, 11, 23)
NAT = {"service": "EC2 - Other", "usage_type": "NatGateway-Bytes"}


@pytest.fixture
def cloud(dated_cloud: LocalCloud) -> LocalCloud:
    dated_cloud.reset()
    return dated_cloud


def _line(day: str, amount: str, **more: Any) -> dict[str, Any]:
    return {"day": day, "amount": amount, **NAT, **more}


def _ask(cloud: LocalCloud, start: str, end: str, granularity: str = "DAILY", *by: str, **more: Any) -> list[dict[str, Any]]:
    """Every page, periods that two pages share put together."""
    client, found, token = cloud.client("ce"), [], None
    groups = [{"Type": "TAG" if one.startswith("tag:") else "DIMENSION", "Key": one.removeprefix("tag:")} for one in by]
    while True:
        answer = client.get_cost_and_usage(
            TimePeriod={"Start": start, "End": end}, Granularity=granularity, GroupBy=groups,
            **{"Metrics": ["UnblendedCost"]} | more, **({"NextPageToken": token} if token else {}))
        for result in answer["ResultsByTime"]:
            if found and found[-1]["TimePeriod"] == result["TimePeriod"]:
                found[-1]["Groups"] += result["Groups"]
            else:
                found.append(result)
        token = answer.get("NextPageToken")
        if token is None:
            return found


def _groups(result: dict[str, Any], metric: str = "UnblendedCost") -> dict[Any, str]:
    return {(one["Keys"][0] if len(one["Keys"]) == 1 else tuple(one["Keys"])): one["Metrics"][metric]["Amount"]
            for one in result["Groups"]}


def _refused(call: Any, **parameters: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


def test_without_a_book_nothing_is_known_and_nothing_is_zero(cloud: LocalCloud) -> None:
    code, _message = _refused(cloud.client("ce").get_cost_and_usage, Granularity="DAILY", Metrics=["UnblendedCost"],
                              TimePeriod={"Start": "2026-11-01", "End": "2026-11-02"})
    assert code == "DataUnavailableException"
    assert cloud.spending()["pages"] == {}


def test_days_and_months_by_two_groups(cloud: LocalCloud) -> None:
    cloud.spend({"settling": [], "lines": [
        _line("2026-11-01", "1.10", region="us-west-2"), _line("2026-11-01", "2.20"),
        _line("2026-11-03", "4.4", service="Amazon Simple Storage Service", usage_type="TimedStorage-ByteHrs"),
        _line("2026-10-31", "7")]})
    days = _ask(cloud, "2026-11-01", "2026-11-04", "DAILY", "SERVICE", "REGION")
    assert [one["TimePeriod"]["Start"] for one in days] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert _groups(days[0]) == {("EC2 - Other", "us-east-1"): "2.2", ("EC2 - Other", "us-west-2"): "1.1"}
    assert (days[1]["Groups"], days[1]["Total"]["UnblendedCost"]["Amount"]) == ([], "0")
    months = _ask(cloud, "2026-10-15", "2026-11-04", "MONTHLY")
    assert [(one["TimePeriod"]["Start"], one["TimePeriod"]["End"]) for one in months] == [
        ("2026-10-15", "2026-11-01"), ("2026-11-01", "2026-11-04")]
    assert [one["Total"]["UnblendedCost"] for one in months] == [
        {"Amount": "7", "Unit": "USD"}, {"Amount": "7.7", "Unit": "USD"}]


def test_tags_accounts_and_categories_as_groups(cloud: LocalCloud) -> None:
    cloud.spend({"settling": [], "accounts": {"210987654321": "sandbox"}, "lines": [
        _line("2026-11-01", "1", tags={"Environment": "dev"}), _line("2026-11-01", "2", account="210987654321")]})
    [day] = _ask(cloud, "2026-11-01", "2026-11-02", "DAILY", "tag:Environment")
    assert _groups(day) == {"Environment$": "2", "Environment$dev": "1"}
    client = cloud.client("ce")
    client.create_cost_category_definition(Name="Team", RuleVersion="CostCategoryExpression.v1", DefaultValue="nobody", Rules=[
        {"Type": "REGULAR", "Value": "builders", "Rule": {"Tags": {"Key": "Environment", "Values": ["dev"]}}}])
    answer = client.get_cost_and_usage(
        TimePeriod={"Start": "2026-11-01", "End": "2026-11-02"}, Granularity="DAILY", Metrics=["UnblendedCost"],
        GroupBy=[{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}, {"Type": "COST_CATEGORY", "Key": "Team"}])
    assert _groups(answer["ResultsByTime"][0]) == {
        ("123456789012", "Team$builders"): "1", ("210987654321", "Team$nobody"): "2"}
    assert {one["Value"]: one["Attributes"]["description"] for one in answer["DimensionValueAttributes"]} == {
        "123456789012": "personal-timeline", "210987654321": "sandbox"}


DEV = {"Tags": {"Key": "Environment", "Values": ["dev"]}}
CREDIT = {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}


@pytest.mark.parametrize(("expression", "total"), [
    (DEV, "3"), ({"Not": CREDIT}, "10"), (CREDIT, "-1"),
    ({"And": [DEV, {"Not": {"Dimensions": {"Key": "REGION", "Values": ["us-west-2"]}}}]}, "1"),
    ({"Or": [DEV, CREDIT]}, "2"),
    ({"Tags": {"Key": "Environment", "MatchOptions": ["ABSENT"]}}, "6"),
    ({"Dimensions": {"Key": "USAGE_TYPE", "Values": ["usw2-"], "MatchOptions": ["STARTS_WITH", "CASE_INSENSITIVE"]}}, "2"),
])
def test_filters(cloud: LocalCloud, expression: dict[str, Any], total: str) -> None:
    cloud.spend({"settling": [], "lines": [
        _line("2026-11-01", "1", tags={"Environment": "dev"}), _line("2026-11-01", "7"),
        _line("2026-11-01", "2", tags={"Environment": "dev"}, region="us-west-2", usage_type="USW2-NatGateway-Bytes"),
        _line("2026-11-01", "-1", record_type="Credit")]})
    [day] = _ask(cloud, "2026-11-01", "2026-11-02", Filter=expression)
    assert day["Total"]["UnblendedCost"]["Amount"] == total


def test_metrics_are_told_apart(cloud: LocalCloud) -> None:
    cloud.spend({"settling": [], "lines": [
        _line("2026-11-01", "10", amortized="6", net="9", quantity="5"), _line("2026-11-01", "-10", amortized="0")]})
    metrics = ["UnblendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost", "UsageQuantity"]
    [day] = _ask(cloud, "2026-11-01", "2026-11-02", Metrics=metrics)
    assert {name: one["Amount"] for name, one in day["Total"].items()} == {
        "UnblendedCost": "0", "AmortizedCost": "6", "NetUnblendedCost": "-1", "NetAmortizedCost": "5", "UsageQuantity": "6"}
    assert day["Total"]["UsageQuantity"]["Unit"] == "N/A"


@pytest.mark.parametrize(("asked", "words"), [
    ({"TimePeriod": {"Start": "2026-11-02", "End": "2026-11-02"}}, "before end date"),
    ({"TimePeriod": {"Start": "2025-09-30", "End": "2026-11-02"}}, "14 months"),
    ({"TimePeriod": {"Start": "2026-11-01", "End": "2026-12-02"}}, "next month"),
    ({"GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}] * 3}, "at most 2"),
    ({"GroupBy": [{"Type": "DIMENSION", "Key": "MOON"}]}, "MOON"),
    ({"Filter": {"And": [DEV]}}, "two operands"), ({"Filter": {**DEV, **CREDIT}}, "one root"),
    ({"Metrics": ["Cost"]}, "Metrics"), ({"Granularity": "HOURLY"}, "Hourly"),
])
def test_what_makes_no_sense_is_refused_and_costs_nothing(cloud: LocalCloud, asked: dict[str, Any], words: str) -> None:
    cloud.spend({"lines": [_line("2026-11-01", "1")]})
    code, message = _refused(cloud.client("ce").get_cost_and_usage, **{
        "TimePeriod": {"Start": "2026-11-01", "End": "2026-11-02"}, "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"]} | asked)
    assert code == "ValidationException" and words in message
    assert cloud.spending()["pages"] == {}


def test_pages_end_within_a_day_and_each_is_paid_for(cloud: LocalCloud) -> None:
    lines = [_line(f"2026-11-0{day}", str(number), usage_type=f"type-{number}") for day in (1, 2) for number in range(1, 6)]
    cloud.spend({"settling": [], "page": 3, "lines": lines})
    days = _ask(cloud, "2026-11-01", "2026-11-03", "DAILY", "USAGE_TYPE")
    assert [_groups(day) for day in days] == [{f"type-{number}": str(number) for number in range(1, 6)}] * 2
    assert cloud.spending()["pages"]["GetCostAndUsage"] == {"requests": 1, "pages": 4, "usd": "0.04"}
    assert [call["operation"] for call in cloud.calls() if call["service"] == "ce"] == ["GetCostAndUsage"] * 4

    client = cloud.client("ce")
    asked: dict[str, Any] = {"TimePeriod": {"Start": "2026-11-01", "End": "2026-11-03"}, "Granularity": "DAILY",
                             "Metrics": ["UnblendedCost"], "GroupBy": [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}]}
    token = client.get_cost_and_usage(**asked)["NextPageToken"]
    assert _refused(client.get_cost_and_usage, **asked | {"Granularity": "MONTHLY"},
                    NextPageToken=token)[0] == "RequestChangedException"
    assert _refused(client.get_cost_and_usage, **asked, NextPageToken="?")[0] == "InvalidNextTokenException"


def test_young_days_are_not_whole_and_a_month_is_an_estimate_until_it_is_closed(cloud: LocalCloud) -> None:
    cloud.spend({"lines": [_line(f"2026-11-{day}", "100") for day in (21, 22, 23, 24)] + [
        _line("2026-10-30", "100"), _line("2026-11-19", "5", known="2026-11-23T18:00:00Z")]})
    assert [one["Total"]["UnblendedCost"]["Amount"] for one in _ask(cloud, "2026-11-19", "2026-11-25")] == [
        "0", "0", "100", "85", "35"]
    assert [one["Estimated"] for one in _ask(cloud, "2026-10-30", "2026-11-02")] == [False, False, True]
    cloud.advance("1d")
    try:
        # A day later the days have settled, and what AWS did not know has come.
        assert [one["Total"]["UnblendedCost"]["Amount"] for one in _ask(cloud, "2026-11-19", "2026-11-25")] == [
            "5", "0", "100", "100", "85", "35"]
    finally:
        cloud.set_time("2026-11-23T12:00:00Z")


def test_a_throttled_call_is_the_errors_own_and_costs_nothing(cloud: LocalCloud) -> None:
    cloud.spend({"lines": [_line("2026-11-01", "1")]})
    cloud.faults([{"service": "ce", "operation": "GetCostAndUsage", "kind": "throttle"}])
    code, _message = _refused(cloud.client("ce").get_cost_and_usage, Granularity="DAILY", Metrics=["UnblendedCost"],
                              TimePeriod={"Start": "2026-11-01", "End": "2026-11-02"})
    assert code == "LimitExceededException"
    assert cloud.spending()["pages"] == {}
    assert {call["fault"] for call in cloud.calls() if call["service"] == "ce"} == {"throttle"}


# -- the estate that is made up --------------------------------------------------------------------------------------

def test_a_made_up_estate_is_the_same_again_and_believable(cloud: LocalCloud) -> None:
    told = cloud.spend({"estate": {"seed": 7}})
    assert told["from"] == "2025-10-01" and told["lines"] > 10_000
    first = _ask(cloud, "2026-09-01", "2026-11-01", "MONTHLY", "tag:Environment", "RECORD_TYPE")
    cloud.spend({"estate": {"seed": 7, "from": "2026-09-01"}})
    assert _ask(cloud, "2026-09-01", "2026-11-01", "MONTHLY", "tag:Environment", "RECORD_TYPE") == first
    cloud.spend({"estate": {"seed": 8}})
    assert _ask(cloud, "2026-09-01", "2026-11-01", "MONTHLY", "tag:Environment", "RECORD_TYPE") != first

    october = _groups(first[1])
    usage = {tag.partition("$")[2]: float(amount) for (tag, kind), amount in october.items() if kind == "Usage"}
    # Near what the plans of the environments are priced at, and within their budgets.
    assert 120 < usage["dev"] < 500 and 400 < usage["staging"] < 1500 and 2000 < usage["prod"] < 5000
    assert 0 < usage[""] < 0.05 * sum(usage.values())
    assert {kind for _tag, kind in october} == {
        "SavingsPlanCoveredUsage", "SavingsPlanNegation", "SavingsPlanRecurringFee", "Support", "Tax", "Usage"}
    # Development sleeps at weekends.
    dev = {"And": [DEV, {"Dimensions": {"Key": "USAGE_TYPE", "Values": ["BoxUsage:t4g.small"]}}]}
    week = [float(one["Total"]["UnblendedCost"]["Amount"]) for one in _ask(cloud, "2026-11-09", "2026-11-16", Filter=dev)]
    assert max(week[5:]) < 0.1 * min(week[:5])
    # Fees come on the first, and only then.
    fees = _ask(cloud, "2026-09-30", "2026-10-03", Filter={"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Support"]}})
    assert [float(one["Total"]["UnblendedCost"]["Amount"]) > 100 for one in fees] == [False, True, False]


def _amount(cloud: LocalCloud, day: str, **dimensions: str) -> Decimal:
    parts = [{"Dimensions": {"Key": key.upper(), "Values": [value]}} for key, value in dimensions.items()]
    following = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    [one] = _ask(cloud, day, following, Filter=parts[0] if len(parts) == 1 else {"And": parts})
    return Decimal(one["Total"]["UnblendedCost"]["Amount"])


def test_what_happens_to_an_estate(cloud: LocalCloud) -> None:
    before: dict[str, Any] = {"estate": {"seed": 3}}
    cloud.spend(before)
    usual = _amount(cloud, "2026-11-18", usage_type="NatGateway-Bytes")
    bucket = _amount(cloud, "2026-11-18", usage_type="Requests-Tier1")
    cloud.spend(before | {"changes": [
        {"scene": "nat-spike", "from": "2026-11-18", "to": "2026-11-20"},
        {"multiply": 3, "where": {"usage_type": "Requests-Tier1"}, "from": "2026-11-18", "to": "2026-11-19"},
        {"scene": "new-service", "from": "2026-11-17"}, {"scene": "marketplace", "from": "2026-11-18", "to": "2026-11-19"},
        {"add": "7", "from": "2026-11-18", "to": "2026-11-19", "late_days": 3,
         "line": {"service": "AWS Glue", "usage_type": "USE1-ETL"}}]})
    assert _amount(cloud, "2026-11-18", usage_type="NatGateway-Bytes") > usual + 50
    assert _amount(cloud, "2026-11-20", usage_type="NatGateway-Bytes") < usual * 2
    assert _amount(cloud, "2026-11-18", usage_type="Requests-Tier1") == 3 * bucket
    assert _amount(cloud, "2026-11-16", service="Amazon SageMaker") == 0 < _amount(
        cloud, "2026-11-17", service="Amazon SageMaker")
    assert _amount(cloud, "2026-11-18", billing_entity="AWS Marketplace") == Decimal("21.5")
    assert _amount(cloud, "2026-11-18", service="AWS Glue") == 7


def test_credits_hide_all_until_they_are_used_up(cloud: LocalCloud) -> None:
    cloud.spend({"settling": [], "lines": [_line(f"2026-11-0{day}", "40") for day in range(1, 6)],
                 "changes": [{"credits": {"balance": "100"}, "from": "2026-11-01"}]})
    days = _ask(cloud, "2026-11-01", "2026-11-06", "DAILY", "RECORD_TYPE")
    assert [_groups(day).get("Credit") for day in days] == ["-40", "-40", "-20", None, None]
    assert [one["Total"]["UnblendedCost"]["Amount"] for one in _ask(cloud, "2026-11-01", "2026-11-06")] == [
        "0", "0", "20", "40", "40"]


@pytest.mark.parametrize(("book", "words"), [
    ({"line": []}, "unknown field line"), ({"lines": [{"day": "2026-11-01"}]}, "lines[0] has no amount"),
    ({"lines": [_line("yesterday", "1")]}, "'yesterday' is no day"), ({"lines": [_line("2026-11-01", "much")]}, "no number"),
    ({"changes": [{"from": "2026-11-01"}]}, "changes[0] has from, and one of"),
    ({"changes": [{"scene": "flood", "from": "2026-11-01"}]}, "'flood' is none of"),
    ({"changes": [{"multiply": 2, "where": {"service": "No"}, "from": "2026-11-01"}]}, "nothing in the book is like that"),
])
def test_a_book_that_is_none_says_where(cloud: LocalCloud, book: dict[str, Any], words: str) -> None:
    with pytest.raises(LocalCloudError) as refused:
        cloud.spend(book)
    assert words in str(refused.value)


# -- looking ahead ---------------------------------------------------------------------------------------------------

def _weekly(cost: int, weekend: int) -> list[dict[str, Any]]:
    return [_line(day.isoformat(), str(weekend if day.weekday() >= 5 else cost))
            for day in (TODAY - timedelta(days=back) for back in range(60))]


def test_a_forecast_knows_the_week_and_its_range_the_spread(cloud: LocalCloud) -> None:
    cloud.spend({"lines": _weekly(10, 2)})
    client = cloud.client("ce")
    asked: dict[str, Any] = {"TimePeriod": {"Start": "2026-11-23", "End": "2026-11-30"}, "Metric": "UNBLENDED_COST",
                             "Granularity": "DAILY"}
    answer = client.get_cost_forecast(**asked)
    assert [one["MeanValue"] for one in answer["ForecastResultsByTime"]] == ["10"] * 5 + ["2"] * 2
    assert answer["Total"] == {"Amount": "54", "Unit": "USD"}
    cloud.spend({"estate": {"seed": 2}})

    def width(level: int) -> float:
        [month] = client.get_cost_forecast(**asked | {"Granularity": "MONTHLY"}, PredictionIntervalLevel=level)[
            "ForecastResultsByTime"]
        return float(month["PredictionIntervalUpperBound"]) - float(month["PredictionIntervalLowerBound"])

    assert width(95) > width(80) > 0
    assert _refused(client.get_cost_forecast, **asked | {"TimePeriod": {"Start": "2026-11-22", "End": "2026-11-30"}})[
        0] == "ValidationException"
    cloud.spend({"lines": [_line("2026-11-20", "1")]})
    assert _refused(client.get_cost_forecast, **asked)[0] == "DataUnavailableException"


def test_commitments(cloud: LocalCloud) -> None:
    period = {"Start": "2026-10-01", "End": "2026-11-01"}
    client = cloud.client("ce")
    cloud.spend({"estate": {"seed": 1}, "reservations": {"hours": 48, "used": 36, "running": 120}})
    used = client.get_savings_plans_utilization(TimePeriod=period)["Total"]
    assert float(used["Utilization"]["UtilizationPercentage"]) == 94
    assert float(used["Utilization"]["TotalCommitment"]) == pytest.approx(0.20 * 24 * 31)
    assert float(used["Savings"]["NetSavings"]) > 0
    [covered] = client.get_savings_plans_coverage(TimePeriod=period)["SavingsPlansCoverages"]
    assert 0 < float(covered["Coverage"]["CoveragePercentage"]) < 50
    reserved = client.get_reservation_utilization(TimePeriod=period)
    assert (reserved["Total"]["UtilizationPercentage"], reserved["Total"]["PurchasedHours"]) == ("75", "1488")
    assert client.get_reservation_coverage(TimePeriod=period)["Total"]["CoverageHours"]["CoverageHoursPercentage"] == "30"
    first = client.get_reservation_utilization(TimePeriod=period, Granularity="DAILY", MaxResults=20)
    rest = client.get_reservation_utilization(TimePeriod=period, Granularity="DAILY", MaxResults=20,
                                              NextPageToken=first["NextPageToken"])
    assert len(first["UtilizationsByTime"] + rest["UtilizationsByTime"]) == 31
    cloud.spend({"estate": {"savings_plan": False}})
    assert _refused(client.get_savings_plans_utilization, TimePeriod=period)[0] == "DataUnavailableException"
    assert _refused(client.get_reservation_coverage, TimePeriod=period)[0] == "DataUnavailableException"

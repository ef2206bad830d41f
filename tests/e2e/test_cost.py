"""Days on which a gateway costs too much: what people read, how it grows and ends, and what Cost Explorer was asked.

One story on the estate's clock, after the days of `test_day.py`: somebody makes a NAT gateway, the bill shows it two
days later, and the schedule of every morning finds it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from .estate import ROOT, Estate

pytestmark = [pytest.mark.chapter, pytest.mark.stage(1)]

ACCOUNT = "123456789012"
NAT, SAGEMAKER = "EC2 - Other", "Amazon SageMaker"
EVENT = ROOT / "events/cost-anomaly/anomaly-event.json"
# What the gateway costs a day, and for how many days.
DAILY, LASTS = 120, 5
# How often the function asks before it gives up.
ATTEMPTS = 4
_story: dict[str, Any] = {}


# -- what happens ------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def bill(estate: Estate) -> Iterator[None]:
    """A function that remembers nothing, and a bill on which a spike begins today."""
    _story["today"] = today = datetime.fromtimestamp(estate.cloud.now(), UTC).date()
    [table] = [name for name in estate.client("dynamodb").list_tables()["TableNames"] if name.startswith(estate.prefix)]
    _forget(estate, table)
    estate.cloud.spend({
        "estate": {"seed": 1, "months": 6, "until": (today + timedelta(days=30)).isoformat()},
        "changes": [{"scene": "nat-spike", "add": str(DAILY), "from": today.isoformat(),
                     "to": (today + timedelta(days=LASTS)).isoformat(), "line": {"tags": {"Environment": "dev"}}}]})
    estate.client("cost-optimization-hub").update_enrollment_status(status="Active")
    _story["log"] = len(estate.cloud.state.log.read_text(errors="replace"))
    _story["told"] = []
    _story["inbox"] = len(estate.received())
    estate.notifications()
    yield
    estate.cloud.faults([])


def _forget(estate: Estate, table: str) -> None:
    client = estate.client("dynamodb")
    kept = client.query(TableName=table, KeyConditionExpression="pk = :own", ExpressionAttributeValues={
        ":own": {"S": "cost"}}, ProjectionExpression="pk, sk")["Items"]
    for key in kept:
        client.delete_item(TableName=table, Key=key)


def day(number: int) -> date:
    """So many days after the first."""
    return _story["today"] + timedelta(days=number)


def morning(estate: Estate, number: int, time: str = "06:31") -> list[dict[str, Any]]:
    """Jumps to a time in UTC of that day, lets everything happen that is due, and tells what was published."""
    estate.cloud.set_time(datetime.fromisoformat(f"{day(number)}T{time}:00+00:00").timestamp())
    return settled(estate)


def settled(estate: Estate) -> list[dict[str, Any]]:
    """What was published of cost; the queue gathers for five seconds before it wakes the function."""
    estate.cloud.settle()
    estate.cloud.advance(10)
    estate.cloud.settle()
    told = [one for one in estate.notifications() if one["source"] == "cost-anomaly"]
    _story["told"] += told
    return told


def about(told: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    """The notifications of these kinds."""
    return [one for one in told if one["kind"].removeprefix("cost-anomaly.") in kinds]


def matter(told: list[dict[str, Any]], service: str) -> list[dict[str, Any]]:
    """The notifications about unusual spending of a service."""
    return [one for one in told if one.get("dedup_key") and f"spend/{service}" in one["dedup_key"]]


def fact(message: dict[str, Any], label: str) -> str:
    return next(one["value"] for one in message["facts"] if one["label"] == label)


def section(message: dict[str, Any], title: str) -> str:
    return "\n".join(line for one in message["sections"] if one["title"] == title for line in one["items"])


def read(estate: Estate, words: str) -> list[str]:
    """What has come to Slack with these words since the story began."""
    return [text for one in estate.received()[_story["inbox"]:]
            if words in (text := json.dumps(one["payload"], ensure_ascii=False))]


def metrics(estate: Estate) -> dict[str, float]:
    """The numbers of the last run that the function wrote to its log."""
    log = estate.cloud.state.log.read_text(errors="replace")[_story["log"]:]
    mark = f"{estate.function_name('cost-anomaly')}: "
    lines = [line.partition(mark)[2] for line in log.splitlines() if mark in line and '"SeriesJudged"' in line]
    return json.loads(lines[-1])


def ask(estate: Estate, command: str, **more: Any) -> dict[str, Any]:
    return estate.invoke("cost-anomaly", {"command": command, **more}).report()


def typed(estate: Estate, message: dict[str, Any], label: str) -> dict[str, Any]:
    """A command of a message, as a person copies it."""
    text = next(command["text"] for command in message["commands"] if command["label"] == label)
    assert estate.function_name("cost-anomaly") in text
    return estate.cargo_lambda("cost-anomaly", json.loads(text.split("--data-ascii ", 1)[1].strip("'"))).report()


def delivered(estate: Estate, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """What the queue brings, in this order; what EventBridge has handed over may come twice, and late."""
    queue = estate.queue_url("cost-anomaly-queue")
    for event in events:
        estate.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(event))
    return settled(estate)


def anomaly(estate: Estate, impact: float, minutes: int) -> dict[str, Any]:
    """An event about a service that costs for the first time, as it was so many minutes ago."""
    event = json.loads(EVENT.read_text())
    event["time"] = datetime.fromtimestamp(estate.cloud.now() - 60 * minutes, UTC).isoformat(timespec="seconds")
    began = f"{day(0)}T00:00:00Z"
    event["detail"] |= {
        "anomalyId": "a1000000-0000-4000-8000-00000000e2e1", "anomalyStartDate": began, "anomalyEndDate": began,
        "impact": {"maxImpact": impact, "totalImpact": impact, "totalActualSpend": impact, "totalExpectedSpend": 0},
        "rootCauses": [{"service": SAGEMAKER, "region": "us-east-1", "linkedAccount": ACCOUNT,
                        "usageType": "USE1-Host:ml.g5.xlarge", "impact": {"contribution": impact}}],
        "dimensionValue": SAGEMAKER}
    return event


# -- the story ---------------------------------------------------------------------


def test_somebody_makes_a_gateway(estate: Estate) -> None:
    iam = estate.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_user(UserName="mira")
    key = iam.create_access_key(UserName="mira")["AccessKey"]
    ec2 = estate.cloud.client("ec2", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.1.0/24")["Subnet"]["SubnetId"]
    ec2.create_nat_gateway(SubnetId=subnet, AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"])


def throttled(questions: int) -> list[dict[str, Any]]:
    """The next questions to Cost Explorer get no answer, however often the function tries."""
    return [{"service": "ce", "operation": "GetCostAndUsage", "kind": "throttle", "times": ATTEMPTS * questions}]


def test_a_bill_that_cannot_be_read_is_unknown_and_no_alarm(estate: Estate) -> None:
    # The spike's first day is on the bill. Of the round's five questions those that are judged come first; the
    # month's report, which may be due as well, asks two.
    estate.cloud.faults(throttled(2 + 2))
    told = morning(estate, 2)
    assert about(told, "anomaly", "new-service", "resolved", "budget", "credits") == []
    numbers = metrics(estate)
    assert numbers["Gaps"] >= 2 and numbers["SeriesJudged"] == 0, numbers
    estate.cloud.faults(throttled(1))
    report = ask(estate, "detect", dry_run=True)
    assert report["judged"] == 0 and not matter(report.get("messages", []), NAT)
    [gap] = report["gaps"]
    assert "by service account" in gap and "LimitExceeded" in gap, gap
    estate.cloud.faults([])


def test_budgets_speak_in_plain_text_and_people_read_it(estate: Estate) -> None:
    told = estate.cloud.look_at_budgets(f"{estate.prefix}-monthly-budget", again=True)
    assert told and all(one["delivered"] for one in told), told
    messages = about(settled(estate), "budget")
    _story["budget"] = messages[-1]
    assert len({one["dedup_key"] for one in messages}) == 1, "whatever number of thresholds"
    words = section(messages[-1], "What AWS Budgets says")
    assert "AWS Budgets: " in words and "of $500.00" in words
    assert read(estate, "What AWS Budgets says")


def test_the_next_morning_finds_the_spike_and_says_all_of_it(estate: Estate) -> None:
    told = morning(estate, 3)
    [message] = about(told, "anomaly", "new-service", "resolved")
    _story["opened"] = message
    assert message["title"].startswith(f"{NAT} costs $")
    assert message["severity"] == "warning"
    impact = float(fact(message, "Impact").split(",")[0].lstrip("$"))
    assert abs(impact - 2 * DAILY) < DAILY / 4, impact
    actual, expected = (float(fact(message, label).lstrip("$")) for label in ("Actual", "Expected"))
    assert abs(actual - expected - impact) < 0.02
    assert fact(message, "Since") == f"{day(0):%-d %B}"
    assert fact(message, "Environment") == "dev"
    assert section(message, "Where it comes from").startswith("NatGateway-Bytes: $")
    assert "ec2:CreateNatGateway by user mira" in section(message, "Who changed what in these days")
    assert any("Ask user mira" in step for step in message["next_steps"]), message["next_steps"]
    assert "Could not be looked up" not in json.dumps(message)
    [shown] = read(estate, message["title"])
    for words in ("Impact", "Expected", "NatGateway-Bytes", "user mira", "It was planned"):
        assert words in shown
    assert metrics(estate)["Gaps"] == 0
    [budget] = about(told, "budget")
    assert budget["dedup_key"] == _story["budget"]["dedup_key"], "with our own forecast it is one matter"
    assert "Budget of dev" in budget["title"] and fact(budget, "Budget spent on")


def test_the_service_sees_the_same_and_it_stays_one_matter(estate: Estate) -> None:
    found = estate.cloud.anomaly(
        from_=day(0).isoformat(), service=NAT, usage_type="NatGateway-Bytes", region="us-east-1")
    assert [topic["delivered"] for topic in found["topics"]] == [True], "by SNS as well as by EventBridge"
    assert settled(estate) == [], "the same money, which people know of"
    [open_] = [one for one in ask(estate, "status")["open"] if NAT in one["matter"]]
    assert open_["anomalies"] == [found["id"]]


def test_events_that_come_twice_and_late_are_one_message(estate: Estate) -> None:
    newest, older = anomaly(estate, 165.0, 0), anomaly(estate, 82.5, 90)
    told = delivered(estate, newest, older, newest)
    told += delivered(estate, older, newest)
    [message] = matter(told, SAGEMAKER)
    assert "$165.00" in message["title"]
    _story["sagemaker"] = message
    [_shown] = read(estate, message["title"])


def test_it_grows_and_is_the_same_matter(estate: Estate) -> None:
    told = morning(estate, 5)
    [message] = matter(told, NAT)
    opened = _story["opened"]
    assert message["title"].startswith("Grown: ") or message["title"].startswith("Worse: ")
    assert message["dedup_key"] == opened["dedup_key"] and message["id"] != opened["id"]
    assert "our own detector" in fact(message, "Seen by") and "Cost Anomaly Detection" in fact(message, "Seen by")
    impact = float(fact(message, "Impact").split(",")[0].lstrip("$"))
    assert abs(impact - 4 * DAILY) < DAILY / 2, impact


def test_a_person_says_that_it_was_planned(estate: Estate) -> None:
    report = typed(estate, _story["sagemaker"], "It was planned")
    assert report["told"] == "resolved" and SAGEMAKER in report["matter"]
    assert any("functions.cost-anomaly.feedback is off" in why for why in report["refused"])
    [message] = matter(settled(estate), SAGEMAKER)
    assert message["status"] == "resolved" and "planned" in message["summary"]
    assert delivered(estate, anomaly(estate, 170.0, 0)) == [], "it is settled"


def test_it_ends_and_is_closed(estate: Estate) -> None:
    told = morning(estate, LASTS + 5)
    [message] = matter(told, NAT)
    assert message["title"].startswith("Over: ") and message["status"] == "resolved"
    assert message["dedup_key"] == _story["opened"]["dedup_key"]
    assert "spending is as it was before" in message["summary"]
    assert not [one for one in ask(estate, "status")["open"] if "spend/" in one["matter"]]


def test_each_month_it_is_told_what_aws_recommends(estate: Estate) -> None:
    # On the fourth, which lies in these days unless the story is told again on other ones.
    if not about(_story["told"], "recommendations"):
        assert ask(estate, "recommendations", publish=True)["published"]
        settled(estate)
    [digest] = about(_story["told"], "recommendations")
    assert "Savings Plans" in json.dumps(digest["facts"]), "how far they are used"
    assert "db.r6g.large to db.m6g.large" in section(digest, "What to do, the most saving first")
    assert read(estate, digest["title"])


def test_a_person_asks_for_the_months_report(estate: Estate) -> None:
    last = day(0).replace(day=1) - timedelta(days=1)
    done = subprocess.run(
        [ROOT / "scripts/cost-report.sh", "--environment", "development", "--period", f"{last:%Y-%m}", "--json",
         "--target", "local"], env=estate.terraform.env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    _story["report"] = report = json.loads(done.stdout)
    assert (report["month"], report["over"]) == (f"{last:%Y-%m}", True)
    assert {one["environment"] for one in report["environments"]} == {"dev", "staging", "prod", None}
    assert f"{last:%B %Y} cost $" in report["headline"] and "not_known" in report


def test_the_meter_is_what_cost_explorer_counted(estate: Estate) -> None:
    meter = ask(estate, "status")["cost_explorer"]
    asked = {name.removeprefix("ce:"): count for name, count in meter["this_month"]["requests"].items() if count}
    pages = {name: one["pages"] for name, one in estate.cloud.spending()["pages"].items()}
    assert asked == pages and pages["GetCostAndUsage"] > 5
    assert meter["money"] == sum(asked.values()) * 10_000, "a cent each, in millionths of a dollar"


def test_the_report_says_what_cost_explorer_says(estate: Estate) -> None:
    first = day(0).replace(day=1)
    month = estate.client("ce").get_cost_and_usage(
        TimePeriod={"Start": (first - timedelta(days=1)).replace(day=1).isoformat(), "End": first.isoformat()},
        Granularity="MONTHLY", Metrics=["UnblendedCost"], GroupBy=[{"Type": "TAG", "Key": "Environment"}],
        Filter={"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Usage"]}})["ResultsByTime"][0]
    billed = {one["Keys"][0].partition("$")[2]: float(one["Metrics"]["UnblendedCost"]["Amount"])
              for one in month["Groups"]}
    told = {one["environment"]: one["spent"]["now"]["amount"] / 1e6 for one in _story["report"]["environments"]}
    assert told["dev"] == pytest.approx(billed["dev"], abs=0.01)
    assert told["staging"] == pytest.approx(billed["staging"], abs=0.01)

"""Anomaly detection, Budgets and the advisers: what they found, and what reaches the topics that Terraform made."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import LocalCloud
from localcloud.cloud import LocalCloudError

from . import probe

TOPIC = f"arn:aws:sns:us-east-1:{probe.ACCOUNT}:costs"
OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": probe.ACCOUNT}}
SPIKE: dict[str, Any] = {"estate": {"seed": 3}, "changes": [
    {"scene": "nat-spike", "from": "2026-11-18", "to": "2026-11-21"}]}
NAT = {"service": "EC2 - Other", "usage_type": "NatGateway-Bytes", "region": "us-east-1"}


@pytest.fixture
def cloud(dated_cloud: LocalCloud) -> LocalCloud:
    dated_cloud.reset()
    return dated_cloud


def _statement(service: str, action: str, resource: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource,
            "Condition": condition}


def _key(cloud: LocalCloud, *services: str) -> str:
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{probe.ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    arn: str = cloud.client("kms").create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        root, *(_statement(service, "kms:*", "*", OWN_ACCOUNT) for service in services)]}))["KeyMetadata"]["Arn"]
    return arn


def _topic(cloud: LocalCloud, *services: str, key: str | None = None) -> str:
    """A topic that these services may publish to, and a queue that hears it."""
    sns, sqs = cloud.client("sns"), cloud.client("sqs")
    sns.create_topic(Name="costs", Attributes={"KmsMasterKeyId": key} if key else {})
    sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue=json.dumps({
        "Version": "2012-10-17",
        "Statement": [_statement(service, "sns:Publish", TOPIC, OWN_ACCOUNT) for service in services]}))
    queue: str = sqs.create_queue(QueueName="heard", Attributes={"Policy": json.dumps({
        "Version": "2012-10-17", "Statement": [_statement("sns.amazonaws.com", "sqs:SendMessage", probe.QUEUE + "heard", {
            "ArnEquals": {"aws:SourceArn": TOPIC}})]})})["QueueUrl"]
    sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=probe.QUEUE + "heard",
                  Attributes={"RawMessageDelivery": "true"})
    return queue


def _watched(cloud: LocalCloud, *, usd: str = "20", frequency: str = "IMMEDIATE") -> str:
    client = cloud.client("ce")
    arn: str = client.create_anomaly_monitor(AnomalyMonitor={
        "MonitorName": "services", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"})["MonitorArn"]
    client.create_anomaly_subscription(AnomalySubscription={
        "SubscriptionName": "now", "Frequency": frequency, "MonitorArnList": [arn],
        "Subscribers": [{"Type": "SNS", "Address": TOPIC}] if frequency == "IMMEDIATE" else [
            {"Type": "EMAIL", "Address": "ops@night.test"}],
        "ThresholdExpression": {"And": [
            {"Dimensions": {"Key": f"ANOMALY_TOTAL_IMPACT_{kind}", "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
                            "Values": [value]}} for kind, value in (("ABSOLUTE", usd), ("PERCENTAGE", "20"))]}})
    return arn


def _heard(cloud: LocalCloud, queue: str) -> list[str]:
    cloud.settle()
    found = cloud.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [one["Body"] for one in found]


def test_what_is_found_is_listed_told_in_the_topic_and_takes_feedback(cloud: LocalCloud) -> None:
    queue, monitor = _topic(cloud, "costalerts.amazonaws.com"), _watched(cloud)
    cloud.spend(SPIKE)
    told = cloud.anomaly(from_="2026-11-18", to="2026-11-20", **NAT)
    assert [one["delivered"] for one in told["topics"]] == [True]
    # Three days of 64 dollars more than usual.
    assert told["impact"]["TotalImpact"] == pytest.approx(192, rel=0.1)
    [body] = _heard(cloud, queue)
    message = json.loads(body)
    assert (message["anomalyId"], message["monitorArn"], message["dimensionalValue"]) == (
        told["id"], monitor, "EC2 - Other")
    assert message["rootCauses"] == [{
        "service": "EC2 - Other", "usageType": "NatGateway-Bytes", "region": "us-east-1",
        "linkedAccount": probe.ACCOUNT, "linkedAccountName": "personal-timeline"}]

    client = cloud.client("ce")
    found = client.get_anomalies(DateInterval={"StartDate": "2026-11-01"})["Anomalies"]
    assert [one["AnomalyId"] for one in found] == [told["id"]]
    assert found[0]["RootCauses"][0]["Impact"]["Contribution"] == told["impact"]["TotalImpact"]
    client.provide_anomaly_feedback(AnomalyId=told["id"], Feedback="PLANNED_ACTIVITY")
    asked = {"DateInterval": {"StartDate": "2026-11-01"}}
    assert len(client.get_anomalies(**asked, Feedback="PLANNED_ACTIVITY")["Anomalies"]) == 1
    assert client.get_anomalies(**asked, Feedback="YES")["Anomalies"] == []
    assert client.get_anomalies(**asked, TotalImpact={"NumericOperator": "GREATER_THAN", "StartValue": 900.0})[
        "Anomalies"] == []
    assert client.get_anomalies(DateInterval={"StartDate": "2026-11-01", "EndDate": "2026-11-19"})["Anomalies"] == []


def test_the_event_on_the_bus_says_it_in_its_own_words_and_grows(cloud: LocalCloud) -> None:
    _watched(cloud)
    cloud.spend(SPIKE)
    events, sqs = cloud.client("events"), cloud.client("sqs")
    rule = events.put_rule(Name="costs", EventPattern=json.dumps({
        "source": ["aws.ce"], "detail-type": ["Anomaly Detected"]}))["RuleArn"]
    queue = sqs.create_queue(QueueName="events", Attributes={"Policy": json.dumps({
        "Version": "2012-10-17", "Statement": [_statement("events.amazonaws.com", "sqs:SendMessage",
                                                         probe.QUEUE + "events", {"ArnEquals": {"aws:SourceArn": rule}})]})})[
        "QueueUrl"]
    events.put_targets(Rule="costs", Targets=[{"Id": "queue", "Arn": probe.QUEUE + "events"}])
    first = cloud.anomaly(from_="2026-11-18", by=["event"], **NAT)
    second = cloud.anomaly(id=first["id"], from_="2026-11-18", to="2026-11-20", by=["event"], **NAT)
    assert first["topics"] == [] and second["impact"]["TotalImpact"] > 2 * first["impact"]["TotalImpact"]
    told = sorted((json.loads(one) for one in _heard(cloud, queue)), key=lambda one: one["detail"]["anomalyEndDate"])
    assert [one["detail"]["anomalyId"] for one in told] == [first["id"]] * 2
    assert (told[1]["source"], told[1]["region"], told[1]["account"]) == ("aws.ce", "us-east-1", probe.ACCOUNT)
    assert told[1]["detail"]["dimensionValue"] == "EC2 - Other"
    assert told[1]["detail"]["rootCauses"][0]["impact"]["contribution"] == second["impact"]["TotalImpact"]
    assert len(cloud.client("ce").get_anomalies(DateInterval={"StartDate": "2026-11-01"})["Anomalies"]) == 1


@pytest.mark.parametrize(("usd", "frequency"), [("500", "IMMEDIATE"), ("20", "DAILY")])
def test_a_topic_hears_at_once_and_only_what_passes_the_thresholds(cloud: LocalCloud, usd: str, frequency: str) -> None:
    queue = _topic(cloud, "costalerts.amazonaws.com")
    _watched(cloud, usd=usd, frequency=frequency)
    cloud.spend(SPIKE)
    assert cloud.anomaly(from_="2026-11-18", to="2026-11-20", **NAT)["topics"] == []
    assert _heard(cloud, queue) == []


def test_a_policy_that_does_not_admit_it_loses_the_message_and_only_the_answer_says_so(cloud: LocalCloud) -> None:
    queue = _topic(cloud, "budgets.amazonaws.com")
    _watched(cloud)
    [told] = cloud.anomaly(from_="2026-11-18", actual="300", expected="20", service="Amazon SageMaker")["topics"]
    assert not told["delivered"] and "costalerts.amazonaws.com may not publish" in told["why"]
    [subscription] = cloud.client("ce").get_anomaly_subscriptions()["AnomalySubscriptions"]
    assert subscription["Subscribers"] == [{"Type": "SNS", "Address": TOPIC, "Status": "CONFIRMED"}]
    assert _heard(cloud, queue) == []


@pytest.mark.parametrize(("admitted", "delivered"), [((), False), (("costalerts.amazonaws.com",), True)])
def test_an_encrypted_topic_needs_its_key_to_admit_the_service_too(
        cloud: LocalCloud, admitted: tuple[str, ...], delivered: bool) -> None:
    queue = _topic(cloud, "costalerts.amazonaws.com", key=_key(cloud, *admitted))
    _watched(cloud)
    [told] = cloud.anomaly(from_="2026-11-18", actual="300", expected="20", service="Amazon SageMaker")["topics"]
    assert told["delivered"] == delivered and len(_heard(cloud, queue)) == delivered


def test_without_a_monitor_nothing_is_found(cloud: LocalCloud) -> None:
    with pytest.raises(LocalCloudError, match="no anomaly monitor"):
        cloud.anomaly(from_="2026-11-18")


# -- budgets ---------------------------------------------------------------------------------------------------------

def _budgeted(cloud: LocalCloud, limit: str, *thresholds: tuple[str, float]) -> None:
    cloud.client("budgets").create_budget(AccountId=probe.ACCOUNT, Budget={
        "BudgetName": "dev-monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": limit, "Unit": "USD"}, "CostFilters": {"TagKeyValue": ["user:Environment$dev"]},
        "CostTypes": {"IncludeCredit": False, "IncludeRefund": False}}, NotificationsWithSubscribers=[
        {"Notification": {"NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": percent,
                          "ThresholdType": "PERCENTAGE"},
         "Subscribers": [{"SubscriptionType": "SNS", "Address": TOPIC}]} for kind, percent in thresholds])


def _spent(cloud: LocalCloud, **more: Any) -> None:
    dev = {"service": "Amazon Relational Database Service", "usage_type": "InstanceUsage:db.t4g.small",
           "tags": {"Environment": "dev"}}
    cloud.spend({"settling": [], "lines": [
        *({"day": f"2026-{month}-{day:02}", "amount": "60", **dev} for month, days in (("10", 31), ("11", 22))
          for day in range(1, days + 1)),
        {"day": "2026-11-05", "amount": "-500", "record_type": "Credit", **dev},
        {"day": "2026-11-05", "amount": "9999", "service": "Amazon SageMaker", "usage_type": "Host"}], **more})


def test_a_budget_knows_what_its_tag_has_cost_and_will(cloud: LocalCloud) -> None:
    client = cloud.client("budgets")
    _budgeted(cloud, "1500", ("ACTUAL", 80))
    one = {"AccountId": probe.ACCOUNT, "BudgetName": "dev-monthly"}
    assert "CalculatedSpend" not in client.describe_budget(**one)["Budget"]
    _spent(cloud)
    spend = client.describe_budget(**one)["Budget"]["CalculatedSpend"]
    assert spend["ActualSpend"] == {"Amount": "1320.000", "Unit": "USD"}
    assert spend["ForecastedSpend"] == {"Amount": "1800.000", "Unit": "USD"}
    [listed] = client.describe_budgets(AccountId=probe.ACCOUNT)["Budgets"]
    assert listed["CalculatedSpend"] == spend
    months = client.describe_budget_performance_history(**one)["BudgetPerformanceHistory"]["BudgetedAndActualAmountsList"]
    assert [month["ActualAmount"]["Amount"] for month in months[:3]] == ["1320.000", "1860.000", "0.000"]
    assert months[1]["TimePeriod"]["Start"].strftime("%Y-%m-%d") == "2026-10-01"


def test_a_threshold_is_told_once_in_a_month_and_as_text(cloud: LocalCloud) -> None:
    queue = _topic(cloud, "budgets.amazonaws.com")
    _budgeted(cloud, "1500", ("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))
    assert cloud.look_at_budgets() == []
    _spent(cloud)
    told = cloud.look_at_budgets("dev-monthly")
    assert {(one["type"], one["threshold"], one["delivered"]) for one in told} == {
        ("ACTUAL", 1200, True), ("FORECASTED", 1500, True)}
    bodies = _heard(cloud, queue)
    [actual] = [body for body in bodies if "Alert Type: ACTUAL" in body]
    assert len(bodies) == 2 and all(line in actual.splitlines() for line in (
        f"AWS Account {probe.ACCOUNT}", "Budget Name: dev-monthly", "Budget Type: Cost", "Budgeted Amount: $1,500.00",
        "Alert Threshold: > $1,200.00", "ACTUAL Amount: $1,320.00"))
    assert cloud.look_at_budgets() == []
    assert len(cloud.look_at_budgets(again=True)) == 2
    with pytest.raises(LocalCloudError, match="there is no budget yearly"):
        cloud.look_at_budgets("yearly")


# -- advice ----------------------------------------------------------------------------------------------------------

def test_who_does_not_take_part_gets_no_advice(cloud: LocalCloud) -> None:
    cloud.spend({"estate": True})
    with pytest.raises(ClientError, match="not enrolled"):
        cloud.client("cost-optimization-hub").list_recommendations()
    with pytest.raises(ClientError, match="OptInRequiredException"):
        cloud.client("compute-optimizer").get_ec2_instance_recommendations()


def test_the_hubs_advice_is_filtered_ordered_paged_and_summed(cloud: LocalCloud) -> None:
    hub = cloud.client("cost-optimization-hub")
    hub.update_enrollment_status(status="Active")
    assert hub.list_recommendations()["items"] == []
    cloud.spend({"estate": {"seed": 1}})
    first = hub.list_recommendations(maxResults=2)
    rest = hub.list_recommendations(maxResults=3, nextToken=hub.list_recommendations(maxResults=3)["nextToken"])
    savings = [one["estimatedMonthlySavings"] for one in hub.list_recommendations()["items"]]
    assert savings == sorted(savings, reverse=True) and len(savings) == 5
    assert [one["estimatedMonthlySavings"] for one in first["items"]] == savings[:2]
    assert [one["estimatedMonthlySavings"] for one in rest["items"]] == savings[3:]
    assert first["items"][0]["source"] == "CostExplorer" and first["items"][0]["lastRefreshTimestamp"]
    moves = hub.list_recommendations(filter={"actionTypes": ["Rightsize"], "restartNeeded": True})["items"]
    assert {one["currentResourceType"] for one in moves} == {"Ec2Instance", "RdsDbInstance"}
    tagged = hub.list_recommendations(filter={"tags": [{"key": "Environment", "value": "dev"}]})["items"]
    assert [one["resourceId"] for one in tagged] == ["i-0123456789abcdef0"]
    summed = hub.list_recommendation_summaries(groupBy="ActionType")
    assert {one["group"]: one["recommendationCount"] for one in summed["items"]} == {
        "Delete": 1, "PurchaseSavingsPlans": 1, "Rightsize": 3}
    assert summed["estimatedTotalDedupedSavings"] == pytest.approx(sum(savings))
    with pytest.raises(ClientError, match="ValidationException"):
        hub.list_recommendations(maxResults=3, nextToken="?")


def test_the_optimizers_advice_by_kind(cloud: LocalCloud) -> None:
    client = cloud.client("compute-optimizer")
    client.update_enrollment_status(status="Active")
    cloud.spend({"estate": True})
    [instance] = client.get_ec2_instance_recommendations()["instanceRecommendations"]
    saving = instance["recommendationOptions"][0]["savingsOpportunity"]["estimatedMonthlySavings"]
    assert (instance["finding"], saving) == ("Overprovisioned", {"currency": "USD", "value": 29.78})
    assert client.get_ec2_instance_recommendations(
        filters=[{"name": "Finding", "values": ["Underprovisioned"]}])["instanceRecommendations"] == []
    assert client.get_ebs_volume_recommendations()["volumeRecommendations"][0]["finding"] == "NotOptimized"
    assert client.get_rds_database_recommendations()["rdsDBRecommendations"][0]["instanceFinding"] == "Overprovisioned"
    [function] = client.get_lambda_function_recommendations()["lambdaFunctionRecommendations"]
    assert function["memorySizeRecommendationOptions"][0]["memorySize"] == 160
    assert client.get_lambda_function_recommendations(functionArns=[
        f"arn:aws:lambda:us-east-1:{probe.ACCOUNT}:function:other"])["lambdaFunctionRecommendations"] == []

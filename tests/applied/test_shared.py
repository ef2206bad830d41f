"""What exists once, from an empty account: applied, planned again, destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.terraform import Estate
from localcloud import LocalCloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """One account for all shared roots: certificates are validated in the zones of dns."""
    with LocalCloud() as started:
        yield started


def test_dns_and_the_certificates_in_its_zones(cloud: LocalCloud, tmp_path: Path) -> None:
    dns = Estate("shared/dns", work=tmp_path / "dns", env=cloud.env, variables={
        "zones": {"site": {"domain": "personal-timeline.app", "dnssec": True, "query_logs": True},
                  "staging": {"domain": "staging.personal-timeline.app", "parent": "site"}},
        "records": {"mail": {"zone": "site", "type": "MX", "values": ["0 ."]}}})
    zones = dns.apply()["zones"]
    certificates = Estate("shared/certificates", work=tmp_path / "certificates", env=cloud.env, variables={
        "certificates": {"site": {"domain": "personal-timeline.app", "zone_id": zones["site"]["id"]}}})
    certificates.apply()
    for region in ("us-east-1", "us-west-2"):
        acm = cloud.client("acm", region=region)
        assert [one["Status"] for one in acm.list_certificates()["CertificateSummaryList"]] == ["ISSUED"], region

    for root in (certificates, dns):
        assert root.differences() == [], root.folder.name
    for root in (certificates, dns):
        root.destroy()
    assert cloud.client("route53").list_hosted_zones()["HostedZones"] == []


def test_the_account(cloud: LocalCloud, tmp_path: Path) -> None:
    account = Estate("shared/account", work=tmp_path, env=cloud.env, variables={
        "alarm_addresses": ["platform@personal-timeline.app"], "disposable": True, "lock_days": None})
    account.apply()
    assert account.differences() == []
    trail = cloud.client("cloudtrail").describe_trails()["trailList"][0]
    assert trail["IsMultiRegionTrail"] and trail["LogFileValidationEnabled"] and trail["KmsKeyId"]
    for region in ("us-east-1", "us-west-2", "eu-west-1"):
        assert cloud.client("guardduty", region=region).list_detectors()["DetectorIds"], region
    account.destroy()


REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
ENVIRONMENTS = {"dev": {"budget_usd": 500}, "staging": {"budget_usd": 1500}, "prod": {"budget_usd": 5000},
                "lab": {"account_id": "111122223333"}}


def test_monitoring_of_all_environments(cloud: LocalCloud, tmp_path: Path) -> None:
    lamps = [f"personal-timeline-{code}-environment-{severity}"
             for code in ENVIRONMENTS for severity in ("morning", "urgent")]
    watch = cloud.client("cloudwatch")
    for lamp in lamps:
        watch.put_metric_alarm(AlarmName=lamp, EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold",
                               Threshold=1, Namespace="Stand-in", MetricName=lamp, Period=60, Statistic="Sum")
    wanted: dict[str, Any] = {
        "application_signals": True, "charges_usd": 7000, "environments": ENVIRONMENTS, "observability": {},
        "subscriptions": {"team": {"endpoint": "team@personal-timeline.app", "severity": "morning"}},
        "trace_encryption": "own-key"}
    monitoring = Estate("shared/monitoring", work=tmp_path, env=cloud.env, variables=wanted)
    outputs = monitoring.apply()
    assert monitoring.differences() == []

    [lamp] = watch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    # Alarms of another account are not for a composite alarm to see.
    assert sorted(lamp["AlarmRule"].split(" OR ")) == sorted(
        f'ALARM("personal-timeline-{code}-environment-urgent")' for code in ("dev", "prod", "staging"))
    assert lamp["AlarmActions"] == [outputs["topic_arns"]["us-east-1"]["urgent"]]
    body = json.loads(watch.get_dashboard(DashboardName=outputs["dashboard"])["DashboardBody"])
    shown = {arn for widget in body["widgets"] for arn in widget["properties"].get("alarms", [])}
    there = {alarm["AlarmArn"] for region in REGIONS for kind in ("CompositeAlarms", "MetricAlarms")
             for alarm in cloud.client("cloudwatch", region=region).describe_alarms(
                 AlarmTypes=["CompositeAlarm", "MetricAlarm"])[kind]}
    assert {arn for arn in shown if ":111122223333:" not in arn} <= there
    for region in REGIONS:
        found = cloud.client("xray", region=region).get_encryption_config()["EncryptionConfig"]
        assert found["KeyId"] == outputs["trace_keys"][region], region

    # Linked to a sink, and with traces that are back at X-Ray's own key before the other one goes.
    linked = Estate("shared/monitoring", work=tmp_path, env=cloud.env, variables={
        **wanted, "links": {"us-west-2": {"sink_arn": outputs["sinks"]["us-west-2"]}}, "trace_encryption": "default"})
    assert list(linked.apply()["links"]) == ["us-west-2"]
    assert linked.differences() == []
    assert cloud.client("xray").get_encryption_config()["EncryptionConfig"]["Type"] == "NONE"

    # Somebody is called once, and what AWS says is read where it is about.
    calls = _messages(cloud, "us-east-1", outputs["topic_arns"]["us-east-1"]["urgent"])
    for code in ("staging", "prod"):
        watch.set_alarm_state(AlarmName=f"personal-timeline-{code}-environment-urgent", StateValue="ALARM",
                              StateReason="rehearsed")
    cloud.settle()
    assert [json.loads(call)["AlarmName"] for call in calls()] == [lamp["AlarmName"]]
    heard = {region: _messages(cloud, region, outputs["topic_arns"][region]["morning"]) for region in REGIONS}
    for delivered, about in (("us-east-1", "us-east-1"), ("us-west-2", "us-east-1"), ("us-east-1", "global"),
                             ("us-east-1", "us-west-2"), ("us-west-2", "us-west-2"), ("us-west-2", "eu-west-1"),
                             ("us-west-2", "ap-south-1"), ("eu-west-1", "eu-west-1")):
        cloud.put_event({
            "source": "aws.health", "detail-type": "AWS Health Event", "region": delivered, "resources": [],
            "detail": {"eventRegion": about, "service": "EC2", "eventTypeCategory": "issue",
                       "eventTypeCode": "AWS_EC2_OPERATIONAL_ISSUE", "eventScopeCode": "PUBLIC"}})
    cloud.settle()
    assert {region: sorted(json.loads(message)["detail"]["eventRegion"] for message in take())
            for region, take in heard.items()} == {
        "us-east-1": ["global", "us-east-1"], "us-west-2": ["us-east-1", "us-west-2"], "eu-west-1": ["eu-west-1"]}

    linked.destroy()
    for region in REGIONS:
        assert not any("personal-timeline-shared-monitoring" in topic["TopicArn"]
                       for topic in cloud.client("sns", region=region).list_topics()["Topics"]), region
    for lamp in lamps:
        watch.delete_alarms(AlarmNames=[lamp])


def _messages(cloud: LocalCloud, region: str, topic: str) -> Callable[[], list[str]]:
    """Subscribes a queue to a topic; the answer takes what came, as it was published."""
    sqs = cloud.client("sqs", region=region)
    url = sqs.create_queue(QueueName=topic.rpartition(":")[2])["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    cloud.client("sns", region=region).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def take() -> list[str]:
        taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"])["Message"] for message in taken]
    return take

"""What exists once, from an empty account: applied, planned again, destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from e2e.terraform import Estate
from localcloud import LocalCloud
from proofs.manifests import Function, functions


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

    _handed_over(cloud, outputs["forward_rules"])

    linked.destroy()
    for region in REGIONS:
        assert not any("personal-timeline-shared-monitoring" in topic["TopicArn"]
                       for topic in cloud.client("sns", region=region).list_topics()["Topics"]), region
    for lamp in lamps:
        watch.delete_alarms(AlarmNames=[lamp])


def _handed_over(cloud: LocalCloud, rules: dict[str, dict[str, str]]) -> None:
    """What each other region hands to the bus of us-east-1, as the account shows it.

    That it arrives is not seen here: the local bus delivers within a region only.
    """
    wanted = {f"{function.name}-{key}": event.get("pattern_elsewhere", event["pattern"])
              for function in functions() for key, event in function.manifest["events"].items()
              if event.get("regions") == "all"}
    assert set(rules) == set(REGIONS) - {"us-east-1"}
    account = cloud.client("sts").get_caller_identity()["Account"]
    fixtures = {fixture.path.stem: fixture.content for fixture in Function("security-triage").fixtures}
    for region, names in rules.items():
        events = cloud.client("events", region=region)
        patterns = {key: json.loads(events.describe_rule(Name=name)["EventPattern"]) for key, name in names.items()}
        assert patterns == wanted, region
        for name in names.values():
            [target] = events.list_targets_by_rule(Rule=name)["Targets"]
            assert target["Arn"] == f"arn:aws:events:us-east-1:{account}:event-bus/default", name
            assert target["RoleArn"].endswith(f"-forward-{region}-role")
            # EventBridge buries in the rule's own region.
            assert target["DeadLetterConfig"]["Arn"].split(":")[3] == region

        taken = partial(_taken, events, patterns)
        assert taken(fixtures["guardduty-instance"]) == ["security-triage-guardduty-finding"]
        assert taken(fixtures["root-sign-in"]) == ["security-triage-sign-in"]
        assert taken(fixtures["security-hub-guardduty"]) == []
        bucket = fixtures["access-analyzer-public"]
        assert taken(bucket) == ["security-triage-access-analyzer"]
        assert taken({**bucket, "detail": {**bucket["detail"], "resourceType": "AWS::IAM::Role"}}) == []
        assert taken(fixtures["access-analyzer-unused"]) == []
        key = fixtures["health-exposed-key"]
        assert taken(key) == ["security-triage-health"]
        for other in ({"eventRegion": "global"}, {"eventScopeCode": "PUBLIC"}):
            assert taken({**key, "detail": {**key["detail"], **other}}) == [], other


def _taken(events: Any, patterns: dict[str, dict[str, Any]], event: dict[str, Any]) -> list[str]:
    """The rules that take an event, as the event bus judges it."""
    return [key for key, pattern in patterns.items()
            if events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))["Result"]]


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

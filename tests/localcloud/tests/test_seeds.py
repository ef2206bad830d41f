"""Seeds are files, and one that fails says where and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localcloud import LocalCloud
from localcloud.seeding import SeedError

SEEDS = Path(__file__).parents[1] / "seeds"


def test_the_existing_estate(cloud: LocalCloud) -> None:
    assert cloud.seed(SEEDS / "existing-estate.json") > 5
    names = {instance["DBInstanceIdentifier"]: {tag["Key"]: tag["Value"] for tag in instance["TagList"]}
             for instance in cloud.client("rds").describe_db_instances()["DBInstances"]}
    assert names["shop-production-db"]["Environment"] == "production"
    assert names["shop-preproduction-db"]["Environment"] == "preproduction"
    groups = cloud.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert {group["AutoScalingGroupName"]: len(group["Instances"]) for group in groups} == {
        "shop-production": 2, "shop-preproduction": 1}


def test_findings_and_costs(cloud: LocalCloud) -> None:
    cloud.seed(SEEDS / "findings.json")
    findings = cloud.client("securityhub").get_findings()["Findings"]
    assert {finding["Severity"]["Label"] for finding in findings} == {"CRITICAL", "LOW"}
    cloud.seed(SEEDS / "costs.json")
    answer = cloud.client("ce").get_cost_and_usage(
        TimePeriod={"Start": "2026-11-17", "End": "2026-11-19"}, Granularity="DAILY", Metrics=["UnblendedCost"],
        Filter={"Dimensions": {"Key": "USAGE_TYPE", "Values": ["NatGateway-Bytes"]}})
    before, spike = (float(day["Total"]["UnblendedCost"]["Amount"]) for day in answer["ResultsByTime"])
    assert spike > 10 * before


@pytest.mark.parametrize(("content", "words"), [
    ([{"service": "rds", "operation": "stop_db_instance", "parameters": {"DBInstanceIdentifier": "nobody"}}],
     ["entry 1", "rds stop_db_instance", "DBInstanceNotFound"]),
    ([{"service": "sqs", "operation": "dance"}], ["entry 1", "dance"]),
    ([{"service": "sqs", "operation": "list_queues", "colour": "red"}], ["unknown field colour"]),
    ([{"spending": {"lines": [{"day": "2026-11-01"}]}}], ["entry 1", "spending", "lines[0] has no amount"]),
    ({"not": "a list"}, ["JSON list"]),
])
def test_what_fails_says_where_and_why(cloud: LocalCloud, tmp_path: Path, content: object, words: list[str]) -> None:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(content))
    with pytest.raises(SeedError) as refused:
        cloud.seed(path)
    assert all(word in str(refused.value) for word in [str(path), *words])


def test_answers_are_carried_on(cloud: LocalCloud, tmp_path: Path) -> None:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps([
        {"service": "ec2", "operation": "create_vpc", "parameters": {"CidrBlock": "10.9.0.0/16"},
         "save": {"vpc": "Vpc.VpcId"}},
        {"service": "ec2", "operation": "create_subnet", "parameters": {"VpcId": "${vpc}", "CidrBlock": "10.9.1.0/24"}},
        {"service": "sns", "operation": "create_topic", "parameters": {"Name": "there"}, "account": "210987654321"}]))
    assert cloud.seed(path) == 3
    assert cloud.client("sns").list_topics()["Topics"] == []

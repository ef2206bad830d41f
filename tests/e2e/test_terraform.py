"""Terraform finds everything as it left it, and takes all of it away again."""

from __future__ import annotations

import pytest

from .estate import Estate


# Before the first night: asleep, node groups carry a taint that Terraform has not put there.
@pytest.mark.stage(-1)
def test_a_second_plan_changes_nothing(estate: Estate) -> None:
    # The known gaps of the emulators stand in known_differences.json, each with its reason.
    assert estate.terraform.differences() == []


@pytest.mark.stage(4)
def test_destroy_leaves_nothing(estate: Estate) -> None:
    existed = _existing(estate)
    assert any(estate.prefix in name for name in existed)
    estate.terraform.destroy()
    left = {name for name in _existing(estate) if estate.prefix in name}
    # What the seeds put there, and what people did, is not Terraform's to remove.
    seeded = {name for name in left if any(word in name for word in SEEDED)}
    assert left - seeded == set()


SEEDED = ("slack-webhook", "-security-triage-quarantine", "-batch-group", "-reports", "-archive-db", "-reference-db",
          "-protected-db", "-services")


def _existing(estate: Estate) -> set[str]:
    """The names of everything that development has, service by service."""
    ask = estate.client
    found: set[str] = set()
    found |= {one["FunctionName"] for one in ask("lambda").list_functions()["Functions"]}
    found |= {one["RoleName"] for one in ask("iam").list_roles()["Roles"]}
    found |= {one["PolicyName"] for one in ask("iam").list_policies(Scope="Local")["Policies"]}
    found |= {one["Name"] for one in ask("events").list_rules()["Rules"]}
    found |= {one["Name"] for one in ask("scheduler").list_schedules()["Schedules"]}
    found |= {one["Name"] for one in ask("scheduler").list_schedule_groups()["ScheduleGroups"]}
    found |= {one["TopicArn"] for one in ask("sns").list_topics()["Topics"]}
    found |= set(ask("sqs").list_queues().get("QueueUrls", []))
    found |= set(ask("dynamodb").list_tables()["TableNames"])
    found |= {one["Name"] for one in ask("ssm").describe_parameters()["Parameters"]}
    found |= {one["logGroupName"] for one in ask("logs").describe_log_groups()["logGroups"]}
    found |= {one["AlarmName"] for one in ask("cloudwatch").describe_alarms()["MetricAlarms"]}
    found |= {one["AliasName"] for one in ask("kms").list_aliases()["Aliases"]}
    found |= {one["AutoScalingGroupName"] for one in ask("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]}
    found |= set(ask("eks").list_clusters()["clusters"])
    found |= {one["DBInstanceIdentifier"] for one in ask("rds").describe_db_instances()["DBInstances"]}
    found |= {one["DBSubnetGroupName"] for one in ask("rds").describe_db_subnet_groups()["DBSubnetGroups"]}
    found |= {one["DBParameterGroupName"] for one in ask("rds").describe_db_parameter_groups()["DBParameterGroups"]}
    ec2 = ask("ec2")
    for answer in (ec2.describe_vpcs()["Vpcs"], ec2.describe_subnets()["Subnets"],
                   ec2.describe_nat_gateways()["NatGateways"], ec2.describe_addresses()["Addresses"],
                   ec2.describe_internet_gateways()["InternetGateways"], ec2.describe_route_tables()["RouteTables"]):
        found |= {tag["Value"] for one in answer if one.get("State") != "deleted"
                  for tag in one.get("Tags", []) if tag["Key"] == "Name"}
    found |= {one["LaunchTemplateName"] for one in ec2.describe_launch_templates()["LaunchTemplates"]}
    found |= {one["GroupName"] for one in ec2.describe_security_groups()["SecurityGroups"]}
    return found

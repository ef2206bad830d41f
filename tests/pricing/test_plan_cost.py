"""The estimate and its gate."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pricing import report
from pricing.__main__ import main
from pricing.estimate import Estimate, budget_of
from pricing.plans import Plan, PlanError
from pricing.prices import PriceTable
from pricing.ranges import Range
from pricing.services.compute import in_extended_support, support_ends
from pricing.usage import Usage
from shown import Given, state

NO_CREDITS = {"nodes": {"surplus_vcpu_hours": 0}}


def priced(
    table: PriceTable, *resources: Given, usage: dict[str, Any] | None = None, plan: Plan | None = None
) -> Estimate:
    return Estimate.make(plan or Plan(state(*resources)), table, Usage.read(usage or {}, "it.json"), date(2026, 11, 1))


def group(low: int, middle: int, high: int, **more: Any) -> Given:
    return (
        "aws_eks_node_group",
        {
            "instance_types": ["t3.medium"],
            "capacity_type": "ON_DEMAND",
            "disk_size": 20,
            "scaling_config": [{"min_size": low, "desired_size": middle, "max_size": high}],
            **more,
        },
    )


def hours_of(estimate: Estimate) -> Range:
    return next(line.quantity for line in estimate.lines if "instances" in line.component)


def test_a_node_group_is_a_range_from_min_to_max(table: PriceTable) -> None:
    made = priced(table, group(1, 2, 4), usage=NO_CREDITS)

    assert hours_of(made) == Range.of(730, 1460, 2920)
    assert made.total.expected == Decimal("0.0416") * 1460 + Decimal("0.10") * 40


def test_spot_ranges_up_to_the_price_on_demand(table: PriceTable) -> None:
    made = priced(
        table, group(1, 1, 1, capacity_type="SPOT", instance_types=["t3.small", "t3a.small"]), usage=NO_CREDITS
    )
    cost = next(line.cost for line in made.lines if "spot" in line.component)

    assert cost.high == Decimal("0.0208") * 730
    assert (
        cost.expected == max(table.find("ec2.spot", "us-east-1", size).usd for size in ("t3.small", "t3a.small")) * 730
    )
    assert cost.low < cost.expected < cost.high


def test_what_carries_a_schedule_runs_its_hours_only(table: PriceTable) -> None:
    usage = {**NO_CREDITS, "awake": {"hours_per_week": {"low": 42, "expected": 84, "high": 168}}}
    sleeps = priced(table, group(1, 1, 1, tags={"Schedule": "office-hours"}), usage=usage)
    never = priced(table, group(1, 1, 1), usage=usage)

    assert hours_of(sleeps) == Range.of("182.5", 365, 730)
    assert hours_of(never) == Range.of(730)


def test_a_stopped_database_keeps_its_storage(table: PriceTable) -> None:
    made = priced(
        table,
        (
            "aws_db_instance",
            {
                "engine": "postgres",
                "instance_class": "db.t3.micro",
                "storage_type": "gp3",
                "allocated_storage": 20,
                "max_allocated_storage": 50,
                "tags": {"Schedule": "office-hours"},
            },
        ),
        usage={"awake": {"hours_per_week": 84}},
    )
    instance, storage = made.lines

    assert instance.quantity == Range.of(365)
    assert storage.quantity == Range.of(20, 20, 50)


def test_a_replica_takes_what_it_does_not_say_from_its_source(table: PriceTable) -> None:
    made = priced(
        table,
        (
            "aws_db_instance",
            {
                "engine": "postgres",
                "instance_class": "db.r5.large",
                "allocated_storage": 100,
                "storage_type": "gp3",
                "identifier": "one",
            },
        ),
        ("aws_db_instance", {"instance_class": "db.r5.large", "replicate_source_db": "one"}),
    )

    assert [line.cost.expected for line in made.lines] == [
        Decimal("182.50"),
        Decimal("11.500"),
        Decimal("182.50"),
        Decimal("11.500"),
    ]


def test_a_cluster_past_standard_support_costs_more_unless_aws_upgrades_it(table: PriceTable) -> None:
    def cluster(version: str, support: str) -> Given:
        return ("aws_eks_cluster", {"version": version, "upgrade_policy": [{"support_type": support}]})

    old = min(support_ends(), key=lambda version: support_ends()[version])
    assert priced(table, cluster(old, "EXTENDED")).total.expected == 438
    assert priced(table, cluster(old, "STANDARD")).total.expected == 73
    assert priced(table, cluster("1.35", "EXTENDED")).total.expected == 73
    young = Plan(state(cluster("1.99", "EXTENDED"))).resources[0]
    assert not in_extended_support(young, date(2026, 11, 1))


def test_what_has_no_rule_is_named(table: PriceTable) -> None:
    made = priced(table, ("aws_msk_cluster", {}))

    assert [(one.address, one.why) for one in made.unpriced] == [
        ("aws_msk_cluster.it[0]", "no rule for this resource type")
    ]


def test_what_has_no_price_or_no_assumption_is_named(table: PriceTable) -> None:
    made = priced(table, ("aws_nat_gateway", {"region": "ap-south-1"}))

    assert [one.why for one in made.unpriced] == [
        "no sourced price for nat.hour in ap-south-1",
        "it.json says no network.nat_gb",
    ]
    assert made.total == Range.of(0)


def test_free_and_elsewhere_are_counted(table: PriceTable) -> None:
    made = priced(table, ("aws_iam_role", {}), ("aws_iam_role", {}), ("aws_lb_listener", {}))

    assert (made.free, made.elsewhere, made.unpriced) == ({"aws_iam_role": 2}, {"aws_lb_listener": 1}, [])


def test_the_plans_own_budget_is_its_largest_monthly_one() -> None:
    def limit(amount: str, **more: Any) -> Given:
        return (
            "aws_budgets_budget",
            {"budget_type": "COST", "time_unit": "MONTHLY", "limit_amount": amount, "limit_unit": "USD", **more},
        )

    assert (
        budget_of(
            Plan(
                state(
                    limit("500.0"),
                    limit("50.0"),
                    limit("9000.0", time_unit="ANNUALLY"),
                    limit("7", budget_type="USAGE"),
                )
            )
        )
        == 500
    )
    assert budget_of(Plan(state())) is None


def test_expected_gates_and_high_only_warns(table: PriceTable) -> None:
    made = priced(table, group(1, 2, 40), usage=NO_CREDITS)

    assert not report.judge(made, Decimal(100)).over
    assert "would pass it by" in report.judge(made, Decimal(100)).text
    assert report.judge(made, made.total.expected - Decimal("0.01")).over
    assert not report.judge(made, made.total.expected).over


def test_strict_wants_nothing_unpriced(table: PriceTable) -> None:
    made = priced(table, ("aws_msk_cluster", {}))

    assert not report.judge(made, Decimal(1)).over
    assert report.judge(made, Decimal(1), strict=True).over
    assert report.judge(made, None, strict=True).over


def provider_plan(**change: Any) -> dict[str, Any]:
    """A plan with a replica module in another Region and a reference that is not known yet."""
    return {
        "timestamp": "2026-11-05T01:02:03Z",
        "planned_values": {
            "root_module": {
                "child_modules": [
                    {
                        "address": "module.it",
                        "resources": [
                            {
                                "address": 'module.it.aws_autoscaling_group.group["a"]',
                                "mode": "managed",
                                "type": "aws_autoscaling_group",
                                "name": "group",
                                "index": "a",
                                "values": {
                                    "min_size": 1,
                                    "desired_capacity": 1,
                                    "max_size": 1,
                                    "launch_template": [{}],
                                },
                            },
                            {
                                "address": 'module.it.aws_launch_template.lt["a"]',
                                "mode": "managed",
                                "type": "aws_launch_template",
                                "name": "lt",
                                "index": "a",
                                "values": {"instance_type": "t3.micro"},
                            },
                            {
                                "address": 'module.it.aws_launch_template.lt["b"]',
                                "mode": "managed",
                                "type": "aws_launch_template",
                                "name": "lt",
                                "index": "b",
                                "values": {"instance_type": "m5.large"},
                            },
                            {
                                "address": "module.it.aws_vpc_endpoint.copy",
                                "mode": "managed",
                                "type": "aws_vpc_endpoint",
                                "name": "copy",
                                "values": {"vpc_endpoint_type": "Interface"},
                            },
                        ],
                    }
                ]
            }
        },
        "resource_changes": [
            {"address": "module.it.aws_vpc_endpoint.copy", "change": {"after_unknown": {"subnet_ids": [True, True]}}}
        ],
        "configuration": {
            "provider_config": {
                "aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"}}},
                "aws.secondary": {
                    "name": "aws",
                    "alias": "secondary",
                    "expressions": {"region": {"references": ["local.x"]}},
                },
            },
            "root_module": {
                "module_calls": {
                    "it": {
                        "module": {
                            "resources": [
                                {
                                    "address": "aws_autoscaling_group.group",
                                    "provider_config_key": "aws",
                                    "expressions": {
                                        "launch_template": [
                                            {"id": {"references": ["aws_launch_template.lt", "each.key"]}}
                                        ]
                                    },
                                },
                                {"address": "aws_launch_template.lt", "provider_config_key": "aws"},
                                {"address": "aws_vpc_endpoint.copy", "provider_config_key": "aws.secondary"},
                            ]
                        }
                    }
                }
            },
        },
        **change,
    }


def test_a_plan_tells_regions_and_what_refers_to_what() -> None:
    plan = Plan(provider_plan())
    regions = {resource.name: resource.region for resource in plan.resources}
    scaled = plan.of("aws_autoscaling_group")[0]

    assert regions == {"group": "us-east-1", "lt": "us-east-1", "copy": "us-west-2"}
    assert plan.related(scaled, "launch_template", "aws_launch_template").index == "a"  # type: ignore[union-attr]
    assert scaled.module == "module.it"
    assert plan.timestamp == "2026-11-05T01:02:03Z"


def test_a_region_that_nothing_tells_is_asked_for() -> None:
    document = provider_plan()
    providers = document["configuration"]["provider_config"]
    providers["aws.secondary"]["alias"] = "elsewhere"

    with pytest.raises(PlanError, match="--region elsewhere="):
        Plan(document)
    assert Plan(document, {"elsewhere": "eu-west-1"}).of("aws_vpc_endpoint")[0].region == "eu-west-1"


def test_zones_that_are_not_known_yet_are_counted(table: PriceTable) -> None:
    made = priced(table, plan=Plan(provider_plan()), usage={**NO_CREDITS, "network": {"endpoint_gb": 0}})
    line = next(line for line in made.lines if line.component.startswith("interface"))

    assert line.component == "interface in 2 zones"
    assert line.cost.expected == Decimal("14.60")


def write(path: Path, document: object) -> str:
    path.write_text(json.dumps(document))
    return str(path)


def test_the_command_gates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = write(
        tmp_path / "plan.json",
        state(
            ("aws_nat_gateway", {}),
            (
                "aws_budgets_budget",
                {"budget_type": "COST", "time_unit": "MONTHLY", "limit_amount": "30", "limit_unit": "USD"},
            ),
        ),
    )
    usage = write(tmp_path / "usage.json", {"network": {"nat_gb": 0}})

    assert main([plan, "--usage", usage]) == 1
    assert "over the budget of $30.00 by $2.85" in capsys.readouterr().out
    assert main([plan, "--usage", usage, "--budget", "33"]) == 0
    assert main([plan]) == 2
    assert "name no environment" in capsys.readouterr().err
    assert main([str(tmp_path / "none.json")]) == 2


def test_the_command_says_what_a_change_costs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = write(tmp_path / "before.json", state(("aws_nat_gateway", {}), ("aws_kms_key", {})))
    after = write(
        tmp_path / "after.json",
        state(("aws_nat_gateway", {}), ("aws_secretsmanager_secret", {}), ("aws_nat_gateway", {})),
    )
    usage = write(
        tmp_path / "usage.json",
        {"network": {"nat_gb": 0}, "secrets": {"request_ten_thousands": 0}, "keys": {"request_ten_thousands": 0}},
    )

    assert main([after, "--against", before, "--usage", usage]) == 0
    out = capsys.readouterr().out
    assert "This change: +$32.25 a month expected" in out
    assert "aws_kms_key.it[1] (gone)" in out
    assert main([after, "--against", before, "--usage", usage, "--markdown"]) == 0
    assert "**This change: +$32.25 a month**" in capsys.readouterr().out
    assert main([after, "--against", before, "--usage", usage, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["changes"]["aws_nat_gateway.it[2] (new)"] == "32.850"
    assert Decimal(document["total"]["expected"]) == Decimal("66.10")


def test_a_plan_that_already_stands_is_held_against_its_own_state(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = {
        "planned_values": state(("aws_kms_key", {}), ("aws_kms_key", {}))["values"],
        "prior_state": state(("aws_kms_key", {})),
    }
    usage = write(tmp_path / "usage.json", {"keys": {"request_ten_thousands": 0}})

    assert main([write(tmp_path / "plan.json", document), "--usage", usage]) == 0
    assert "This change: +$1.00 a month" in capsys.readouterr().out


def test_a_member_of_a_global_datastore_has_the_nodes_of_the_first(table: PriceTable) -> None:
    made = priced(
        table,
        (
            "aws_elasticache_replication_group",
            {"id": "one", "node_type": "cache.r5.large", "num_node_groups": 2, "replicas_per_node_group": 1},
        ),
        ("aws_elasticache_global_replication_group", {"id": "all", "primary_replication_group_id": "one"}),
        (
            "aws_elasticache_replication_group",
            {"global_replication_group_id": "all", "replicas_per_node_group": 0, "region": "us-west-2"},
        ),
    )

    assert [line.component for line in made.lines] == ["4 nodes cache.r5.large", "2 nodes cache.r5.large"]


def test_usage_is_charged_where_the_plan_is_at_home(table: PriceTable) -> None:
    made = priced(
        table,
        ("aws_nat_gateway", {"region": "eu-west-1"}),
        ("aws_nat_gateway", {}),
        ("aws_vpc_dhcp_options", {}),
        usage={"network": {"nat_gb": 10}},
    )

    assert {line.price.region for line in made.lines if line.component == "data"} == {"us-east-1"}


def test_flow_logs_are_charged_at_home_whatever_their_order(table: PriceTable) -> None:
    for order in (("us-east-1", "us-west-2"), ("us-west-2", "us-east-1")):
        made = priced(
            table,
            *(("aws_flow_log", {"region": region, "log_destination_type": "s3"}) for region in order),
            ("aws_vpc_dhcp_options", {}),
            usage={"logs": {"flow_s3_gb": 10}},
        )

        assert {line.price.region for line in made.lines if line.component == "flow logs to S3"} == {"us-east-1"}


def test_a_bucket_and_its_copy_have_one_name(table: PriceTable) -> None:
    usage = {"buckets": {"media": {"standard_gb": 100, "replica_gb": 40}}}
    document = state(("aws_s3_bucket", {}), ("aws_s3_bucket", {"region": "us-west-2"}))
    first, second = document["values"]["root_module"]["resources"]
    first["address"] = 'module.storage.module.bucket["media"].aws_s3_bucket.it'
    second["address"] = 'module.storage.module.replica["media"].aws_s3_bucket.it'
    made = priced(table, plan=Plan(document), usage=usage)

    assert [(line.component, line.quantity.expected) for line in made.lines] == [
        ("storage STANDARD", 100),
        ("copy, STANDARD", 40),
    ]
    assert made.unpriced == []


def test_a_bucket_that_nobody_thought_of_is_named(table: PriceTable) -> None:
    made = priced(
        table, ("aws_s3_bucket", {"bucket": "timeline-prod-scratch"}), usage={"buckets": {"media": {"standard_gb": 1}}}
    )

    assert [one.why for one in made.unpriced] == ["it.json says nothing of a bucket scratch"]


def test_copies_of_backups_that_have_no_price_are_named(table: PriceTable) -> None:
    usage = {
        "backup": {"ebs_gb": 0, "rds_gb": 10, "efs_gb": 5, "s3_gb": 0, "dynamodb_gb": 0},
        "backup_copies": {"moved_gb": 10, "dr_ebs_gb": 0, "dr_rds_gb": 10},
    }
    made = priced(
        table,
        ("aws_backup_plan", {"rule": [{"copy_action": [{}]}]}),
        ("aws_backup_vault", {"region": "eu-west-1"}),
        ("aws_vpc_dhcp_options", {}),
        usage=usage,
    )

    assert [(one.what, one.why) for one in made.unpriced] == [("EFS copies in eu-west-1", "no sourced price there")]
    assert "RDS copies in eu-west-1" in {line.component for line in made.lines}

"""The comparison of environments: what it finds, how it says it, and what it lets no one hide."""

from __future__ import annotations

import re
from typing import Any

import pytest

from e2e.terraform import ROOT

from .difference_words import report
from .differences import Comparison, Difference
from .plans import PlanOf

Resources = dict[str, dict[str, Any]]
_CODES = {"development": "dev", "staging": "staging", "production": "prod"}


def plan(name: str, settings: dict[str, Any], resources: Resources, unknown: Resources | None = None) -> PlanOf:
    shown = []
    for address, values in resources.items():
        kind, _, label = address.rpartition("module.")[2].partition(".")[2].partition(".")
        shown.append({"address": address, "mode": "managed", "type": kind, "name": label, "values": values})
    changes = [{"address": address, "change": {"after_unknown": hidden}} for address, hidden in (unknown or {}).items()]
    return PlanOf(
        name,
        {"planned_values": {"root_module": {"resources": shown}}, "resource_changes": changes},
        {"environment": _CODES[name], **settings},
    )


def compare(*plans: PlanOf) -> Comparison:
    return Comparison({one.name: one for one in plans})


def only(comparison: Comparison) -> Difference:
    assert len(comparison.differences) == 1, comparison.differences
    return comparison.differences[0]


DATABASE = 'module.environment.module.database.aws_db_instance.postgres["timeline"]'


def database(name: str, values: dict[str, Any], **settings: Any) -> PlanOf:
    return plan(name, {"databases": {"timeline": settings}}, {DATABASE: values})


def test_the_environments_name_is_no_difference() -> None:
    made = [
        plan(
            name,
            {},
            {
                "aws_sqs_queue.q": {
                    "name": f"personal-timeline-{code}-work",
                    "arn": f"arn:aws:sqs:::personal-timeline-{code}-work",
                    "policy": f'{{"Resource": "arn:personal-timeline-{code}-work"}}',
                    "tags_all": {"Environment": code},
                }
            },
        )
        for name, code in _CODES.items()
    ]

    assert compare(*made).differences == []


def test_a_word_that_contains_a_code_stays() -> None:
    made = [plan(name, {}, {"aws_sqs_queue.q": {"name": "device-product", "disk": "/dev/xvda"}}) for name in _CODES]

    assert compare(*made).differences == []


def test_a_value_is_explained_by_the_setting_that_has_it() -> None:
    made = compare(
        database("staging", {"instance_class": "db.t3.small"}, **{"class": "db.t3.small"}),
        database("production", {"instance_class": "db.r5.large"}, **{"class": "db.r5.large"}),
    )

    assert only(made).setting == "databases.timeline.class"
    assert "instance_class is db.t3.small in staging, db.r5.large in production [databases.timeline.class]" in report(
        made
    )


def test_numbers_and_their_text_are_the_same_value() -> None:
    made = compare(
        database("staging", {"backup_retention_period": "7"}, backup_days=7),
        database("production", {"backup_retention_period": "35"}, backup_days=35),
    )

    assert only(made).setting == "databases.timeline.backup_days"


def test_what_a_setting_only_decides_is_explained_by_the_same_key() -> None:
    made = compare(
        database("development", {"deletion_protection": False}, storage_gb=20, disposable=True),
        database("staging", {"deletion_protection": True}, storage_gb=20),
        database("production", {"deletion_protection": True}, storage_gb=20),
    )

    assert only(made).setting == "databases.timeline.disposable"


def test_what_exists_in_one_only_is_explained_by_the_key_that_makes_it() -> None:
    spot = 'module.environment.module.compute.aws_eks_node_group.nodes["apps/spot"]'
    groups = {"clusters": {"apps": {"node_groups": {"spot": {"max": 3}}}}}
    made = compare(
        plan("staging", {"clusters": {"apps": {"node_groups": {}}}}, {}), plan("production", groups, {spot: {"x": 1}})
    )

    assert only(made).setting.startswith("clusters.apps.node_groups.spot")  # type: ignore[union-attr]
    assert "production has aws_eks_node_group.nodes apps/spot, staging not" in report(made)


def test_alike_differences_are_one_sentence() -> None:
    replicas = {
        f'module.environment.module.database.aws_db_instance.replica["timeline/{key}"]': {} for key in ("a", "b")
    }
    made = compare(
        plan("staging", {"databases": {"timeline": {}}}, {}),
        plan(
            "production", {"databases": {"timeline": {"replicas": {"a": {"zone": "a"}, "b": {"zone": "b"}}}}}, replicas
        ),
    )

    assert made.unexplained == []
    assert "production has aws_db_instance.replica timeline/a, staging not [databases.timeline.replicas.a" in report(
        made
    )


def test_a_difference_that_no_setting_makes_is_found() -> None:
    made = compare(
        database("staging", {"storage_encrypted": True}, **{"class": "db.t3.small"}),
        database("production", {"storage_encrypted": False}, **{"class": "db.t3.small"}),
    )

    assert [one.attribute for one in made.unexplained] == ["storage_encrypted"]
    assert "NO SETTING MAKES THIS" in report(made)
    assert report(made).endswith("1 differences, 1 that no setting makes\n")


def test_a_setting_that_is_the_same_where_the_attribute_is_not_explains_nothing() -> None:
    made = compare(
        database("development", {"port": 1}, zone="a"),
        database("staging", {"port": 2}, zone="b"),
        database("production", {"port": 3}, zone="b"),
    )

    assert only(made).setting is None


def test_a_setting_of_another_thing_explains_nothing() -> None:
    queue = "module.environment.module.automation.aws_sqs_queue.dead"
    made = compare(
        plan("staging", {"network": {"nat": "one"}}, {queue: {"delay_seconds": 0}}),
        plan("production", {"network": {"nat": "zone"}}, {queue: {"delay_seconds": 9}}),
    )

    assert only(made).setting is None


def test_chance_explains_nothing() -> None:
    queue = "module.environment.module.automation.aws_sqs_queue.dead"
    made = compare(
        plan("staging", {"network": {"zones": 2}}, {queue: {"delay_seconds": 2}}),
        plan("production", {"network": {"zones": 3}}, {queue: {"delay_seconds": 3}}),
    )

    assert only(made).setting is None


def test_what_follows_from_a_setting_is_explained_by_it() -> None:
    subnet = 'module.environment.module.networking.aws_subnet.private["a"]'
    made = compare(
        plan("staging", {"network": {"cidr": "10.1.0.0/16"}}, {subnet: {"cidr_block": "10.1.11.0/24"}}),
        plan("production", {"network": {"cidr": "10.0.0.0/16"}}, {subnet: {"cidr_block": "10.0.11.0/24"}}),
    )

    assert only(made).setting == "network.cidr"


def test_json_is_looked_into() -> None:
    role = "module.environment.module.automation.aws_iam_role_policy.p"
    made = compare(
        plan(
            "staging",
            {"automation": {"retention": 14}},
            {role: {"policy": '{"Statement": [{"Sid": "A", "Days": 14}]}'}},
        ),
        plan(
            "production",
            {"automation": {"retention": 90}},
            {role: {"policy": '{"Statement": [{"Sid": "A", "Days": 90}]}'}},
        ),
    )

    assert (only(made).attribute, only(made).setting) == ("policy.Statement.0.Days", "automation.retention")


def test_what_is_not_known_yet_is_not_compared() -> None:
    address = "aws_sqs_queue.q"
    made = compare(
        plan("staging", {}, {address: {"url": "a"}}, {address: {"url": True}}),
        plan("production", {}, {address: {"url": "b"}}),
    )

    assert made.differences == []


def test_a_text_that_lists_what_only_one_has_follows_from_its_setting() -> None:
    alarm = 'module.environment.module.monitoring.aws_cloudwatch_metric_alarm.canary["checkout"]'
    whole = "module.environment.module.monitoring.aws_cloudwatch_composite_alarm.all"
    always = "ALARM(personal-timeline-always-there)"
    made = compare(
        plan("staging", {"monitoring": {"canaries": {}}}, {whole: {"alarm_rule": always}}),
        plan(
            "production",
            {"monitoring": {"canaries": {"checkout": {"path": "/"}}}},
            {alarm: {"alarm_name": "checkout-fails"}, whole: {"alarm_rule": f"{always} OR ALARM(checkout-fails)"}},
        ),
    )

    assert made.unexplained == []


def test_an_empty_object_is_a_switch_and_what_comes_with_its_resource_has_its_setting() -> None:
    module = "module.environment.module.security"
    made = compare(
        plan("staging", {}, {}),
        plan(
            "production", {"mfa": {}}, {f"{module}.aws_iam_group.people": {}, f"{module}.aws_iam_group_policy.mfa": {}}
        ),
    )

    assert [one.setting for one in made.differences] == ["mfa", "mfa"]


@pytest.mark.parametrize(
    "file",
    # What a variable's validation refuses makes no environment different.
    sorted(
        set((ROOT / "terraform/modules").glob("*/*.tf")) - set((ROOT / "terraform/modules").glob("*/variables*.tf"))
    ),
    ids=lambda file: f"{file.parent.name}/{file.name}",
)
def test_no_module_asks_which_environment_it_is_in(file) -> None:  # noqa: ANN001
    text = file.read_text()

    assert not re.search(r"environment\s*(==|!=)|(==|!=)\s*\"(dev|staging|prod|development|production)\"", text)
    assert not re.search(r"contains\([^)]*\"(dev|staging|prod|development|production)\"", text)
    assert not re.search(r"lookup\([^)]*environment", text)
    # Nor is there a table that is read with its code.
    assert not re.search(r"^\s*\"?(dev|staging|prod)\"?\s*=|[{,]\s*(dev|staging|prod)\s*=", text, re.MULTILINE)

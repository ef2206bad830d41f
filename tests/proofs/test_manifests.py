"""Manifests say nothing that AWS would refuse, and grant nothing without a reason."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any
from zoneinfo import available_timezones

import jsonschema
import pytest

from .manifests import ROOT, Fixture, Function, Statement, fixtures, functions

FUNCTIONS = functions()
SCHEMA = json.loads((ROOT / "docs/schemas/function-manifest.json").read_text())
# What Terraform puts before every name; the longest environment code that the estate has.
PREFIX = "personal-timeline-staging-"
PLACEHOLDERS = set(re.findall(
    r"^\s+(\w+)\s+= ", re.search(r"_placeholders = \{(.+?)\n  \}", (
        ROOT / "terraform/modules/automation/main.tf").read_text(), re.DOTALL)[1], re.MULTILINE))

_READS = re.compile(r":(Batch)?(Get|Describe|List|Query|Search|Lookup|Simulate|Check)\w*$")
# What IAM cannot narrow: granted only where a setting asks for it.
_WITHOUT_RESOURCES = {"ce:ProvideAnomalyFeedback"}
_RATE = re.compile(r"rate\((1 (minute|hour|day)|[2-9]\d* (minutes|hours|days)|1\d+ (minutes|hours|days))\)")
_CRON = re.compile(r"cron\((\S+ ){5}\S+\)")


def each_function() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)


def each_statement() -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("function", "statement"), [
        pytest.param(function, statement, id=f"{holder}/{statement.name}")
        for function in FUNCTIONS
        for holder, statements in ((function.name, function.statements), *(
            (role.id, role.statements) for role in function.roles))
        for statement in statements])


def test_there_are_functions() -> None:
    assert FUNCTIONS
    assert "config_parameter" in PLACEHOLDERS


@each_function()
def test_the_manifest_has_its_shape(function: Function) -> None:
    problems = [f"{error.json_path}: {error.message}"
                for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(function.manifest)]
    assert not problems, "\n".join(problems)


@each_function()
def test_the_smoke_test_is_an_event_of_the_function(function: Function) -> None:
    assert function.manifest["smoke_test"] in {fixture.path.stem for fixture in function.fixtures}


@each_function()
def test_placeholders_are_known_to_terraform(function: Function) -> None:
    used = set(re.findall(r"\$\{(\w+)\}", json.dumps(function.manifest)))
    assert used <= PLACEHOLDERS, f"terraform/modules/automation/main.tf has no {sorted(used - PLACEHOLDERS)}"


@each_function()
def test_folder_package_and_documentation_agree(function: Function) -> None:
    package = tomllib.loads((ROOT / "functions" / function.name / "Cargo.toml").read_text())["package"]
    assert package["name"] == function.name
    assert (ROOT / "functions" / function.name / "src/main.rs").exists()
    assert (ROOT / "docs" / f"{function.name}.md").exists(), f"docs/{function.name}.md is missing"
    assert function.name in (ROOT / "README.md").read_text(), f"README.md does not mention {function.name}"


@each_function()
def test_names_are_within_the_limits_of_their_services(function: Function) -> None:
    # Lambda function, role, schedule and rule 64 characters, queue 80.
    names = {f"{PREFIX}{function.name}-{end}": limit for end, limit in (
        ("function", 64), ("role", 64), ("scheduler-role", 64), ("dead-letters", 80), ("queue", 80))}
    for key in (*function.manifest["schedules"], *function.manifest["events"]):
        names[f"{PREFIX}{function.name}-{key}"] = 64
    names |= {f"{PREFIX}{function.name}-{role.key}": 64 for role in function.roles}
    too_long = [f"{name}: {len(name)} > {limit}" for name, limit in names.items() if len(name) > limit]
    assert not too_long
    for statements in (function.statements, *(role.statements for role in function.roles)):
        sids = [statement.sid for statement in statements]
        assert len(set(sids)) == len(sids)


@each_function()
def test_a_queue_hides_a_message_for_six_timeouts(function: Function) -> None:
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    queue = function.manifest["queue"]
    if queue is None:
        pytest.skip("has no queue")
    least = 6 * function.manifest["timeout_seconds"] + queue.get("batch_window_seconds", 0)
    assert queue["visibility_seconds"] >= least
    assert queue["max_receive_count"] >= 5, "AWS recommends five attempts before the dead letters"


@each_function()
def test_schedules_are_expressions_of_eventbridge_scheduler(function: Function) -> None:
    for name, schedule in function.manifest["schedules"].items():
        expression = schedule["expression"]
        assert _RATE.fullmatch(expression) or _CRON.fullmatch(expression), f"{name}: {expression}"
        if expression.startswith("cron"):
            day, weekday = expression[5:-1].split()[2:5:2]
            assert "?" in (day, weekday), f"{name}: one of day and weekday is `?`"
        assert schedule["timezone"] in available_timezones(), f"{name}: {schedule['timezone']} is no IANA zone"


@each_function()
def test_every_schedules_input_is_a_fixture(function: Function) -> None:
    known = [fixture.content for fixture in function.fixtures]
    for name, schedule in function.manifest["schedules"].items():
        assert schedule["input"] in known, f"events/{function.name} has no file with the input of {name}"


@each_function()
def test_something_wakes_it(function: Function) -> None:
    manifest = function.manifest
    assert manifest["schedules"] or manifest["events"] or manifest["queue"]


@each_function()
def test_what_other_regions_hand_over_is_heard_at_home(function: Function) -> None:
    """A bus that is handed what no rule of its own matches has paid for nothing."""
    for key, event in function.manifest["events"].items():
        if event.get("regions") != "all":
            continue
        # One rule in each other Region stands for every environment of the account.
        assert "${" not in json.dumps(event["pattern"]), key
        if "pattern_elsewhere" in event:
            assert event["pattern_elsewhere"] != event["pattern"], key
            assert narrows(event["pattern_elsewhere"], event["pattern"]), f"{key}: home does not match all of it"


@each_function()
def test_what_is_heard_without_a_setting_is_a_part(function: Function) -> None:
    """What is left out where a setting is off is not something else."""
    for key, event in function.manifest["events"].items():
        for setting, narrower in event.get("pattern_without", {}).items():
            assert narrower != event["pattern"], f"{key}: {setting} changes nothing"
            assert narrows(narrower, event["pattern"]), f"{key} hears more without {setting}"


@pytest.mark.parametrize(("narrow", "wide", "answer"), [
    ({"source": ["a"], "detail": {"x": ["1"]}}, {"source": ["a", "b"]}, True),
    ({"source": ["a"], "detail": {"x": ["1"], "y": ["2"]}}, {"source": ["a"], "detail": {"x": ["1", "2"]}}, True),
    ({"source": ["a", "c"]}, {"source": ["a", "b"]}, False),
    ({"source": ["a"]}, {"source": ["a"], "detail": {"x": ["1"]}}, False),
    ({"source": ["a"], "detail": {"y": ["1"]}}, {"source": ["a"], "detail": {"x": ["1"]}}, False),
])
def test_a_pattern_narrows_another(narrow: dict[str, Any], wide: dict[str, Any], answer: bool) -> None:
    assert narrows(narrow, wide) is answer


@each_function()
def test_what_is_gathered_by_aws_stays_home(function: Function) -> None:
    """Security Hub gathers its Regions itself (shared/account); whoever hears it elsewhere too hears it twice."""
    for key, event in function.manifest["events"].items():
        if "aws.securityhub" in event["pattern"]["source"]:
            assert event.get("regions", "home") == "home", key


def narrows(narrow: dict[str, Any], wide: dict[str, Any]) -> bool:
    """Whether all that one pattern takes is taken by the other: every place that looks, looks as closely."""
    return all(
        key in narrow and (narrows(narrow[key], accepted) if isinstance(accepted, dict)
                           else all(item in accepted for item in narrow[key]))
        for key, accepted in wide.items())


@each_function()
def test_a_function_takes_exactly_its_roles(function: Function) -> None:
    """The list of those that exist is Terraform's: no statement names a role by itself."""
    taking = [statement for statement in function.statements if "sts:AssumeRole" in statement.actions]
    assert [statement.resources for statement in taking] == ([["${role_arns}"]] if function.roles else [])
    # Its name is in the trust of each role, and nobody else's is.
    assert {"role", "scheduler-role"}.isdisjoint(role.key for role in function.roles)


@each_statement()
def test_wildcards_only_read(function: Function, statement: Statement) -> None:
    """What changes something names its resources; where it names many, a condition narrows them."""
    changing = [action for action in statement.actions if not _READS.search(action)]
    assert not any("*" in action for action in statement.actions), "name the actions"
    if not changing:
        return
    if set(changing) <= _WITHOUT_RESOURCES:
        assert statement.only_where, f"{changing} on every resource, wanted or not"
        return
    assert "*" not in statement.resources, f"{changing} on every resource of the account"
    if any("*" in resource for resource in statement.resources):
        assert statement.content.get("conditions"), f"{changing} on {statement.resources} without a condition"


@each_statement()
def test_what_no_test_can_use_is_in_the_statement(function: Function, statement: Statement) -> None:
    assert set(statement.unused_locally) <= set(statement.actions)


@pytest.mark.parametrize("fixture", fixtures(), ids=lambda fixture: fixture.id)
def test_a_fixture_belongs_to_a_function_that_takes_its_kind(fixture: Fixture) -> None:
    owner = next((function for function in FUNCTIONS if function.name == fixture.function), None)
    assert owner is not None, f"there is no functions/{fixture.function}/function.json"
    if fixture.malformed:
        return
    assert fixture.kind != "other", "neither a command, an event of EventBridge, a batch of SQS nor a notice of SNS"
    if fixture.kind == "event":
        assert owner.manifest["events"], f"{owner.name} has no rule"
        required = {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}
        assert required <= fixture.content.keys()
    if fixture.kind == "batch":
        assert owner.manifest["queue"], f"{owner.name} has no queue"
    if fixture.kind == "notice":
        assert (owner.manifest["queue"] or {}).get("topic"), f"no topic speaks to {owner.name}"


@each_function()
def test_every_function_has_fixtures(function: Function) -> None:
    assert any(not fixture.malformed for fixture in function.fixtures), f"events/{function.name} is empty"
    assert any(fixture.malformed for fixture in function.fixtures), f"events/{function.name} has no malformed-*.json"

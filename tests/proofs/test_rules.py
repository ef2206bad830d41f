"""Each event reaches exactly the function that it should, judged by the event bus's own matching."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

import pytest

from e2e.estate import Estate

from .manifests import Fixture, Function, fixtures, functions, leaves

EVENTS = [fixture for fixture in fixtures() if fixture.kind == "event"]


@dataclass(frozen=True)
class Rule:
    """A rule as Terraform applied it."""

    name: str
    pattern: dict[str, Any]
    functions: tuple[str, ...]
    enabled: bool


@pytest.fixture(scope="module")
def rules(estate: Estate) -> list[Rule]:
    client = estate.client("events")
    found = []
    for page in client.get_paginator("list_rules").paginate():
        for rule in page["Rules"]:
            if "EventPattern" not in rule:
                continue
            targets = client.list_targets_by_rule(Rule=rule["Name"])["Targets"]
            # Other modules have rules too, which tell topics.
            if not any(":lambda:" in target["Arn"] or ":sqs:" in target["Arn"] for target in targets):
                continue
            found.append(Rule(rule["Name"], json.loads(rule["EventPattern"]),
                              tuple(estate.function_of(target["Arn"]) for target in targets),
                              rule["State"] == "ENABLED"))
    return found


def matches(estate: Estate, rule: Rule, event: dict[str, Any]) -> bool:
    """Whether the bus would hand the event to the rule's targets."""
    return estate.client("events").test_event_pattern(
        EventPattern=json.dumps(rule.pattern), Event=json.dumps(event))["Result"]


def test_every_manifests_rules_are_applied_and_no_others(estate: Estate, rules: list[Rule]) -> None:
    wanted = {f"{estate.prefix}-{function.name}-{key}": (event["pattern"], (function.name,))
              for function in functions() for key, event in function.manifest["events"].items()}
    assert {rule.name: (rule.pattern, rule.functions) for rule in rules} == wanted
    assert all(rule.enabled for rule in rules)


@pytest.mark.parametrize(("monitor", "heard"), [
    ("personal-timeline-dev-spend-anomalies", True),
    ("personal-timeline-devel-spend-anomalies", False),
    ("personal-timeline-prod-spend-anomalies", False),
    ("personal-timeline-shared-services-anomalies", False),
    (None, False),
])
def test_who_does_not_watch_the_bill_hears_its_own_monitor(estate: Estate, monitor: str | None, heard: bool) -> None:
    (function,) = (one for one in functions() if one.name == "cost-anomaly")
    narrower = json.dumps(function.manifest["events"]["anomaly-detected"]["pattern_without"]["sources.detector"])
    for name, value in {"project": "personal-timeline", "environment": "dev"}.items():
        narrower = narrower.replace(f"${{{name}}}", value)
    (fixture,) = (one for one in EVENTS if one.id.endswith("cost-anomaly/anomaly-event"))
    event = copy.deepcopy(fixture.content)
    del event["detail"]["monitorName"]
    if monitor is not None:
        event["detail"]["monitorName"] = monitor
    rule = Rule("beside", json.loads(narrower), ("cost-anomaly",), enabled=True)
    assert matches(estate, rule, event) is heard


@pytest.mark.parametrize("fixture", EVENTS, ids=lambda fixture: fixture.id)
def test_an_event_reaches_exactly_its_function(estate: Estate, rules: list[Rule], fixture: Fixture) -> None:
    reached = [(rule.name, function) for rule in rules if rule.enabled and matches(estate, rule, fixture.content)
               for function in rule.functions]
    if fixture.malformed:
        assert {function for _, function in reached} <= {fixture.function}
        return
    # Two rules for one function would run it twice.
    assert [function for _, function in reached] == [fixture.function], reached


@pytest.mark.parametrize("function", [function for function in functions() if function.manifest["events"]],
                         ids=lambda function: function.name)
def test_every_alternative_of_every_rule_has_an_event(estate: Estate, rules: list[Rule], function: Function) -> None:
    own = [fixture.content for fixture in EVENTS if fixture.function == function.name and not fixture.malformed]
    without = []
    for rule in rules:
        if function.name not in rule.functions:
            continue
        matched = [event for event in own if matches(estate, rule, event)]
        if not matched:
            without.append(rule.name)
        for path, alternatives in leaves(rule.pattern):
            for alternative in (item for item in alternatives if isinstance(item, str)):
                if not any(_at(event, path) == alternative for event in matched):
                    without.append(f"{rule.name}: {'.'.join(path)} = {alternative}")
    assert not without, f"events/{function.name} has nothing for {without}"


def test_the_bus_looks_at_every_part_of_a_pattern(estate: Estate, rules: list[Rule]) -> None:
    """An event that differs in one place that a pattern names does not match."""
    for rule in rules:
        for fixture in EVENTS:
            if fixture.malformed or not matches(estate, rule, fixture.content):
                continue
            for path, _alternatives in leaves(rule.pattern):
                other = copy.deepcopy(fixture.content)
                _put(other, path, "something else")
                assert not matches(estate, rule, other), f"{rule.name} takes {fixture.id} whatever {'.'.join(path)} is"


def _at(event: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        event = event.get(key) if isinstance(event, dict) else None
    return event


def _put(event: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        event = event[key]
    event[path[-1]] = value

"""Prometheus rule files: what Managed Prometheus refuses at an apply, and what a person needs at night."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

SEVERITIES = {"morning", "urgent"}
_DURATION = re.compile(r"^(?:\d+(?:ms|[smhdwy]))+$")
_ALERT = re.compile(r"^[A-Z][A-Za-z0-9]*$")
_RECORD = re.compile(r"^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*:[a-z0-9_]+$")
_FIELDS = {"alert": {"alert", "annotations", "expr", "for", "keep_firing_for", "labels"},
           "record": {"expr", "labels", "record"}}
_PAIRS = {")": "(", "]": "[", "}": "{"}
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_NOT_METRICS = frozenset("""
    abs absent and atan2 avg avg_over_time bool bottomk by ceil changes clamp clamp_max clamp_min count count_over_time
    count_values delta deriv floor group group_left group_right histogram_quantile idelta ignoring increase inf irate
    label_join label_replace last_over_time max max_over_time min min_over_time nan offset on or predict_linear quantile
    quantile_over_time rate round scalar sgn sort sort_desc sqrt stddev sum sum_over_time time timestamp topk unless
    vector without
""".split())


def problems(text: str) -> list[str]:
    """What is wrong with one rule file; empty where nothing is."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"no YAML: {error}"]
    if not isinstance(document, dict) or set(document) != {"groups"} or not document["groups"]:
        return ["a rule file has `groups`, and nothing else"]
    found: list[str] = []
    names = [group.get("name") for group in document["groups"]]
    found += [f"the group {name!r} is there twice" for name in sorted({n for n in names if names.count(n) > 1}, key=str)]
    for group in document["groups"]:
        found += [f"group {name}: unknown field" for name in sorted(set(group) - {"interval", "limit", "name", "rules"})]
        if "interval" in group and not _DURATION.match(str(group["interval"])):
            found.append(f"{group['name']}: interval {group['interval']!r}")
        for rule in group.get("rules") or [{}]:
            name = rule.get("alert") or rule.get("record") or "a rule without a name"
            found += [f"{group.get('name')}/{name}: {what}" for what in _rule(rule)]
    return found


def alerts(text: str) -> list[dict[str, Any]]:
    """The alerting rules of a file."""
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"] if "alert" in rule]


def records(text: str) -> set[str]:
    """The names that the recording rules of a file make."""
    return {rule["record"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"] if "record" in rule}


def metrics(expression: str) -> set[str]:
    """The metrics that an expression asks for: names that are no function, no keyword and no label."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)
    bare = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    bare = re.sub(r"\{[^}]*\}", " ", bare)
    bare = re.sub(r"\[[^\]]*\]", " ", bare)
    bare = re.sub(r"\b\d[\d.eE]*(?:[smhdwy])?\b", " ", bare)
    return {name for name in _NAME.findall(bare) if name.lower() not in _NOT_METRICS}


def _rule(rule: dict[str, Any]) -> Iterator[str]:
    kinds = [kind for kind in ("alert", "record") if kind in rule]
    if len(kinds) != 1:
        yield "is an alert or a record, one of them"
        return
    kind = kinds[0]
    yield from (f"has the field {name!r}" for name in sorted(set(rule) - _FIELDS[kind]))
    yield from expression(str(rule.get("expr", "")))
    if kind == "record":
        if not _RECORD.match(rule["record"]):
            yield "its name is level:metric:operation"
        return
    if not _ALERT.match(rule["alert"]):
        yield "its name is in CamelCase"
    if "for" in rule and not _DURATION.match(str(rule["for"])):
        yield f"for {rule['for']!r} is no duration"
    if rule.get("labels", {}).get("severity") not in SEVERITIES:
        yield f"severity is one of {sorted(SEVERITIES)}"
    for name in ("runbook", "summary"):
        if len(str(rule.get("annotations", {}).get(name, "")).strip()) < 20:
            yield f"has no {name}"
    for name, text in rule.get("annotations", {}).items():
        if str(text).count("{{") != str(text).count("}}"):
            yield f"{name}: unequal braces"


def expression(text: str) -> Iterator[str]:
    """What a look at an expression shows: brackets, quotation marks, ranges, and that it asks for something."""
    stack: list[str] = []
    quoted = False
    for place, character in enumerate(text):
        if character == '"' and text[place - 1:place] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif character in _PAIRS.values():
            stack.append(character)
        elif character in _PAIRS and (not stack or stack.pop() != _PAIRS[character]):
            yield f"a {character} that opens nothing"
            return
    if stack or quoted:
        yield "a bracket or a quotation that stays open"
    elif not metrics(text):
        yield "asks for no metric"
    yield from (f"the range [{one}]" for one in re.findall(r"\[([^\]]*)\]", text)
                if not all(_DURATION.match(part) for part in one.split(":") if part))

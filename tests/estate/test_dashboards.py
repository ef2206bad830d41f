"""CloudWatch's dashboards: the checker itself, and the bodies that Terraform makes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from e2e.terraform import _surroundings

from .dashboards import problems
from .plan_values import CODES, walk
from .plans import PlanOf

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {
    "title": "Requests", "region": "us-east-1", "stat": "Sum", "period": 300, "view": "timeSeries",
    "metrics": [["AWS/ApplicationELB", "RequestCount", "LoadBalancer", "app/web/1", {"label": "web"}]]}}
ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"
# The runs whose dashboards are looked at: each prints the provider's whole schema, which takes seconds.
RUNS = {"modules/monitoring": {"everything", "nothing_watched_nothing_made"},
        "shared/monitoring": {"another_region_and_another_account", "everything_optional_off", "three_environments"}}
# What the searches of the estate's dashboard look for: the type, and its name's attribute.
SEARCHED = {"CanaryName": ("aws_synthetics_canary", "name"), "FunctionName": ("aws_lambda_function", "function_name"),
            "LoadBalancer": ("aws_lb", "name"), "QueueName": ("aws_sqs_queue", "name")}


def body(*widgets: Any, **more: Any) -> str:
    return json.dumps({"widgets": widgets, **more})


def metric(array: Any, **properties: Any) -> dict[str, Any]:
    return {**GOOD, "properties": {**GOOD["properties"], "metrics": [array], **properties}}


def other(kind: str, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "x": 12, "y": 0, "width": 12, "height": 6, "properties": properties}


@pytest.mark.parametrize("good", [
    body(),
    body(GOOD, start="-PT15H", periodOverride="inherit"),
    body(GOOD, other("text", markdown="# Title", background="transparent")),
    body(GOOD, other("alarm", title="All", alarms=[ARN], sortBy="stateUpdatedTimestamp")),
    body(other("log", title="Errors", region="us-east-1", view="table",
               query="SOURCE '/a' | SOURCE '/b' | fields @message | limit 5")),
    body(metric([{"expression": "SEARCH('{AWS/Logs,LogGroupName} \"x\"', 'Sum', 300)", "id": "e1"}])),
    body(metric(["AWS/Usage", "CallCount", {"stat": "p99.9", "yAxis": "right", "period": 60}])),
])
def test_what_cloudwatch_shows(good: str) -> None:
    assert problems(good) == []


@pytest.mark.parametrize(("bad", "why"), [
    ("{", "no JSON"),
    ("[]", "widgets"),
    (body({**GOOD, "x": 13}), "24 columns"),
    (body({**GOOD, "width": 25}), "24 columns"),
    (body({**GOOD, "height": 0}), "0 high"),
    (body({**GOOD, "x": 0.5}), "whole numbers"),
    (body(GOOD, {**GOOD, "y": 5}), "widgets 0 and 1 lie on each other"),
    (body({**GOOD, "type": "graph"}), "type 'graph'"),
    (body({**GOOD, "properties": None}), "no properties"),
    (body(metric(["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier"])), "pairs of dimension"),
    (body(metric(["AWS/RDS"])), "pairs of dimension"),
    (body(metric(["AWS/RDS", "CPU", "Id", 5])), "no text"),
    (body(metric([])), "no list"),
    (body(metric(["A", "B", {"legend": "x"}])), "option 'legend'"),
    (body(metric(["A", "B", {"stat": "Mean"}])), "stat 'Mean'"),
    (body(metric(["A", "B", {"id": "M1"}])), "small letter"),
    (body(metric(["A", "B", {"period": 90}])), "period 90"),
    (body(metric(["A", "B"], metrics=[["A", "B", {"id": "a"}], ["A", "C", {"id": "a"}]])), "twice"),
    (body(metric([{"expression": "SUM(METRICS()"}])), "unequal ()"),
    (body(metric([{"expression": "SEARCH(\"x\", 'Sum')"}])), "no SEARCH"),
    (body(metric(["A", "B"], region=None)), "no region"),
    (body(metric(["A", "B"], view="lines")), "view 'lines'"),
    (body(metric(["A", "B"], title="")), "no title"),
    (body(metric(["A", "B"], metrics=[])), "shows no metric"),
    (body(metric(["A", "B"], annotations={"horizontal": [{"label": "x"}]})), "annotation"),
    (body(metric(["A", "B"], start="-P1X")), "no duration"),
    (body(GOOD, end="-PT1H"), "end without a start"),
    (body(GOOD, periodOverride="no"), "periodOverride"),
    (body(other("text", markdown=" ")), "says nothing"),
    (body(other("alarm", title="All", alarms=[])), "1 to 100 alarms"),
    (body(other("alarm", title="All", alarms=["a"])), "no alarm's ARN"),
    (body(other("alarm", title="All", alarms=[ARN, ARN])), "twice"),
    (body(other("log", title="E", region="us-east-1", query="fields @message")), "no SOURCE"),
    (body(other("log", title="E", region="us-east-1", query="SOURCE '/a'")), "asks nothing"),
])
def test_what_cloudwatch_would_show_as_invalid(bad: str, why: str) -> None:
    assert any(why in problem for problem in problems(bad)), problems(bad)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Bodies by dashboard, as Terraform's own tests plan them against a mocked provider."""
    tree = tmp_path_factory.mktemp("tree") / "terraform"
    shutil.copytree(ROOT / "terraform", tree, ignore=shutil.ignore_patterns(".terraform*"))
    # What other regions forward to the home region stands in the functions' manifests.
    for manifest in ROOT.glob("functions/*/function.json"):
        there = tree.parent / manifest.relative_to(ROOT)
        there.parent.mkdir(parents=True)
        shutil.copy(manifest, there)
    env = _surroundings()
    said: list[str] = []
    for folder, runs in RUNS.items():
        tests = tree / folder / "tests/monitoring.tftest.hcl"
        tests.write_text(re.sub(r'^run "(\w+)" \{\n.*?^\}\n', lambda run, runs=runs: run[0] if run[1] in runs else "",
                                tests.read_text(), flags=re.MULTILINE | re.DOTALL))
        subprocess.run(["terraform", "init", "-input=false", "-backend=false"], cwd=tree / folder, env=env, check=True,
                       capture_output=True)
        done = subprocess.run(
            ["terraform", "test", "-json", "-verbose", "-filter=tests/monitoring.tftest.hcl"], cwd=tree / folder,
            env=env, check=False, capture_output=True, text=True)
        lines = done.stdout.splitlines()
        assert done.returncode == 0, [line for line in lines if '"@level":"error"' in line]
        said += lines
    bodies: dict[str, str] = {}
    for line in map(json.loads, said):
        for change in line.get("test_plan", {}).get("resource_changes", []):
            if change["type"] == "aws_cloudwatch_dashboard":
                after = change["change"]["after"]
                bodies[f"{line['@testrun']}: {after['dashboard_name']}"] = after["dashboard_body"]
    return bodies


def test_terraforms_dashboards_are_what_cloudwatch_shows(planned: dict[str, str]) -> None:
    assert {"everything: pt-prod-morning", "everything: pt-prod-operations",
            "three_environments: personal-timeline-shared-monitoring-estate",
            "everything_optional_off: personal-timeline-shared-monitoring-estate"} <= set(planned)
    assert {name: problems(one) for name, one in planned.items() if problems(one)} == {}


def test_each_row_begins_with_a_line_that_says_what_it_means(planned: dict[str, str]) -> None:
    for name, one in planned.items():
        rows: dict[int, list[dict[str, Any]]] = {}
        for widget in json.loads(one)["widgets"]:
            rows.setdefault(widget["y"], []).append(widget)
        lines = [rows[y] for y in sorted(rows)]
        assert lines[0][0]["type"] == "text", name
        for line in lines:
            if line[0]["type"] == "text":
                assert len(line) == 1, name
                assert len(line[0]["properties"]["markdown"].splitlines()) >= 2, line
            else:
                assert sum(widget["width"] for widget in line) == 24, name


def test_what_the_dashboards_ask_of_nightshift_is_measured_by_it(planned: dict[str, str]) -> None:
    """A metric that no function emits would be an empty widget that looks like a quiet night."""
    asked: set[tuple[str, str]] = set()
    for one in planned.values():
        for widget in json.loads(one)["widgets"]:
            for array in widget["properties"].get("metrics", []):
                if array[0] == "Nightshift":
                    asked.add((array[5], array[1]))
    assert {function for function, _ in asked} == {"notify", "off-hours"}
    for function, name in sorted(asked):
        sources = "\n".join(file.read_text() for file in (ROOT / "functions" / function / "src").rglob("*.rs"))
        emitted = set(re.findall(r'count\(\s*"(\w+)"', sources))
        assert name in emitted, f"{function} emits {sorted(emitted)}, not {name}"
        assert emitted == {metric for owner, metric in asked if owner == function}, function


def test_the_estates_dashboard_asks_for_what_environments_make(planned: dict[str, str], plans: dict[str, PlanOf]) -> None:
    """Its names follow from a convention that nothing but this holds the modules to."""
    estate = json.loads(planned["three_environments: personal-timeline-shared-monitoring-estate"])
    found: set[str] = set()
    for name, plan in plans.items():
        code = CODES[name]
        made = list(walk(plan.document["planned_values"]["root_module"]))
        texts = [widget["properties"]["markdown"] for widget in estate["widgets"] if widget["type"] == "text"]
        [about] = [text for text in texts if text.startswith(f"## {code}\n")]
        assert set(re.findall(r"/dashboard/([\w-]+)\)", about)) == {
            one["values"]["dashboard_name"] for one in made if one["type"] == "aws_cloudwatch_dashboard"
            and one["values"]["dashboard_name"].endswith("-morning")}
        [cost] = [text for text in texts if text.startswith(f"### {code}: cost")]
        [budget] = [one["values"] for one in made if one["type"] == "aws_budgets_budget"]
        assert f"?name={budget['name']})" in cost
        assert f"**{float(budget['limit_amount']):g} USD**" in cost
        row = [widget["properties"] for widget in estate["widgets"]
               if widget["properties"].get("title", "").startswith(f"{code}: ")]
        lamps = {arn.rpartition(":")[2] for properties in row for arn in properties.get("alarms", [])}
        assert lamps
        assert lamps <= {one["values"]["alarm_name"] for one in made if one["type"] == "aws_cloudwatch_composite_alarm"}
        searches = [array[0]["expression"] for properties in row for array in properties.get("metrics", [])]
        for search in searches:
            dimension = re.search(r"\{[^,]+,(\w+)\}", search)
            assert dimension, search
            kind, attribute = SEARCHED[dimension[1]]
            for one in (one["values"][attribute] for one in made if one["type"] == kind):
                if dimension[1] != "QueueName" or one.endswith("-dead-letters"):
                    assert _finds(search, one), f"{search} does not find {one}"
                    found.add(dimension[1])
    assert found == set(SEARCHED)


def _finds(search: str, name: str) -> bool:
    """Whether a search's quoted words (all of them, of those in brackets one) stand in a name as whole words."""
    words = search.partition("}")[2].rpartition("',")[0]
    words = re.sub(r'MetricName="\w+"', "", words)
    return all(any(re.search(rf"(?<![a-z0-9]){re.escape(one)}(?![a-z0-9])", name) for one in re.findall(r'"([^"]+)"', part))
               for part in re.findall(r'\([^)]*\)|"[^"]+"', words))

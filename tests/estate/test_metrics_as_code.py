"""Prometheus rules, Grafana dashboards and the canaries' package: files that nothing compiles."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from . import grafana, rules

MODULE = Path(__file__).resolve().parents[2] / "terraform/modules/monitoring"
RULES = sorted((MODULE / "rules").glob("*.yaml"))
BOARDS = sorted((MODULE / "grafana").glob("*.json"))


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_rules_are_what_prometheus_takes(file: Path) -> None:
    assert rules.problems(file.read_text()) == []


def test_alerts_have_one_name_and_ask_for_what_there_is() -> None:
    texts = {file.name: file.read_text() for file in RULES}
    names = [alert["alert"] for text in texts.values() for alert in rules.alerts(text)]
    assert len(names) == len(set(names)) and len(names) >= 10
    made = set().union(*(rules.records(text) for text in texts.values()))
    asked = {metric for text in texts.values() for alert in rules.alerts(text) for metric in rules.metrics(alert["expr"])}
    assert {metric for metric in asked if ":" in metric} <= made


def test_what_rules_and_dashboards_ask_for_is_scraped() -> None:
    """The scraper drops what it does not name; an alert on a dropped metric would be silent for ever."""
    scrape = yaml.safe_load((MODULE / "scrape.yaml").read_text().replace("${cluster}", "apps"))
    kept = [re.compile(f"^(?:{one['regex']})$") for job in scrape["scrape_configs"] for one in job.get("metric_relabel_configs", [])
            if one["action"] == "keep"]
    made = set().union(*(rules.records(file.read_text()) for file in RULES))
    asked = {metric for file in RULES for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]
             for metric in rules.metrics(rule["expr"])}
    for file in BOARDS:
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", []):
                asked |= rules.metrics(re.sub(r"\$\w+", "5m", target.get("expr", "")))
    # The applications' own: OpenTelemetry's name for what a server answers.
    own = {metric for metric in asked if metric.startswith("http_server_request_duration_seconds_")}
    missing = {metric for metric in asked - made - own if not any(one.match(metric) for one in kept)}
    assert missing == set()


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.name)
def test_boards_are_what_grafana_shows(file: Path) -> None:
    assert grafana.problems(file.read_text()) == []


def test_there_is_a_board_for_each_question() -> None:
    assert [file.stem for file in BOARDS] == ["application", "cluster", "database"]
    assert len({json.loads(file.read_text())["uid"] for file in BOARDS}) == len(BOARDS)


def test_the_canaries_package_is_their_script() -> None:
    script = (MODULE / "canary/canary.js").read_bytes()
    (package,) = (MODULE / "canary").glob("canary-*.zip")
    assert package.stem == f"canary-{hashlib.sha256(script).hexdigest()[:12]}", "run scripts/canary-zip"
    with zipfile.ZipFile(package) as archive:
        assert archive.namelist() == ["nodejs/node_modules/canary.js"]
        assert archive.read("nodejs/node_modules/canary.js") == script


def rule_file(**rule: Any) -> str:
    return yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]})


ALERT: dict[str, Any] = {
    "alert": "ItIsWrong", "expr": "sum by (pod) (rate(errors_total[5m])) > 0", "for": "5m", "labels": {"severity": "morning"},
    "annotations": {"summary": "Something is wrong with it.", "runbook": "Look at it and mend it, then look again."}}


@pytest.mark.parametrize(("text", "why"), [
    ("groups: [", "no YAML"),
    ("rules: []", "`groups`"),
    (rule_file(**{**ALERT, "labels": {"severity": "high"}}), "severity"),
    (rule_file(**{**ALERT, "labels": {}}), "severity"),
    (rule_file(**{**ALERT, "annotations": {"summary": "Something is wrong with it."}}), "no runbook"),
    (rule_file(**{**ALERT, "annotations": {**ALERT["annotations"], "summary": ""}}), "no summary"),
    (rule_file(**{**ALERT, "annotations": {**ALERT["annotations"], "summary": "It is {{ $value wrong today"}}), "braces"),
    (rule_file(**{**ALERT, "expr": "sum(rate(errors_total[5m]) > 0"}), "stays open"),
    (rule_file(**{**ALERT, "expr": "rate(errors_total[5 minutes]) > 0"}), "range"),
    (rule_file(**{**ALERT, "expr": "vector(1)"}), "no metric"),
    (rule_file(**{**ALERT, "for": "5 minutes"}), "no duration"),
    (rule_file(**{**ALERT, "alert": "it_is_wrong"}), "CamelCase"),
    (rule_file(**{**ALERT, "severity": "urgent"}), "field 'severity'"),
    (rule_file(record="errors", expr="sum(errors_total)"), "level:metric:operation"),
    (rule_file(expr="sum(errors_total)"), "one of them"),
])
def test_rules_that_are_refused(text: str, why: str) -> None:
    assert any(why in problem for problem in rules.problems(text)), rules.problems(text)


def test_a_rule_that_is_taken() -> None:
    assert rules.problems(rule_file(**ALERT)) == []
    assert rules.metrics('a:b:c{x="y"} / on (pod) group_left () max_over_time(d_total[5m:1m]) > 14.4 * 0.001 and time() > 1') == {
        "a:b:c", "d_total"}


def board(**changes: Any) -> dict[str, Any]:
    made = json.loads((MODULE / "grafana/cluster.json").read_text())
    made.update(changes)
    return made


def _twice(made: dict[str, Any]) -> None:
    made["panels"][2]["id"] = made["panels"][1]["id"]


def _on_each_other(made: dict[str, Any]) -> None:
    made["panels"][2]["gridPos"] = made["panels"][1]["gridPos"]


def _too_wide(made: dict[str, Any]) -> None:
    made["panels"][1]["gridPos"]["w"] = 25


def _one_workspaces_source(made: dict[str, Any]) -> None:
    made["panels"][1]["datasource"]["uid"] = "P1809F7CD0C75ACF3"


def _no_variable(made: dict[str, Any]) -> None:
    made["panels"][1]["targets"][0]["expr"] = 'up{region="$region"}'


def _unused_variable(made: dict[str, Any]) -> None:
    made["templating"]["list"].append({"name": "region", "type": "custom"})


def _without_words(made: dict[str, Any]) -> None:
    made["panels"][1]["description"] = ""


@pytest.mark.parametrize(("spoil", "why"), [
    (_twice, "there twice"), (_on_each_other, "lie on each other"), (_too_wide, "24 columns"),
    (_one_workspaces_source, "no variable of the dashboard"), (_no_variable, "no variable region"),
    (_unused_variable, "nobody asks"), (_without_words, "what it means"),
])
def test_boards_that_are_refused(spoil: Any, why: str) -> None:
    made = board()
    spoil(made)
    assert any(why in problem for problem in grafana.problems(json.dumps(made))), grafana.problems(json.dumps(made))

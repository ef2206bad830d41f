"""cost-report.sh: what it asks the function and how it shows the answer, and the plans side by side."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud import LocalCloud
from localcloud.tests import probe

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/lib"))
from cost_report import spent  # noqa: E402
from deployment.terminal import Refused  # noqa: E402

MONTH = ("--environment", "development", "--period", "2026-10")


def _run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run([ROOT / "scripts/cost-report.sh", *arguments], env={**clean, "CI": "yes", **(env or {})},
                          capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize(("arguments", "words"), [
    ((), "say --environment and --period, or --estimate"),
    (("--environment", "staging"), "say --environment and --period"),
    (("--environment", "staging", "--period", "2026-13"), "2026-13 is no month like 2026-10"),
    (("--estimate", "--period", "2026-10"), "leave out --period"),
    ((*MONTH, "--plans", "x"), "--plans goes with --estimate"),
    ((*MONTH, "--json", "--format", "html"), "two answers"), ((*MONTH, "--html", "x", "--json"), "leave out --json"),
])
def test_a_wrong_command_says_what_would_be_right(arguments: tuple[str, ...], words: str) -> None:
    done = _run(*arguments)
    assert done.returncode == 2 and words in done.stderr


# -- a month ---------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """A function that answers with what it was asked, deployed in development only."""
    with LocalCloud() as cloud:
        name = "personal-timeline-dev-cost-anomaly-function"
        probe.function(cloud, name, probe.role(cloud, "cost-anomaly"))
        client = cloud.client("lambda")
        version = client.publish_version(FunctionName=name)["Version"]
        client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
        yield cloud


def test_the_function_is_asked_for_its_report_and_its_answer_is_shown(cloud: LocalCloud) -> None:
    done = _run(*MONTH, "--json", "--target", "local", env=cloud.env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["event"] == {"command": "report", "period": "2026-10", "format": "json"}


def test_where_it_is_not_deployed_one_line_says_so(cloud: LocalCloud) -> None:
    done = _run("--environment", "staging", "--period", "2026-10", "--target", "local", env=cloud.env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "cost-report.sh: there is no function personal-timeline-staging-cost-anomaly-function: cost-anomaly is not "
        "deployed in staging; --estimate prices its plan"]


def test_an_answer_without_a_document_is_not_shown_as_one(cloud: LocalCloud, tmp_path: Path) -> None:
    page = tmp_path / "october.html"
    done = _run(*MONTH, "--html", str(page), "--target", "local", env=cloud.env)
    assert done.returncode == 1 and "without a html document" in done.stderr and not page.exists()


def test_the_local_cloud_and_aws_are_not_taken_for_each_other(cloud: LocalCloud) -> None:
    assert "needs a local cloud" in _run(*MONTH, "--target", "local").stderr
    assert "would not reach AWS" in _run(*MONTH, env=cloud.env).stderr


class _Lambda:
    """Answers with ``payload``."""

    def __init__(self, payload: str, **more: Any) -> None:
        self.payload, self.more, self.asked = payload, more, dict[str, Any]()

    def invoke(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        return {"Payload": io.BytesIO(self.payload.encode()), **self.more}


def _told(form: str, payload: str, **more: Any) -> str:
    fake = _Lambda(payload, **more)
    asked = spent.Asked(project="personal-timeline", environment="production", period="2026-10", form=form)
    told = spent.report(asked, lambda _region: fake)
    assert (fake.asked["FunctionName"], fake.asked["Qualifier"]) == (
        "personal-timeline-prod-cost-anomaly-function", "live")
    return told


def test_a_document_is_shown_as_it_is_and_a_report_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert _told("markdown", json.dumps({"content": "# October\n"})) == "# October\n"
    assert _told("html", json.dumps("<p>October</p>")) == "<p>October</p>"
    assert _told("json", '{"total":{"usd":"1.10"},"who":"Zoë"}') == (
        '{\n  "total": {\n    "usd": "1.10"\n  },\n  "who": "Zoë"\n}')


@pytest.mark.parametrize(("payload", "more", "words"), [
    ('{"errorMessage": "Cost Explorer:\\nthrottled", "errorType": "E"}', {"FunctionError": "Unhandled"},
     "failed: Cost Explorer: throttled"),
    ("<html>", {}, "no JSON"),
])
def test_a_failure_is_one_line(monkeypatch: pytest.MonkeyPatch, payload: str, more: dict[str, str], words: str) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with pytest.raises(Refused) as refused:
        _told("json", payload, **more)
    assert words in str(refused.value) and "\n" not in str(refused.value)


# -- plans -----------------------------------------------------------------------------------------------------------

def _planned(folder: Path, name: str, keys: int, budget: str) -> None:
    """A plan with so many keys, each a dollar a month, and a budget."""
    resources = [
        *({"address": f"aws_kms_key.k{number}", "mode": "managed", "type": "aws_kms_key", "name": f"k{number}",
           "provider_name": "aws", "values": {"enable_key_rotation": False}} for number in range(keys)),
        {"address": "aws_budgets_budget.b", "mode": "managed", "type": "aws_budgets_budget", "name": "b",
         "provider_name": "aws", "values": {"budget_type": "COST", "time_unit": "MONTHLY", "limit_amount": budget,
                                            "limit_unit": "USD"}}]
    (folder / f"{name}.json").write_text(json.dumps({"planned_values": {"root_module": {"resources": resources}}}))
    (folder / f"{name}.settings.json").write_text("{}")


def test_plans_are_priced_side_by_side(tmp_path: Path) -> None:
    for name, keys, budget in (("development", 2, "500"), ("staging", 3, "1500"), ("production", 5, "5000")):
        _planned(tmp_path, name, keys, budget)
    done = _run("--estimate", "--plans", str(tmp_path))
    assert done.returncode == 0, done.stderr
    rows = {line.split("  ")[1].strip(): line.split()[-4:] for line in done.stdout.splitlines() if line.startswith("  ")}
    assert rows["SERVICE"] == ["DEVELOPMENT", "STAGING", "PRODUCTION", "TOGETHER"]
    cents = [float(amount.strip("$")) for amount in rows["KMS"]]
    assert cents[3] == pytest.approx(sum(cents[:3]), abs=0.01) and cents[2] > cents[1] > cents[0] >= 2
    assert rows["budget"] == ["$500.00", "$1,500.00", "$5,000.00", "$7,000.00"]

    everything = json.loads(_run("--estimate", "--plans", str(tmp_path), "--json").stdout)["environments"]
    assert list(everything) == ["development", "staging", "production"]
    assert everything["production"]["budget"] == "5000" and not everything["production"]["over"]


def test_a_plan_over_its_budget_is_told_and_fails(tmp_path: Path) -> None:
    _planned(tmp_path, "staging", 5, "1")
    done = _run("--estimate", "--plans", str(tmp_path))
    assert done.returncode == 1
    [over] = re.findall(r"^staging: over the budget of \$1\.00 by \$([\d.]+)$", done.stdout, re.MULTILINE)
    [room] = [line for line in done.stdout.splitlines() if line.startswith("  room")]
    assert room.split()[1] == f"-${over}" and float(over) > 3


def test_no_plans_is_one_line(tmp_path: Path) -> None:
    done = _run("--estimate", "--plans", str(tmp_path))
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "has no plans" in done.stderr

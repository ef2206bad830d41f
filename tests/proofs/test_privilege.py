"""Roles may do what functions were seen to do, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from e2e.estate import Estate

from .manifests import Function, functions
from .privilege import FAULTS, Call, Finding, compare, read, table


@pytest.fixture(scope="module")
def calls(estate: Estate) -> list[Call]:
    """The calls of this run, and of other recordings: NIGHTSHIFT_CALLS, paths joined by `:`."""
    recordings = [Path(path) for path in os.environ.get("NIGHTSHIFT_CALLS", "").split(os.pathsep) if path]
    return [*estate.cloud.calls(), *read(recordings)]


# After every test that makes a function call AWS.
@pytest.mark.stage(3)
@pytest.mark.parametrize("function", functions(), ids=lambda function: function.name)
def test_grants_and_calls_are_the_same(estate: Estate, calls: list[Call], function: Function,
                                       capsys: pytest.CaptureFixture[str]) -> None:
    findings = compare(function, calls)
    with capsys.disabled():
        print(f"\n{table(findings)}")
    if not estate.whole_run:
        # Only a run of all end-to-end tests says that a grant is not used.
        findings = [finding for finding in findings if finding.verdict not in {"UNUSED"}]
    assert not [finding for finding in findings if finding.fault], "see the table above"


# -- the comparison itself -------------------------------------------------


def _function(statements: dict[str, object]) -> Function:
    function = Function("sample")
    function.__dict__["manifest"] = {"statements": statements}
    return function


def _call(action: str, reason: str = "allowed by Stop", error: str | None = None) -> Call:
    verdict = "denied" if error else "allowed"
    return {"function": "sample", "action": action, "error": error, "iam": {"verdict": verdict, "reason": reason}}


STOP = {"actions": ["rds:StopDBInstance"], "resources": ["*"], "reason": "test"}


@pytest.mark.parametrize(("statements", "calls", "expected"), [
    ({"stop": STOP}, [_call("rds:StopDBInstance")], {"used"}),
    ({"stop": STOP}, [], {"UNUSED"}),
    ({"stop": STOP}, [_call("rds:StopDBInstance", "allowed by Other")], {"UNUSED"}),
    ({"stop": STOP}, [{"function": "sample", "action": "rds:StopDBInstance"}], {"used"}),
    ({"stop": STOP}, [{"function": "other", "action": "rds:StopDBInstance"}], {"UNUSED"}),
    ({"stop": STOP}, [_call("rds:StopDBInstance"), _call("rds:StartDBInstance", "no policy", "AccessDenied")],
     {"used", "MISSING"}),
    ({"stop": STOP}, [_call("rds:StopDBInstance"), _call("rds:StopDBInstance", "tag", "AccessDenied")],
     {"used", "DENIED"}),
    ({"stop": STOP | {"unused_locally": {"rds:StopDBInstance": "x" * 20}}}, [], {"not locally"}),
    ({"stop": STOP | {"unused_locally": {"rds:StopDBInstance": "x" * 20}}}, [_call("rds:StopDBInstance")],
     {"STALE EXCUSE"}),
])
def test_the_comparison_sees_both_ways(statements: dict[str, object], calls: list[Call], expected: set[str]) -> None:
    findings = compare(_function(statements), calls)
    assert {finding.verdict for finding in findings} == expected
    assert any(finding.fault for finding in findings) == bool(expected & FAULTS)
    assert all(isinstance(finding, Finding) for finding in findings)
    assert "sample" in table(findings)

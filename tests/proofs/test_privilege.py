"""Roles may do what functions were seen to do, and nothing else."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from e2e.estate import Estate

from .manifests import Function, functions
from .privilege import FAULTS, Applied, Call, Finding, compare, read, table


@pytest.fixture(scope="module")
def calls(estate: Estate) -> list[Call]:
    """The calls of this run, and of other recordings: NIGHTSHIFT_CALLS, paths joined by `:`."""
    recordings = [Path(path) for path in os.environ.get("NIGHTSHIFT_CALLS", "").split(os.pathsep) if path]
    return [*estate.cloud.calls(), *read(recordings)]


@pytest.fixture(scope="module")
def applied(estate: Estate) -> Applied:
    """The Sids in the policy `manifest` of every function's role, and of every role that one takes."""
    iam = estate.client("iam")
    names = {function.name: f"{estate.prefix}-{function.name}-role" for function in functions()}
    names |= {role.id: f"{estate.prefix}{role.ending}" for function in functions() for role in function.roles}
    found: dict[str, list[str]] = {}
    for holder, name in names.items():
        with contextlib.suppress(iam.exceptions.NoSuchEntityException):
            policy = iam.get_role_policy(RoleName=name, PolicyName="manifest")["PolicyDocument"]
            found[holder] = [statement["Sid"] for statement in policy["Statement"]]
    return found


# After every test that makes a function call AWS.
@pytest.mark.stage(3)
@pytest.mark.parametrize("function", functions(), ids=lambda function: function.name)
def test_grants_and_calls_are_the_same(estate: Estate, calls: list[Call], applied: Applied, function: Function,
                                       capsys: pytest.CaptureFixture[str]) -> None:
    findings = compare(function, calls, applied)
    with capsys.disabled():
        print(f"\n{table(findings)}")
    if not estate.whole_run:
        # Only a run of all end-to-end tests says that a grant is not used.
        findings = [finding for finding in findings if finding.verdict not in {"UNUSED"}]
    assert not [finding for finding in findings if finding.fault], "see the table above"


# -- the comparison itself -------------------------------------------------


def _function(statements: dict[str, object], roles: dict[str, object] | None = None) -> Function:
    function = Function("sample")
    function.__dict__["manifest"] = {"statements": statements, "roles": {
        key: {"description": "test", "statements": content} for key, content in (roles or {}).items()}}
    return function


def _call(action: str, reason: str = "allowed by Stop", error: str | None = None, role: str = "x-dev-sample-role") -> Call:
    verdict = "denied" if error else "allowed"
    return {"function": "sample", "role": role, "action": action, "error": error,
            "iam": {"verdict": verdict, "reason": reason}}


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


KILL = {"actions": ["rds:DeleteDBInstance"], "resources": ["*"], "reason": "test"}
TAKE = "x-dev-sample-take"


@pytest.mark.parametrize(("calls", "applied", "expected"), [
    # Under a role the role's statements count, and no others.
    ([_call("rds:DeleteDBInstance", "allowed by Kill", role=TAKE)], None, {"sample/take": {"used"}, "sample": {"UNUSED"}}),
    ([_call("rds:StopDBInstance", role=TAKE)], None, {"sample/take": {"UNUSED", "MISSING"}, "sample": {"UNUSED"}}),
    ([_call("rds:DeleteDBInstance", "allowed by Kill")], None, {"sample/take": {"not applied"}, "sample": {"UNUSED", "MISSING"}}),
    # A role that was not made cannot be used, and one that was made has to be.
    ([_call("rds:StopDBInstance")], {"sample": ["Stop"]}, {"sample/take": {"not applied"}, "sample": {"used"}}),
    ([_call("rds:StopDBInstance")], {"sample": ["Stop"], "sample/take": ["Kill"]},
     {"sample/take": {"UNUSED"}, "sample": {"used"}}),
    ([_call("rds:StopDBInstance")], {"sample/take": ["Other"]}, {"sample/take": {"LEFT OUT"}, "sample": {"LEFT OUT"}}),
])
def test_a_role_that_is_taken_is_judged_by_itself(calls: list[Call], applied: Applied | None,
                                                  expected: dict[str, set[str]]) -> None:
    verdicts: dict[str, set[str]] = {}
    for finding in compare(_function({"stop": STOP}, {"take": {"kill": KILL}}), calls, applied):
        verdicts.setdefault(finding.function, set()).add(finding.verdict)
    assert verdicts == expected


@pytest.mark.parametrize(("calls", "applied", "verdict"), [
    ([], None, "not applied"), ([], {"sample": []}, "not applied"), ([], {"sample": ["Stop"]}, "UNUSED"),
    ([_call("rds:StopDBInstance")], None, "used"), ([_call("rds:StopDBInstance")], {"sample": ["Stop"]}, "used"),
])
def test_a_statement_for_a_setting_is_wanted_where_the_setting_is(calls: list[Call], applied: Applied | None,
                                                                  verdict: str) -> None:
    [finding] = compare(_function({"stop": STOP | {"only_where": "playbooks"}}), calls, applied)
    assert finding.verdict == verdict


def test_every_statement_that_allowed_a_part_of_a_call_counts() -> None:
    calls = [_call("rds:StopDBInstance", "allowed by Stop, StopToo")]
    assert {finding.verdict for finding in compare(_function({"stop": STOP, "stop-too": STOP}), calls)} == {"used"}

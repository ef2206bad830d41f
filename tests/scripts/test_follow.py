"""Jobs are followed to their end, and what does not end is named."""

from __future__ import annotations

from typing import Any

import pytest
from deployment.backup import follow
from deployment.destroy import protected, resources, stays
from deployment.terminal import Refused, Terminal


class _Time:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_each_state_is_said_once_and_all_ends_are_given_back() -> None:
    answers = {"a": ["CREATED", "RUNNING", "RUNNING", "COMPLETED"], "b": ["RUNNING", "FAILED"]}
    time, said = _Time(), []

    def describe(job: str) -> dict[str, Any]:
        states = answers[job]
        return {"State": states.pop(0) if len(states) > 1 else states[0]}

    ended = follow({"a": "database", "b": "bucket"}, describe, say=said.append, deadline=600,
                   sleep=time.sleep, clock=lambda: time.now)
    assert {job: one["State"] for job, one in ended.items()} == {"a": "COMPLETED", "b": "FAILED"}
    assert said == ["database: CREATED", "bucket: RUNNING", "database: RUNNING", "bucket: FAILED", "database: COMPLETED"]


def test_what_does_not_end_is_named_with_its_job() -> None:
    time = _Time()
    with pytest.raises(Refused, match=r"database \(job-1, RUNNING\).*--minutes"):
        follow({"job-1": "database"}, lambda _job: {"State": "RUNNING"}, say=lambda _line: None, deadline=60,
               sleep=time.sleep, clock=lambda: time.now)


def test_a_name_that_is_not_the_environments_changes_nothing() -> None:
    terminal = Terminal("destroy.sh", 1)
    with pytest.raises(Refused, match="'staging' was needed"):
        terminal.confirm("staging", "Staging", "This destroys all.")
    terminal.confirm("staging", "staging", "This destroys all.")


def _state(*found: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    inner = [{"mode": "managed", "type": kind, "address": address, "values": values} for kind, address, values in found]
    return {"values": {"root_module": {"child_modules": [{"child_modules": [{"resources": inner}]}]}}}


def test_a_network_with_a_quarantine_group_does_not_go() -> None:
    found = resources(_state(("aws_vpc", "aws_vpc.main", {"id": "vpc-1", "arn": "arn:aws:ec2:us-west-2:1:vpc/vpc-1"})))
    asked: list[Any] = []

    class Client:
        def describe_security_groups(self, **filters: Any) -> dict[str, Any]:
            asked.append(filters["Filters"])
            return {"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "quarantine", "Tags": [
                {"Key": "nightshift:contained-by", "Value": "isolate-instance-1"}]}]}

    [said] = protected(found, lambda service, region: asked.append((service, region)) or Client())
    assert asked[0] == ("ec2", "us-west-2")
    assert {"Name": "vpc-id", "Values": ["vpc-1"]} in asked[1]
    assert "undo the plan isolate-instance-1" in said
    assert "delete-security-group --region us-west-2 --group-id sg-1" in said


def test_protection_is_told_with_the_way_out_and_leftovers_with_their_time() -> None:
    found = resources(_state(
        ("aws_db_instance", "module.a.module.b.aws_db_instance.x", {
            "deletion_protection": True, "skip_final_snapshot": False, "final_snapshot_identifier": "x-final", "identifier": "x"}),
        ("aws_dynamodb_table", "aws_dynamodb_table.ledger", {"deletion_protection_enabled": True}),
        ("aws_lb", "aws_lb.web", {"enable_deletion_protection": True}),
        ("aws_kms_key", "aws_kms_key.data", {"deletion_window_in_days": 7}),
    ))
    assert len(found) == 4
    said = protected(found, lambda _service, _region: pytest.fail("nothing here needs a question"))
    assert [one.split(" ")[0] for one in said] == [
        "module.a.module.b.aws_db_instance.x", "aws_dynamodb_table.ledger", "aws_lb.web"]
    assert all("deploy, then destroy" in one for one in said)
    left = stays(found)
    assert any("aws_kms_key.data for 7 days" in one for one in left)
    assert any("last snapshot x-final of x" in one for one in left)

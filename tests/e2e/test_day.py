"""Days of development: asleep in the evening, exactly restored in the morning, and what goes wrong between.

One story on one clock: each test goes on where the one before it ended.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from .estate import Estate
from .snapshot import Shown, differences, snapshot

pytestmark = pytest.mark.chapter

KEPT = "personal-timeline-dev-timeline-db"
ARCHIVE = "personal-timeline-dev-archive-db"
WORKERS = "personal-timeline-dev-workers-group"
# What off-hours may change: by its tags, and by nothing else.
SLEEPS = {
    f"group {WORKERS}",
    "group personal-timeline-dev-batch-group",
    "node group personal-timeline-dev-apps-general-nodes",
    "node group personal-timeline-dev-apps-spot-nodes",
    f"database {KEPT}",
    "database cluster personal-timeline-dev-reports",
    "service dev-api",
}
# What changes with them.
FOLLOWS = {
    "database personal-timeline-dev-reports-1",
    "scalable target service/personal-timeline-dev-services/dev-api",
    "alarm dev-batch-group-busy",
}

_story: dict[str, Any] = {}


def tuesday(estate: Estate) -> date:
    return _story["monday"] + timedelta(days=1)


def bastion(shown: Shown, name: str = "dev-bastion") -> str:
    """The instance with that name; its key in a snapshot."""
    [found] = [key for key, content in shown.items() if key.startswith("instance ")
               and {"Key": "Name", "Value": name} in content.get("Tags", [])]
    return found


def members(shown: Shown) -> set[str]:
    """The instances of the group that stops and starts the same ones."""
    return {f"instance {name}" for name, _ in shown["group personal-timeline-dev-batch-group"]["Members"]}


def asleep(shown: Shown, name: str) -> bool:
    """Whether AWS shows it off."""
    content = shown[name]
    if name.startswith("database"):
        return content.get("DBInstanceStatus", content.get("Status")) == "stopped"
    if name.startswith("group"):
        kept = [member[0] for member in content["Members"] if isinstance(member, list)]
        if kept:
            return all(shown[f"instance {one}"]["State"]["Name"] == "stopped" for one in kept)
        return content["MinSize"] == content["DesiredCapacity"] == 0 and not content["Members"]
    if name.startswith("node group"):
        sizes = content["scalingConfig"]
        return sizes["minSize"] == sizes["desiredSize"] == 0 and sizes["maxSize"] >= 1
    if name.startswith("service"):
        return content["desiredCount"] == content["runningCount"] == 0
    return content["State"]["Name"] == "stopped"


def awake_ones(shown: Shown) -> set[str]:
    return {name for name in SLEEPS | {bastion(shown)} if not asleep(shown, name)}


def owned_by_eks(shown: Shown) -> set[str]:
    """The Auto Scaling groups that node groups bring with them."""
    return {name for name, content in shown.items() if name.startswith("group ")
            and any(tag["Key"] == "eks:nodegroup-name" for tag in content["Tags"])}


def look(estate: Estate) -> Shown:
    return snapshot(estate.client)


def kinds(estate: Estate) -> list[str]:
    """The kinds of the notifications published since the last time."""
    return [one["kind"] for one in estate.notifications()]


def walk_until_usable(estate: Estate, day: date, latest: str) -> None:
    """Walks until people have been told that the morning is over."""
    told: list[str] = []

    def usable() -> bool:
        told.extend(kinds(estate))
        return "off-hours.usable" in told

    estate.walk_until(usable, day, latest)
    assert usable(), told


def test_a_dry_run_tells_and_changes_nothing(estate: Estate) -> None:
    _story["monday"] = monday = estate.monday()
    night = datetime.fromtimestamp(estate.at(monday, "22:00"), UTC).isoformat()
    changes = len(estate.changes())
    before = look(estate)
    report = estate.invoke("off-hours", {"command": "reconcile", "at": night, "dry_run": True}).report()
    assert report["dry_run"] is True
    assert len(estate.changes()) == changes
    assert differences(before, look(estate)) == []

    lines = {line["name"]: line for line in report["resources"]}
    assert lines[KEPT]["action"] == "stop"
    # Its alarms are silenced first, then it is stopped.
    operations = [call["operation"] for call in lines[KEPT]["calls"]]
    assert operations[-1] == "StopDbInstance" and set(operations[:-1]) <= {"DisableAlarmActions"}, lines[KEPT]
    for name in ("personal-timeline-prod-timeline-db", "preproduction-db", "development-db"):
        assert lines[name]["action"] == "none", lines[name]
    assert lines["personal-timeline-dev-reference-db"]["action"] == "none"
    assert lines["personal-timeline-dev-protected-db"]["action"] == "refused"
    assert all(line["reason"] for line in report["resources"])


def test_people_are_warned_before_the_evening(estate: Estate) -> None:
    estate.jump(_story["monday"], "18:36")
    # What should have been asleep already when it was tagged.
    estate.walk_until(lambda: look(estate)[f"database {ARCHIVE}"]["DBInstanceStatus"] == "stopped",
                      _story["monday"], "18:43")
    estate.notifications()
    _story["evening"] = look(estate)
    assert len(awake_ones(_story["evening"])) == len(SLEEPS) + 1

    # Every five minutes, from the instant at which Terraform made the schedule: once between 18:45 and 18:50.
    estate.walk(_story["monday"], "18:51")
    [warning] = [one for one in estate.notifications() if one["kind"] == "off-hours.about-to-sleep"]
    assert warning["commands"], "it tells how to keep things awake"


def test_somebody_keeps_a_database_awake(estate: Estate) -> None:
    until = datetime.fromtimestamp(estate.at(_story["monday"], "21:00"), UTC).isoformat()
    answer = estate.cargo_lambda("off-hours", {
        "command": "keep-awake", "resource": f"arn:aws:rds:us-east-1:123456789012:db:{KEPT}", "until": until,
        "owner": "anna", "reason": "load test"})
    assert answer.report()["command"] == "keep-awake"
    status = estate.cargo_lambda("off-hours", {"command": "status"}).report()
    assert [one["override"]["owner"] for one in status["overrides"]] == ["anna"]


def test_development_falls_asleep(estate: Estate) -> None:
    estate.jump(_story["monday"], "18:58")
    estate.walk_until(lambda: awake_ones(look(estate)) == {f"database {KEPT}"}, _story["monday"], "19:26")
    _story["night"] = look(estate)
    assert awake_ones(_story["night"]) == {f"database {KEPT}"}
    # The next tick finds all of it asleep, and says so.
    estate.walk(_story["monday"], f"{estate.now() + timedelta(minutes=6):%H:%M}")
    assert "off-hours.asleep" in kinds(estate)


def test_nobody_elses_resource_was_touched(estate: Estate) -> None:
    evening, night = _story["evening"], _story["night"]
    mine = SLEEPS | FOLLOWS | {bastion(evening)} | members(evening)
    followers = tuple(mine | owned_by_eks(evening))
    changed = [line for line in differences(evening, night) if not line.startswith(followers)]
    assert changed == []

    names = {name.rpartition(" ")[2].rpartition("/")[2] for name in mine - FOLLOWS} | {"dev-batch-group-busy"}
    # True ARNs, as IAM judged them; where AWS knows none, the names in the request.
    named = {name for call in estate.changes() for name in [
        arn for arn in call["iam"]["resources"] if not arn.endswith("*")] or call["resources"][:1]}
    strange = {arn for arn in named if not any(name in arn for name in names | {ARCHIVE})}
    assert named and not strange
    assert not {arn for arn in named if "reports-1" in arn or "prod" in arn}
    assert not {call["operation"] for call in estate.changes() if call["operation"].startswith(("Delete", "Terminate"))}


def test_an_owners_muted_alarm_and_suspended_process_stay(estate: Estate) -> None:
    night = _story["night"]
    assert night["alarm dev-batch-group-busy"]["ActionsEnabled"] is False
    assert night["alarm dev-batch-group-muted"]["ActionsEnabled"] is False
    suspended = {one["ProcessName"] for one in night["group personal-timeline-dev-batch-group"]["SuspendedProcesses"]}
    assert {"AZRebalance", "Launch", "Terminate"} <= suspended
    assert "ScheduledActions" not in suspended


def test_what_was_kept_awake_sleeps_when_the_time_is_over(estate: Estate) -> None:
    estate.jump(_story["monday"], "20:58")
    assert awake_ones(look(estate)) == {f"database {KEPT}"}
    estate.walk_until(lambda: not awake_ones(look(estate)), _story["monday"], "21:14")
    assert awake_ones(look(estate)) == set()


def test_the_morning_is_as_the_evening_was(estate: Estate) -> None:
    estate.jump(tuesday(estate), "06:58")
    estate.notifications()
    walk_until_usable(estate, tuesday(estate), "07:46")
    morning = look(estate)
    assert differences(_story["evening"], morning) == []
    assert json.dumps(morning, sort_keys=True) == json.dumps(_story["evening"], sort_keys=True)


def test_the_stop_switch_stops(estate: Estate) -> None:
    estate.jump(tuesday(estate), "18:57")
    estate.stop_switch("stop while the auditors look")
    before = look(estate)
    changes = len(estate.changes())
    estate.walk(tuesday(estate), "19:07")
    assert len(estate.changes()) == changes
    assert differences(before, look(estate)) == []
    report = estate.invoke("off-hours", {"command": "reconcile"}).report()
    assert report["counts"]["stop"] == 0
    assert report["counts"]["refused"] > 0
    assert "auditors" in json.dumps(report), "the report says why"

    estate.stop_switch("run")
    estate.walk_until(lambda: not awake_ones(look(estate)), tuesday(estate), "19:36")
    assert awake_ones(look(estate)) == set()


def test_what_rds_starts_after_seven_days_sleeps_again(estate: Estate) -> None:
    database = estate.client("rds").describe_db_instances(DBInstanceIdentifier=ARCHIVE)["DBInstances"][0]
    assert database["DBInstanceStatus"] == "stopped"
    forced = database["AutomaticRestartTime"].timestamp()
    estate.cloud.set_time(forced - 30)
    estate.cloud.settle()
    estate.notifications()
    calls = len(estate.changes())
    estate.cloud.walk_to(forced + 1500)
    database = estate.client("rds").describe_db_instances(DBInstanceIdentifier=ARCHIVE)["DBInstances"][0]
    assert database["DBInstanceStatus"] == "stopped"
    assert database["AutomaticRestartTime"].timestamp() > forced + 6 * 86400
    stops = [call for call in estate.changes()[calls:] if ARCHIVE in call["resources"]]
    assert [call["action"] for call in stops] == ["rds:StopDBInstance"]
    log = estate.cloud.state.log.read_text()
    assert f"rule {estate.prefix}-off-hours-rds-instance-started" in log, "the event came through the applied rule"


def test_the_month_is_summed_up(estate: Estate) -> None:
    first = date(2026, 12, 1)
    estate.jump(first, "03:58")
    estate.notifications()
    estate.walk(first, "04:02")
    assert "off-hours.digest" in kinds(estate)


def _told_of(estate: Estate, name: str, word: str, day: date, latest: str) -> list[dict[str, Any]]:
    """Walks until people have been told of the resource with that word; what was told."""
    told: list[dict[str, Any]] = []

    def known() -> bool:
        told.extend(estate.notifications())
        return any(name in json.dumps(one) and word in json.dumps(one).lower() for one in told)

    estate.walk_until(known, day, latest)
    return told if known() else []


def test_a_database_without_its_key_is_told_and_a_person_mends_it(estate: Estate) -> None:
    wednesday = date(2026, 12, 2)
    estate.jump(wednesday, "06:58")
    estate.notifications()
    estate.cloud.fail_start(KEPT, "kms-recoverable")
    assert _told_of(estate, KEPT, "key", wednesday, "07:28")
    # Nobody starts it: off-hours tries until the key can be used.
    estate.cloud.mend()
    estate.walk_until(lambda: not differences(_story["evening"], look(estate)), wednesday, "08:10")
    assert differences(_story["evening"], look(estate)) == []


def test_a_group_without_capacity_is_told_and_comes_back(estate: Estate) -> None:
    thursday = date(2026, 12, 3)
    estate.jump(thursday, "06:58")
    estate.notifications()
    estate.cloud.fail_start(WORKERS, "capacity")
    # The database comes first; then two ticks see what AWS says of the failed launch.
    told = _told_of(estate, WORKERS, "capacity", thursday, "07:35")
    estate.cloud.mend()
    assert told
    walk_until_usable(estate, thursday, "08:36")
    assert differences(_story["evening"], look(estate)) == []

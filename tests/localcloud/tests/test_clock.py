"""Everybody shares one clock, and schedules fire by themselves when it is moved."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from localcloud import LocalCloud
from localcloud.clock import Clock, library, parse_duration, parse_instant, preload
from localcloud.fabric.recurrence import Recurrence

from . import probe


@pytest.fixture
def monday(cloud: LocalCloud) -> LocalCloud:
    cloud.set_time("2026-11-23T12:00:00Z")
    return cloud


def _schedule(cloud: LocalCloud, name: str, expression: str, zone: str = "UTC") -> str:
    url, arn = probe.queue(cloud, f"{name}-queue")
    role = probe.role(cloud, f"{name}-role", probe.allow("sqs:SendMessage", arn))
    cloud.client("scheduler").create_schedule(
        Name=name, ScheduleExpression=expression, ScheduleExpressionTimezone=zone,
        FlexibleTimeWindow={"Mode": "OFF"}, Target={
            "Arn": arn, "RoleArn": role, "Input": json.dumps({"at": "<aws.scheduler.scheduled-time>"})})
    return url


def _fired(cloud: LocalCloud, url: str) -> list[str]:
    return [json.loads(message["Body"])["at"] for message in probe.messages(cloud, url)]


def test_emulators_and_functions_see_the_simulated_time(monday: LocalCloud) -> None:
    probe.function(monday, "watch", probe.role(monday, "watch-role"))
    seen = probe.invoke(monday, "watch")["time"]
    assert abs(seen - parse_instant("2026-11-23T12:00:00Z")) < 10

    monday.advance("7d")
    assert abs(probe.invoke(monday, "watch")["time"] - seen - 7 * 86400) < 10
    monday.client("autoscaling").create_launch_configuration(
        LaunchConfigurationName="c", ImageId="ami-1", InstanceType="t3.micro")
    made = monday.client("autoscaling").describe_launch_configurations()["LaunchConfigurations"][0]["CreatedTime"]
    assert abs(made.timestamp() - monday.now()) < 10


_WATCH = """
import sys, threading, time
threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()
for line in sys.stdin:
    started, read = time.monotonic(), time.time()
    threading.Event().wait(0.2)
    print(read, time.monotonic() - started, flush=True)
"""


def test_a_running_process_sees_the_clock_move_and_waits_in_real_time(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    clock.set(parse_instant("2027-06-01T00:00:00Z"))
    with subprocess.Popen([sys.executable, "-c", _WATCH], env=os.environ | preload(library(), tmp_path / "clock"),
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdin and watch.stdout
        # Forward by months, and back before the present: a deadline must not be taken for one of the other clock.
        for text in ("2027-06-01T00:00:00Z", "2028-01-01T00:00:00.250Z", "2020-02-29T12:00:00Z"):
            clock.set(parse_instant(text))
            watch.stdin.write("\n")
            watch.stdin.flush()
            seen, waited = (float(value) for value in watch.stdout.readline().split())
            assert 0 <= seen - parse_instant(text) < 5
            assert 0.2 <= waited < 5
            assert abs(clock.now() - seen) < 10
        watch.stdin.close()


def test_a_process_without_its_clock_does_not_start(tmp_path: Path) -> None:
    ended = subprocess.run(["true"], env=os.environ | preload(library(), tmp_path / "missing"),
                           capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert str(tmp_path / "missing") in ended.stderr


def test_a_cron_schedule_fires_in_its_time_zone(monday: LocalCloud) -> None:
    url = _schedule(monday, "evening", "cron(0 19 ? * MON-FRI *)", "America/New_York")
    monday.set_time("2026-11-23T23:59:50Z")
    monday.settle()
    assert _fired(monday, url) == []
    monday.set_time("2026-11-24T00:00:01Z")
    monday.settle()
    assert _fired(monday, url) == ["2026-11-24T00:00:00Z"]


def test_a_jump_over_several_periods_fires_once_and_a_walk_fires_each(monday: LocalCloud) -> None:
    url = _schedule(monday, "often", "rate(1 hours)")
    created = monday.client("scheduler").get_schedule(Name="often")["CreationDate"].timestamp()
    monday.advance("5h30m")
    monday.settle()
    stamp = datetime.fromtimestamp(created + 5 * 3600, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert _fired(monday, url) == [stamp]

    monday.walk_to(monday.now() + 3 * 3600)
    assert len(_fired(monday, url)) == 3


def test_a_one_time_schedule_fires_once(monday: LocalCloud) -> None:
    url = _schedule(monday, "once", "at(2026-11-23T20:00:00)", "Europe/Berlin")
    monday.set_time("2026-11-23T19:00:00.500Z")
    monday.settle()
    monday.advance("2d")
    monday.settle()
    assert _fired(monday, url) == ["2026-11-23T19:00:00Z"]


def _utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(("expression", "zone", "since", "until", "expected"), [
    ("cron(30 2 * * ? *)", "America/New_York", "2026-03-07T12:00", "2026-03-09T12:00", ["2026-03-09T06:30"]),
    ("cron(30 1 * * ? *)", "America/New_York", "2026-10-31T12:00", "2026-11-02T12:00",
     ["2026-11-01T05:30", "2026-11-02T06:30"]),
    ("rate(12 hours)", "UTC", "2026-01-01T00:00", "2026-01-02T00:00", ["2026-01-01T12:00", "2026-01-02T00:00"]),
    ("at(2026-01-01T09:00:00)", "Asia/Tokyo", "2025-12-31T00:00", "2026-01-02T00:00", ["2026-01-01T00:00"]),
    ("nonsense", "UTC", "2026-01-01T00:00", "2026-01-02T00:00", []),
])
def test_recurrence(expression: str, zone: str, since: str, until: str, expected: list[str]) -> None:
    recurrence = Recurrence(expression, zone, _utc("2026-01-01T00:00"))
    assert list(recurrence.between(_utc(since), _utc(until))) == [_utc(text) for text in expected]


@pytest.mark.parametrize(("text", "seconds"), [("5m", 300), ("1h30m", 5400), ("P7D", 604800), ("PT0.5S", 0.5)])
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m5", "5 m", "P", "PT"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a duration looks like"):
        parse_duration(text)

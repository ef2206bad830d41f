"""The scene before the evening: an instance mines, is taken off the network, and brought back."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localcloud.timeline import Change

from .stage import RehearsalError, Stage

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events" / "security-triage"
SEED = ROOT / "tests" / "e2e" / "seeds" / "containment.json"
# GuardDuty's own event, and the copies of it that Security Hub sends in two formats.
ROUTES = ("guardduty-instance", "security-hub-guardduty", "security-hub-v2-detection")
_TOKEN = re.compile(r'"command":"approve","plan":"([^"]+)","token":"([0-9a-f]{64})"')
_INSTANT = re.compile(r"2026-11-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_MILLISECONDS = re.compile(r"\b17\d{11}\b")
_MINUTES = 12
# A busy machine may hand the copies over in two batches: the second then updates what the first has told.
_UPDATES = ("Worse: ", "Goes on: ")


def play(stage: Stage) -> None:
    """From the finding to the undo."""
    instance = _instance(stage)
    before = _interfaces(stage, instance)
    stage.say("step", "GuardDuty sees that an instance talks to a mining pool. Security Hub repeats it in two formats.")
    told = len(stage.messages())
    for route in ROUTES:
        stage.cloud.put_event(_about(stage, route, instance))
    stage.pass_seconds(10)
    messages = [json.dumps(message["payload"]) for message in stage.messages()[told:]]
    opened = [message for message in messages if not any(update in message for update in _UPDATES)]
    stage.expect("one message about three copies, and one with a plan", len(opened) == 2)
    plan, token = _approval(messages)
    stage.expect("nothing changed by a plan", _interfaces(stage, instance) == before)

    stage.command("bob", "reads the calls in the message and approves the plan",
                  {"command": "approve", "plan": plan, "token": token, "by": "bob"}, function="security-triage")
    _until(stage, plan, "done")
    held = _interfaces(stage, instance)
    stage.say("step", "AWS shows:", changes=_changes(before, held))
    stage.expect("every interface in another group", all(held[name] != groups for name, groups in before.items()))

    stage.command("bob", "finds a false alarm and brings everything back",
                  {"command": "undo", "plan": plan, "by": "bob"}, function="security-triage")
    _until(stage, plan, "undone")
    back = _interfaces(stage, instance)
    stage.say("step", "AWS shows:", changes=_changes(held, back))
    stage.expect("every interface as it was", back == before)


def _instance(stage: Stage) -> str:
    found = stage.cloud.client("ec2").describe_instances(Filters=[{"Name": "tag:Name", "Values": ["contain-instance"]}])
    return str(found["Reservations"][0]["Instances"][0]["InstanceId"])


def _interfaces(stage: Stage, instance: str) -> dict[str, str]:
    """The groups of each interface, by name."""
    faces = stage.cloud.client("ec2").describe_network_interfaces(
        Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])["NetworkInterfaces"]
    return {face["NetworkInterfaceId"]: ", ".join(sorted(group["GroupName"] for group in face["Groups"]))
            for face in faces}


def _changes(before: dict[str, str], after: dict[str, str]) -> tuple[Change, ...]:
    return tuple(Change(name, "network interface", groups, after[name])
                 for name, groups in sorted(before.items()) if after[name] != groups)


def _about(stage: Stage, route: str, instance: str) -> dict[str, Any]:
    """One of our fixtures, about an instance that is there, and seen just now."""
    text = (EVENTS / f"{route}.json").read_text().replace("i-0a1b2c3d4e5f60718", instance)
    later = stage.now() - datetime.fromisoformat(json.loads(text)["time"])
    text = _INSTANT.sub(lambda found: (datetime.fromisoformat(found[0]) + later).astimezone(UTC).isoformat(), text)
    text = _MILLISECONDS.sub(lambda found: str(int(found[0]) + int(later.total_seconds() * 1000)), text)
    return dict(json.loads(text))


def _approval(messages: list[str]) -> tuple[str, str]:
    for message in messages:
        if found := _TOKEN.search(message.replace('\\\\"', '"').replace('\\"', '"')):
            return found[1], found[2]
    raise RehearsalError("no message carries the command that approves the plan")


def _until(stage: Stage, plan: str, phase: str) -> None:
    """Goes on with the plan as the schedule does, which would wake the clock every minute of the whole story."""
    for _ in range(_MINUTES):
        listed = stage.ask({"command": "plans"}, function="security-triage")["plans"]
        if any(one["plan"] == plan and one["phase"] == phase for one in listed):
            stage.pass_seconds(0)
            return
        stage.pass_seconds(60)
        stage.ask({"command": "continue"}, function="security-triage")
    raise RehearsalError(f"the plan {plan} did not become {phase}")

"""What the rehearsal plays on: the cloud, its clock, and the timeline that people watch."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from localcloud import LocalCloud
from localcloud.timeline import Change, Event, Printer

from .estate import Resource, states


# Simulated seconds of a walk after which is shown what has changed.
_GLANCE = 150.0


class RehearsalError(RuntimeError):
    """Something did not go as it must; the message says what and where to look."""


@dataclass
class Stage:
    """The local cloud with the applied environment, and what was shown of it so far."""

    cloud: LocalCloud
    printer: Printer
    zone: tzinfo
    functions: Mapping[str, str]
    """The deployed names, by the folder's."""
    cargo_lambda: Path
    _seen: list[Resource] = field(default_factory=list)
    _told: int = 0

    def now(self) -> datetime:
        """Simulated time."""
        return datetime.fromtimestamp(self.cloud.now(), UTC).astimezone(self.zone)

    def at(self, day: str, time: str) -> str:
        """A local date and time as an instant."""
        return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=self.zone).isoformat()

    def say(self, mark: str, text: str, **more: Any) -> None:
        """One entry of the timeline."""
        self.printer.event(Event(self.now(), mark, text, **more))

    def walk_to(self, day: str, time: str) -> None:
        """Lets everything happen that is due until then, in order, and shows it on the way."""
        end = datetime.fromisoformat(self.at(day, time)).timestamp()
        while self.cloud.now() < end:
            self.cloud.walk_to(min(self.cloud.now() + _GLANCE, end))
            self.show()

    def jump_to(self, day: str, time: str) -> None:
        """Moves the clock at once: of what fell due in between, each schedule fires once."""
        self.cloud.set_time(self.at(day, time))
        self.cloud.settle()
        self.show()

    def states(self) -> list[Resource]:
        """The environment's resources now."""
        return states(self.cloud)

    def show(self) -> None:
        """Prints the messages and state changes since the last time."""
        for message in self.messages()[self._told:]:
            self._told += 1
            text = message["payload"].get("text", "") if isinstance(message["payload"], dict) else str(message)
            self.printer.event(Event(datetime.fromisoformat(message["simulated_at"]), "slack", text.split("\n")[0]))
        now = self.states()
        before = {(one.kind, one.name): one.state for one in self._seen}
        changes = tuple(
            Change(one.name, one.kind, before[one.kind, one.name], one.state)
            for one in now
            if (one.kind, one.name) in before and before[one.kind, one.name] != one.state)
        if changes:
            self.say("step", "AWS shows:", changes=changes)
        self._seen = now

    def messages(self) -> list[dict[str, Any]]:
        """What the Slack-like inbox has taken, oldest first."""
        address = f"{self.cloud.endpoint}/inbox/messages.json"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=10) as answer:
            return list(json.load(answer)["messages"])

    def pass_seconds(self, seconds: float) -> None:
        """Lets so much simulated time pass, and shows what came of it."""
        self.cloud.settle()
        self.cloud.advance(seconds)
        self.cloud.settle()
        self.show()

    def ask(self, payload: Mapping[str, Any], function: str) -> dict[str, Any]:
        """A question that changes nothing, which is not part of the story."""
        answer = self.cloud.client("lambda").invoke(
            FunctionName=self.functions[function], Payload=json.dumps(payload))
        return dict(json.loads(answer["Payload"].read()))

    def command(self, who: str, text: str, payload: Mapping[str, Any], function: str = "off-hours") -> dict[str, Any]:
        """What a person does at a terminal: ``cargo lambda invoke`` at the deployed function."""
        name = self.functions[function]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(payload, file)
            file.flush()
            arguments = [str(self.cargo_lambda), "lambda", "invoke", "--remote", "--retry-attempts", "6",
                         name, "--endpoint-url", self.cloud.endpoint, "--data-file", file.name,
                         "--output-format", "json"]
            self.say("person", f"{who} {text}",
                     command="cargo lambda invoke --remote --retry-attempts 6 "
                             f"{name} --data-ascii '{json.dumps(payload)}'")
            done = subprocess.run(arguments, env={**os.environ, **self.cloud.env}, capture_output=True,
                                  text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise RehearsalError(f"cargo lambda invoke failed:\n{done.stderr or done.stdout}")
        self.cloud.settle()
        self.show()
        return dict(json.loads(done.stdout))

    def told(self, words: str) -> bool:
        """Whether a message with these words stands in the inbox."""
        return any(words in json.dumps(message["payload"]) for message in self.messages())

    def arn(self, resource: Resource) -> str:
        """The ARN of an Auto Scaling group."""
        groups = self.cloud.client("autoscaling").describe_auto_scaling_groups(
            AutoScalingGroupNames=[resource.name])["AutoScalingGroups"]
        return str(groups[0]["AutoScalingGroupARN"])

    def expect(self, what: str, true: bool) -> None:
        """Ends the rehearsal where something did not come true."""
        if not true:
            raise RehearsalError(f"{self.now():%a %d %b %H:%M}: expected {what}; the log is {self.cloud.state.log}")

"""Asks what was deployed to do something harmless, and reads the answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .root import REPOSITORY
from .terminal import Refused

Clients = Callable[[str], Any]


def run(client: Clients, outputs: Mapping[str, Any], *, say: Callable[[str], None]) -> None:
    """Invokes every function, looks at dead letters and alarms. Raises ``Refused`` with what went wrong."""
    automation = outputs.get("automation") or {}
    wrong = [problem for name, function in sorted((automation.get("functions") or {}).items())
             for problem in _invoked(client, name, function["function_name"], say)]
    for name, queue in sorted((automation.get("dead_letter_queues") or {}).items()):
        count = int(client("sqs").get_queue_attributes(
            QueueUrl=queue["url"], AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]["ApproximateNumberOfMessages"])
        if count:
            wrong.append(f"{name} has {count} undelivered events in {queue['url']}")
    names = sorted((automation.get("alarm_names") or {}).values())
    for start in range(0, len(names), 100):
        answer = client("cloudwatch").describe_alarms(AlarmNames=names[start:start + 100], StateValue="ALARM")
        wrong += [f"alarm {alarm['AlarmName']} is on" for alarm in answer["MetricAlarms"]]
    if wrong:
        raise Refused("the smoke test failed: " + "; ".join(wrong))
    say(f"{len(names)} alarms are quiet, no dead letters")


def question(function: str) -> str:
    """The event that the function's manifest calls its smoke test: it changes nothing."""
    manifest = json.loads((REPOSITORY / "functions" / function / "function.json").read_text())
    return (REPOSITORY / "events" / function / f"{manifest['smoke_test']}.json").read_text()


def _invoked(client: Clients, name: str, function: str, say: Callable[[str], None]) -> list[str]:
    answer = client("lambda").invoke(FunctionName=function, Qualifier="live", Payload=question(name))
    content = answer["Payload"].read().decode(errors="replace")
    if answer.get("FunctionError"):
        return [f"{name} answered {answer['FunctionError']}: {content[:300]}"]
    say(f"{name} answers")
    return []

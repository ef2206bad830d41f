"""Production's channel gathers: findings of one kind are one message, ends are told, silences hold, nothing is lost.

Production's own automation, applied into a cloud of its own, hears GuardDuty's events on the bus. Its clock stands beside
development's, where nothing is gathered and messages are expected at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from localcloud import LocalCloud
from localcloud.inbox import Inbox, Webhook

from . import terraform
from .estate import ROOT, START, Estate, packages

pytestmark = pytest.mark.chapter

FINDING = (ROOT / "events/security-triage/guardduty-instance.json").read_text()
INSTANCE = "i-0a1b2c3d4e5f60718"
WAIT, INTERVAL = 30, 300
_story: dict[str, Any] = {}


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """What production operates itself with, and Slack's address in its parameter."""
    with LocalCloud(iam="enforce", time=START) as cloud:
        root = terraform.Estate("production", work=tmp_path_factory.mktemp("production"), env=cloud.env, packages=packages())
        outputs = root.apply("module.environment.module.automation")["automation"]
        made = Estate(cloud, root, outputs, prefix="personal-timeline-prod")
        made.client("ssm").put_parameter(
            Name=outputs["channel_parameters"]["slack"], Type="SecureString", KeyId=outputs["key_arn"],
            Value=f"{cloud.endpoint}{Webhook().path}")
        yield made


def found(production: Estate, *instances: str, archived: bool = False) -> None:
    """GuardDuty finds something about instances, or somebody has archived that."""
    for instance in instances:
        now = datetime.fromtimestamp(production.cloud.now(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = json.loads(FINDING.replace(INSTANCE, instance))
        detail = event["detail"]
        event["time"] = now
        detail |= {"id": instance.removeprefix("i-").rjust(32, "0"), "updatedAt": now}
        detail["arn"] = f"{detail['arn'].rpartition('/')[0]}/{detail['id']}"
        detail["service"] |= {"archived": archived, "eventLastSeen": now}
        production.cloud.put_event(event)
    production.cloud.settle()


def later(production: Estate, seconds: float) -> None:
    """Simulated time passes, and every minute notify looks what is due."""
    production.cloud.walk_to(production.cloud.now() + seconds)
    production.cloud.settle()


def told(production: Estate) -> list[str]:
    """The messages since the last time, as text."""
    shown = [json.dumps(one["payload"], ensure_ascii=False) for one in production.received()]
    since, _story["seen"] = _story.get("seen", 0), len(shown)
    return shown[since:]


def state(production: Estate) -> list[dict[str, Any]]:
    """What notify has written down about the channel: its own item, and one for each matter."""
    [table] = [name for name in production.client("dynamodb").list_tables()["TableNames"] if name.startswith(production.prefix)]
    items = production.client("dynamodb").query(
        TableName=table, KeyConditionExpression="pk = :channel",
        ExpressionAttributeValues={":channel": {"S": "notify#slack"}})["Items"]
    return [json.loads(item["body"]["S"]) for item in items]


def account(production: Estate, name: str) -> int:
    """So many notifications stand in one account, over all matters."""
    return sum(item["tally"][name] for item in state(production))


def test_what_one_cause_raises_is_one_message(production: Estate) -> None:
    found(production, INSTANCE, "i-0b2c3d4e5f6071829")
    later(production, WAIT + 60)
    [message] = told(production)
    assert "2 × security-triage.finding" in message
    assert INSTANCE in message and "i-0b2c3d4e5f6071829" in message
    later(production, INTERVAL + 60)
    assert told(production) == [], "nothing new was heard"


def test_what_is_over_is_told(production: Estate) -> None:
    found(production, INSTANCE, archived=True)
    later(production, WAIT + 60)
    [message] = told(production)
    assert "✅ Over: " in message and INSTANCE in message and "Also open in this matter*\\n1" in message
    found(production, "i-0b2c3d4e5f6071829", archived=True)
    later(production, INTERVAL + 60)
    [message] = told(production)
    assert "✅ Resolved: " in message and "i-0b2c3d4e5f6071829" in message


def test_a_silence_holds_back_until_it_ends(production: Estate) -> None:
    made = production.cargo_lambda("notify", {
        "command": "silence", "match": {"kind": "security-triage.*"}, "author": "mira", "reason": "penetration test",
        "for": "PT30M"}).report()
    [silence] = made["silences"]
    found(production, "i-0c3d4e5f607182930")
    later(production, 900)
    assert told(production) == []
    [listed] = production.invoke("notify", {"command": "silences"}).report()["silences"]
    assert listed == silence
    assert (listed["author"], listed["reason"]) == ("mira", "penetration test")
    assert datetime.fromisoformat(listed["expires_at"]).timestamp() > production.cloud.now()
    later(production, 1000)
    [message] = told(production)
    assert "i-0c3d4e5f607182930" in message and "Held back" in message and silence["id"] in message


def test_a_silence_is_the_account_of_what_is_over_before_it_ends(production: Estate) -> None:
    production.invoke("notify", {"command": "silence", "match": {"account": "123456789012"}, "author": "mira",
                                 "reason": "penetration test", "for": "PT20M"}).report()
    found(production, "i-0d4e5f60718293041")
    found(production, "i-0d4e5f60718293041", archived=True)
    later(production, 1500)
    assert told(production) == []
    assert account(production, "silenced") == 2, "the finding and its end"


def test_a_flood_that_meets_a_limit_and_a_failure_is_one_message(production: Estate) -> None:
    inbox = Inbox(production.cloud.state.directory / "inbox")
    inbox.faults([{"kind": "rate-limit", "retry_after": 60}, {"kind": "error", "status": 500}])
    found(production, *(f"i-{number:017x}" for number in range(12)))
    later(production, WAIT + 600)
    assert inbox.faults() == [], "both were met"
    [message] = told(production)
    assert "12 × security-triage.finding" in message


def test_what_slack_refuses_for_good_becomes_a_dead_letter(production: Estate) -> None:
    inbox = Inbox(production.cloud.state.directory / "inbox")
    inbox.faults([{"kind": "prohibited", "times": None}])
    found(production, "i-0e5f6071829304152")
    later(production, 1800)
    inbox.faults([])
    [dead] = production.waiting("notify-dead-letters")
    assert "i-0e5f6071829304152" in dead["Body"]
    assert told(production) == []


@pytest.mark.stage(1)
def test_every_notification_has_one_account(production: Estate) -> None:
    later(production, 600)
    tally = {name: account(production, name) for name in state(production)[0]["tally"]}
    heard = tally.pop("heard")
    assert heard == sum(tally.values()), tally
    # Twelve of the flood, and each of the five others; three of these were archived.
    assert heard - tally["repeated"] == 12 + 5 + 3, tally
    for name in ("notify-queue", "notify-dead-letters", "security-triage-dead-letters"):
        assert production.waiting(name) == []
    denied = [call for call in production.cloud.calls("notify") if (call.get("iam") or {}).get("verdict") == "denied"]
    assert denied == []

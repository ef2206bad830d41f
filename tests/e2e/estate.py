"""The estate under test: a local cloud with development applied, and what tests do with it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from localcloud import LocalCloud
from localcloud.inbox import Webhook

from . import terraform

ROOT = Path(__file__).resolve().parents[2]
SEEDS = Path(__file__).resolve().parent / "seeds"
OFFICE = ZoneInfo("America/New_York")
# A Monday in working hours: nothing is due to sleep while Terraform is at work.
START = "2026-11-23T16:00:00-05:00"
_LISTENER = "e2e-listener"

# What security-triage may contain here, if a test approves: of what seeds/containment.json opts in.
CONTAINMENT = {
    "accounts": ["123456789012"],
    "enabled": ["block-public-access", "disable-access-key", "isolate-instance", "quarantine-principal",
                "revoke-ingress"],
    "isolate_instance": {"remove_profile": True},
    "never": ["break-glass"],
    "per_hour": 100,
}
# Development has this account to itself.
VARIABLES = {"watches_account": True}
# Every minute of the days that tests walk through would wake it: they say `continue` themselves.
OVERRIDES = {"security-triage": {"schedules": {"continue": {"enabled": False}}}}

_READING = ("Describe", "Get", "List", "Query", "BatchGet", "Head", "Decrypt")


@dataclass(frozen=True)
class Answer:
    """What an invocation gave back."""

    content: Any
    error: str | None

    def report(self) -> dict[str, Any]:
        """The report of a successful invocation."""
        assert self.error is None, f"{self.error}: {self.content}"
        return self.content


@dataclass(eq=False)
class Estate:
    """One environment in one cloud; all tests of a session share it."""

    cloud: LocalCloud
    terraform: terraform.Estate
    outputs: dict[str, Any] = field(default_factory=dict)
    """Of the module automation."""
    prefix: str = "personal-timeline-dev"
    whole_run: bool = False
    """Whether every end-to-end test runs in this session."""

    # -- asking AWS -----------------------------------------------------------

    @lru_cache  # noqa: B019 - one estate per session
    def client(self, service: str) -> Any:
        """A boto3 client of a person with all rights."""
        return self.cloud.client(service)

    def function_name(self, function: str) -> str:
        """The Lambda's name, from the folder's."""
        return f"{self.prefix}-{function}-function"

    def function_of(self, arn: str) -> str:
        """The folder's name, from the ARN of a function, with or without a qualifier, or of its queue."""
        _, _, service, _, _, *rest = arn.split(":")
        name = rest[0] if service == "sqs" else rest[1]
        return name.removeprefix(f"{self.prefix}-").removesuffix("-queue").removesuffix("-function")

    def queue_url(self, name: str) -> str:
        """The address of the queue ``{prefix}-{name}``."""
        return self.client("sqs").get_queue_url(QueueName=f"{self.prefix}-{name}")["QueueUrl"]

    def waiting(self, name: str) -> list[dict[str, Any]]:
        """Takes every message out of the queue ``{prefix}-{name}``."""
        return _drain(self.client("sqs"), self.queue_url(name))

    # -- time -----------------------------------------------------------------

    def now(self) -> datetime:
        """Simulated time, at the office."""
        return datetime.fromtimestamp(self.cloud.now(), UTC).astimezone(OFFICE)

    def monday(self) -> date:
        """The Monday of this week at the office."""
        today = self.now().date()
        return today - timedelta(days=today.weekday())

    def at(self, day: date, time: str) -> float:
        """A local time at the office as seconds since the epoch."""
        return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=OFFICE).timestamp()

    def jump(self, day: date, time: str) -> None:
        """Moves the clock at once; what was due in between fires once."""
        self.cloud.set_time(self.at(day, time))
        self.cloud.settle()

    def walk(self, day: date, time: str) -> None:
        """Moves the clock by way of everything that is due."""
        self.cloud.walk_to(self.at(day, time))

    def walk_until(self, done: Callable[[], bool], day: date, latest: str) -> None:
        """Walks in steps of five minutes until ``done``, but not beyond ``latest``."""
        end = self.at(day, latest)
        while not done() and self.cloud.now() < end:
            self.cloud.walk_to(min(self.cloud.now() + 300, end))

    # -- commands -----------------------------------------------------------------

    def invoke(self, function: str, payload: Any) -> Answer:
        """Invokes the deployed function and waits for its answer."""
        answer = self.client("lambda").invoke(
            FunctionName=self.function_name(function), Qualifier="live", Payload=json.dumps(payload))
        content = json.loads(answer["Payload"].read() or b"null")
        return Answer(content, answer.get("FunctionError"))

    def cargo_lambda(self, function: str, payload: Any) -> Answer:
        """What a person types: ``cargo lambda invoke --remote``, with AWS_ENDPOINT_URL and keys.

        It tries again, as the messages say: a function that runs one at a time may be at work.
        """
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(payload, file)
            file.flush()
            done = subprocess.run(
                [Path(sys.executable).parent / "cargo-lambda", "lambda", "invoke", "--remote", "--retry-attempts", "6",
                 "--data-file", file.name, "--output-format", "json", self.function_name(function)],
                env={**os.environ, **self.cloud.env}, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            return Answer(done.stderr or done.stdout, "cargo lambda invoke failed")
        return Answer(json.loads(done.stdout), None)

    # -- what people read ---------------------------------------------------------------

    def received(self) -> list[dict[str, Any]]:
        """What arrived at the inbox, oldest first; refused messages too."""
        address = f"{self.cloud.endpoint}/inbox/messages.json"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=10) as answer:
            return [one for one in json.load(answer)["messages"] if one["outcome"] != "held"]

    def listen(self) -> None:
        """A queue of the tests' own beside notify's, to read notifications as they were published."""
        sqs = self.client("sqs")
        address = sqs.create_queue(QueueName=_LISTENER, Attributes={"MessageRetentionPeriod": "1209600"})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topic = self.outputs["notifications_topic_arn"]
        sqs.set_queue_attributes(QueueUrl=address, Attributes={"Policy": json.dumps({"Statement": [{
            "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
            "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}]})})
        self.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn,
                                     Attributes={"RawMessageDelivery": "true"})

    def notifications(self) -> list[dict[str, Any]]:
        """The notifications published since the last time, oldest first; what is no JSON is left out."""
        sqs = self.client("sqs")
        found = []
        for message in _drain(sqs, sqs.get_queue_url(QueueName=_LISTENER)["QueueUrl"]):
            with contextlib.suppress(ValueError):
                found.append(json.loads(message["Body"]))
        return sorted(found, key=lambda one: one["occurred_at"])

    def stop_switch(self, word: str) -> None:
        """What a person writes into the stop parameter."""
        self.client("ssm").put_parameter(Name=self.outputs["stop_parameter"], Value=word, Overwrite=True)

    # -- what was done ---------------------------------------------------------------------

    def changes(self, function: str = "off-hours") -> list[dict[str, Any]]:
        """The recorded calls of a function that changed resources (its own ledger and messages aside)."""
        return [call for call in self.cloud.calls(function)
                if not call["operation"].startswith(_READING) and call["service"] not in {"dynamodb", "sns", "ssm"}]


def _drain(sqs: Any, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while batch := sqs.receive_message(QueueUrl=address, MaxNumberOfMessages=10, MessageAttributeNames=["All"],
                                       WaitTimeSeconds=0).get("Messages"):
        for message in batch:
            sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
        found += batch
    return found


def packages() -> Path:
    """The functions' zips: $NIGHTSHIFT_PACKAGES, or made now from the dev profile."""
    given = os.environ.get("NIGHTSHIFT_PACKAGES")
    if given:
        return Path(given).resolve()
    out = ROOT / "target/packages/dev"
    subprocess.run([ROOT / "scripts/package", "--profile", "dev", "--out", out], check=True)
    return out


def open_estate(folder: Path) -> Estate:
    """Starts a cloud in ``folder`` and applies development; or finds the one that runs there."""
    # A group without capacity tries again every ten minutes, and not every one: each try is an event.
    cloud = LocalCloud(folder / "cloud", iam="enforce", time=START, timings={"asg-retry": 600.0})
    if cloud.running():
        stage = terraform.Estate("development", work=folder / "terraform", env=cloud.env, packages=folder,
                                 values={"containment": CONTAINMENT, "overrides": OVERRIDES}, variables=VARIABLES)
        return Estate(cloud, stage, stage.outputs()["automation"])
    zips = packages()
    cloud.start()
    try:
        stage = terraform.Estate("development", work=folder / "terraform", env=cloud.env, packages=zips,
                                 values={"containment": CONTAINMENT, "overrides": OVERRIDES}, variables=VARIABLES)
        estate = Estate(cloud, stage, stage.apply()["automation"])
        furnish(estate)
    except BaseException:
        cloud.stop()
        raise
    return estate


def furnish(estate: Estate) -> None:
    """What people and other teams put there: the secrets, and an estate that existed before."""
    for name, value in ((estate.outputs["channel_parameters"]["slack"], f"{estate.cloud.endpoint}{Webhook().path}"),
                        (estate.outputs["approval_key_parameter"], secrets.token_urlsafe(48))):
        estate.client("ssm").put_parameter(
            Name=name, Type="SecureString", KeyId=estate.outputs["key_arn"], Value=value)
    estate.listen()
    for seed in sorted(SEEDS.glob("*.json")):
        estate.cloud.seed(seed)

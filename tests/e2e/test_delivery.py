"""Nothing that anybody should know is lost between a function and Slack."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from localcloud.inbox import Inbox

from .estate import Estate

UNREADABLE = "You have chosen to subscribe"


def notification(estate: Estate, number: int) -> dict[str, Any]:
    return {
        "version": 1, "id": f"e2e-delivery-{number}-{estate.cloud.now():.3f}", "source": "off-hours", "environment": "dev",
        "account": "123456789012", "severity": "info", "kind": "off-hours.test",
        "title": f"Test message {number}", "summary": "Sent by the end-to-end tests.",
        "occurred_at": estate.now().isoformat(),
    }


def publish(estate: Estate, body: str) -> None:
    estate.client("sns").publish(TopicArn=estate.outputs["notifications_topic_arn"], Message=body)


def script(estate: Estate, faults: list[dict[str, Any]]) -> None:
    """What the inbox answers to the next messages instead of taking them."""
    Inbox(estate.cloud.state.directory / "inbox").faults(faults)


def texts(estate: Estate, since: int) -> list[str]:
    return [json.dumps(one["payload"]) for one in estate.received()[since:]]


def wait_for(estate: Estate, done: Any, steps: int, seconds: int) -> None:
    """Lets simulated time pass until ``done``."""
    for _ in range(steps):
        estate.cloud.settle()
        if done():
            return
        estate.cloud.advance(seconds)
    estate.cloud.settle()


def test_what_nobody_can_read_is_shown_and_holds_nothing_up(estate: Estate) -> None:
    since = len(estate.received())
    publish(estate, json.dumps(notification(estate, 1)))
    publish(estate, UNREADABLE)
    publish(estate, json.dumps(notification(estate, 2)))
    wait_for(estate, lambda: len(estate.received()) >= since + 3, steps=4, seconds=181)
    arrived = texts(estate, since)
    assert [sum(words in text for text in arrived) for words in ("Test message 1", "Test message 2", UNREADABLE)] == [1, 1, 1]
    assert estate.waiting("notify-dead-letters") == []


def test_what_slack_refuses_ends_in_the_dead_letters_and_the_rest_arrives(estate: Estate) -> None:
    since = len(estate.received())
    script(estate, [{"kind": "prohibited", "times": None}])
    poison = json.dumps(notification(estate, 6))
    publish(estate, poison)
    dead: list[dict[str, Any]] = []

    def buried() -> bool:
        dead.extend(estate.waiting("notify-dead-letters"))
        return bool(dead)

    wait_for(estate, buried, steps=8, seconds=181)
    script(estate, [])
    publish(estate, json.dumps(notification(estate, 7)))
    wait_for(estate, lambda: len(estate.received()) > since, steps=4, seconds=181)
    assert [message["Body"] for message in dead] == [poison]
    assert estate.waiting("notify-queue") == []
    arrived = texts(estate, since)
    assert sum("Test message 7" in text for text in arrived) == 1
    assert not any("Test message 6" in text for text in arrived)


@pytest.mark.parametrize("fault", [
    {"kind": "rate-limit", "retry_after": 1},
    {"kind": "rate-limit", "retry_after": 60},
    {"kind": "error", "status": 500},
], ids=["a-short-wait", "a-long-wait", "error"])
def test_what_slack_does_not_take_is_sent_again(estate: Estate, fault: dict[str, Any]) -> None:
    since = len(estate.received())
    script(estate, [fault])
    number = 300 + fault.get("retry_after", fault.get("status", 0))
    publish(estate, json.dumps(notification(estate, number)))
    wait_for(estate, lambda: len(estate.received()) > since, steps=4, seconds=181)
    arrived = texts(estate, since)
    assert sum(f"Test message {number}" in text for text in arrived) == 1, "once, and not twice"


def test_the_same_notification_is_told_once(estate: Estate) -> None:
    since = len(estate.received())
    body = json.dumps(notification(estate, 5))
    publish(estate, body)
    estate.cloud.settle()
    publish(estate, body)
    wait_for(estate, lambda: len(estate.received()) > since, steps=3, seconds=30)
    assert sum("Test message 5" in text for text in texts(estate, since)) == 1


@pytest.mark.stage(2)
def test_every_message_was_one_that_slack_takes(estate: Estate) -> None:
    received = estate.received()
    assert received
    refused = [(one["violations"], one["payload"]) for one in received if one["outcome"] == "refused"]
    assert refused == []


@pytest.mark.stage(2)
def test_nothing_was_lost_on_the_way(estate: Estate) -> None:
    for name in ("off-hours-dead-letters", "notify-dead-letters", "cost-anomaly-dead-letters"):
        left = estate.waiting(name)
        assert left == [], f"{name} holds what nobody expected"
    log = estate.cloud.state.log.read_text()
    assert "LOST:" not in log


def test_the_page_shows_the_messages(estate: Estate) -> None:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{estate.cloud.endpoint}/inbox") as answer:
        page = answer.read().decode()
    assert "Test message 1" in page

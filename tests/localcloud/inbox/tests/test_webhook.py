"""Addresses, envelopes, faults, the rate limit and the routes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from localcloud.inbox import LOCAL_TOKEN, Fault, FaultError, Inbox, RateLimit, Webhook
from localcloud.inbox.ratelimit import RateLimiter

PATH = Webhook().path
JSON = {"Content-Type": "application/json"}


def post(inbox: Inbox, payload: Any = None, path: str = PATH) -> tuple[int, str]:
    body = json.dumps({"text": "hello"} if payload is None else payload).encode()
    status, _, answer = inbox.handle_webhook(path, JSON, body)
    return status, answer.decode()


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path, now=lambda: datetime(2026, 11, 23, 23, 45, tzinfo=UTC))


def test_accepted(inbox: Inbox) -> None:
    assert post(inbox) == (200, "ok")
    (message,) = inbox.messages()
    assert message["valid"] and message["outcome"] == "delivered"
    assert message["channel"] == "dev-operations"
    assert message["simulated_at"] == "2026-11-23T23:45:00Z"
    assert datetime.fromisoformat(message["received_at"]).tzinfo is not None
    assert message["payload"] == {"text": "hello"}
    assert LOCAL_TOKEN not in json.dumps(message)


@pytest.mark.parametrize(("path", "status", "answer"), [
    (PATH, 200, "ok"),
    (PATH + "?x=1", 200, "ok"),
    ("/services/TNIGHTSHIFT/BLOCALCLOUD/wrong", 404, "no_team"),
    (f"/slack/services/TNIGHTSHIFT/BLOCALCLOUD/{LOCAL_TOKEN}x", 403, "invalid_token"),
    ("/slack/services/TNIGHTSHIFT/BLOCALCLOUD/", 404, "no_team"),
    (f"/slack/services/TNIGHTSHIFT/BOTHER/{LOCAL_TOKEN}", 404, "no_service"),
    (f"/slack/services/TOTHER/BLOCALCLOUD/{LOCAL_TOKEN}", 404, "no_team"),
    (f"{PATH}/more", 404, "no_team"),
])
def test_addresses(inbox: Inbox, path: str, status: int, answer: str) -> None:
    assert post(inbox, path=path) == (status, answer)
    assert len(inbox.messages(held=True)) == (status == 200)


def test_webhooks_are_configurable(tmp_path: Path) -> None:
    hooks = [Webhook(token="one"), Webhook("alerts", service="BALERTS", token="two")]
    inbox = Inbox(tmp_path, webhooks=hooks)
    assert post(inbox, path=hooks[1].path) == (200, "ok")
    assert post(inbox) == (403, "invalid_token")
    assert inbox.messages()[0]["channel"] == "alerts"
    assert 'data-channel="alerts"' in inbox.page()


@pytest.mark.parametrize(("headers", "body", "answer"), [
    (JSON, b'{"text":"x"}', "ok"),
    ({"content-type": "application/json; charset=utf-8"}, b'{"text":"x"}', "ok"),
    ({"Content-Type": "application/x-www-form-urlencoded"}, urlencode({"payload": '{"text":"x"}'}).encode(), "ok"),
    ({"Content-Type": "application/x-www-form-urlencoded"}, b'{"text":"x"}', "invalid_payload"),
    ({"Content-Type": "text/plain"}, b'{"text":"x"}', "invalid_payload"),
    ({}, b'{"text":"x"}', "invalid_payload"),
    (JSON, b"", "invalid_payload"),
    (JSON, b"{", "invalid_payload"),
    (JSON, b'["x"]', "invalid_payload"),
    (JSON, b'{"text":NaN}', "invalid_payload"),
    (JSON, b'{"text":"x","n":1e999}', "invalid_payload"),
    (JSON, b'{"text":"\xff"}', "invalid_payload"),
    (JSON, b'{"text":"x","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "invalid_payload"),
    (JSON, b'{"text":"\\ud800"}', "ok"),
    (JSON, b"{}", "no_text"),
])
def test_envelopes(inbox: Inbox, headers: dict[str, str], body: bytes, answer: str) -> None:
    status, _, said = inbox.handle_webhook(PATH, headers, body)
    assert (status, said.decode()) == (200 if answer == "ok" else 400, answer)
    (message,) = inbox.messages()
    assert message["valid"] == (answer == "ok")
    assert bool(message["violations"]) == (answer != "ok")
    inbox.page().encode()
    json.loads(inbox.messages_json())


def test_refused_messages_are_kept_with_the_rule(inbox: Inbox) -> None:
    block = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    assert post(inbox, {"text": "x", "blocks": [block]}) == (400, "invalid_blocks")
    (message,) = inbox.messages()
    assert message["violations"] == [{
        "rule": "header.text.length",
        "answer": "invalid_blocks",
        "pointer": "/blocks/0/text/text",
        "detail": "must be at most 150 characters, has 151",
        "text": "a header has at most 150 characters",
        "source": "Slack docs: Header block",
    }]


# -- faults -----------------------------------------------------------------------------------------


def test_rate_limited_twice_then_fine(inbox: Inbox) -> None:
    inbox.faults([{"kind": "rate-limit", "retry_after": 7, "times": 2}])
    for _ in range(2):
        status, headers, body = inbox.handle_webhook(PATH, JSON, b'{"text":"x"}')
        assert (status, headers["Retry-After"]) == (429, "7")
        assert json.loads(body) == {"retry_after": 7, "ok": False, "error": "rate_limited"}
    assert post(inbox) == (200, "ok")
    assert inbox.faults() == []
    assert [item["outcome"] for item in inbox.messages(held=True)] == ["held", "held", "delivered"]
    assert inbox.messages(held=True)[0]["cause"] == "scripted rate-limit"
    assert len(inbox.messages()) == 1


@pytest.mark.parametrize(("fault", "status", "answer"), [
    ({"kind": "error"}, 500, "rollup_error"),
    ({"kind": "error", "status": 503, "body": "busy"}, 503, "busy"),
    ({"kind": "archived"}, 410, "channel_is_archived"),
    ({"kind": "no-channel"}, 404, "channel_not_found"),
    ({"kind": "no-service"}, 404, "no_service"),
    ({"kind": "prohibited"}, 403, "action_prohibited"),
    ({"kind": "answer", "status": 302, "body": "", "headers": {"Location": "/"}}, 302, ""),
    ({"kind": "rate-limit", "body": "slow down"}, 429, "slow down"),
])
def test_faults_in_turn(inbox: Inbox, fault: dict[str, Any], status: int, answer: str) -> None:
    inbox.faults([fault, {"kind": "answer", "body": "fine"}])
    assert post(inbox) == (status, answer)
    assert post(inbox) == (200, "fine")
    assert post(inbox) == (200, "ok")


def test_a_fault_for_always(inbox: Inbox) -> None:
    inbox.faults([Fault("archived", times=None)])
    assert {post(inbox) for _ in range(5)} == {(410, "channel_is_archived")}
    inbox.faults([])
    assert post(inbox) == (200, "ok")


def test_timeouts_wait_and_may_deliver(tmp_path: Path) -> None:
    waits: list[float] = []
    inbox = Inbox(tmp_path, sleep=waits.append)
    inbox.faults([{"kind": "timeout", "seconds": 30}, {"kind": "timeout", "seconds": 5, "delivered": True}])
    assert post(inbox)[0] == 504 and inbox.messages() == []
    assert post(inbox)[0] == 504 and len(inbox.messages()) == 1
    assert waits == [30, 5]


def test_the_script_is_a_file_for_every_process(tmp_path: Path, inbox: Inbox) -> None:
    (tmp_path / "faults.json").write_text('[{"kind": "error"}]', encoding="utf-8")
    assert post(inbox) == (500, "rollup_error")
    assert post(Inbox(tmp_path)) == (200, "ok")


@pytest.mark.parametrize(("script", "word"), [
    ([{"kind": "flood"}], "known kinds"),
    ([{"kind": "error", "times": 0}], "times is 0"),
    ([{"kind": "error", "wait": 1}], "unknown property wait"),
    ([{"status": 500}], "kind is missing"),
    ([{"kind": "error", "status": 99}], "200 to 599"),
    (["error"], "is an object"),
])
def test_scripts_that_cannot_be(inbox: Inbox, tmp_path: Path, script: list[Any], word: str) -> None:
    with pytest.raises(FaultError, match=word):
        inbox.faults(script)
    (tmp_path / "faults.json").write_text(json.dumps(script), encoding="utf-8")
    status, answer = post(inbox)
    assert status == 500 and word in answer


def test_a_wrong_token_uses_up_no_fault(inbox: Inbox) -> None:
    inbox.faults([{"kind": "error"}])
    assert post(inbox, path=PATH + "x")[0] == 403
    assert len(inbox.faults()) == 1


# -- rate limit ----------------------------------------------------------------------------------------


def test_a_burst_then_one_a_second(tmp_path: Path) -> None:
    clock = [1000.0]
    limiter = RateLimiter(tmp_path / "rate.json", RateLimit(1, 3), lambda: clock[0])
    assert [limiter.wait("a") for _ in range(4)] == [0, 0, 0, 1]
    assert limiter.wait("b") == 0
    clock[0] += 1
    assert [limiter.wait("a"), limiter.wait("a")] == [0, 1]
    clock[0] -= 500
    assert limiter.wait("a") == 1
    clock[0] += 100
    assert [limiter.wait("a") for _ in range(4)] == [0, 0, 0, 1]


def test_the_limit_answers_as_slack_does(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, rate_limit=RateLimit(0.001, 1))
    assert post(inbox) == (200, "ok")
    status, headers, _ = inbox.handle_webhook(PATH, JSON, b'{"text":"x"}')
    assert status == 429 and int(headers["Retry-After"]) >= 1
    assert inbox.messages(held=True)[1]["cause"] == "rate limit"
    inbox.clear()
    assert inbox.messages(held=True) == []
    assert post(inbox) == (200, "ok")


def test_without_limit(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, rate_limit=None)
    assert {post(inbox)[0] for _ in range(40)} == {200}


# -- routes --------------------------------------------------------------------------------------------


def test_routes(inbox: Inbox) -> None:
    assert inbox.handle("POST", PATH, JSON, b'{"text":"x"}')[0] == 200
    assert inbox.handle("GET", PATH, {}, b"")[0] == 405
    status, headers, body = inbox.handle("GET", "/inbox?x=1", {}, b"")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert body.startswith(b"<!doctype html>")
    status, headers, body = inbox.handle("GET", "/inbox/messages.json", {}, b"")
    assert headers["Content-Type"] == "application/json"
    state = json.loads(body)
    assert state["now"] == "2026-11-23T23:45:00+00:00" and len(state["messages"]) == 1
    for name, kind in (("inbox.css", "text/css"), ("inbox.js", "text/javascript"), ("moon.svg", "image/svg+xml")):
        status, headers, _ = inbox.handle("GET", f"/inbox/assets/{name}", {}, b"")
        assert status == 200 and headers["Content-Type"].startswith(kind)
        assert inbox.asset(name) is not None
    for name in ("../inbox.py", "..%2finbox.py", "/etc/hostname", "", "."):
        assert inbox.asset(name) is None
        assert inbox.handle("GET", f"/inbox/assets/{name}", {}, b"")[0] == 404
    assert inbox.handle("GET", "/inbox/other", {}, b"")[0] == 404
    assert inbox.handle("POST", "/inbox", {}, b"")[0] == 405
    assert inbox.handle("GET", "/inboxes", {}, b"") is None
    assert inbox.handle("GET", "/", {}, b"") is None


def test_simulated_time_needs_no_zone(tmp_path: Path) -> None:
    naive = Inbox(tmp_path, now=lambda: datetime(2026, 11, 23, 12))
    post(naive)
    east = Inbox(tmp_path, now=lambda: datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(hours=1))
    post(east)
    assert [item["simulated_at"] for item in east.messages()] == ["2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z"]
    assert json.loads(naive.messages_json())["now"].startswith("2026-11-23T12:00:00")
    assert Inbox(tmp_path, zone="No/Where").page()

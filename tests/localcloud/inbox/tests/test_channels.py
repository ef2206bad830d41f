"""What leads to the inbox beside a webhook: an app's token, PagerDuty, and the topics of channels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.inbox import Bot, Inbox, RateLimit, topics

SNAPSHOTS = Path(__file__).resolve().parents[4] / "functions/notify/tests/it/snapshots"
PLACE = "C0LOCALCLOUD"
KEY = "0123456789abcdef0123456789abcdef"
TOPIC = "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-channel-"


def golden(kind: str, state: str) -> Any:
    """What notify sends to such a channel, from its reviewed golden file."""
    text = (SNAPSHOTS / f"it__channels__{kind}-{state}.snap").read_text(encoding="utf-8")
    return json.loads(text.split("\n---\n", 1)[1])


def call(inbox: Inbox, method: str, request: Any, token: str | None = Bot().token) -> tuple[int, dict[str, Any]]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    answer = inbox.handle("POST", f"/slack/api/{method}", headers, body)
    assert answer is not None
    return answer[0], json.loads(answer[2])


def page_event(inbox: Inbox, event: Any) -> tuple[int, bytes]:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    answer = inbox.handle("POST", "/pagerduty/v2/enqueue", {"Content-Type": "application/json"}, body)
    assert answer is not None
    return answer[0], answer[2]


def test_one_message_is_changed_in_place_and_its_thread_is_below_it(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    _, first = call(inbox, "chat.postMessage", golden("slack-bot", "open") | {"channel": PLACE})
    assert first["ok"] and first["channel"] == PLACE
    _, other = call(inbox, "chat.postMessage", {"channel": PLACE, "text": "another matter"})
    assert other["ts"] != first["ts"]
    resolved = golden("slack-bot", "resolved") | {"channel": PLACE, "ts": first["ts"]}
    assert call(inbox, "chat.update", resolved)[1]["ts"] == first["ts"]
    reply = {"channel": PLACE, "thread_ts": first["ts"], "text": "it is over"}
    assert call(inbox, "chat.postMessage", reply)[1]["ok"]
    assert [record["outcome"] for record in inbox.messages()] == ["delivered"] * 4
    page = inbox.page()
    at = [page.index(f"<h3 class=\"block header\">{words}") for words in ["✅ Resolved: Somebody"]]
    at += [page.index("it is over</"), page.index("another matter</")]
    assert at == sorted(at), "message, thread, next message"
    assert "🚨 Somebody" not in page.split("<details")[0]
    assert page.count('class="edited"') == 1


@pytest.mark.parametrize(("change", "token", "word"), [
    ({}, None, "not_authed"),
    ({}, "xoxb-other", "invalid_auth"),
    ({"channel": "C1"}, Bot().token, "channel_not_found"),
    ({"blocks": [{"type": "header"}]}, Bot().token, "invalid_blocks"),
    ({"thread_ts": "1.000000"}, Bot().token, "thread_not_found"),
    ({"text": None}, Bot().token, "no_text"),
])
def test_refusals_have_slacks_words(tmp_path: Path, change: dict[str, Any], token: str | None, word: str) -> None:
    request = {key: value for key, value in ({"channel": PLACE, "text": "x"} | change).items() if value is not None}
    status, answer = call(Inbox(tmp_path), "chat.postMessage", request, token)
    assert (status, answer) == (200, {"ok": False, "error": word})


def test_what_is_not_there_cannot_be_changed(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    change = {"channel": PLACE, "ts": "1.000000", "text": "x"}
    assert call(inbox, "chat.update", change)[1]["error"] == "message_not_found"
    assert call(inbox, "chat.delete", {})[1]["error"] == "unknown_method"
    assert call(inbox, "chat.postMessage", b"{")[1]["error"] == "invalid_json"


def test_haste_is_answered_with_retry_after(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, rate_limit=RateLimit(burst=1))
    message = {"channel": PLACE, "text": "x"}
    assert call(inbox, "chat.postMessage", message)[0] == 200
    headers = {"Authorization": f"Bearer {Bot().token}"}
    answer = inbox.handle("POST", "/slack/api/chat.postMessage", headers, json.dumps(message).encode())
    assert answer is not None
    status, kinds, body = answer
    assert status == 429 and int(kinds["Retry-After"]) >= 1 and b"ratelimited" in body


def test_an_alert_is_opened_and_closed(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    for state in ("open", "resolved"):
        status, body = page_event(inbox, golden("pagerduty", state) | {"routing_key": KEY})
        assert status == 202 and json.loads(body)["dedup_key"] == "guardduty/123456789012/us-east-1/f1"
    page = inbox.page()
    assert "✅ Resolve: [dev] Somebody else uses the keys" in page
    assert "Left running" in page and KEY not in page


@pytest.mark.parametrize(("change", "words"), [
    ({"routing_key": "short"}, "routing_key"),
    ({"event_action": "open"}, "event_action"),
    ({"dedup_key": "x" * 256}, "dedup_key"),
    ({"payload": {"summary": "", "source": "x", "severity": "error"}}, "payload.summary"),
    ({"payload": {"summary": "x", "source": "x", "severity": "fatal"}}, "payload.severity"),
])
def test_an_event_out_of_order_is_refused(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    inbox = Inbox(tmp_path)
    status, body = page_event(inbox, golden("pagerduty", "open") | {"routing_key": KEY} | change)
    assert status == 400 and words in json.loads(body)["errors"][0]
    assert inbox.messages()[0]["outcome"] == "refused"


def test_size_is_limited_and_faults_are_played(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    assert page_event(inbox, b"x" * (512 * 1024 + 1))[0] == 413
    inbox.faults([{"kind": "rate-limit", "retry_after": 3}])
    assert page_event(inbox, golden("pagerduty", "open") | {"routing_key": KEY})[0] == 429


@pytest.mark.parametrize("state", ["open", "resolved"])
def test_what_notify_publishes_to_topics_is_shown(tmp_path: Path, state: str) -> None:
    inbox = Inbox(tmp_path)
    chat, mail = golden("amazon-q", state), golden("email", state)
    topics.receive(inbox, TOPIC + "chat", None, json.dumps(chat["message"]))
    topics.receive(inbox, TOPIC + "mail", mail["subject"], mail["message"])
    topics.receive(inbox, "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-alarms", None, "x")
    assert [(record["channel"], record["outcome"]) for record in inbox.messages()] == [
        ("chat", "delivered"), ("mail", "delivered")]
    page = inbox.page()
    assert mail["subject"].replace("'", "&#x27;") in page
    assert 'data-channel="chat"' in page and 'data-channel="mail"' in page


@pytest.mark.parametrize(("subject", "message"), [
    (None, "plain text"),
    (None, json.dumps({"version": "1.0", "source": "custom"})),
    (None, json.dumps({"version": "1.0", "source": "custom", "content": {"description": ""}})),
    (None, json.dumps({"version": "2.0", "source": "custom", "content": {"description": "x", "more": 1}})),
    ("é", "text"),
    ("x" * 100, "text"),
    ("two\nlines", "text"),
])
def test_what_nobody_would_see_is_called_refused(tmp_path: Path, subject: str | None, message: str) -> None:
    inbox = Inbox(tmp_path)
    topics.receive(inbox, TOPIC + "chat", subject, message)
    assert inbox.messages()[0]["outcome"] == "refused"
    assert "Refused." in inbox.page()

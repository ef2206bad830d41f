"""The page: what people read, and that no message can become a part of the page."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from localcloud.inbox import Inbox, RateLimit, Webhook
from localcloud.inbox.page import page_asset
from localcloud.inbox.samples import post_samples

HOSTILE = [
    "<script>window.pwned=1</script>",
    "</code></pre><img src=x onerror=window.pwned=1>",
    "\"><svg onload=window.pwned=1>",
    "'><b onclick='window.pwned=1'>",
    "<javascript:window.pwned=1|click>",
    "<https://example.com/\"onmouseover=\"window.pwned=1|x>",
    "<!date^1795478400^{date}^javascript:pwned|</time><script>pwned</script>>",
    "<!--", "-->", "]]>", "</li></ol></main><script>pwned</script>", "{{7*7}}", "&#60;script&#62;",
    "&lt;script&gt;pwned&lt;/script&gt;", "```</code></pre><script>pwned</script>```", "`<script>pwned</script>`",
    "> <iframe src=//example.com>", ":zzz:<style>*{display:none}</style>", "\x00\x000\x00<script>", "\u202e\ud800",
    "<@U1|<script>pwned</script>>", "<#C1|\"onclick=pwned>", "<mailto:a@b?\"onclick=pwned|x>",
]
TAGS = {
    "html", "head", "meta", "title", "link", "script", "body", "svg", "symbol", "rect", "circle", "path", "use", "a",
    "nav", "p", "h1", "h2", "h3", "ul", "ol", "li", "button", "span", "main", "header", "div", "time", "footer", "kbd",
    "aside", "pre", "code", "article", "details", "summary", "strong", "em", "s", "u", "br", "blockquote", "hr",
    "figure", "figcaption",
}
VOID = {"meta", "link", "br", "hr", "rect", "circle", "path", "use"}


class Reading(HTMLParser):
    """Reads the page as a browser would and holds it against what may be in it."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name != "style", value
            if name == "href":
                allowed = ("http://", "https://", "mailto:") if tag == "a" else ("/inbox/", "#moon")
                assert value and (value.startswith(allowed) or value == "#log"), (tag, value)
            if name == "src":
                assert (tag, value) == ("script", "/inbox/assets/inbox.js")
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"{tag} closes nothing"

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"comment {data!r}")

    def count(self, tag: str, **attributes: str) -> int:
        return sum(tag == name and attributes.items() <= attrs.items() for name, attrs in self.tags)


def post(inbox: Inbox, payload: Any) -> int:
    body = json.dumps(payload).encode()
    return inbox.handle_webhook(Webhook().path, {"Content-Type": "application/json"}, body)[0]


def inbox_at(state: Path, at: str = "2026-11-23T23:45:00Z") -> Inbox:
    return Inbox(state, zone="America/New_York", now=lambda: datetime.fromisoformat(at), rate_limit=None)


def test_an_empty_channel(tmp_path: Path) -> None:
    page = inbox_at(tmp_path).page()
    reading = Reading(page)
    assert "No messages yet" in reading.text
    assert not reading.open
    assert "Mon 23 Nov, 18:45" in reading.text and "New York" in reading.text


def test_samples(tmp_path: Path) -> None:
    post_samples(tmp_path, "America/New_York")
    inbox = inbox_at(tmp_path)
    assert [item["outcome"] for item in inbox.messages(held=True)] == [
        "delivered", "delivered", "delivered", "held", "delivered", "delivered", "delivered", "refused"]
    reading = Reading(inbox.page())
    for words in ("Development sleeps in 15 minutes", "Monday, November 23rd", "6:45 PM", "At 7:00 PM 6 resources",
                  "6 delivered, 1 refused, 1 not accepted", "400 invalid_blocks",
                  "must be at most 150 characters, has 182", "Slack docs: Header block", "cannot decrypt <db>"):
        assert words in reading.text, words
    assert reading.count("div", **{"class": "problems"}) == 1
    assert reading.count("details") == 8
    assert reading.count("div", **{"class": "attachment"}) == 6


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, text: str) -> None:
    inbox = inbox_at(tmp_path)
    plain, mrkdwn = {"type": "plain_text", "text": text}, {"type": "mrkdwn", "text": text}
    button = {"type": "button", "text": plain, "url": f"https://example.com/{text}", "style": text, "action_id": text,
              "accessibility_label": text}
    image = {"type": "image", "image_url": text, "alt_text": text, "title": plain}
    run = [{"type": kind, "text": text, "url": text, "name": text, "user_id": text, "channel_id": text, "range": text,
            "value": text, "timestamp": 1, "format": text, "fallback": text, "usergroup_id": text,
            "style": {text: True}}
           for kind in ("text", "link", "emoji", "user", "channel", "usergroup", "broadcast", "color", "date", text)]
    blocks = [
        {"type": "header", "text": plain, "block_id": text}, {"type": "section", "text": mrkdwn, "accessory": button},
        {"type": "section", "fields": [mrkdwn, plain], "accessory": image}, image, {"type": text},
        {"type": "context", "elements": [mrkdwn, plain, image]}, {"type": "actions", "elements": [button]},
        {"type": "rich_text", "elements": [
            {"type": kind, "elements": run, "style": text, "indent": text}
            for kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted")
        ] + [{"type": "rich_text_list", "style": text, "indent": 9,
              "elements": [{"type": "rich_text_section", "elements": run}]}]},
    ]
    legacy = {key: text for key in ("fallback", "color", "pretext", "author_name", "author_link", "title", "title_link",
                                    "text", "footer", "image_url")}
    post(inbox, {"text": text, text: text})
    post(inbox, {"text": text, "blocks": blocks, "attachments": [{"color": text, "blocks": blocks}]})
    post(inbox, {"attachments": [{**legacy, "fields": [{"title": text, "value": text, "short": text}]}]})
    post(inbox, text)
    inbox.handle_webhook(Webhook().path, {"Content-Type": "text/" + text}, text.encode("utf-8", "replace"))
    inbox.faults([{"kind": "error", "body": text.encode("utf-8", "replace").decode()}])
    post(inbox, {"text": "x"})
    reading = Reading(inbox.page())
    assert not reading.open
    assert reading.count("script") == 1
    assert reading.count("li", tabindex="-1") == 6
    json.loads(inbox.messages_json())


def test_names_are_text_too(tmp_path: Path) -> None:
    bad = "\"><script>pwned</script>"
    inbox = Inbox(tmp_path, app_name=bad, workspace=bad, webhooks=[Webhook(channel=bad)])
    post(inbox, {"text": "x"})
    reading = Reading(inbox.page())
    assert reading.count("script") == 1 and not reading.open


def random_value(source: random.Random, depth: int) -> Any:
    keys = ["type", "text", "blocks", "elements", "fields", "accessory", "url", "attachments", "color", "style",
            "indent", "timestamp", "format", "image_url", "alt_text", "title", "value", "name", "footer"]
    words = ["section", "header", "rich_text", "rich_text_list", "context", "actions", "button", "image", "mrkdwn",
             "plain_text", "link", "date", "emoji", "divider", *HOSTILE]
    kind = source.randrange(8 if depth else 5)
    if kind < 3:
        return source.choice(words)
    if kind == 3:
        return source.choice([None, True, -1, 10**18, 1.5, ""])
    if kind == 4 or kind == 5:
        return [random_value(source, depth - 1) for _ in range(source.randrange(4))] if depth > 0 else []
    return {source.choice(keys): random_value(source, depth - 1) for _ in range(source.randrange(6))}


def test_any_payload_is_judged_and_shown(tmp_path: Path) -> None:
    source = random.Random(20261123)
    for number in range(150):
        inbox = inbox_at(tmp_path / str(number))
        value = random_value(source, 5)
        payload = {"text": random_value(source, 1), "blocks": [random_value(source, 4) for _ in range(3)],
                   "attachments": [value]} if number % 3 else value
        assert post(inbox, payload) in (200, 400)
        reading = Reading(inbox.page())
        assert not reading.open and reading.count("script") == 1


def test_nothing_from_outside() -> None:
    for name in ("inbox.css", "inbox.js", "moon.svg"):
        asset = page_asset(name)
        assert asset is not None
        text = asset[1].decode().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"^\s*//.*$", "", text, flags=re.M)), name
    script = page_asset("inbox.js")[1].decode()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval", script)


def test_close_messages_of_one_sender_are_grouped(tmp_path: Path) -> None:
    times = ["2026-11-23T23:45:00Z", "2026-11-23T23:47:00Z", "2026-11-23T23:53:00Z", "2026-11-24T05:00:00Z"]
    for at in times:
        post(inbox_at(tmp_path, at), {"text": "x"})
    page = inbox_at(tmp_path).page()
    assert re.findall(r'<li class="(message[^"]*|day)"', page) == [
        "day", "message", "message compact", "message", "day", "message"]


def test_a_rule_for_every_theme() -> None:
    """Both themes define the same colours, and text has at least the contrast that WCAG AA asks for."""
    css = page_asset("inbox.css")[1].decode()
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part)) for part in css.split("@media", 2)[:2])
    assert light.keys() == dark.keys() and len(light) > 25

    def luminance(colour: str) -> float:
        parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    pairs = [("text", "page"), ("muted", "page"), ("muted", "hover"), ("link", "page"), ("link", "hover"),
             ("code", "code-back"), ("text", "code-back"), ("mention", "mention-back"), ("alert", "alert-back"),
             ("badge-text", "badge"), ("bad", "bad-back"), ("warn", "page"), ("side-text", "side"),
             ("side-muted", "side"), ("text", "button"), ("button-on", "primary"), ("button-on", "danger")]
    for theme in (light, dark):
        for front, back in pairs:
            low, high = sorted((luminance(theme[front]), luminance(theme[back])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (front, back)


def test_landmarks_and_names(tmp_path: Path) -> None:
    reading = Reading(inbox_at(tmp_path).page())
    for tag in ("main", "nav", "aside", "footer", "h1"):
        assert reading.count(tag) == 1
    assert reading.count("ol", role="log") == 1
    assert reading.count("html", lang="en") == 1
    labelled = [attrs for tag, attrs in reading.tags if tag in ("nav", "aside", "ol") and "aria-label" in attrs]
    assert len(labelled) == 3


def test_now_is_utc_by_default(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, rate_limit=RateLimit())
    post(inbox, {"text": "x"})
    at = datetime.fromisoformat(inbox.messages()[0]["simulated_at"])
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60

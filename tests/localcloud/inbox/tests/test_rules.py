"""Every rule by an example on both sides of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from localcloud.inbox.blockkit import SUPPORTED_BLOCKS, UNSUPPORTED_BLOCKS, judge
from localcloud.inbox.rules import ADVICE, RULES, length, limit
from localcloud.inbox.samples import samples

Payload = dict[str, Any]
MOON = "\U0001f319"  # two UTF-16 units


def plain(text: str, **more: Any) -> Payload:
    return {"type": "plain_text", "text": text, **more}


def mrkdwn(text: str, **more: Any) -> Payload:
    return {"type": "mrkdwn", "text": text, **more}


def message(*blocks: Any) -> Payload:
    return {"text": "fallback", "blocks": list(blocks)}


def attached(**attachment: Any) -> Payload:
    return {"text": "fallback", "attachments": [attachment]}


def header(text: Any = "Asleep", **more: Any) -> Payload:
    return {"type": "header", "text": plain(text) if isinstance(text, str) else text, **more}


def section(text: Any = "all well", **more: Any) -> Payload:
    return {"type": "section", "text": mrkdwn(text) if isinstance(text, str) else text, **more}


def context(*elements: Any) -> Payload:
    return {"type": "context", "elements": list(elements)}


def button(text: Any = "Open", **more: Any) -> Payload:
    return {"type": "button", "text": plain(text) if isinstance(text, str) else text,
            "url": "https://example.com/", **more}


def actions(*elements: Any) -> Payload:
    return {"type": "actions", "elements": list(elements)}


def image(**more: Any) -> Payload:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a graph", **more}


def confirm(title: str = "Sure?", text: str = "It sleeps.", yes: str = "Yes", **more: Any) -> Payload:
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain("No"), **more}


def rich(*elements: Any) -> Payload:
    return {"type": "rich_text", "elements": list(elements)}


def rich_section(*elements: Any) -> Payload:
    return {"type": "rich_text_section", "elements": list(elements)}


def url(characters: int) -> str:
    return "https://example.com/".ljust(characters, "a")


def total(characters: int) -> Payload:
    rows = [section("x" * 3000) for _ in range(characters // 3000)]
    rest = characters % 3000
    return message(*rows, *([section("x" * rest)] if rest else []))


WORD = {"type": "text", "text": "all well"}

#: (rule, what Slack accepts, what breaks it)
BOTH_SIDES: list[tuple[str, Payload, Payload]] = [
    ("payload.text.type", {"text": "hello"}, {"text": ["hello"]}),
    ("payload.no-text", {"text": "."}, {"text": "  "}),
    ("payload.no-text", message(section()), {"blocks": []}),
    ("payload.blocks.format", message(section()), {"text": "x", "blocks": section()}),
    ("payload.blocks.count", message(*[section()] * 50), message(*[section()] * 51)),
    ("payload.total", total(13_200), total(13_201)),
    ("block.object", message(section()), message("section")),
    ("block.type", message(section()), message({"type": "sektion"})),
    ("block.type", message(section()), message({"text": mrkdwn("no type")})),
    ("block.unsupported", message(section()), message({"type": "video"})),
    ("block.property", message(section()), message(section(colour="red"))),
    ("block.property", message(header()), message(header(accessory=button()))),
    ("block.id.length", message(section(block_id="b" * 255)), message(section(block_id="b" * 256))),
    ("block.id.unique", message(section(block_id="a"), section(block_id="b")),
     message(section(block_id="a"), section(block_id="a"))),
    ("element.type", message(context(mrkdwn("x"))), message(context(button()))),
    ("element.type", message(section(accessory=button())), message(section(accessory={"type": "overflow"}))),
    ("element.type", message(actions(button())), message(actions(mrkdwn("x")))),
    ("value.type", message(section(expand=True)), message(section(expand="yes"))),
    ("value.type", message(section(fields=[mrkdwn("x")])), message(section(fields=mrkdwn("x")))),
    ("text.type", message(section(plain("x"))), message(section({"type": "markdown", "text": "x"}))),
    ("text.type", message(section()), message({"type": "section", "text": "bare"})),
    ("text.empty", message(section("x")), message(section(""))),
    ("text.empty", message(section(fields=[mrkdwn("x")])), message(section(fields=[mrkdwn(" ")]))),
    ("text.length", message(context(mrkdwn("x" * 3000))), message(context(mrkdwn("x" * 3001)))),
    ("text.property", message(section(plain("x", emoji=True))), message(section(mrkdwn("x", emoji=True)))),
    ("text.property", message(section(mrkdwn("x", verbatim=True))), message(section(plain("x", verbatim=True)))),
    ("header.text.length", message(header("x" * 150)), message(header("x" * 151))),
    ("header.text.length", message(header(MOON * 75)), message(header(MOON * 75 + "x"))),
    ("header.text.type", message(header(plain("x"))), message(header(mrkdwn("x")))),
    ("section.content", message({"type": "section", "fields": [mrkdwn("x")]}), message({"type": "section"})),
    ("section.text.length", message(section("x" * 3000)), message(section("x" * 3001))),
    ("section.fields.count", message(section(fields=[mrkdwn("x")] * 10)), message(section(fields=[mrkdwn("x")] * 11))),
    ("section.fields.count", message(section(fields=[mrkdwn("x")])), message(section(fields=[]))),
    ("section.field.length", message(section(fields=[mrkdwn("x" * 2000)])),
     message(section(fields=[mrkdwn("x" * 2001)]))),
    ("divider.plain", message({"type": "divider", "block_id": "d"}), message({"type": "divider", "text": plain("x")})),
    ("context.elements.count", message(context(*[mrkdwn("x")] * 10)), message(context(*[mrkdwn("x")] * 11))),
    ("context.elements.count", message(context(mrkdwn("x"))), message(context())),
    ("actions.elements.count", message(actions(*[button()] * 25)), message(actions(*[button()] * 26))),
    ("actions.elements.count", message(actions(button())), message(actions())),
    ("image.source", message(image()), message({"type": "image", "alt_text": "nothing"})),
    ("image.source", message({"type": "image", "slack_file": {"id": "F1"}, "alt_text": "x"}),
     message(image(slack_file={"id": "F1"}))),
    ("image.url.length", message(image(image_url=url(3000))), message(image(image_url=url(3001)))),
    ("image.alt.length", message(image(alt_text="x" * 2000)), message(image(alt_text="x" * 2001))),
    ("image.alt.length", message(image()), message({"type": "image", "image_url": url(30)})),
    ("image.title.length", message(image(title=plain("x" * 2000))), message(image(title=plain("x" * 2001)))),
    ("rich_text.element", message(rich(rich_section(WORD))), message(rich(WORD))),
    ("rich_text.element", message(rich(rich_section({"type": "emoji", "name": "moon"}))),
     message(rich(rich_section({"type": "blink", "text": "x"})))),
    ("rich_text.style", message(rich(rich_section({**WORD, "style": {"bold": True}}))),
     message(rich(rich_section({**WORD, "style": {"blink": True}})))),
    ("rich_text.list.style",
     message(rich({"type": "rich_text_list", "style": "ordered", "elements": [rich_section(WORD)]})),
     message(rich({"type": "rich_text_list", "style": "stars", "elements": [rich_section(WORD)]}))),
    ("button.text.length", message(actions(button("x" * 75))), message(actions(button("x" * 76)))),
    ("button.text.type", message(actions(button(plain("x")))), message(actions(button(mrkdwn("x"))))),
    ("button.url.length", message(actions(button(url=url(3000)))), message(actions(button(url=url(3001))))),
    ("url.form", message(actions(button(url="mailto:night@example.com"))), message(actions(button(url="/runs/1")))),
    ("url.form", message(actions(button(url="https://example.com/?a=b#c"))),
     message(actions(button(url="javascript:alert(1)")))),
    ("button.value.length", message(actions(button(value="x" * 2000))), message(actions(button(value="x" * 2001)))),
    ("button.style", message(actions(button(style="primary"))), message(actions(button(style="warning")))),
    ("button.label.length", message(actions(button(accessibility_label="x" * 75))),
     message(actions(button(accessibility_label="x" * 76)))),
    ("action.id.length", message(actions(button(action_id="x" * 255))), message(actions(button(action_id="x" * 256)))),
    ("action.id.unique", message(actions(button(action_id="a"), button(action_id="b"))),
     message(actions(button(action_id="a"), button(action_id="a")))),
    ("confirm.title.length", message(actions(button(confirm=confirm(title="x" * 100)))),
     message(actions(button(confirm=confirm(title="x" * 101))))),
    ("confirm.text.length", message(actions(button(confirm=confirm(text="x" * 300)))),
     message(actions(button(confirm=confirm(text="x" * 301))))),
    ("confirm.button.length", message(actions(button(confirm=confirm(yes="x" * 30)))),
     message(actions(button(confirm=confirm(yes="x" * 31))))),
    ("confirm.style", message(actions(button(confirm=confirm(style="danger")))),
     message(actions(button(confirm=confirm(style="loud"))))),
    ("attachments.format", attached(text="x"), {"text": "x", "attachments": "x"}),
    ("attachments.count", {"text": "x", "attachments": [{"text": "x"}] * 100},
     {"text": "x", "attachments": [{"text": "x"}] * 101}),
    ("attachment.color", attached(text="x", color="#e01e5a"), attached(text="x", color="crimson")),
    ("attachment.color", attached(text="x", color="danger"), attached(text="x", color="#12")),
    ("attachment.property", attached(text="x", footer="f"), attached(text="x", colour="good")),
    ("attachment.blocks.mixed", attached(color="good", fallback="x", blocks=[section()]),
     attached(color="good", footer="x", blocks=[section()])),
    ("attachment.content", attached(fallback="x"), attached(color="good")),
    ("attachment.field", attached(fields=[{"title": "Asleep", "value": "5", "short": True}]),
     attached(fields=[{"title": "Asleep", "value": 5}])),
]


@pytest.mark.parametrize(("rule", "accepted", "refused"), BOTH_SIDES,
                         ids=[f"{index}-{case[0]}" for index, case in enumerate(BOTH_SIDES)])
def test_both_sides(rule: str, accepted: Payload, refused: Payload) -> None:
    assert judge(accepted).findings == ()
    assert judge(accepted).answer == "ok"
    verdict = judge(refused)
    assert rule in [finding.rule.name for finding in verdict.findings]
    assert verdict.answer != "ok"


def test_every_rule_has_an_example() -> None:
    envelope = {"payload.json", "payload.content-type"}  # in test_webhook
    assert {case[0] for case in BOTH_SIDES} | envelope == set(RULES)


def test_every_rule_names_its_source() -> None:
    for rule in [*RULES.values(), *ADVICE.values()]:
        assert rule.source.startswith(("Slack docs: ", "Slack changelog ", "observed: ")), rule.name
        assert rule.text


@pytest.mark.parametrize(("payload", "answer"), [
    ({}, "no_text"),
    ({"text": 7}, "invalid_payload"),
    (message("x"), "invalid_blocks"),
    ({"text": "x", "blocks": "[]"}, "invalid_blocks_format"),
    (total(13_201), "msg_blocks_too_long"),
    (attached(blocks=[section("x" * 3001)]), "invalid_attachments"),
    ({"text": "x", "attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
    ({"attachments": [{"color": "good"}]}, "no_text"),
])
def test_answers(payload: Payload, answer: str) -> None:
    assert judge(payload).answer == answer


def test_findings_point_to_the_place() -> None:
    found = judge(message(section(), context(mrkdwn("x"), mrkdwn("")))).findings
    assert [(finding.pointer, finding.rule.name) for finding in found] == [("/blocks/1/elements/1/text", "text.empty")]
    found = judge(attached(blocks=[section(), header("x" * 151)])).findings
    assert found[0].pointer == "/attachments/0/blocks/1/text/text"
    assert found[0].detail == "must be at most 150 characters, has 151"


def test_all_breaks_are_told_at_once() -> None:
    found = judge(message(header(""), section("x" * 3001), {"type": "blink"})).findings
    assert [finding.rule.name for finding in found] == ["text.empty", "section.text.length", "block.type"]


@pytest.mark.parametrize(("advice", "payload"), [
    ("advice.fallback", {"blocks": [section()]}),
    ("advice.text.length", {"text": "x" * 40_001}),
    ("advice.total", total(12_001)),
    ("advice.override", {"text": "x", "channel": "#general"}),
    ("advice.broadcast", {"text": "<!channel> awake"}),
    ("advice.broadcast", message(section("<!here|everyone> awake"))),
    ("advice.escape", {"text": "3 < 4"}),
    ("advice.escape", message(section("List<String>"))),
    ("advice.escape", message(context(mrkdwn("this & that")))),
    ("advice.escape", attached(text="List<String>")),
    ("advice.button", message(actions({"type": "button", "text": plain("x")}))),
])
def test_advice_is_told_and_accepted(advice: str, payload: Payload) -> None:
    verdict = judge(payload)
    assert verdict.answer == "ok"
    assert advice in [finding.rule.name for finding in verdict.advice]


def test_careful_messages_get_no_advice() -> None:
    assert judge(message(section("&lt;!channel&gt; is only text"))).advice == ()
    for text in ("<https://x|y> a &amp; b", "> quote\n>>> rest", "<!date^1^{date}|x> <@U1> <#C1>", "&lt;b&gt;"):
        assert judge(message(section(text))).advice == (), text
    assert judge({"attachments": [{"fallback": "x", "blocks": [section()]}]}).advice == ()


def test_each_kind_of_block_is_judged_or_named() -> None:
    for kind in UNSUPPORTED_BLOCKS:
        assert judge(message({"type": kind})).findings[0].rule.name == "block.unsupported"
    assert set(SUPPORTED_BLOCKS) == {"header", "section", "divider", "context", "actions", "image", "rich_text"}


def test_a_limit_is_asked_only_of_limits() -> None:
    assert limit("header.text.length") == 150
    with pytest.raises(ValueError, match=r"block\.type has no limit"):
        limit("block.type")
    assert (length("abc"), length(MOON)) == (3, 2)


def test_samples_are_what_slack_accepts() -> None:
    names = []
    for name, _, payload in samples():
        names.append(name)
        verdict = judge(payload)
        assert verdict.findings == (), name
        assert verdict.advice == (), name
    assert len(names) == 6


def test_judging_changes_nothing_and_survives_anything() -> None:
    payload = message(header(), section(fields=[mrkdwn("x")]), rich(rich_section(WORD)), actions(button()))
    before = copy.deepcopy(payload)
    judge(payload)
    assert payload == before
    for poison in (None, 7, "x", [], {}, [[]], {"type": {}}, {"type": []}, {"text": {}}, {"elements": [None]}):
        for kind in (*SUPPORTED_BLOCKS, "x"):
            judge(message({"type": kind, "text": poison, "fields": poison, "elements": poison, "accessory": poison}))
            judge(message({"type": kind, "elements": [poison], "fields": [poison], "accessory": [poison]}))
        judge({"text": poison, "blocks": poison, "attachments": poison})
        judge({"attachments": [poison], "blocks": [poison]})
        judge(attached(color=poison, blocks=poison, fields=poison, text=poison))

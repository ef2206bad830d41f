"""Judges a webhook payload as Slack does. `judge` is pure; the rules and their sources are in `rules`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .richtext import check_rich_text
from .rules import ADVICE, RULES, Finding, length, limit

#: Blocks of the reference that a message may have but that this inbox does not judge.
UNSUPPORTED_BLOCKS = frozenset(
    {"markdown", "table", "video", "file", "input", "context_actions", "plan", "task_card"}
)
URL_SCHEMES = frozenset({"http", "https", "mailto", "tel", "slack"})
_COLOUR = re.compile(r"#?[0-9a-fA-F]{6}\Z|#?[0-9a-fA-F]{3}\Z")
_BROADCAST = re.compile(r"<!(here|channel|everyone)(\|[^>]*)?>")
#: Links, mentions, dates and quotes, in which `<` and `>` are markup.
_MARKUP = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]*:|[@#!])[^<>\n]*>|^>{1,3}", re.MULTILINE)
_BARE = re.compile(r"[<>]|&(?!amp;|lt;|gt;)")
_LEGACY_ATTACHMENT = frozenset({
    "fallback", "color", "pretext", "author_name", "author_link", "author_icon", "author_subname", "title",
    "title_link", "text", "fields", "image_url", "thumb_url", "footer", "footer_icon", "ts", "mrkdwn_in",
    "actions", "callback_id", "attachment_type", "blocks", "id",
})
_CONTENT_OF_ATTACHMENT = ("text", "fallback", "pretext", "title", "fields", "image_url", "thumb_url",
                          "author_name", "footer")


@dataclass
class Judge:
    """Collects what is wrong with one list of blocks and how much text it holds."""

    findings: list[Finding] = field(default_factory=list)
    advice: list[Finding] = field(default_factory=list)
    characters: int = 0
    block_ids: set[str] = field(default_factory=set)

    def broken(self, rule: str, pointer: str, detail: str) -> None:
        """Records that the value at `pointer` breaks `rule`."""
        self.findings.append(Finding(RULES[rule], pointer, detail))

    def advise(self, rule: str, pointer: str, detail: str) -> None:
        """Records what Slack accepts but a careful sender avoids."""
        self.advice.append(Finding(ADVICE[rule], pointer, detail))

    def keys(self, value: Mapping[str, Any], allowed: frozenset[str], pointer: str,
             rule: str = "block.property") -> None:
        """Slack refuses properties that the type does not define."""
        for key in value:
            if key not in allowed:
                self.broken(rule, pointer, f"invalid additional property: {key}")

    def at_most(self, rule: str, text: str, pointer: str) -> None:
        """The text has no more characters than the rule allows."""
        most, has = limit(rule), length(text)
        if has > most:
            self.broken(rule, pointer, f"must be at most {most} characters, has {has}")

    def string(self, value: Any, pointer: str, rule: str | None = None) -> bool:
        """The value is a string, and within the limit of `rule` if one is given."""
        if not isinstance(value, str):
            self.broken("value.type", pointer, f"must be a string, is {json_type(value)}")
            return False
        if rule is not None:
            self.at_most(rule, value, pointer)
        return True

    def boolean(self, holder: Mapping[str, Any], key: str, pointer: str) -> None:
        """An optional true or false."""
        if key in holder and not isinstance(holder[key], bool):
            self.broken("value.type", f"{pointer}/{key}",
                        f"must be true or false, is {json_type(holder[key])}")

    def url(self, value: Any, pointer: str, rule: str) -> None:
        """An absolute address with a scheme that Slack opens."""
        if not self.string(value, pointer, rule):
            return
        if not safe_url(value):
            self.broken("url.form", pointer, "must be an absolute url (http, https, mailto, tel, slack)")

    def text(self, value: Any, pointer: str, rule: str | None = None, plain: str | None = None) -> None:
        """A text object; `rule` limits its length, `plain` names the rule that demands plain_text."""
        if not isinstance(value, Mapping):
            self.broken("text.type", pointer, f"must be a text object, is {json_type(value)}")
            return
        kind = value.get("type")
        if kind not in ("plain_text", "mrkdwn"):
            self.broken("text.type", f"{pointer}/type", f"must be plain_text or mrkdwn, is {kind!r}")
        elif plain is not None and kind != "plain_text":
            self.broken(plain, f"{pointer}/type", f"must be plain_text, is {kind}")
        extra = "emoji" if kind == "plain_text" else "verbatim"
        self.keys(value, frozenset({"type", "text", extra}), pointer, "text.property")
        self.boolean(value, extra, pointer)
        content = value.get("text")
        if not self.string(content, f"{pointer}/text"):
            return
        if not content.strip():
            self.broken("text.empty", f"{pointer}/text", "must be more than 0 characters")
        self.at_most(rule or "text.length", content, f"{pointer}/text")
        self.count(content)
        if kind == "mrkdwn":
            self.markup(content, f"{pointer}/text")

    def markup(self, text: str, pointer: str) -> None:
        """What a careful sender does not write in mrkdwn: an alert to all, characters not escaped."""
        if _BROADCAST.search(text):
            self.advise("advice.broadcast", pointer, "mentions @here, @channel or @everyone")
        bare = _BARE.search(_MARKUP.sub("", text))
        if bare:
            self.advise("advice.escape", pointer, f"has a bare {bare[0]}")

    def count(self, text: str) -> None:
        """Adds to the text of the message as a whole."""
        self.characters += length(text)

    def items(self, block: Mapping[str, Any], key: str, rule: str,
              pointer: str) -> Iterator[tuple[Any, str]]:
        """The array `key` of the block with each element's pointer; at least one, at most the limit."""
        value, most = block.get(key), limit(rule)
        if not isinstance(value, list):
            self.broken("value.type", f"{pointer}/{key}", f"must be an array, is {json_type(value)}")
            return
        if not value:
            self.broken(rule, f"{pointer}/{key}", "must have at least 1 item")
        if len(value) > most:
            self.broken(rule, f"{pointer}/{key}", f"no more than {most} items allowed, has {len(value)}")
        for index, item in enumerate(value):
            yield item, f"{pointer}/{key}/{index}"


def json_type(value: Any) -> str:
    """The JSON name of a value's type."""
    if value is None:
        return "missing or null"
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "an array",
             dict: "an object"}
    return names.get(type(value), type(value).__name__)


def safe_url(value: str) -> bool:
    """Whether the address is absolute, of a scheme that Slack opens, and free of white space."""
    if re.search(r"[\s\x00-\x1f\x7f<>\"]", value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    if parts.scheme.lower() not in URL_SCHEMES:
        return False
    return bool(parts.netloc) or parts.scheme.lower() in ("mailto", "tel", "slack")


# -- elements -----------------------------------------------------------------------------------------

_BUTTON_KEYS = frozenset({"type", "text", "action_id", "url", "value", "style", "confirm",
                          "accessibility_label"})


def _button(judge: Judge, button: Mapping[str, Any], pointer: str) -> None:
    judge.keys(button, _BUTTON_KEYS, pointer)
    judge.text(button.get("text"), f"{pointer}/text", "button.text.length", "button.text.type")
    if "url" in button:
        judge.url(button["url"], f"{pointer}/url", "button.url.length")
    else:
        judge.advise("advice.button", pointer, "has no url")
    for key, rule in (("value", "button.value.length"), ("action_id", "action.id.length"),
                      ("accessibility_label", "button.label.length")):
        if key in button:
            judge.string(button[key], f"{pointer}/{key}", rule)
    if "style" in button and button["style"] not in ("primary", "danger"):
        judge.broken("button.style", f"{pointer}/style", f"must be primary or danger, is {button['style']!r}")
    if "confirm" in button:
        _confirm(judge, button["confirm"], f"{pointer}/confirm")


def _confirm(judge: Judge, confirm: Any, pointer: str) -> None:
    if not isinstance(confirm, Mapping):
        judge.broken("value.type", pointer, f"must be an object, is {json_type(confirm)}")
        return
    judge.keys(confirm, frozenset({"title", "text", "confirm", "deny", "style"}), pointer)
    for key, rule in (("title", "confirm.title.length"), ("text", "confirm.text.length"),
                      ("confirm", "confirm.button.length"), ("deny", "confirm.button.length")):
        judge.text(confirm.get(key), f"{pointer}/{key}", rule, "text.type")
    if "style" in confirm and confirm["style"] not in ("primary", "danger"):
        judge.broken("confirm.style", f"{pointer}/style", f"must be primary or danger, is {confirm['style']!r}")


def _image_content(judge: Judge, image: Mapping[str, Any], pointer: str) -> None:
    if ("image_url" in image) == ("slack_file" in image):
        judge.broken("image.source", pointer, "must have image_url or slack_file")
    if "image_url" in image:
        judge.url(image["image_url"], f"{pointer}/image_url", "image.url.length")
    if "slack_file" in image and not isinstance(image["slack_file"], Mapping):
        judge.broken("value.type", f"{pointer}/slack_file", "must be an object with id or url")
    alt = image.get("alt_text")
    if not isinstance(alt, str):
        judge.broken("image.alt.length", f"{pointer}/alt_text", f"must be a string, is {json_type(alt)}")
    else:
        judge.at_most("image.alt.length", alt, f"{pointer}/alt_text")


def _element(judge: Judge, element: Any, pointer: str, accepted: tuple[str, ...]) -> None:
    kind = element.get("type") if isinstance(element, Mapping) else None
    if kind not in accepted:
        judge.broken("element.type", pointer, f"must be one of {', '.join(accepted)}, is {kind!r}")
    elif kind == "button":
        _button(judge, element, pointer)
    elif kind == "image":
        judge.keys(element, frozenset({"type", "image_url", "slack_file", "alt_text"}), pointer)
        _image_content(judge, element, pointer)
    else:
        judge.text(element, pointer)


# -- blocks -------------------------------------------------------------------------------------------


def _header(judge: Judge, block: Mapping[str, Any], pointer: str) -> None:
    judge.keys(block, frozenset({"type", "block_id", "text"}), pointer)
    judge.text(block.get("text"), f"{pointer}/text", "header.text.length", "header.text.type")


def _section(judge: Judge, block: Mapping[str, Any], pointer: str) -> None:
    judge.keys(block, frozenset({"type", "block_id", "text", "fields", "accessory", "expand"}), pointer)
    if "text" not in block and "fields" not in block:
        judge.broken("section.content", pointer, "must have text or fields")
    if "text" in block:
        judge.text(block["text"], f"{pointer}/text", "section.text.length")
    if "fields" in block:
        for item, place in judge.items(block, "fields", "section.fields.count", pointer):
            judge.text(item, place, "section.field.length")
    if "accessory" in block:
        _element(judge, block["accessory"], f"{pointer}/accessory", ("button", "image"))
    judge.boolean(block, "expand", pointer)


def _divider(judge: Judge, block: Mapping[str, Any], pointer: str) -> None:
    judge.keys(block, frozenset({"type", "block_id"}), pointer, "divider.plain")


def _context(judge: Judge, block: Mapping[str, Any], pointer: str) -> None:
    judge.keys(block, frozenset({"type", "block_id", "elements"}), pointer)
    for item, place in judge.items(block, "elements", "context.elements.count", pointer):
        _element(judge, item, place, ("mrkdwn", "plain_text", "image"))


def _actions(judge: Judge, block: Mapping[str, Any], pointer: str) -> None:
    judge.keys(block, frozenset({"type", "block_id", "elements"}), pointer)
    seen: set[str] = set()
    for item, place in judge.items(block, "elements", "actions.elements.count", pointer):
        _element(judge, item, place, ("button",))
        action_id = item.get("action_id") if isinstance(item, Mapping) else None
        if isinstance(action_id, str):
            if action_id in seen:
                judge.broken("action.id.unique", f"{place}/action_id", f"{action_id!r} is there already")
            seen.add(action_id)


def _image(judge: Judge, block: Mapping[str, Any], pointer: str) -> None:
    judge.keys(block, frozenset({"type", "block_id", "image_url", "slack_file", "alt_text", "title"}), pointer)
    _image_content(judge, block, pointer)
    if "title" in block:
        judge.text(block["title"], f"{pointer}/title", "image.title.length", "text.type")


_BLOCKS: Mapping[str, Callable[[Judge, Mapping[str, Any], str], None]] = {
    "header": _header, "section": _section, "divider": _divider, "context": _context, "actions": _actions,
    "image": _image, "rich_text": check_rich_text,
}
#: Blocks that this inbox judges and shows.
SUPPORTED_BLOCKS = tuple(_BLOCKS)


def _block(judge: Judge, block: Any, pointer: str) -> None:
    if not isinstance(block, Mapping):
        judge.broken("block.object", pointer, f"must be an object, is {json_type(block)}")
        return
    kind = block.get("type")
    if isinstance(kind, str) and kind in UNSUPPORTED_BLOCKS:
        judge.broken("block.unsupported", f"{pointer}/type", f"{kind} is not supported by this inbox")
        return
    if not isinstance(kind, str) or kind not in _BLOCKS:
        judge.broken("block.type", f"{pointer}/type", f"unsupported type: {kind!r}")
        return
    if "block_id" in block and judge.string(block["block_id"], f"{pointer}/block_id", "block.id.length"):
        if block["block_id"] in judge.block_ids:
            judge.broken("block.id.unique", f"{pointer}/block_id", f"{block['block_id']!r} is there already")
        judge.block_ids.add(block["block_id"])
    _BLOCKS[kind](judge, block, pointer)


def _block_list(judge: Judge, blocks: Any, pointer: str) -> None:
    if not isinstance(blocks, list):
        judge.broken("payload.blocks.format", pointer, f"must be an array, is {json_type(blocks)}")
        return
    most = limit("payload.blocks.count")
    if len(blocks) > most:
        judge.broken("payload.blocks.count", pointer, f"no more than {most} items allowed, has {len(blocks)}")
    for index, block in enumerate(blocks):
        _block(judge, block, f"{pointer}/{index}")


# -- attachments and the payload ------------------------------------------------------------------------


def _attachment(judge: Judge, attachment: Mapping[str, Any], pointer: str) -> None:
    judge.keys(attachment, _LEGACY_ATTACHMENT, pointer, "attachment.property")
    colour = attachment.get("color")
    if colour is not None and not (
        isinstance(colour, str) and (colour in ("good", "warning", "danger") or _COLOUR.match(colour))
    ):
        judge.broken("attachment.color", f"{pointer}/color", f"must be good, warning, danger or #rrggbb, "
                                                             f"is {colour!r}")
    if attachment.get("blocks"):
        mixed = sorted(set(attachment) - {"blocks", "color", "fallback", "id"})
        if mixed:
            judge.broken("attachment.blocks.mixed", pointer, f"has blocks and also {', '.join(mixed)}")
        _block_list(judge, attachment["blocks"], f"{pointer}/blocks")
    elif not any(attachment.get(key) for key in _CONTENT_OF_ATTACHMENT):
        judge.broken("attachment.content", pointer, "has nothing to show")
    for key in ("text", "pretext"):
        if isinstance(attachment.get(key), str):
            judge.markup(attachment[key], f"{pointer}/{key}")
    fields = attachment.get("fields", [])
    for index, item in enumerate(fields if isinstance(fields, list) else [None]):
        if not (isinstance(item, Mapping) and all(isinstance(item.get(key), str) for key in ("title", "value"))):
            judge.broken("attachment.field", f"{pointer}/fields/{index}", "must have title and value as text")


def _attachments(judge: Judge, attachments: Any) -> None:
    if not isinstance(attachments, list) or not all(isinstance(item, Mapping) for item in attachments):
        judge.broken("attachments.format", "/attachments", "must be an array of objects")
        return
    most = limit("attachments.count")
    if len(attachments) > most:
        judge.broken("attachments.count", "/attachments", f"no more than {most} allowed, has {len(attachments)}")
    for index, attachment in enumerate(attachments):
        _attachment(judge, attachment, f"/attachments/{index}")


@dataclass(frozen=True)
class Verdict:
    """What Slack would say: `answer` is `ok` or the body that goes with status 400."""

    findings: tuple[Finding, ...]
    advice: tuple[Finding, ...]
    characters: int

    @property
    def answer(self) -> str:
        """The answer of the first broken rule; a block inside an attachment answers for the attachment."""
        if not self.findings:
            return "ok"
        first = self.findings[0]
        if first.pointer.startswith("/attachments/") and first.rule.answer.startswith("invalid_blocks"):
            return "invalid_attachments"
        return first.rule.answer


def judge(payload: Mapping[str, Any]) -> Verdict:
    """Judges a payload; breaks of rules come in the order of the payload, the total length last."""
    it = Judge()
    text, blocks, attachments = payload.get("text"), payload.get("blocks"), payload.get("attachments")
    if text is not None and not isinstance(text, str):
        it.broken("payload.text.type", "/text", f"must be a string, is {json_type(text)}")
    if not blocks and not attachments and not (isinstance(text, str) and text.strip()):
        if not it.findings:
            it.broken("payload.no-text", "", "has no text, no blocks and no attachments")
    if blocks is not None:
        _block_list(it, blocks, "/blocks")
    if attachments is not None:
        _attachments(it, attachments)
    if it.characters > limit("payload.total"):
        it.broken("payload.total", "/blocks" if blocks else "/attachments",
                  f"has {it.characters} characters of text in all")
    elif it.characters > limit("advice.total"):
        it.advise("advice.total", "/blocks", f"has {it.characters} characters of text in all")
    _advise_payload(it, payload, text)
    return Verdict(tuple(it.findings), tuple(it.advice), it.characters)


def _advise_payload(it: Judge, payload: Mapping[str, Any], text: Any) -> None:
    attachments = payload.get("attachments")
    fallback = isinstance(attachments, list) and any(
        isinstance(item, Mapping) and item.get("fallback") for item in attachments)
    if (payload.get("blocks") or attachments) and not text and not fallback:
        it.advise("advice.fallback", "/text", "is missing")
    if isinstance(text, str):
        if length(text) > limit("advice.text.length"):
            it.advise("advice.text.length", "/text", f"has {length(text)} characters")
        it.markup(text, "/text")
    for key in ("channel", "username", "icon_emoji", "icon_url"):
        if key in payload:
            it.advise("advice.override", f"/{key}", "is ignored")

"""The rules by which Slack accepts or refuses what is posted to an incoming webhook.

Every rule has a name, the documented limit, the answer that breaking it earns, and its source: the title
of the page in Slack's developer documentation (docs.slack.dev), or the issue where Slack's behaviour was
observed because the documentation is silent. The checks that use them are in `blockkit`.

Lengths: Slack does not say whether it counts code points or UTF-16 units. `length` counts UTF-16 units,
the greater of the two, so that a text which passes here passes there under either reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_TEXT = "Slack docs: Text object"
_HEADER = "Slack docs: Header block"
_SECTION = "Slack docs: Section block"
_DIVIDER = "Slack docs: Divider block"
_CONTEXT = "Slack docs: Context block"
_ACTIONS = "Slack docs: Actions block"
_IMAGE = "Slack docs: Image block"
_RICH = "Slack docs: Rich text block"
_BUTTON = "Slack docs: Button element"
_CONFIRM = "Slack docs: Confirmation dialog object"
_BLOCKS = "Slack docs: Blocks"
_ATTACH = "Slack docs: Secondary message attachments"
_WEBHOOK = "Slack docs: Sending messages using incoming webhooks"
_ERRORS = "Slack changelog 2016-05-17: Improving error conditions for Incoming Webhooks"
_POST = "Slack docs: chat.postMessage"
_ADDITIONAL = "observed: slack-go/slack#1414 (invalid additional property)"
_TOTAL = "observed: slackapi/bolt-js#2509, #2867 (12,000 characters and a buffer for containers)"


@dataclass(frozen=True)
class Rule:
    """One rule of Slack's.

    `answer` is the body that Slack sends with 400 when it is broken; inside an attachment every block
    rule answers `invalid_attachments` instead. `limit` is in characters or items, None where the rule
    is not a limit.
    """

    name: str
    text: str
    source: str
    answer: str = "invalid_blocks"
    limit: int | None = None


def _rules(*rules: Rule) -> Mapping[str, Rule]:
    return MappingProxyType({rule.name: rule for rule in rules})


RULES: Mapping[str, Rule] = _rules(
    # The request and the payload as a whole
    Rule("payload.json", "the body is a JSON object in UTF-8", _ERRORS, "invalid_payload"),
    Rule("payload.content-type", "Content-Type is application/json, or a form with `payload`", _WEBHOOK,
         "invalid_payload"),
    Rule("payload.text.type", "`text` is a string", _WEBHOOK, "invalid_payload"),
    Rule("payload.no-text", "a message has text, blocks or attachments", _POST, "no_text"),
    Rule("payload.blocks.format", "`blocks` is an array", "observed: slackapi/node-slack-sdk#1027",
         "invalid_blocks_format"),
    Rule("payload.blocks.count", "at most 50 blocks in a message", _BLOCKS, limit=50),
    Rule("payload.total", "all text of the blocks together has about 13,200 characters", _TOTAL,
         "msg_blocks_too_long", 13_200),
    # Any block, any element
    Rule("block.object", "a block is an object", _BLOCKS),
    Rule("block.type", "`type` names a block that messages can have", _BLOCKS),
    Rule("block.unsupported", "Slack knows this block; this inbox cannot judge or show it", _BLOCKS),
    Rule("block.property", "a block has no property that its type does not define", _ADDITIONAL),
    Rule("block.id.length", "`block_id` has at most 255 characters", _SECTION, limit=255),
    Rule("block.id.unique", "`block_id` is unique in the message", "observed: slack-go/slack#823"),
    Rule("element.type", "an element is of a type that this place accepts", _BLOCKS),
    Rule("value.type", "a value has the type that the reference gives", _BLOCKS),
    # Text objects
    Rule("text.type", "a text object's `type` is plain_text or mrkdwn, as the place demands", _TEXT),
    Rule("text.empty", "text has at least 1 character", _TEXT),
    Rule("text.length", "a text object has at most 3000 characters", _TEXT, limit=3000),
    Rule("text.property", "`emoji` only with plain_text, `verbatim` only with mrkdwn, nothing else", _TEXT),
    # Blocks
    Rule("header.text.length", "a header has at most 150 characters", _HEADER, limit=150),
    Rule("header.text.type", "a header's text is plain_text", _HEADER),
    Rule("section.content", "a section has `text` or `fields`", _SECTION),
    Rule("section.text.length", "a section's text has at most 3000 characters", _SECTION, limit=3000),
    Rule("section.fields.count", "a section has 1 to 10 fields", _SECTION, limit=10),
    Rule("section.field.length", "a field has at most 2000 characters", _SECTION, limit=2000),
    Rule("divider.plain", "a divider has only `type` and `block_id`", _DIVIDER),
    Rule("context.elements.count", "a context has 1 to 10 elements", _CONTEXT, limit=10),
    Rule("actions.elements.count", "an actions block has 1 to 25 elements", _ACTIONS, limit=25),
    Rule("image.source", "an image has `image_url` or `slack_file`, not both", _IMAGE),
    Rule("image.url.length", "`image_url` has at most 3000 characters", _IMAGE, limit=3000),
    Rule("image.alt.length", "`alt_text` is there and has at most 2000 characters", _IMAGE, limit=2000),
    Rule("image.title.length", "an image's title has at most 2000 characters", _IMAGE, limit=2000),
    Rule("rich_text.element", "rich text holds sections, lists, quotes and preformatted text", _RICH),
    Rule("rich_text.style", "a text style is bold, italic, strike, code or underline, true or false", _RICH),
    Rule("rich_text.list.style", "a list's style is bullet or ordered", _RICH),
    # Elements
    Rule("button.text.length", "a button's text has at most 75 characters", _BUTTON, limit=75),
    Rule("button.text.type", "a button's text is plain_text", _BUTTON),
    Rule("button.url.length", "a button's url has at most 3000 characters", _BUTTON, limit=3000),
    Rule("url.form", "a url is absolute and has a known scheme", _BUTTON),
    Rule("button.value.length", "a button's value has at most 2000 characters", _BUTTON, limit=2000),
    Rule("button.style", "a button's style is primary or danger", _BUTTON),
    Rule("button.label.length", "`accessibility_label` has at most 75 characters", _BUTTON, limit=75),
    Rule("action.id.length", "`action_id` has at most 255 characters", _BUTTON, limit=255),
    Rule("action.id.unique", "`action_id` is unique in its block", _BUTTON),
    Rule("confirm.title.length", "a confirmation's title has at most 100 characters", _CONFIRM, limit=100),
    Rule("confirm.text.length", "a confirmation's text has at most 300 characters", _CONFIRM, limit=300),
    Rule("confirm.button.length", "a confirmation's buttons have at most 30 characters", _CONFIRM, limit=30),
    Rule("confirm.style", "a confirmation's style is primary or danger", _CONFIRM),
    # Attachments
    Rule("attachments.format", "`attachments` is an array of objects", _ATTACH, "invalid_attachments"),
    Rule("attachments.count", "at most 100 attachments in a message",
         "observed: slackapi/bolt-python#914", "too_many_attachments", 100),
    Rule("attachment.color", "a colour is good, warning, danger or #rrggbb", _ATTACH, "invalid_attachments"),
    Rule("attachment.property", "an attachment has no property that is not defined", _ATTACH,
         "invalid_attachments"),
    Rule("attachment.blocks.mixed", "an attachment with blocks has only `color` and `fallback` beside them",
         "observed: slackapi/node-slack-sdk#1112", "invalid_attachments"),
    Rule("attachment.content", "an attachment has blocks, text, fields or a fallback", _ATTACH, "no_text"),
    Rule("attachment.field", "a field has `title` and `value` as text", _ATTACH, "invalid_attachments"),
)

#: What Slack accepts but a careful sender avoids; told on the page, never refused.
ADVICE: Mapping[str, Rule] = _rules(
    Rule("advice.fallback", "no top-level `text` and no `fallback`: notifications and screen readers say nothing",
         _POST, "ok"),
    Rule("advice.text.length", "Slack cuts a top-level text after 40,000 characters", _POST, "ok", 40_000),
    Rule("advice.total", "beyond 12,000 characters of text Slack may refuse, depending on containers", _TOTAL,
         "ok", 12_000),
    Rule("advice.override", "an app's webhook ignores channel, username and icon", _WEBHOOK, "ok"),
    Rule("advice.broadcast", "this message alerts everyone", "Slack docs: Formatting message text", "ok"),
    Rule("advice.escape", "the characters &, < and > of a text are sent as &amp;, &lt; and &gt;",
         "Slack docs: Formatting message text", "ok"),
    Rule("advice.button", "a button without `url` does nothing without an interactivity endpoint", _BUTTON,
         "ok"),
)


def limit(name: str) -> int:
    """The limit of the rule `name`, in characters or items."""
    value = (RULES.get(name) or ADVICE[name]).limit
    if value is None:
        raise ValueError(f"rule {name} has no limit")
    return value


def length(text: str) -> int:
    """Characters of `text` as UTF-16 counts them (a character beyond the basic plane counts twice)."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


@dataclass(frozen=True)
class Finding:
    """A broken rule or an advice, and where: `pointer` is a JSON pointer into the payload."""

    rule: Rule
    pointer: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        """The finding as it stands in `messages.json`."""
        return {
            "rule": self.rule.name,
            "answer": self.rule.answer,
            "pointer": self.pointer,
            "detail": self.detail,
            "text": self.rule.text,
            "source": self.rule.source,
        }

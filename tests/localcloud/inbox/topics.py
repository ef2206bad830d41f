"""Channels that are SNS topics: mail, and chat by Amazon Q Developer. What a topic's subscribers would get is shown.

Amazon Q Developer shows only what has the event schema of its custom notifications (Amazon Q Developer docs: Custom
notifications) and drops everything else without a word; here that is a refusal that everybody sees. A mail's subject is
ASCII on one line, shorter than 100 characters (SNS API reference: Publish).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .rules import Finding, Rule

if TYPE_CHECKING:
    from .inbox import Answer, Inbox

#: What stands before a channel's name in the name of its topic.
MARK = "-operations-channel-"
_CHAT = Rule("amazon-q.schema", "a custom notification has the documented fields",
             "Amazon Q Developer docs: Custom notifications", "not rendered")
_MAIL = Rule("sns.subject", "a subject is ASCII, on one line and shorter than 100 characters",
             "SNS API reference: Publish", "InvalidParameter")
_PUBLISHED: Answer = (200, {"Content-Type": "text/xml"}, b"published")


def channel_of(topic: str) -> str | None:
    """The channel whose topic this is; None for every other topic."""
    _, mark, name = topic.rpartition(":")[2].partition(MARK)
    return name if mark else None


def receive(inbox: Inbox, topic: str, subject: str | None, message: str) -> None:
    """Shows what was published to a channel's topic."""
    channel = channel_of(topic)
    if channel is None:
        return
    if subject is None:
        event, findings = _custom_notification(message)
        shown = {"text": "chat", "blocks": _chat(event)} if not findings else None
    else:
        event = {"subject": subject, "message": message}
        wrong = not 0 < len(subject) < 100 or not all(" " <= letter <= "~" for letter in subject) or subject[0] == " "
        findings = [Finding(_MAIL, "/subject", f"is {subject!r}")] if wrong else []
        shown = {"text": "mail", "blocks": _mail(subject, message)} if not findings else None
    inbox.remember(channel, event, answer=_PUBLISHED, outcome="refused" if findings else "delivered", findings=findings,
                   more=lambda _position: {} if shown is None else {"shown": shown})


def _custom_notification(message: str) -> tuple[Any, list[Finding]]:
    try:
        event = json.loads(message)
    except ValueError:
        return message, [Finding(_CHAT, "", "is not JSON")]
    content = event.get("content") if isinstance(event, dict) else None
    if not isinstance(content, dict):
        return event, [Finding(_CHAT, "/content", "is missing")]
    wrong = []
    for pointer, value, right in (
        ("/version", event.get("version"), "1.0"),
        ("/source", event.get("source"), "custom"),
        ("/content/textType", content.get("textType", "client-markdown"), "client-markdown"),
    ):
        if value != right:
            wrong.append(Finding(_CHAT, pointer, f"is {value!r}, not {right!r}"))
    if not isinstance(content.get("description"), str) or not content["description"]:
        wrong.append(Finding(_CHAT, "/content/description", "is missing or empty"))
    unknown = set(event) - {"version", "source", "id", "content", "metadata"}
    unknown |= set(content) - {"textType", "title", "description", "nextSteps", "keywords"}
    wrong += [Finding(_CHAT, f"/{name}", "is not part of the schema") for name in sorted(unknown)]
    return event, wrong


def _chat(event: dict[str, Any]) -> list[dict[str, Any]]:
    content = event["content"]
    blocks = []
    if content.get("title"):
        blocks.append({"type": "header", "text": {"type": "plain_text", "text": content["title"]}})
    blocks.append(_text(content["description"]))
    if content.get("nextSteps"):
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(content["nextSteps"], 1))
        blocks.append(_text(f"*Next steps*\n{steps}"))
    told = [*content.get("keywords", ()), *event.get("metadata", {}).get("additionalContext", {}).values()]
    if told:
        blocks.append({"type": "context", "elements": [{"type": "plain_text", "text": " · ".join(map(str, told))}]})
    return blocks


def _mail(subject: str, message: str) -> list[dict[str, Any]]:
    return [
        {"type": "header", "text": {"type": "plain_text", "text": subject}},
        {"type": "rich_text", "elements": [
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": message}]}]},
    ]


def _text(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}

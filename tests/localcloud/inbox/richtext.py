"""Judges `rich_text` blocks (Slack docs: Rich text block). Used by `blockkit`, which owns the judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .blockkit import Judge

_STYLES = frozenset({"bold", "italic", "strike", "code", "underline"})
_SHARED = frozenset({"type", "style"})
#: Inline elements: the property that must be text, and what else they may have.
_INLINE: Mapping[str, tuple[str, frozenset[str]]] = {
    "text": ("text", frozenset()),
    "link": ("url", frozenset({"text", "unsafe"})),
    "emoji": ("name", frozenset({"unicode", "skin_tone", "url"})),
    "user": ("user_id", frozenset()),
    "channel": ("channel_id", frozenset()),
    "usergroup": ("usergroup_id", frozenset()),
    "broadcast": ("range", frozenset()),
    "color": ("value", frozenset()),
    "date": ("format", frozenset({"timestamp", "url", "fallback"})),
}
_CONTAINERS: Mapping[str, frozenset[str]] = {
    "rich_text_section": frozenset({"type", "elements"}),
    "rich_text_quote": frozenset({"type", "elements", "border"}),
    "rich_text_preformatted": frozenset({"type", "elements", "border", "language"}),
    "rich_text_list": frozenset({"type", "elements", "style", "indent", "offset", "border"}),
}


def check_rich_text(judge: Judge, block: Mapping[str, Any], pointer: str) -> None:
    """A rich_text block: containers, in them inline elements; a list holds sections."""
    judge.keys(block, frozenset({"type", "block_id", "elements"}), pointer)
    for item, place in _elements(judge, block, pointer):
        kind = item.get("type") if isinstance(item, Mapping) else None
        if not isinstance(kind, str) or kind not in _CONTAINERS:
            judge.broken("rich_text.element", place, f"unsupported element: {kind!r}")
            continue
        judge.keys(item, _CONTAINERS[kind], place)
        if kind == "rich_text_list":
            _list(judge, item, place)
        else:
            _inlines(judge, item, place)


def _elements(judge: Judge, holder: Mapping[str, Any], pointer: str) -> list[tuple[Any, str]]:
    elements = holder.get("elements")
    if not isinstance(elements, list):
        judge.broken("value.type", f"{pointer}/elements", "must be an array")
        return []
    return [(item, f"{pointer}/elements/{index}") for index, item in enumerate(elements)]


def _list(judge: Judge, item: Mapping[str, Any], pointer: str) -> None:
    if item.get("style") not in ("bullet", "ordered"):
        judge.broken("rich_text.list.style", f"{pointer}/style", f"must be bullet or ordered, "
                                                                 f"is {item.get('style')!r}")
    for section, place in _elements(judge, item, pointer):
        if not (isinstance(section, Mapping) and section.get("type") == "rich_text_section"):
            judge.broken("rich_text.element", place, "a list holds rich_text_section elements")
        else:
            judge.keys(section, _CONTAINERS["rich_text_section"], place)
            _inlines(judge, section, place)


def _inlines(judge: Judge, holder: Mapping[str, Any], pointer: str) -> None:
    for item, place in _elements(judge, holder, pointer):
        kind = item.get("type") if isinstance(item, Mapping) else None
        if not isinstance(kind, str) or kind not in _INLINE:
            judge.broken("rich_text.element", place, f"unsupported element: {kind!r}")
            continue
        required, optional = _INLINE[kind]
        judge.keys(item, _SHARED | {required} | optional, place)
        content = item.get(required)
        if judge.string(content, f"{place}/{required}"):
            if not content:
                judge.broken("text.empty", f"{place}/{required}", "must be more than 0 characters")
            judge.count(item.get("text") if isinstance(item.get("text"), str) else content)
        if kind == "link":
            judge.url(content if isinstance(content, str) else "", f"{place}/url", "button.url.length")
        if kind == "broadcast":
            judge.advise("advice.broadcast", place, "mentions everyone")
        _style(judge, item, place)


def _style(judge: Judge, item: Mapping[str, Any], pointer: str) -> None:
    style = item.get("style", {})
    if not isinstance(style, Mapping) or not all(
        key in _STYLES and isinstance(value, bool) for key, value in style.items()
    ):
        judge.broken("rich_text.style", f"{pointer}/style", f"is {style!r}")

"""A message's blocks and attachments as HTML. All text goes through `mrkdwn`, which escapes it.

It also shows what broke the rules, so nothing here may rely on a payload being valid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .mrkdwn import Reader, escape, format_date, link, plain_text, render

_COLOURS = {"good": "#2eb67d", "warning": "#ecb22e", "danger": "#e01e5a"}
_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\Z")


def render_payload(payload: Any, reader: Reader) -> str:
    """The message as people see it: blocks, else the text; attachments below."""
    if not isinstance(payload, Mapping):
        return f'<pre class="raw-text"><code>{escape(str(payload))}</code></pre>'
    parts = []
    blocks = payload.get("blocks")
    if isinstance(blocks, list) and blocks:
        parts += [render_block(block, reader) for block in blocks]
    elif isinstance(payload.get("text"), str) and payload["text"]:
        text = payload["text"]
        rendered = plain_text(text) if payload.get("mrkdwn") is False else render(text, reader)
        parts.append(f'<div class="block text">{rendered}</div>')
    attachments = payload.get("attachments")
    if isinstance(attachments, list):
        parts += [_attachment(item, reader) for item in attachments if isinstance(item, Mapping)]
    return "".join(parts)


def render_block(block: Any, reader: Reader) -> str:
    """One block; a grey box where it is of a kind that this page cannot show."""
    kind = block.get("type") if isinstance(block, Mapping) else None
    renderer = _RENDERERS.get(kind) if isinstance(kind, str) else None
    if renderer is None:
        return f'<div class="block unknown">cannot show this block: {escape(str(kind))}</div>'
    return renderer(block, reader)


def _text(value: Any, reader: Reader) -> str:
    """A text object, whatever is in its place."""
    if not isinstance(value, Mapping) or not isinstance(value.get("text"), str):
        return ""
    if value.get("type") == "mrkdwn":
        return render(value["text"], reader, verbatim=value.get("verbatim") is True)
    return plain_text(value["text"])


def _list(holder: Mapping[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    return value if isinstance(value, list) else []


def _header(block: Mapping[str, Any], reader: Reader) -> str:
    return f'<h3 class="block header">{_text(block.get("text"), reader)}</h3>'


def _section(block: Mapping[str, Any], reader: Reader) -> str:
    body = f'<div class="text">{_text(block["text"], reader)}</div>' if "text" in block else ""
    fields = "".join(f'<div class="field">{_text(item, reader)}</div>' for item in _list(block, "fields"))
    if fields:
        body += f'<div class="fields">{fields}</div>'
    accessory = _element(block.get("accessory"), reader)
    if accessory:
        return f'<div class="block section with-accessory"><div>{body}</div><div>{accessory}</div></div>'
    return f'<div class="block section">{body}</div>'


def _divider(_block: Mapping[str, Any], _reader: Reader) -> str:
    return '<hr class="block">'


def _context(block: Mapping[str, Any], reader: Reader) -> str:
    items = "".join(f"<span>{_element(item, reader)}</span>" for item in _list(block, "elements"))
    return f'<div class="block context">{items}</div>'


def _actions(block: Mapping[str, Any], reader: Reader) -> str:
    return f'<div class="block actions">{"".join(_element(item, reader) for item in _list(block, "elements"))}</div>'


def _image(block: Mapping[str, Any], reader: Reader) -> str:
    title = _text(block.get("title"), reader)
    caption = f"<figcaption>{title}</figcaption>" if title else ""
    return f'<figure class="block image">{caption}{_picture(block)}</figure>'


def _picture(image: Mapping[str, Any]) -> str:
    """Pictures are not fetched: the page loads nothing from outside. The description stands for it."""
    label = f'<span aria-hidden="true">🖼️</span> {escape(str(image.get("alt_text", "")))}'
    address = image.get("image_url")
    return f'<span class="picture">{link(address, label) if isinstance(address, str) else label}</span>'


def _element(value: Any, reader: Reader) -> str:
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind in ("mrkdwn", "plain_text"):
        return _text(value, reader)
    if kind == "image":
        return _picture(value)
    if kind != "button":
        return ""
    style = value.get("style")
    name = f"button {style}" if style in ("primary", "danger") else "button"
    spoken = value.get("accessibility_label")
    aria = f' aria-label="{escape(spoken)}"' if isinstance(spoken, str) else ""
    text = value.get("text")
    content = text.get("text") if isinstance(text, Mapping) else ""
    label, address = plain_text(content if isinstance(content, str) else ""), value.get("url")
    opened = link(address, label) if isinstance(address, str) else label
    if opened != label:
        return opened.replace("<a ", f'<a class="{name}"{aria} ', 1)
    return f'<span class="{name} dead" aria-disabled="true" title="no url: does nothing">{label}</span>'


# -- rich text ------------------------------------------------------------------------------------------


def _rich_text(block: Mapping[str, Any], reader: Reader) -> str:
    parts = []
    for item in _list(block, "elements"):
        if not isinstance(item, Mapping):
            continue
        kind = item.get("type")
        if kind == "rich_text_list":
            tag = "ol" if item.get("style") == "ordered" else "ul"
            given = item.get("indent")
            indent = given if isinstance(given, int) else 0
            rows = "".join(f"<li>{_inlines(row, reader)}</li>" for row in _list(item, "elements"))
            parts.append(f'<{tag} class="indent-{min(max(indent, 0), 8)}">{rows}</{tag}>')
        elif kind == "rich_text_preformatted":
            parts.append(f"<pre><code>{_inlines(item, reader)}</code></pre>")
        elif kind == "rich_text_quote":
            parts.append(f"<blockquote>{_inlines(item, reader)}</blockquote>")
        else:
            parts.append(f"<div>{_inlines(item, reader)}</div>")
    return f'<div class="block rich-text">{"".join(parts)}</div>'


def _inlines(holder: Any, reader: Reader) -> str:
    return "".join(_rich_inline(item, reader) for item in _list(holder, "elements")
                   if isinstance(item, Mapping)) if isinstance(holder, Mapping) else ""


def _rich_inline(item: Mapping[str, Any], reader: Reader) -> str:
    def get(key: str) -> str:
        return item[key] if isinstance(item.get(key), str) else ""

    kind = item.get("type")
    if kind == "link":
        content = link(get("url"), escape(get("text") or get("url")))
    elif kind == "emoji":
        content = plain_text(f":{get('name')}:")
    elif kind == "date" and isinstance(item.get("timestamp"), int):
        try:
            content = f"<time>{escape(format_date(item['timestamp'], get('format'), reader))}</time>"
        except (ValueError, OverflowError, OSError):
            content = escape(get("fallback"))
    elif kind in ("user", "usergroup", "channel", "broadcast"):
        name = get("range") if kind == "broadcast" else get(f"{kind}_id")
        content = f'<span class="mention">{"#" if kind == "channel" else "@"}{escape(name)}</span>'
    else:
        content = escape(get("text") or get("value")).replace("\n", "<br>")
    given = item.get("style")
    style: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    for key, tag in (("code", "code"), ("strike", "s"), ("underline", "u"), ("italic", "em"), ("bold", "strong")):
        if style.get(key) is True:
            content = f"<{tag}>{content}</{tag}>"
    return content


_RENDERERS: Mapping[str, Callable[[Mapping[str, Any], Reader], str]] = {
    "header": _header, "section": _section, "divider": _divider, "context": _context, "actions": _actions,
    "image": _image, "rich_text": _rich_text,
}


# -- attachments ------------------------------------------------------------------------------------------


def _attachment(item: Mapping[str, Any], reader: Reader) -> str:
    """An attachment with its colour bar; the colour only as a checked value, in an SVG, not as a style."""

    def get(key: str) -> str:
        return item[key] if isinstance(item.get(key), str) else ""

    colour = _COLOURS.get(get("color")) or (_HEX.match(get("color")) and "#" + get("color").lstrip("#")) or "#8d8d94"
    bar = (f'<svg class="bar" aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 4 4">'
           f'<rect width="4" height="4" fill="{colour}"/></svg>')
    blocks = _list(item, "blocks")
    if blocks:
        body = "".join(render_block(block, reader) for block in blocks)
    else:
        body = _legacy(item, get, reader)
    pretext = f'<div class="block text">{render(get("pretext"), reader)}</div>' if get("pretext") else ""
    return f'{pretext}<div class="attachment">{bar}<div>{body}</div></div>'


def _legacy(item: Mapping[str, Any], get: Callable[[str], str], reader: Reader) -> str:
    parts = []
    if get("author_name"):
        author = link(get("author_link"), escape(get("author_name")))
        parts.append(f'<div class="block context"><strong>{author}</strong></div>')
    if get("title"):
        title = plain_text(get("title"))
        parts.append(f'<div class="block text"><strong>{link(get("title_link"), title)}</strong></div>')
    text = get("text") or ("" if parts else get("fallback"))
    if text:
        parts.append(f'<div class="block text">{render(text, reader)}</div>')
    fields = "".join(
        f'<div class="field{"" if field.get("short") else " long"}"><strong>{plain_text(str(field.get("title", "")))}'
        f'</strong><br>{render(str(field.get("value", "")), reader)}</div>'
        for field in _list(item, "fields") if isinstance(field, Mapping)
    )
    if fields:
        parts.append(f'<div class="block section"><div class="fields">{fields}</div></div>')
    if get("footer"):
        parts.append(f'<div class="block context">{plain_text(get("footer"))}</div>')
    return "".join(parts)

"""Renders Slack's mrkdwn to HTML in which nothing of the message can become markup.

Source of the syntax: Slack docs: Formatting message text. The text is cut into atoms (code, links, dates,
mentions) and plain runs; every run is escaped on its way out, addresses are let through by scheme only.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from .emoji import emojize

_LINK_SCHEMES = ("http://", "https://", "mailto:")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|[\u202a-\u202e\u2066-\u2069]")
_FENCE = re.compile(r"```(.+?)```", re.DOTALL)
_ANGLE = re.compile(r"<([^<>\n]+)>")
_ATOM = re.compile(r"`([^`\n]+)`|<([^<>\n]+)>")
_SLOT = re.compile("\x00([0-9]+)\x00")
_STYLE = re.compile(
    r"(?<![\w*])\*(?=[^\s*])(?P<b>[^*\n]*[^\s*])\*(?![\w*])"
    r"|(?<!\w)_(?=[^\s_])(?P<i>[^\n]*?[^\s_])_(?!\w)"
    r"|(?<![\w~])~(?=[^\s~])(?P<s>[^~\n]*[^\s~])~(?![\w~])"
)
_TAGS = {"b": "strong", "i": "em", "s": "s"}
_SCHEME = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:")
_BARE_URL = re.compile(r"https?://[^\s<>\"'\x00]+")
_DATE = re.compile(r"!date\^(-?[0-9]{1,12})\^([^|^]*)(?:\^([^|]*))?(?:\|(.*))?\Z", re.DOTALL)


@dataclass(frozen=True)
class Reader:
    """Who reads: the zone that dates are shown in, and the day that counts as today."""

    zone: tzinfo = UTC
    today: datetime = datetime(1970, 1, 1, tzinfo=UTC)


def clean(text: str) -> str:
    """Without control characters, direction overrides and lone surrogates; any text may come in."""
    return _CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def unescape(text: str) -> str:
    """Undoes the three escapes that Slack knows, once: `&amp;lt;` is the text `&lt;`."""
    return re.sub(r"&(amp|lt|gt);", lambda match: {"amp": "&", "lt": "<", "gt": ">"}[match[1]], text)


def escape(text: str) -> str:
    """Text for HTML content and for attribute values in double quotes."""
    return html.escape(clean(text), quote=True)


def plain_text(text: str) -> str:
    """A plain_text object as HTML: escapes undone, emoji shown, line breaks kept, nothing else."""
    return escape(emojize(unescape(text))).replace("\n", "<br>")


def link(address: str, label_html: str) -> str:
    """A link that opens apart and tells nothing about us; only the label where the scheme is not harmless."""
    address = unescape(address).strip()
    if not address.lower().startswith(_LINK_SCHEMES):
        return label_html
    return (f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer nofollow">{label_html}</a>')


def render(text: str, reader: Reader = Reader(), *, verbatim: bool = False) -> str:
    """mrkdwn as HTML. `verbatim` leaves bare addresses alone, as the text object's property does."""
    text = clean(text).replace("\r", "")
    parts, at = [], 0
    for fence in _FENCE.finditer(text):
        parts.append(_lines(text[at:fence.start()].removesuffix("\n"), reader, verbatim))
        body = fence[1].removeprefix("\n").removesuffix("\n")
        parts.append(f"<pre><code>{_code(body, reader)}</code></pre>")
        at = fence.end()
    rest = text[at:].removeprefix("\n") if at else text
    parts.append(_lines(rest, reader, verbatim))
    return "".join(parts)


def _code(text: str, reader: Reader) -> str:
    """Code keeps its characters; only what stands in angle brackets is still read, as Slack does."""
    out, at = [], 0
    for angle in _ANGLE.finditer(text):
        out += [escape(unescape(text[at:angle.start()])), _angle(angle[1], reader)]
        at = angle.end()
    return "".join([*out, escape(unescape(text[at:]))])


def _lines(text: str, reader: Reader, verbatim: bool) -> str:
    """Lines and quotes: `>` quotes a line, `>>>` all that follows."""
    if not text:
        return ""
    html_parts: list[str] = []
    plain: list[str] = []
    quoted: list[str] = []

    def flush() -> None:
        if plain:
            html_parts.append("<br>".join(_inline(line, reader, verbatim) for line in plain))
        if quoted:
            lines = "<br>".join(_inline(line, reader, verbatim) for line in quoted)
            html_parts.append(f"<blockquote>{lines}</blockquote>")
        plain.clear()
        quoted.clear()

    lines = text.split("\n")
    for index, line in enumerate(lines):
        mark = re.match(r"(?:&gt;|>)", line)
        if re.match(r"(?:&gt;|>){3}", line):
            flush()
            rest = [re.sub(r"\A(?:&gt;|>){3} ?", "", line), *lines[index + 1:]]
            quoted.extend(rest)
            break
        if mark:
            if plain:
                flush()
            quoted.append(line[mark.end():].removeprefix(" "))
        else:
            if quoted:
                flush()
            plain.append(line)
    flush()
    return "".join(html_parts)


def _inline(text: str, reader: Reader, verbatim: bool) -> str:
    """One line: atoms are put aside first, so that a `_` in an address is not the start of italics."""
    atoms: list[str] = []

    def aside(match: re.Match[str]) -> str:
        if match[1] is not None:
            atoms.append(f"<code>{_code(match[1], reader)}</code>")
        else:
            atoms.append(_angle(match[2], reader))
        return f"\x00{len(atoms) - 1}\x00"

    return _styled(_ATOM.sub(aside, text), atoms, verbatim)


def _styled(text: str, atoms: list[str], verbatim: bool) -> str:
    out, at = [], 0
    while match := _STYLE.search(text, at):
        out.append(_run(text[at:match.start()], atoms, verbatim))
        tag, inner = _TAGS[match.lastgroup or "b"], match[match.lastgroup or "b"]
        out.append(f"<{tag}>{_styled(inner, atoms, verbatim)}</{tag}>")
        at = match.end()
    return "".join([*out, _run(text[at:], atoms, verbatim)])


def _run(text: str, atoms: list[str], verbatim: bool) -> str:
    """A run without styles: the atoms put back, the rest escaped, bare addresses linked."""
    out, at = [], 0
    for slot in _SLOT.finditer(text):
        out += [_words(text[at:slot.start()], verbatim), atoms[int(slot[1])]]
        at = slot.end()
    return "".join([*out, _words(text[at:], verbatim)])


def _words(text: str, verbatim: bool) -> str:
    if verbatim:
        return escape(emojize(unescape(text)))
    out, at = [], 0
    for bare in _BARE_URL.finditer(text):
        address = re.sub(r"(?:[.,;:!?)\]}]|&gt;|&lt;)+\Z", "", bare[0])
        out += [escape(emojize(unescape(text[at:bare.start()]))), link(address, escape(unescape(address)))]
        at = bare.start() + len(address)
    return "".join([*out, escape(emojize(unescape(text[at:])))])


def _angle(content: str, reader: Reader) -> str:
    """What stands between `<` and `>`: a link, a date, a mention."""
    if content.startswith("!date^"):
        return _date(content, reader)
    target, _, label = content.partition("|")
    label_html = escape(emojize(unescape(label)))
    if target.startswith(("@", "#")):
        name = label_html or escape(unescape(target[1:]))
        return f'<span class="mention">{target[0]}{name.removeprefix(target[0])}</span>'
    if target.startswith("!subteam^"):
        return f'<span class="mention">{label_html or escape("@" + target.removeprefix("!subteam^"))}</span>'
    if target.startswith("!"):
        name = target[1:]
        alert = " alert" if name in ("here", "channel", "everyone") else ""
        return f'<span class="mention{alert}">{label_html or escape("@" + unescape(name))}</span>'
    if not _SCHEME.match(target):
        return escape(f"<{unescape(content)}>")  # a bare `<` that the sender forgot to escape
    return link(target, label_html or escape(unescape(target).removeprefix("mailto:")))


def _date(content: str, reader: Reader) -> str:
    match = _DATE.match(content)
    if match is None:
        return escape(unescape(content.rpartition("|")[2]))
    seconds, form, address, fallback = match.groups()
    try:
        text = format_date(int(seconds), unescape(form), reader)
    except (ValueError, OverflowError, OSError):
        return escape(unescape(fallback or ""))
    label = f'<time title="{escape(unescape(fallback or ""))}">{escape(text)}</time>'
    return link(address, label) if address else label


def format_date(seconds: int, form: str, reader: Reader) -> str:
    """Fills the tokens of Slack's date format, e.g. `{date_short_pretty} at {time}`, in the reader's zone."""
    at = datetime.fromtimestamp(seconds, UTC).astimezone(reader.zone)
    days = (at.date() - reader.today.astimezone(reader.zone).date()).days
    pretty = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    ending = "th" if 10 <= at.day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(at.day % 10, "th")
    hour = f"{at.hour % 12 or 12}:{at:%M}"
    half = "AM" if at.hour < 12 else "PM"
    long = f"{at:%A}, {at:%B} {at.day}{ending}, {at.year}"
    tokens = {
        "date_num": f"{at:%Y-%m-%d}",
        "date_slash": f"{at:%d/%m/%Y}",
        "date": f"{at:%B} {at.day}{ending}, {at.year}",
        "date_short": f"{at:%b} {at.day}, {at.year}",
        "date_long": long,
        "date_long_full": f"{at:%B} {at.day}, {at.year}",
        "time": f"{hour} {half}",
        "time_secs": f"{hour}:{at:%S} {half}",
        "ago": _ago(reader.today - at),
    }
    for name in ("date", "date_short", "date_long"):
        tokens[f"{name}_pretty"] = pretty or tokens[name]
    tokens["day_divider_pretty"] = pretty or f"{at:%A}, {at:%B} {at.day}{ending}"
    unknown = re.sub(r"\{([a-z_]+)\}", lambda match: "" if match[1] in tokens else match[0], form)
    if re.search(r"\{[^{}]*\}", unknown):
        raise ValueError(f"unknown token in {form!r}")
    return re.sub(r"\{([a-z_]+)\}", lambda match: tokens[match[1]], form)


def _ago(gone: timedelta) -> str:
    minutes = int(gone.total_seconds() // 60)
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        count = abs(minutes) // size
        if count:
            words = f"{count} {name}{'s' if count > 1 else ''}"
            return f"{words} ago" if minutes > 0 else f"in {words}"
    return "just now"

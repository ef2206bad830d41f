"""The channel page: records of the inbox as one HTML document with no resource from outside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from .mrkdwn import Reader, escape, render
from .render import render_payload

_ASSETS = Path(__file__).parent / "assets"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_SHOWN_BREAKS = 10
_GROUP_WITHIN = timedelta(minutes=5)

#: The app's face.
MOON = (
    '<symbol id="moon" viewBox="0 0 36 36"><rect width="36" height="36" rx="8" fill="#1b1f4b"/>'
    '<circle cx="17" cy="19" r="10" fill="#f6d365"/><circle cx="21.5" cy="15.5" r="9" fill="#1b1f4b"/>'
    '<path d="M26 9l.9 2.1 2.1.9-2.1.9L26 15l-.9-2.1L23 12l2.1-.9z" fill="#fff"/>'
    '<circle cx="29" cy="20" r="1" fill="#cfd3ff"/><circle cx="22.500" cy="7" r=".8" fill="#cfd3ff"/></symbol>'
)


@dataclass(frozen=True)
class View:
    """What stands around the messages: names, channels in the sidebar, the zone of shown times, the path."""

    app_name: str
    workspace: str
    channels: tuple[str, ...]
    zone: tzinfo
    mount: str


def content_security_policy() -> str:
    """Lets the page use its own files and nothing else, whatever a message might try."""
    return ("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")


def page_asset(name: str) -> tuple[str, bytes] | None:
    """Content type and bytes of a file of the page; only names that are there, never a path."""
    known = {file.name: file for file in _ASSETS.iterdir() if file.suffix in _TYPES}
    file = known.get(name)
    return None if file is None else (_TYPES[file.suffix], file.read_bytes())


def render_page(view: View, records: Sequence[Mapping[str, Any]], now: datetime) -> str:
    """The whole page; `now` is the simulated time."""
    now = now.replace(tzinfo=UTC) if now.tzinfo is None else now
    # Pagers and topics are places too, once something was sent there.
    names = tuple(dict.fromkeys((*view.channels, *(str(record["channel"]) for record in records))))
    channel = names[0] if names else "messages"
    counts = {outcome: sum(record["outcome"] == outcome for record in records)
              for outcome in ("delivered", "refused", "held")}
    mount = escape(view.mount)
    channels = "".join(
        f'<li><button type="button" data-channel="{escape(name)}" aria-pressed="{str(name == channel).lower()}">'
        f'<span aria-hidden="true">#</span> {escape(name)}'
        f'<span class="count" data-count="{escape(name)}">{_count(records, name)}</span></button></li>'
        for name in names
    )
    summary = f"{counts['delivered']} delivered"
    if counts["refused"]:
        summary += f", {counts['refused']} refused"
    if counts["held"]:
        summary += f", {counts['held']} not accepted"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{escape(content_security_policy().split(' frame-ancestors')[0])}">
<title>#{escape(channel)} · {escape(view.workspace)}</title>
<link rel="icon" type="image/svg+xml" href="{mount}/assets/moon.svg">
<link rel="stylesheet" href="{mount}/assets/inbox.css">
<script src="{mount}/assets/inbox.js" defer></script>
</head>
<body data-mount="{mount}" data-zone="{escape(_zone_key(view.zone))}">
<svg class="defs" aria-hidden="true">{MOON}</svg>
<a class="skip" href="#log">Skip to the messages</a>
<nav class="sidebar" aria-label="Channels">
<p class="workspace"><svg class="mark" aria-hidden="true"><use href="#moon"/></svg>{escape(view.workspace)}</p>
<h2>Channels</h2>
<ul>{channels}</ul>
<p class="note">A local stand-in for Slack, PagerDuty and mail. Nothing here leaves this machine.</p>
</nav>
<main>
<header class="channel">
<div><h1><span aria-hidden="true">#</span> <span id="channel-name">{escape(channel)}</span></h1>
<p class="topic" id="summary">{escape(summary)}</p></div>
<div class="tools">
<p class="clock"><span class="visually-hidden">Simulated time: </span>
<time id="clock" datetime="{escape(_iso(now))}">{escape(_clock(now, view.zone))}</time>
<span class="zone">{escape(_zone_name(view.zone))}</span></p>
<button type="button" id="only-refused" aria-pressed="false">Refused only</button>
<button type="button" id="toggle-json" aria-pressed="false" aria-controls="json">JSON</button>
</div>
</header>
<ol id="log" role="log" aria-live="polite" aria-label="Messages" tabindex="0">
{render_log(view, records)}
</ol>
<p class="empty" id="empty"{' hidden' if records else ''}>No messages yet. They appear here by themselves.</p>
<footer class="composer"><p>This channel is written by {escape(view.app_name)} alone.
<span class="keys"><kbd>j</kbd> <kbd>k</kbd> move <kbd>x</kbd> JSON
<kbd>r</kbd> refused only <kbd>Esc</kbd> close</span></p></footer>
</main>
<aside id="json" aria-label="JSON of the message" hidden>
<header><h2>JSON</h2><button type="button" id="close-json" aria-label="Close the JSON panel">×</button></header>
<p id="json-title"></p>
<pre tabindex="0"><code id="json-text"></code></pre>
</aside>
</body>
</html>
"""


def render_log(view: View, records: Sequence[Mapping[str, Any]]) -> str:
    """The list of messages with day dividers; an item never changes once it is there."""
    parts: list[str] = []
    previous: tuple[str, str, datetime] | None = None
    day = ""
    for record in records:
        at = _when(record.get("simulated_at"))
        local = at.astimezone(view.zone)
        if f"{local:%Y-%m-%d}" != day:
            day = f"{local:%Y-%m-%d}"
            ending = "th" if 10 <= local.day <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(local.day % 10, "th")
            parts.append(f'<li class="day" data-key="day-{record["id"]}"><h2>{local:%A}, {local:%B} {local.day}{ending}'
                         f'</h2></li>')
            previous = None
        if record["outcome"] == "held":
            parts.append(_held(record, local))
            previous = None
            continue
        same = previous is not None and previous[:2] == (record["channel"], "delivered") and (
            timedelta(0) <= at - previous[2] < _GROUP_WITHIN and record["outcome"] == "delivered"
            and record.get("thread_ts") is None)
        parts.append(_message(view, record, local, compact=same))
        previous = (record["channel"], record["outcome"], at)
    return "\n".join(parts)


def _message(view: View, record: Mapping[str, Any], local: datetime, *, compact: bool) -> str:
    refused = record["outcome"] == "refused"
    reply = record.get("thread_ts") is not None
    classes = "message" + "".join(f" {word}" for word, holds in (
        ("compact", compact), ("refused", refused), ("reply", reply)) if holds)
    stamp = f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"
    title = f"{local:%a} {local.day} {local:%b %Y %H:%M:%S} simulated, received {record.get('received_at', '')}"
    time = f'<time datetime="{escape(str(record["simulated_at"]))}" title="{escape(title)}">{escape(stamp)}</time>'
    avatar = '<svg class="avatar" aria-hidden="true"><use href="#moon"/></svg>'
    head = (f'<p class="from"><span class="name">{escape(view.app_name)}</span> <span class="badge">APP</span> '
            f'{time}</p>')
    gutter = f'<div class="gutter">{time if compact else avatar}</div>'
    body = render_payload(record.get("shown", record.get("payload")), Reader(view.zone, local))
    body += "".join(_file(view, file) for file in record.get("files", []))
    if record.get("changed_at"):
        changed = _when(record["changed_at"]).astimezone(view.zone)
        body += f'<p class="edited">changed {changed:%H:%M}</p>'
    label = f"{view.app_name}, {stamp}" + (", in a thread" if reply else "") + (", refused" if refused else "")
    return (
        f'<li class="{classes}" id="{escape(record["id"])}" data-key="{escape(record["id"])}" '
        f'data-channel="{escape(record["channel"])}" tabindex="-1"><article aria-label="{escape(label)}">'
        f'{gutter}<div class="content">{"" if compact else head}{_problems(record)}'
        f'<div class="body">{body}</div>{_advice(record)}{_raw(record)}</div></article></li>'
    )


def _file(view: View, file: Mapping[str, Any]) -> str:
    """A file under its message. A browser that cannot draw it shows what it shows in words."""
    address = f"{view.mount}/files/{file['id']}"
    words = escape(str(file.get("alt_text") or file.get("title") or file["name"]))
    return (f'<figure class="block file"><figcaption>{escape(str(file.get("title") or file["name"]))} '
            f'<span class="name">{escape(str(file["name"]))}</span></figcaption>'
            f'<img src="{escape(address)}" alt="{words}" loading="lazy"></figure>')


def _problems(record: Mapping[str, Any]) -> str:
    """The red box: which rule, where, and who says so."""
    if record["outcome"] != "refused":
        return ""
    rows = "".join(
        f'<li><strong>{escape(item["detail"])}</strong>{_place(item["pointer"])}'
        f'<br><span class="rule">{escape(item["rule"])}: {render(item["text"])}. {escape(item["source"])}</span></li>'
        for item in record.get("violations", [])[:_SHOWN_BREAKS]
    )
    more = len(record.get("violations", [])) - _SHOWN_BREAKS
    if more > 0:
        rows += f"<li>and {more} more, all in the JSON</li>"
    return (f'<div class="problems" role="note"><p><strong>Refused.</strong> The answer would be '
            f'<code>{escape(str(record["status"]))} {escape(record["answer"])}</code> and nobody would see this.</p>'
            f'<ul>{rows}</ul></div>')


def _place(pointer: str) -> str:
    return f" at <code>{escape(pointer)}</code>" if pointer else ""


def _advice(record: Mapping[str, Any]) -> str:
    items = record.get("advice", [])
    if not items:
        return ""
    words = "; ".join(f"{item['pointer']} {item['detail']} ({item['text']})" for item in items)
    return f'<p class="advice"><span aria-hidden="true">▲</span> Accepted, but: {escape(words)}</p>'


def _held(record: Mapping[str, Any], local: datetime) -> str:
    """A delivery that was answered with a fault: one quiet line."""
    wait = record.get("retry_after")
    tail = f", try again after {wait} s" if wait else ""
    answer = str(record.get("answer") or "")
    shown = answer if len(answer) <= 40 and not answer.startswith("{") else ""
    return (f'<li class="held" id="{escape(record["id"])}" data-key="{escape(record["id"])}" '
            f'data-channel="{escape(record["channel"])}" tabindex="-1"><p><time>{local:%H:%M}</time> '
            f'Not accepted: <code>{escape(str(record["status"]))}{" " + escape(shown) if shown else ""}</code>'
            f'{escape(tail)} ({escape(str(record.get("cause") or "fault"))})</p>{_raw(record)}</li>')


def _raw(record: Mapping[str, Any]) -> str:
    shown = {key: value for key, value in record.items() if key not in ("violations", "advice") or value}
    text = json.dumps(shown, indent=2, ensure_ascii=False)
    return f'<details class="raw"><summary>JSON</summary><pre><code>{escape(text)}</code></pre></details>'


def _count(records: Sequence[Mapping[str, Any]], channel: str) -> int:
    return sum(record["channel"] == channel and record["outcome"] != "held" for record in records)


def _when(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        at = datetime(1970, 1, 1, tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _clock(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def _zone_key(zone: tzinfo) -> str:
    return getattr(zone, "key", None) or "UTC"


def _zone_name(zone: tzinfo) -> str:
    return _zone_key(zone).rsplit("/", 1)[-1].replace("_", " ")

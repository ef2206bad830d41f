"""The entries of the timeline: what happened when, and which resources it changed."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from .style import Style, clean, encode, pad, shorten, width, wrap

#: mark -> (icon, icon where the terminal has only ASCII, colour)
MARKS: Mapping[str, tuple[str, str, str]] = {
    "info": ("●", "*", "blue"),
    "notice": ("●", "*", "cyan"),
    "warning": ("●", "!", "yellow"),
    "error": ("●", "!", "red"),
    "critical": ("●", "!", "red"),
    "asleep": ("☾", "z", "magenta"),
    "awake": ("☼", "o", "green"),
    "event": ("↯", "~", "cyan"),
    "person": ("❯", ">", "bold"),
    "step": ("▸", "-", "dim"),
    "slack": ("✉", "#", "blue"),
}
_LABEL = max(map(len, MARKS))
_INDENT = len("18:45 Mon  ") + 2 + _LABEL + 2
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Change:
    """A resource's state before and after a step, e.g. `available` and `stopped`."""

    resource: str
    kind: str
    before: str
    after: str
    note: str = ""


@dataclass(frozen=True)
class Event:
    """One entry: simulated time, mark (a key of MARKS), one sentence; below it lines, a command, changes."""

    at: datetime
    mark: str
    text: str
    lines: tuple[str, ...] = ()
    command: str = ""
    changes: tuple[Change, ...] = ()


def day_line(at: datetime, style: Style) -> str:
    """A rule with the date, for the first entry of a day."""
    local = at.astimezone(style.zone)
    bar = "─" if style.unicode else "-"
    text = f"{bar * 2} {local:%A} {local.day} {local:%B %Y} "
    return encode(style.paint(text + bar * max(2, style.width - len(text)), "dim"), style)


def event_text(event: Event, style: Style) -> str:
    """An entry with all that stands below it, without a trailing newline."""
    local = event.at.astimezone(style.zone)
    icon, plain_icon, colour = MARKS.get(event.mark, MARKS["info"])
    bold = ("bold",) if event.mark in ("error", "critical") else ()
    label = style.paint(f"{icon if style.unicode else plain_icon} {event.mark:<{_LABEL}}",
                        *dict.fromkeys((*bold, colour)))
    stamp = style.paint(f"{local:%H:%M} {_DAYS[local.weekday()]}", "dim")
    room, margin = max(30, style.width - _INDENT), " " * _INDENT
    text = wrap(event.text, room)
    out = [f"{stamp}  {label}  {style.paint(text[0], *bold)}"]
    out += [margin + style.paint(line, *bold) for line in text[1:]]
    out += [margin + style.paint(line, "dim") for entry in event.lines for line in wrap(entry, room)]
    if event.command:
        # A command stays on one line, so that it can be copied.
        out.append(f"{margin}{style.paint('$', 'dim')} {style.paint(clean(event.command), 'bold')}")
    if event.changes:
        out += [margin + line for line in changes_lines(event.changes, style, room)]
    return encode("\n".join(line.rstrip() for line in out), style)


def timeline(events: Iterable[Event], style: Style) -> str:
    """All entries, with a rule wherever the day changes."""
    out, day = [], None
    for event in events:
        date = event.at.astimezone(style.zone).date()
        if date != day:
            out += [*([""] if day else []), day_line(event.at, style)]
            day = date
        out.append(event_text(event, style))
    return "\n".join(out)


def changes_lines(changes: Sequence[Change], style: Style, room: int) -> list[str]:
    """Before and after in columns; a row that did not change is dim.

    Where the columns do not fit into `room`, names lose what they all begin with, then notes go below their
    rows, then names are cut in the middle. States are never cut.
    """
    rows = [[clean(part) for part in (item.resource, item.kind, item.before, item.after, item.note)]
            for item in changes]
    columns = _columns(rows)
    gaps = 2 + 2 + 2 + width(style.arrow) + 2
    if _over(columns, gaps, room) > 0:
        for row, name in zip(rows, without_shared_start([row[0] for row in rows], style), strict=True):
            row[0] = name
        columns = _columns(rows)
    below = _over(columns, gaps, room) > 0
    if below:
        columns[4] = 0
        columns[0] -= min(max(0, _over(columns, gaps, room)), max(0, columns[0] - 16))
    out = []
    for row in rows:
        name, (kind, before, after, note) = shorten(row[0], columns[0], style), row[1:]
        same = before == after
        parts = (
            (pad(name, columns[0]) + "  ", ()),
            (pad(kind, columns[1]), ("dim",)),
            (f"  {pad(before, columns[2])}  {style.arrow}  ", ()),
            (pad(after, columns[3]), ("bold",)),
            (f"  {note}" if note and not below else "", ("dim",)),
        )
        if same:
            out.append(style.paint("".join(text for text, _ in parts).rstrip(), "dim"))
        else:
            out.append("".join(style.paint(text, *codes) for text, codes in parts))
        if note and below:
            out += ["  " + style.paint(line, "dim") for line in wrap(note, room - 2)]
    return out


def _columns(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(width(row[index]) for row in rows) for index in range(5)]


def _over(columns: Sequence[int], gaps: int, room: int) -> int:
    return sum(columns) + gaps + (2 if columns[4] else 0) - room


def without_shared_start(names: Sequence[str], style: Style) -> list[str]:
    """Names without the whole words that all of them begin with, as `…database`; alone it stays as it is."""
    shared = os.path.commonprefix(list(names))
    shared = shared[:max(shared.rfind("-"), shared.rfind("/")) + 1]
    if len(set(names)) < 2 or len(shared) < 6:
        return list(names)
    dots = "…" if style.unicode else ".."
    return [dots + name[len(shared):] for name in names]

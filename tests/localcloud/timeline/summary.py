"""The summary at the end of a rehearsal: states, API calls, Lambda runs, money."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .style import Style, clean, duration, encode, money, pad, shorten, width, wrap


@dataclass(frozen=True)
class StateRow:
    """A resource's state at every heading of the summary, from before to after."""

    resource: str
    kind: str
    states: tuple[str, ...]

    @property
    def restored(self) -> bool:
        """Whether it ended exactly as it began."""
        return self.states[0] == self.states[-1]


@dataclass(frozen=True)
class Calls:
    """API calls of one function to one service; `denied` of them by IAM."""

    function: str
    service: str
    count: int
    denied: int = 0


@dataclass(frozen=True)
class Run:
    """One Lambda run: wall time in milliseconds, peak memory in MB, whether it was a cold start or failed."""

    function: str
    wall_ms: float
    peak_mb: float
    cold: bool = False
    failed: bool = False


@dataclass(frozen=True)
class Savings:
    """Money saved against running day and night, at list prices; `note` says what is counted."""

    per_day: Decimal
    per_month: Decimal
    always_on_per_month: Decimal | None = None
    currency: str = "$"
    note: str = ""


@dataclass(frozen=True)
class Summary:
    """What the rehearsal shows at its end."""

    headings: tuple[str, ...] = ("before", "after")
    states: tuple[StateRow, ...] = ()
    calls: tuple[Calls, ...] = ()
    runs: tuple[Run, ...] = ()
    savings: Savings | None = None
    lines: tuple[str, ...] = ()


def table(head: Sequence[str], rows: Sequence[Sequence[str]], style: Style, *, right: Sequence[int] = (),
          paint: Mapping[tuple[int, int], tuple[str, ...]] | None = None) -> str:
    """A table without borders; columns of `right` are flush right; the first column is cut if it must be."""
    cells = [[clean(cell) for cell in row] for row in (head, *rows)]
    columns = [max(width(row[index]) for row in cells) for index in range(len(head))]
    over = sum(columns) + 2 * (len(columns) - 1) + 2 - style.width
    columns[0] -= min(max(0, over), max(0, columns[0] - 20))
    out = []
    for number, row in enumerate(cells):
        parts = []
        for index, cell in enumerate(row):
            text = pad(shorten(cell, columns[index], style), columns[index], index in right)
            parts.append(style.paint(text, *((paint or {}).get((number - 1, index), ()) if number else ("dim",))))
        out.append(("  " + "  ".join(parts)).rstrip())
    return "\n".join(out)


def states_table(headings: Sequence[str], rows: Sequence[StateRow], style: Style) -> str:
    """States per resource, and whether each came back exactly as it was."""
    yes, no = ("✔", "✘") if style.unicode else ("yes", "NO")
    body = [[row.resource, row.kind, *row.states, yes if row.restored else no] for row in rows]
    last = len(headings) + 2
    paint = {(number, last): ("green",) if row.restored else ("red", "bold") for number, row in enumerate(rows)}
    return table(["resource", "kind", *headings, "same"], body, style, paint=paint)


def calls_table(calls: Sequence[Calls], style: Style) -> str:
    """Calls by function and service, with totals; as lines per function where the columns do not fit."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    denied = 0
    for item in calls:
        counts[item.function][item.service] += item.count
        denied += item.denied
    totals = {service: sum(row.get(service, 0) for row in counts.values())
              for row in list(counts.values()) for service in row}
    services = sorted(totals, key=lambda service: (-totals[service], service))
    functions = sorted(counts, key=lambda name: (-sum(counts[name].values()), name))
    body = [[name, *(str(counts[name].get(service, "")) for service in services), str(sum(counts[name].values()))]
            for name in functions]
    if len(functions) > 1:
        body.append(["all", *(str(totals[service]) for service in services), str(sum(totals.values()))])
    text = table(["function", *services, "calls"], body, style, right=range(1, len(services) + 2))
    if max(width(style.plain(line)) for line in text.split("\n")) > style.width:
        rows = [[name, str(sum(counts[name].values())),
                 ", ".join(f"{service} {counts[name][service]}" for service in services if counts[name].get(service))]
                for name in functions]
        text = table(["function", "calls", "by service"], rows, style, right=(1,))
    if denied:
        text += "\n  " + style.paint(f"{denied} of them denied by IAM", "red", "bold")
    return text


def runs_table(runs: Sequence[Run], style: Style) -> str:
    """Runs per function: how many, how long, how much memory."""
    by: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by[run.function].append(run)
    rows, paint = [], {}
    for number, name in enumerate(sorted(by)):
        group = by[name]
        walls, failed = [run.wall_ms for run in group], sum(run.failed for run in group)
        rows.append([name, str(len(group)), str(sum(run.cold for run in group)), str(failed or ""),
                     duration(statistics.median(walls)), duration(max(walls)),
                     f"{max(run.peak_mb for run in group):.0f} MB"])
        if failed:
            paint[number, 3] = ("red", "bold")
    return table(["function", "runs", "cold", "failed", "wall, median", "wall, longest", "peak memory"], rows, style,
                 right=range(1, 7), paint=paint)


def savings_lines(savings: Savings, style: Style) -> list[str]:
    """What the day saved, and what that is in a month."""
    text = f"{money(savings.per_day, savings.currency)} a day, {money(savings.per_month, savings.currency)} a month"
    if savings.always_on_per_month:
        percent = 100 * savings.per_month / savings.always_on_per_month
        text += f" ({percent:.0f} % of {money(savings.always_on_per_month, savings.currency)} for day and night)"
    out = ["  " + style.paint(text, "green", "bold")]
    return out + ["  " + style.paint(line, "dim") for line in wrap(savings.note, style.width - 2) if savings.note]


def summary_text(summary: Summary, style: Style) -> str:
    """Everything the rehearsal shows at its end; parts without content are left out."""
    parts: list[tuple[str, str]] = []
    if summary.states:
        back = sum(row.restored for row in summary.states)
        verdict = f"{back} of {len(summary.states)} resources are exactly as they were"
        parts.append((f"States: {verdict}", states_table(summary.headings, summary.states, style)))
    if summary.calls:
        parts.append(("API calls", calls_table(summary.calls, style)))
    if summary.runs:
        parts.append(("Lambda runs", runs_table(summary.runs, style)))
    if summary.savings:
        parts.append(("Saved", "\n".join(savings_lines(summary.savings, style))))
    if summary.lines:
        parts.append(("", "\n".join("  " + clean(line) for line in summary.lines)))
    text = "\n\n".join(f"{style.paint(title, 'bold')}\n{body}" if title else body for title, body in parts)
    return encode(text, style)

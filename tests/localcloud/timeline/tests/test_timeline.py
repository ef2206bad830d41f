"""The timeline's text: aligned, harmless, readable on any stream."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from localcloud.timeline import (
    MARKS, Calls, Change, Event, Printer, Run, Savings, StateRow, Style, Summary, event_text, summary_text, timeline,
)
from localcloud.timeline.__main__ import example
from localcloud.timeline.entries import without_shared_start
from localcloud.timeline.style import clean, duration, money, pad, shorten, width

NEW_YORK = Style(zone=ZoneInfo("America/New_York"))
COLOURED = Style(colour=True, zone=NEW_YORK.zone)
EVENING = datetime(2026, 11, 23, 23, 45, tzinfo=UTC)


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_an_entry() -> None:
    event = Event(EVENING, "warning", "Development sleeps at 19:00 in New York")
    assert event_text(event, NEW_YORK) == "18:45 Mon  ● warning   Development sleeps at 19:00 in New York"


def test_all_that_stands_below_an_entry() -> None:
    event = Event(EVENING, "asleep", "2 of 2 sleep", ("one line",), "cargo lambda invoke off-hours " + "x" * 90, (
        Change("dev-workers", "Auto Scaling group", "2 of 2/4", "0 of 0/4"),
        Change("dev-db", "RDS instance", "available", "stopped", "kept")))
    assert event_text(event, NEW_YORK) == "\n".join([
        "18:45 Mon  ☾ asleep    2 of 2 sleep",
        "                       one line",
        "                       $ cargo lambda invoke off-hours " + "x" * 90,
        "                       dev-workers  Auto Scaling group  2 of 2/4   →  0 of 0/4",
        "                       dev-db       RDS instance        available  →  stopped   kept",
    ])


def test_marks_are_aligned_on_every_stream() -> None:
    for style in (NEW_YORK, Style(unicode=False)):
        starts = {event_text(Event(EVENING, mark, "TEXT"), style).index("TEXT") for mark in MARKS}
        assert starts == {23}
    assert "● " in event_text(Event(EVENING, "no such mark", "x"), NEW_YORK)


def test_long_text_goes_on_below_itself() -> None:
    lines = event_text(Event(EVENING, "error", "word " * 60, ("and " * 60,)), NEW_YORK).split("\n")
    assert len(lines) > 4
    assert all(len(line) <= 100 for line in lines)
    assert all(line.startswith(" " * 23) for line in lines[1:])


def test_days_are_divided() -> None:
    events = [Event(EVENING, "step", "a"), Event(EVENING.replace(hour=4, day=24), "step", "b"),
              Event(EVENING.replace(hour=12, day=24), "step", "c")]
    lines = timeline(events, NEW_YORK).split("\n")
    assert [line[:26] for line in lines] == [
        "── Monday 23 November 2026", "18:45 Mon  ▸ step      a", "23:45 Mon  ▸ step      b", "",
        "── Tuesday 24 November 202", "07:45 Tue  ▸ step      c"]
    stream = io.StringIO()
    printer = Printer(stream, NEW_YORK)
    for event in events:
        printer.event(event)
    assert stream.getvalue() == timeline(events, NEW_YORK) + "\n"


def test_no_text_can_drive_the_terminal() -> None:
    bad = "a\x1b[2J\x1b]0;owned\x07\r\nb\u202e\x9b31m\ud800"
    event = Event(EVENING, "info", bad, (bad,), bad, (Change(bad, bad, bad, bad, bad), Change(bad, bad, bad, "x")))
    summary = Summary((bad, bad), (StateRow(bad, bad, (bad, bad)),), (Calls(bad, bad, 1),), (Run(bad, 1, 1),),
                      Savings(Decimal(1), Decimal(2), note=bad), (bad,))
    for text in (event_text(event, NEW_YORK), summary_text(summary, NEW_YORK)):
        assert not set(text) & set("\x1b\x07\r\x9b\u202e")
        text.encode()
    assert clean(bad).startswith("a [2J")


@pytest.mark.parametrize(("stream", "environment", "colour"), [
    (Terminal(), {"TERM": "xterm"}, True),
    (Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
    (Terminal(), {"TERM": "xterm", "NO_COLOR": ""}, True),
    (Terminal(), {"TERM": "dumb"}, False),
    (io.StringIO(), {"TERM": "xterm"}, False),
])
def test_colour_only_where_it_is_wanted(stream: io.StringIO, environment: dict[str, str], colour: bool) -> None:
    style = Style.of(stream, UTC, environment)
    assert style.colour is colour
    assert ("\x1b[" in event_text(Event(EVENING, "error", "x"), style)) is colour


def test_colour_changes_nothing_but_colour() -> None:
    events, summary = example()
    assert Style.plain(timeline(events, COLOURED)).replace(" \n", "\n") == timeline(events, NEW_YORK)
    lines = zip(Style.plain(summary_text(summary, COLOURED)).split("\n"), summary_text(summary, NEW_YORK).split("\n"),
                strict=True)
    assert all(coloured.rstrip() == plain for coloured, plain in lines)


def test_a_stream_with_ascii_only() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    style = Style.of(stream)
    assert not style.unicode and not style.colour
    printer = Printer(stream, style)
    for event in example()[0]:
        printer.event(event)
    printer.summary(example()[1])
    assert "->" in event_text(Event(EVENING, "step", "x", changes=(Change("a", "b", "c", "d"),)), style)


def test_names_that_begin_alike_are_told_apart() -> None:
    names = [f"personal-timeline-dev-{end}" for end in ("eks/general", "eks/batch", "database")]
    assert without_shared_start(names, NEW_YORK) == ["…eks/general", "…eks/batch", "…database"]
    assert without_shared_start(names[:1], NEW_YORK) == names[:1]
    assert without_shared_start(["a-b", "a-c"], NEW_YORK) == ["a-b", "a-c"]
    narrow = Style(width=80)
    changes = tuple(Change(name, "EKS node group", "3 of 3/6", "0 of 0/6", "a note " * 9) for name in names)
    text = event_text(Event(EVENING, "asleep", "x", changes=changes), narrow)
    assert all(part in text for part in ("…eks/general", "…eks/batch", "…database", "3 of 3/6", "0 of 0/6"))
    assert max(map(len, text.split("\n"))) <= 80
    assert text.count("a note") == 27


def test_states_and_whether_they_came_back() -> None:
    summary = Summary(("evening", "night", "morning"), (
        StateRow("dev-db", "RDS instance", ("available", "stopped", "available")),
        StateRow("dev-workers", "Auto Scaling group", ("2 of 2/4", "0 of 0/4", "1 of 2/4"))))
    assert summary_text(summary, NEW_YORK) == "\n".join([
        "States: 1 of 2 resources are exactly as they were",
        "  resource     kind                evening    night     morning    same",
        "  dev-db       RDS instance        available  stopped   available  ✔",
        "  dev-workers  Auto Scaling group  2 of 2/4   0 of 0/4  1 of 2/4   ✘",
    ])


def test_calls() -> None:
    calls = (Calls("off-hours", "rds", 40), Calls("off-hours", "rds", 1), Calls("off-hours", "sns", 6),
             Calls("notify", "sqs", 6, denied=2))
    assert summary_text(Summary(calls=calls), NEW_YORK) == "\n".join([
        "API calls",
        "  function   rds  sns  sqs  calls",
        "  off-hours   41    6          47",
        "  notify                 6      6",
        "  all         41    6    6     53",
        "  2 of them denied by IAM",
    ])
    many = tuple(Calls("off-hours", f"service-{number:02}", number + 1) for number in range(20))
    text = summary_text(Summary(calls=many), NEW_YORK)
    assert "service-19 20, service-18 19" in text and "by service" in text


def test_runs() -> None:
    runs = (Run("off-hours", 1500, 24.4, cold=True), Run("off-hours", 100, 20), Run("off-hours", 200, 20, failed=True))
    assert summary_text(Summary(runs=runs), NEW_YORK) == "\n".join([
        "Lambda runs",
        "  function   runs  cold  failed  wall, median  wall, longest  peak memory",
        "  off-hours     3     1       1        200 ms         1.50 s        24 MB",
    ])


def test_savings() -> None:
    savings = Savings(Decimal("14.86"), Decimal("326.92"), Decimal("737.30"), note="List prices.")
    assert summary_text(Summary(savings=savings), NEW_YORK) == "\n".join([
        "Saved", "  $14.86 a day, $326.92 a month (44 % of $737.30 for day and night)", "  List prices."])
    assert "%" not in summary_text(Summary(savings=Savings(Decimal(1), Decimal(2))), NEW_YORK)


def test_nothing_to_say() -> None:
    assert summary_text(Summary(), NEW_YORK) == ""
    assert timeline([], NEW_YORK) == ""


@pytest.mark.parametrize(("milliseconds", "text"), [
    (0.4, "0 ms"), (83, "83 ms"), (999.4, "999 ms"), (999.6, "1.00 s"), (1240, "1.24 s"), (59_994, "59.99 s"),
    (59_996, "1 min 0 s"), (131_000, "2 min 11 s"), (3_600_000, "60 min 0 s"),
])
def test_durations(milliseconds: float, text: str) -> None:
    assert duration(milliseconds) == text


def test_money_and_widths() -> None:
    assert (money(Decimal("1234.5")), money(Decimal("-0.2"))) == ("$1,234.50", "-$0.20")
    assert money(Decimal(0), "€") == "€0.00"
    assert (width("abc"), width("日本"), width("e\u0301"), width("☀\ufe0f")) == (3, 4, 1, 1)
    assert (pad("日", 4), pad("7", 3, right=True)) == ("日  ", "  7")
    assert shorten("personal-timeline-dev-database", 16, NEW_YORK) == "persona…database"
    assert width(shorten("日本" * 20, 11, NEW_YORK)) <= 11
    assert shorten("abcdef", 5, Style(unicode=False)) == "a..ef"

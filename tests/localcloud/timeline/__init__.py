"""The rehearsal's timeline in a terminal: pure functions from plain values to text.

    18:45 Mon  ● warning   Development sleeps at 19:00 New York
    19:02 Mon  ☾ asleep    5 of 6 resources sleep.
                           personal-timeline-dev-workers  Auto Scaling group  2 of 2/4  →  0 of 0/4

Text comes from resources and messages, so control characters (and with them terminal escapes) are taken
out of it. `python -m localcloud.timeline` shows a made-up day.
"""

from __future__ import annotations

from datetime import date
from typing import TextIO

from .entries import MARKS, Change, Event, day_line, event_text, timeline
from .style import Style
from .summary import Calls, Run, Savings, StateRow, Summary, summary_text

__all__ = ["MARKS", "Calls", "Change", "Event", "Printer", "Run", "Savings", "StateRow", "Style", "Summary",
           "event_text", "summary_text", "timeline"]


class Printer:
    """Writes entries as they happen, each day's rule before its first entry; flushes after every one."""

    def __init__(self, stream: TextIO, style: Style) -> None:
        self._stream, self._style = stream, style
        self._day: date | None = None

    def event(self, event: Event) -> None:
        """Writes one entry."""
        day = event.at.astimezone(self._style.zone).date()
        if day != self._day:
            self._write(("\n" if self._day else "") + day_line(event.at, self._style))
            self._day = day
        self._write(event_text(event, self._style))

    def summary(self, summary: Summary) -> None:
        """Writes the summary, apart from the entries by an empty line."""
        self._write("\n" + summary_text(summary, self._style))

    def _write(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()

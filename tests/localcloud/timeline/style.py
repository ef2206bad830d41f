"""How the timeline is written: colour, characters, widths. `Style.of` alone looks at a stream."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "magenta": "35",
          "cyan": "36"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Style:
    """How to write: in colour, with characters beyond ASCII, how wide, and in which zone times are shown."""

    colour: bool = False
    unicode: bool = True
    width: int = 100
    zone: tzinfo = UTC

    @classmethod
    def of(cls, stream: TextIO, zone: tzinfo = UTC, environment: Mapping[str, str] = os.environ) -> Style:
        """For a stream: colour only on a terminal, never with NO_COLOR (no-color.org) or TERM=dumb."""
        terminal = bool(getattr(stream, "isatty", lambda: False)())
        colour = terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
        wide = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").startswith("utf")
        width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
        return cls(colour, wide, max(60, min(width, 140)), zone)

    def paint(self, text: str, *codes: str) -> str:
        """The text in a colour or weight, plain where colour is off."""
        if not (self.colour and codes and text):
            return text
        return f"\x1b[{';'.join(_CODES[code] for code in codes)}m{text}\x1b[0m"

    @staticmethod
    def plain(text: str) -> str:
        """The text without colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", text)

    @property
    def arrow(self) -> str:
        """What stands between before and after."""
        return "→" if self.unicode else "->"


def clean(text: str) -> str:
    """One line of harmless text."""
    return _CONTROL.sub(" ", text).encode("utf-8", "replace").decode("utf-8")


def width(text: str) -> int:
    """Columns that the text takes; East Asian and emoji characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(char) or char in "\ufe0f\u200d" else
               2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def shorten(text: str, columns: int, style: Style) -> str:
    """Cut in the middle to at most `columns`."""
    if width(text) <= columns:
        return text
    dots = "…" if style.unicode else ".."
    keep = max(0, columns - len(dots))
    head, tail = "", ""
    for char in text:
        if width(head + char) > keep // 2:
            break
        head += char
    for char in reversed(text):
        if width(head + char + tail) > keep:
            break
        tail = char + tail
    return head + dots + tail


def pad(text: str, columns: int, right: bool = False) -> str:
    """The text filled with spaces to `columns`."""
    space = " " * max(0, columns - width(text))
    return space + text if right else text + space


def duration(milliseconds: float) -> str:
    """`83 ms`, `1.24 s`, `2 min 11 s`."""
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 59_995:
        return f"{milliseconds / 1000:.2f} s"
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes} min {seconds} s"


def money(amount: Decimal, currency: str = "$") -> str:
    """`$1,234.50`, `-$0.20`."""
    return f"{'-' if amount < 0 else ''}{currency}{abs(amount):,.2f}"


def encode(text: str, style: Style) -> str:
    """Without characters that the stream cannot take."""
    return text if style.unicode else text.encode("ascii", "replace").decode("ascii")


def wrap(text: str, room: int) -> list[str]:
    """The text in lines of at most `room` characters; long words and names stay whole."""
    return textwrap.wrap(clean(text), room, break_long_words=False, break_on_hyphens=False) or [""]

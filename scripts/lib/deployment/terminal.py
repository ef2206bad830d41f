"""How the scripts talk to people: steps with their time, one question, refusals that say what to do."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable


class Refused(RuntimeError):
    """Something must not or cannot go on; the message says what, why and how to allow or mend it."""


class Terminal:
    """Numbered steps on standard error; what a program reads goes to standard output."""

    def __init__(self, command: str, steps: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._command = command
        self._steps = steps
        self._clock = clock
        self._begun = clock()
        self._number = 0

    def step(self, text: str) -> None:
        """Begins the next step."""
        self._number += 1
        print(f"\n[{self._number}/{self._steps}] {text}  ({self.elapsed()})", file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        """A line below the current step."""
        print("\n".join(f"      {line}" if line else "" for line in text.splitlines()), file=sys.stderr, flush=True)

    def elapsed(self) -> str:
        """Time since the start, as minutes and seconds."""
        seconds = int(self._clock() - self._begun)
        return f"{seconds // 60}:{seconds % 60:02d}"

    def confirm(self, expected: str, given: str | None, why: str) -> None:
        """Asks a person to type ``expected``, unless the command line brought it.

        Raises ``Refused`` for anything else, and where nobody is there to ask.
        """
        if given is not None:
            answer = given
        elif sys.stdin.isatty():
            print(f"\n{why}\nType {expected} to go on: ", end="", file=sys.stderr, flush=True)
            answer = sys.stdin.readline().strip()
        else:
            raise Refused(f"{why} Nobody is here to ask: pass --confirm {expected}")
        if answer != expected:
            raise Refused(f"{answer or 'nothing'!r} was given where {expected!r} was needed; nothing was changed")

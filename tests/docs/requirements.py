"""The rows of docs/REQUIREMENTS.md: what is asked for, and how far it is met."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from . import markdown
from .markdown import ROOT

DOCUMENT = ROOT / "docs/REQUIREMENTS.md"
STATES = ("met", "partly", "not yet", "outside")
# Sections of the specification, by the first part of a row's number, and how many things each asks for.
ASKED = {"U": 4, "F1": 5, "F2": 5, "F3": 5, "F4": 5, "F5": 5, "N1": 5, "N2": 5, "N3": 5, "N4": 5, "A": 14, "M": 6, "V": 5,
         "K": 7, "D": 9, "S": 5, "T1": 21, "T2": 21, "T3": 21, "E1": 10, "E2": 9, "E3": 13, "Q": 15, "C": 15, "L": 15,
         "G": 15, "R": 10, "P": 10}


@dataclass(frozen=True)
class Requirement:
    """One row."""

    number: str
    text: str
    state: str
    """One of STATES."""
    said: str
    """What stands in the column of the state, reservations included."""
    where: str
    proof: str

    @property
    def section(self) -> str:
        """The first part of the number: F1 of F1.3, V of V2."""
        return self.number.rpartition(".")[0] or re.sub(r"\d+$", "", self.number)


def read() -> list[Requirement]:
    """Every row, in the document's order."""
    found = []
    for row in markdown.rows(DOCUMENT.read_text()):
        if "requirement" in row:
            number, _, text = row["requirement"].partition(" ")
            state = next((one for one in STATES if row["state"].startswith(one)), row["state"])
            found.append(Requirement(number, text, state, row["state"], row["where"], row["proof"]))
    return found


def table(made: Callable[[Iterable[str], Iterable[Iterable[str]]], str]) -> str:
    """How many rows of each section are in which state."""
    sections: list[tuple[str, list[Requirement]]] = []
    heading = ""
    by_number = {one.number: one for one in read()}
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.startswith("| ") and line.split()[1] in by_number:
            if not sections or sections[-1][0] != heading:
                sections.append((heading, []))
            sections[-1][1].append(by_number[line.split()[1]])
    rows = [(title, *(str(sum(one.state == state for one in found)) for state in STATES)) for title, found in sections]
    total = ("**all**", *(f"**{sum(one.state == state for one in by_number.values())}**" for state in STATES))
    return made(("section", *STATES), [*rows, total])

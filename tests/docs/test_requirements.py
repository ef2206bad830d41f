"""Every requirement has a place and a proof, or says that it has none; so has every control."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import markdown, requirements
from .markdown import ROOT
from .requirements import Requirement

ROWS = requirements.read()
_LINK = re.compile(r"\[[^\]]+\](?:\([^)]+\)|\[[^\]]+\])")
_COMMAND = re.compile(r"`scripts/[\w.-]+[^`]*`")


def _number(one: Requirement) -> str:
    return one.number


def test_every_section_of_the_specification_is_there_whole() -> None:
    found: dict[str, list[str]] = {}
    for one in ROWS:
        found.setdefault(one.section, []).append(one.number)

    assert {section: len(numbers) for section, numbers in found.items()} == requirements.ASKED
    for section, numbers in found.items():
        dot = "." if section[1:].isdigit() else ""
        assert numbers == [f"{section}{dot}{number}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("row", ROWS, ids=_number)
def test_the_state_is_one_that_there_is(row: Requirement) -> None:
    assert row.state in requirements.STATES
    # What is met in part has to say which part is not.
    assert row.state != "partly" or len(row.said) > len("partly: ")


@pytest.mark.parametrize("row", ROWS, ids=_number)
def test_it_has_a_place_and_a_proof_or_says_that_it_has_none(row: Requirement) -> None:
    if row.state == "not yet":
        assert "not built yet" in row.proof
        return
    assert _LINK.search(row.where), "a place"
    assert _proves(row.proof) or (row.state != "met" and row.proof.startswith("not ")), "a proof"


def test_what_is_proven_is_proven_by_a_test_that_is_named() -> None:
    """A link of the last column that leads to a test file names its test; test_links.py sees to it that it exists."""
    wrong = [str(link) for link in markdown.links(requirements.DOCUMENT)
             if re.search(r"test_\w+\.py$|\.tftest\.hcl$", link.target) and not link.title.startswith("::")]

    assert wrong == []


@pytest.mark.parametrize("file", sorted((ROOT / "docs").glob("*.md")), ids=lambda file: file.name)
def test_what_is_not_built_is_not_there(file: Path) -> None:
    """The day a function or a script appears, the sentences that say it is not built have to go."""
    wrong = [f"{name} is there: {said}" for said, name in unbuilt(file.read_text())
             if (ROOT / "functions" / name).is_dir() or (ROOT / "scripts" / name).exists()]

    assert wrong == []


def test_what_is_not_built_is_found_in_sentences_and_cells() -> None:
    text = ("| x | the function `failover` is not built yet |\nFine: `notify`. `backup-verify` is\nnot built yet: `none`. "
            "Not built yet: `cost-report.sh`.\n| `off-hours` | met |\n| `a`, `b` | not built yet |\n")

    assert [name for _, name in unbuilt(text)] == ["failover", "backup-verify", "none", "cost-report.sh", "a", "b"]


def unbuilt(text: str) -> Iterator[tuple[str, str]]:
    """(sentence or row, name) of everything that is said not to be built yet."""
    for paragraph in re.split(r"\n\s*\n|\n(?=\|)|(?<=\|)\n", text):
        parts = [paragraph] if paragraph.startswith("|") else re.split(r"(?<=[.!?])\s", paragraph)
        for part in parts:
            if re.search(r"not\s+built\s+yet", part, re.IGNORECASE):
                yield from ((" ".join(part.split()), name) for name in re.findall(r"`([\w.-]+)`", part))


def test_every_control_has_a_place_and_a_proof() -> None:
    controls = [row for row in markdown.rows((ROOT / "docs/SECURITY.md").read_text()) if "control" in row]

    assert len(controls) > 50
    for row in controls:
        assert _LINK.search(row["made by"]) or row["made by"] == "modules", row
        assert _proves(row["proof"]), row


def _proves(cell: str) -> bool:
    return bool(_LINK.search(cell) or _COMMAND.search(cell))

"""Every link of every document leads somewhere, and every test that is named as a proof is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from . import markdown, proof
from .markdown import ROOT

DOCUMENTS = markdown.documents()
_NAMED_TEST = re.compile(r"^(?P<file>[\w./-]+\.(?:py|rs|hcl))::(?P<test>[\w:]+)$")
# A path of the repository, written out: no placeholder, no pattern, no key of a state in its bucket.
_NAMED_PATH = re.compile(r"^(?:docs|events|functions|scripts|shared|terraform|tests)/[\w./-]+(?<!\.tfstate)$")


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", DOCUMENTS, ids=_name)
def test_links_lead_somewhere(file: Path) -> None:
    wrong = [str(link) for link in markdown.links(file) if not link.outside and not link.path.exists()]
    wrong += [str(link) for link in markdown.links(file) if link.target.startswith("undefined:")]

    assert wrong == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=_name)
def test_anchors_are_headings(file: Path) -> None:
    wrong = [str(link) for link in markdown.links(file)
             if link.anchor and not link.outside and link.path.suffix == ".md" and link.path.exists()
             and link.anchor not in markdown.anchors(link.path)]

    assert wrong == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=_name)
def test_definitions_are_used(file: Path) -> None:
    assert set(markdown.definitions(file)) - markdown.references(file) == set()


@pytest.mark.parametrize("file", DOCUMENTS, ids=_name)
def test_links_out_are_https(file: Path) -> None:
    wrong = [str(link) for link in markdown.links(file)
             if link.outside and not link.target.startswith(("https://", "mailto:", "undefined:"))]

    assert wrong == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=_name)
def test_tests_that_are_named_are_there(file: Path) -> None:
    wrong = []
    for link in markdown.links(file):
        if link.title.startswith("::") and link.path.exists():
            wrong += [f"{link} has no {name}" for name in link.title[2:].split(", ") if name not in proof.tests(link.path)]
    for match in filter(None, map(_NAMED_TEST.match, markdown.spans(file.read_text()))):
        there = ROOT / match["file"]
        if not there.exists() or match["test"] not in proof.tests(there):
            wrong.append(f"{_name(file)}: `{match[0]}`")

    assert wrong == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=_name)
def test_paths_that_are_written_out_are_there(file: Path) -> None:
    wrong = [span for span in markdown.spans(file.read_text())
             if _NAMED_PATH.match(span) and not any((place / span).exists() for place in _places(file))]

    assert wrong == []


def _places(file: Path) -> list[Path]:
    """Where a path may begin: the repository, terraform/, the document's own folder or crate."""
    return [ROOT, ROOT / "terraform", file.parent]


def test_the_checks_see_what_is_wrong(tmp_path: Path) -> None:
    file = ROOT / "docs" / "testing.md"
    text = '[a](nowhere.md) [b](testing.md#no-such) [c][missing]\n`[d](code.md)`\n```\n[e](fence.md)\n```\n'
    made = tmp_path / "made.md"
    made.write_text(text)
    found = markdown.links(made)

    assert [link.target for link in found] == ["nowhere.md", "testing.md#no-such", "undefined:missing"]
    assert "fuzzing" in markdown.anchors(file)
    assert "no-such" not in markdown.anchors(file)
    assert "test_the_checks_see_what_is_wrong" in proof.tests(Path(__file__))
    assert "three_regions" in proof.tests(ROOT / "terraform/modules/backup/tests/backup.tftest.hcl")

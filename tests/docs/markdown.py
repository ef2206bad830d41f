"""What the documents say, taken apart: links with their titles, anchors, tables, code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^( *)(`{3,}|~{3,})[^\n]*\n(.*?)^\1\2[^\n]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_INLINE = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?([^)\s>]+)>?(?:\s+\"([^\"]*)\")?\s*\)")
_DEFINITION = re.compile(r"^ {0,3}\[([^\]]+)\]:\s+(\S+)(?:\s+\"([^\"]*)\")?\s*$", re.MULTILINE)
_REFERENCE = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\[([^\]]*)\]")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$", re.MULTILINE)
# What is not ours: downloaded, built, or somebody's own copy.
_NOT_OURS = {".git", ".local", ".terraform", "node_modules", "target"}


@dataclass(frozen=True)
class Link:
    """One link of a document; ``title`` is what Markdown has in quotes behind the target."""

    file: Path
    text: str
    target: str
    title: str = ""

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}: [{self.text}]({self.target})"

    @property
    def outside(self) -> bool:
        """Whether it leads out of the repository."""
        return bool(re.match(r"[a-z][a-z0-9+.-]*:", self.target))

    @property
    def path(self) -> Path:
        """The file or folder it leads to."""
        plain = self.target.partition("#")[0]
        return (self.file.parent / plain).resolve() if plain else self.file

    @property
    def anchor(self) -> str:
        """The heading it leads to; empty for the whole file."""
        return self.target.partition("#")[2]


def documents() -> list[Path]:
    """docs/*.md and every README.md of the repository."""
    readmes = [file for file in ROOT.rglob("README.md") if not _NOT_OURS & set(file.relative_to(ROOT).parts)]
    return sorted({*(ROOT / "docs").glob("*.md"), *readmes})


def links(file: Path) -> list[Link]:
    """Every link and picture of a document, references by their definition's target."""
    text = prose(file.read_text())
    defined = definitions(file)
    found = [Link(file, match[1], match[2], match[3] or "") for match in _INLINE.finditer(text)]
    for match in _REFERENCE.finditer(text):
        link = defined.get((match[2] or match[1]).lower())
        found.append(Link(file, match[1], link.target, link.title) if link else Link(file, match[1], f"undefined:{match[2]}"))
    return found


def definitions(file: Path) -> dict[str, Link]:
    """The definitions of links at the end of a document, by their name in small letters."""
    return {match[1].lower(): Link(file, match[1], match[2], match[3] or "")
            for match in _DEFINITION.finditer(_without_fences(file.read_text()))}


def references(file: Path) -> set[str]:
    """The names of definitions that a document uses, in small letters."""
    return {(match[2] or match[1]).lower() for match in _REFERENCE.finditer(prose(file.read_text()))}


@cache
def anchors(file: Path) -> frozenset[str]:
    """What GitHub calls the headings of a document."""
    seen: dict[str, int] = {}
    found = set()
    for _, heading in headings(file.read_text()):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()).replace(" ", "-")
        number = seen.get(slug, 0)
        seen[slug] = number + 1
        found.add(f"{slug}-{number}" if number else slug)
    return frozenset(found)


def headings(text: str) -> list[tuple[int, str]]:
    """Level and text of every heading."""
    return [(len(match[1]), match[2]) for match in _HEADING.finditer(_without_fences(text))]


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next one of its level or above."""
    level = next(level for level, title in headings(text) if title == heading)
    found = re.search(rf"^#{{{level}}} {re.escape(heading)}$\n(.*?)(?=^#{{1,{level}}} |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"there is no section {heading!r}")
    return found[1]


def prose(text: str) -> str:
    """The text without code, in which brackets mean nothing."""
    return _CODE.sub("", _without_fences(text))


def spans(text: str) -> list[str]:
    """What stands in backticks within a line."""
    return [match[2].strip() for match in _CODE.finditer(_without_fences(text))]


def fences(text: str) -> list[str]:
    """The blocks of code."""
    return [match[3] for match in _FENCE.finditer(text)]


def rows(text: str) -> Iterator[dict[str, str]]:
    """The rows of every table, by the heads of their columns."""
    heads: list[str] = []
    lines = _without_fences(text).splitlines()
    for number, line in enumerate(lines):
        if not line.startswith("|"):
            heads = []
            continue
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not heads:
            heads = cells
        elif not re.fullmatch(r"\|[\s:|-]+\|", line):
            if len(cells) != len(heads):
                raise ValueError(f"line {number + 1} has {len(cells)} cells, its table has {len(heads)}: {line}")
            yield dict(zip(heads, cells, strict=True))


def _without_fences(text: str) -> str:
    return _FENCE.sub("", text)

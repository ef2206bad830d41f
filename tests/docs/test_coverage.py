"""Nothing of the estate is missing from its documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import markdown
from .markdown import ROOT

DOCS = ROOT / "docs"
TERRAFORM = ROOT / "terraform"


def _folders() -> list[Path]:
    """Every module and root."""
    return sorted({file.parent for file in TERRAFORM.rglob("*.tf")
                   if not {"tests", ".terraform"} & set(file.relative_to(TERRAFORM).parts)})


@pytest.mark.parametrize("folder", _folders(), ids=lambda folder: str(folder.relative_to(TERRAFORM)))
def test_every_module_and_root_is_in_the_infrastructure(folder: Path) -> None:
    """With a link to its README; an environment, which has none of its own, with a section."""
    document = DOCS / "INFRASTRUCTURE.md"
    if (folder / "README.md").exists():
        assert folder / "README.md" in {link.path for link in markdown.links(document)}
    else:
        assert folder.name in markdown.anchors(document)


def test_every_script_is_in_a_document() -> None:
    text = "".join(markdown.prose(file.read_text()) + " ".join(markdown.spans(file.read_text()))
                   + "".join(markdown.fences(file.read_text()))
                   for file in (ROOT / "README.md", *DOCS.glob("*.md")))
    scripts = [file.name for file in (ROOT / "scripts").iterdir() if file.is_file()]

    assert [name for name in scripts if f"scripts/{name}" not in text] == []


def test_the_readme_leads_to_every_document() -> None:
    linked = {link.path for link in markdown.links(ROOT / "README.md")}
    for file in (DOCS / "INFRASTRUCTURE.md", DOCS / "COST_OPTIMIZATION.md"):
        linked |= {link.path for link in markdown.links(file)}

    assert [file.name for file in DOCS.glob("*.md") if file not in linked and file.name != "performance-results.md"] == []


def test_every_test_folder_is_in_testing() -> None:
    text = (DOCS / "testing.md").read_text()
    folders = [folder.name for folder in (ROOT / "tests").iterdir()
               if folder.is_dir() and (any(folder.rglob("test_*.py")) or (folder / "Cargo.toml").exists())]

    assert [name for name in folders if f"tests/{name}" not in text] == []

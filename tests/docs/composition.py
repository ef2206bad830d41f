"""Which root calls which module: read from the module blocks below terraform/."""

from __future__ import annotations

import re
from pathlib import Path

from .markdown import ROOT

TERRAFORM = ROOT / "terraform"
_SOURCE = re.compile(r'^module "\w+" \{\n(?:.*\n)*?\s+source\s*=\s*"(\.[^"]+)"', re.MULTILINE)


def calls() -> dict[Path, set[Path]]:
    """Folder => folders of the modules that it calls, of every module and root."""
    found: dict[Path, set[Path]] = {}
    for file in sorted(TERRAFORM.rglob("*.tf")):
        if {"tests", ".terraform"} & set(file.relative_to(TERRAFORM).parts):
            continue
        called = found.setdefault(file.parent, set())
        called |= {(file.parent / source).resolve() for source in _SOURCE.findall(file.read_text())}
    return found


def drawing() -> str:
    """The calls as a Mermaid flowchart; roots are boxes, modules are rounded."""
    lines = ["```mermaid", "flowchart LR"]
    for folder, called in sorted(calls().items()):
        lines += [f"    {_node(folder)} --> {_node(one)}" for one in sorted(called)]
    return "\n".join([*lines, "```", ""])


def _node(folder: Path) -> str:
    name = str(folder.relative_to(TERRAFORM))
    shown = name.removeprefix("modules/")
    key = name.replace("/", "_").replace("-", "_")
    return f'{key}(["{shown}"])' if name.startswith("modules/") else f'{key}["{shown}"]'

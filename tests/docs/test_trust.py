"""What docs/SECURITY.md draws of trust is what the code makes."""

from __future__ import annotations

import re

from . import markdown
from .markdown import ROOT

_ROLE = re.compile(r'^resource "aws_iam_role" "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


def test_every_role_of_a_module_is_capped() -> None:
    """By the boundary that the environment hands it; a role without the argument would be outside."""
    roles = [(file, name, body) for file in sorted((ROOT / "terraform/modules").rglob("*.tf"))
             if "tests" not in file.relative_to(ROOT).parts for name, body in _ROLE.findall(file.read_text())]

    assert len(roles) > 20
    assert [f"{file.relative_to(ROOT)}: {name}" for file, name, body in roles
            if not re.search(r"^\s+permissions_boundary\s+=", body, re.MULTILINE)] == []


def test_the_roles_that_are_drawn_are_those_that_there_are() -> None:
    drawing = next(block for block in markdown.fences((ROOT / "docs/SECURITY.md").read_text()) if "flowchart" in block)
    variables = (ROOT / "terraform/modules/security/variables.tf").read_text()
    people = re.search(r"setsubtract\(keys\(var\.people\), \[([^\]]+)\]\)", variables)
    bootstrap = (ROOT / "terraform/bootstrap/ci.tf").read_text()
    pipelines = re.search(r"_ci_roles = var\.ci == null \? \{\} : \{(.*?)^  \}", bootstrap, re.MULTILINE | re.DOTALL)
    assert people is not None
    assert pipelines is not None

    named = ", ".join(re.findall(r"\w+", people[1]))

    assert f'["roles {named}"]' in drawing
    assert set(re.findall(r"role ci-(\w+)", drawing)) == set(re.findall(r"^    (\w+)\s+= \{", pipelines[1], re.MULTILINE))

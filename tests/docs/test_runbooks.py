"""What the documents tell people to type is what AWS, the estate and our scripts understand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from . import commands, markdown, names
from .commands import Command
from .markdown import ROOT

DOCUMENTS = markdown.documents()
_NAME = re.compile(
    r"(?:alias/)?personal-timeline-(?:dev|staging|prod)\b[\w-]*|/personal-timeline/(?:dev|staging|prod)/[\w/-]+")
# What people put themselves, channels that no environment has switched on, and what a provider names.
_NOT_IN_AN_INVENTORY = {
    "/personal-timeline/dev/nightshift/pager-routing-key",
    "/personal-timeline/dev/nightshift/slack-webhook",
    "/personal-timeline/dev/nightshift/team-token",
    "/personal-timeline/prod/nightshift/slack-webhook",
    "/personal-timeline/staging/nightshift/slack-webhook",
    "personal-timeline-dev-operations-channel-chat",
    "personal-timeline-dev-operations-channel-mail",
}


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", DOCUMENTS, ids=_name)
def test_the_aws_cli_would_take_every_command(file: Path) -> None:
    wrong = [f"{command}: {problem}" for command in commands.commands(file) for problem in commands.problems(command)]

    assert wrong == []


@pytest.mark.parametrize("file", [file for file in DOCUMENTS if file.parent.name == "docs"], ids=_name)
def test_every_resource_that_is_named_exists(file: Path) -> None:
    known = set().union(*map(names.known, names.CODES)) | _NOT_IN_AN_INVENTORY
    named = set(_NAME.findall(file.read_text()))
    unknown = {name for name in named if name.rstrip("-/") not in known and not _is_prefix(name)}

    assert unknown == set(), "not in tests/estate/inventory"


def _is_prefix(name: str) -> bool:
    """Whether it is the first part of names, and no name."""
    return name.rstrip("-/").endswith(tuple(names.CODES.values()))


@pytest.mark.parametrize("file", DOCUMENTS, ids=_name)
def test_scripts_are_there_and_know_their_flags(file: Path) -> None:
    wrong = []
    for script, *words in commands.scripts(file):
        path = ROOT / script
        if not path.exists():
            wrong.append(f"{script} is not there")
        elif path.is_file():
            flags = (word.partition("=")[0] for word in words if word.startswith("--"))
            wrong += [f"{script} knows no {flag}" for flag in flags if flag not in _source(path)]

    assert wrong == []


def _source(script: Path) -> str:
    """The script, and the Python package that it runs a module of."""
    text = script.read_text()
    for package, _, _ in (module.partition(".") for module in re.findall(r"-m ([\w.]+)", text)):
        for place in (ROOT / "scripts/lib", ROOT / "tests"):
            text += "".join(file.read_text() for file in (place / package).glob("*.py"))
    return text


@pytest.mark.parametrize(("words", "problem"), [
    ("aws rds promote-read-replica --db-instance-identifier x --region us-west-2", None),
    ("aws rds promote-read-replica --db-instance x", "--db-instance is no flag of it"),
    ("aws rds promote-read-replica", "--db-instance-identifier is missing"),
    ("aws rds promote-replica --db-instance-identifier x", "rds has no operation promote-replica"),
    ("aws rsd describe-db-instances", "there is no service rsd"),
    ("aws rds wait db-instance-available --db-instance-identifier x", None),
    ("aws rds wait db-instance-promoted --db-instance-identifier x", "rds has no waiter db-instance-promoted"),
])
def test_the_check_is_the_clis(words: str, problem: str | None) -> None:
    found = commands.problems(Command(Path(__file__), tuple(words.split())))

    assert found == [] if problem is None else problem in found


def test_commands_are_found_within_shell(tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.write_text('```\nlag=$(aws cloudwatch get-metric-statistics \\\n  --metric-name "Replica Lag") # aws no\n'
                    "ls | aws s3 ls\n```\n")

    assert [command.words for command in commands.commands(file)] == [
        ("aws", "cloudwatch", "get-metric-statistics", "--metric-name", "Replica Lag"), ("aws", "s3", "ls")]

"""Commands of the AWS CLI in the documents, held against the services' own models.

A runbook is read when nobody has time to look a flag up, so a command is
checked as the CLI would check it: the service, the operation, every flag, and
what the operation cannot do without. The models are botocore's, which the CLI
is made from.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError

from . import markdown

# Of every command.
_EVERYWHERE = {
    "--cli-input-json", "--max-items", "--no-cli-pager", "--no-paginate", "--output", "--profile", "--query", "--region",
}
# What the CLI adds to the services' operations, with its flags.
_ADDED = {
    ("eks", "update-kubeconfig"): {"--name", "--kubeconfig", "--alias", "--role-arn"},
    ("s3", "cp"): {"--recursive", "--version-id", "--source-region"},
    ("s3", "ls"): {"--recursive"},
    ("s3", "sync"): {"--source-region", "--dryrun"},
}
# Names that the CLI gives to services.
_CALLED = {"configservice": "config", "deploy": "codedeploy", "s3api": "s3"}
_END = re.compile(r"^[;|&()<>]+$")


@dataclass(frozen=True)
class Command:
    """One command of the AWS CLI: `aws service operation flags`."""

    file: Path
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file.relative_to(markdown.ROOT)}: {' '.join(self.words)}"

    @property
    def flags(self) -> set[str]:
        """The flags, without their values."""
        return {word.partition("=")[0] for word in self.words[3:] if word.startswith("--")}


def commands(file: Path, text: str | None = None) -> Iterator[Command]:
    """Every command of the AWS CLI in the blocks of code of a document, or of a part of its text."""
    for block in markdown.fences(file.read_text() if text is None else text):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            if re.search(r"\baws [a-z0-9]", line):
                yield from (Command(file, tuple(words)) for words in _parts(line) if words[:1] == ["aws"])


def _parts(line: str) -> Iterator[list[str]]:
    """The simple commands of a line of shell."""
    # $( opens a command as ( does; what is assigned stands before it.
    reader = shlex.shlex(line.replace("$(", "("), posix=True, punctuation_chars="();|&<>")
    reader.whitespace_split = True
    reader.commenters = "#"
    words: list[str] = []
    for word in reader:
        if _END.match(word):
            yield words
            words = []
        else:
            words.append(word)
    yield words


def problems(command: Command) -> list[str]:
    """What the CLI would refuse."""
    if len(command.words) < 3:
        return ["names no operation"]
    service, operation = command.words[1:3]
    if (service, operation) in _ADDED:
        return _unknown(command, _ADDED[service, operation])
    try:
        model = _model(_CALLED.get(service, service))
    except UnknownServiceError:
        return [f"there is no service {service}"]
    if operation == "wait":
        return _waiter(command, service)
    known = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in known:
        return [f"{service} has no operation {operation}"]
    return _input(command, model.operation_model(known[operation]).input_shape)


def _waiter(command: Command, service: str) -> list[str]:
    waiters = botocore.session.get_session().get_waiter_model(_CALLED.get(service, service))
    known = {xform_name(name, "-"): name for name in waiters.waiter_names}
    if len(command.words) < 4 or command.words[3] not in known:
        return [f"{service} has no waiter {' '.join(command.words[3:4])}"]
    operation = waiters.get_waiter(known[command.words[3]]).operation
    return _input(command, _model(_CALLED.get(service, service)).operation_model(operation).input_shape)


def _input(command: Command, shape: Any) -> list[str]:
    """``shape``: botocore's of the operation's input; None where it takes none."""
    if shape is None:
        return _unknown(command, set())
    members = {xform_name(name, "-"): (name, one) for name, one in shape.members.items()}
    flags = {f"--{flag}" for flag in members}
    negative = {f"--no-{flag}" for flag, (_, one) in members.items() if one.type_name == "boolean"}
    needed = {f"--{flag}" for flag, (name, one) in members.items()
              if name in shape.required_members and not one.metadata.get("idempotencyToken")}
    missing = set() if "--cli-input-json" in command.flags else needed - command.flags
    return _unknown(command, flags | negative) + [f"{flag} is missing" for flag in sorted(missing)]


def _unknown(command: Command, flags: set[str]) -> list[str]:
    return [f"{flag} is no flag of it" for flag in sorted(command.flags - flags - _EVERYWHERE)]


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def scripts(file: Path) -> Iterator[Sequence[str]]:
    """Every call of a script of ours in a document's blocks of code: its path and its words."""
    for block in markdown.fences(file.read_text()):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            found = re.search(r"(?:^|\s|\()(scripts/[\w.-]+)([^|;&#)]*)", line)
            if found:
                yield [found[1], *found[2].split()]

"""What the repository says about its functions: manifests and event fixtures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Statement:
    """One statement of a manifest."""

    name: str
    content: dict[str, Any]

    @property
    def sid(self) -> str:
        """The Sid that Terraform gives it (modules/automation, roles.tf)."""
        return "".join(word.capitalize() for word in self.name.split("-"))

    @property
    def actions(self) -> list[str]:
        return self.content["actions"]

    @property
    def resources(self) -> list[str]:
        return self.content["resources"]

    @property
    def reason(self) -> str:
        return self.content.get("reason", "")

    @property
    def only_where(self) -> str | None:
        """The setting without which Terraform leaves the statement out."""
        return self.content.get("only_where")

    @property
    def unused_locally(self) -> dict[str, str]:
        """Actions that no test can use, each with the reason why: see docs/testing.md."""
        return self.content.get("unused_locally", {})


@dataclass(frozen=True)
class Role:
    """A role that a function takes for a part of its work; Terraform makes it where the configuration asks for it."""

    function: str
    key: str
    content: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.function}/{self.key}"

    @property
    def ending(self) -> str:
        """How the role's name ends, behind the project and the environment."""
        return f"-{self.function}-{self.key}"

    @property
    def statements(self) -> list[Statement]:
        return [Statement(name, content) for name, content in self.content["statements"].items()]


@dataclass(frozen=True)
class Fixture:
    """One file of events/<function>/."""

    function: str
    path: Path

    @property
    def id(self) -> str:
        return f"{self.function}/{self.path.stem}"

    @cached_property
    def content(self) -> Any:
        return json.loads(self.path.read_text())

    @property
    def malformed(self) -> bool:
        """Whether it is there to be refused: its name says so."""
        return self.path.stem.startswith("malformed-")

    @property
    def kind(self) -> str:
        """``command``, ``event`` (EventBridge), ``batch`` (SQS), ``notice`` (SNS) or ``other``."""
        if not isinstance(self.content, dict):
            return "other"
        if "command" in self.content:
            return "command"
        if "detail-type" in self.content and "source" in self.content:
            return "event"
        records = self.content.get("Records")
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            return "other"
        if all(record.get("eventSource") == "aws:sqs" for record in records):
            return "batch"
        return "notice" if all(record.get("EventSource") == "aws:sns" for record in records) else "other"


@dataclass(frozen=True)
class Function:
    """One folder of functions/."""

    name: str

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest as written; its ``${...}`` placeholders stand inside texts."""
        return json.loads((ROOT / "functions" / self.name / "function.json").read_text())

    @property
    def statements(self) -> list[Statement]:
        return [Statement(name, content) for name, content in self.manifest.get("statements", {}).items()]

    @property
    def roles(self) -> list[Role]:
        return [Role(self.name, key, content) for key, content in self.manifest.get("roles", {}).items()]

    @property
    def fixtures(self) -> list[Fixture]:
        return [Fixture(self.name, path) for path in sorted((ROOT / "events" / self.name).glob("*.json"))]


def functions() -> list[Function]:
    """Every function, in the order of names."""
    return [Function(path.parent.name) for path in sorted((ROOT / "functions").glob("*/function.json"))]


def fixtures() -> list[Fixture]:
    """Every fixture, also of a folder that has no function."""
    return [Fixture(path.parent.name, path) for path in sorted((ROOT / "events").glob("*/*.json"))]


def leaves(pattern: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Every place of an event pattern with what is accepted there."""
    for key, value in pattern.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        elif key == "$or":
            for branch in value:
                yield from leaves(branch, path)
        else:
            yield (*path, key), value

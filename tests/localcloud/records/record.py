"""One record: its fields by any name that the model has for them."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..state import ACCOUNT
from .kinds import Kind, fold

if TYPE_CHECKING:
    from moto.core.model import Shape

MISSING = object()
_PLACE = re.compile(r"\{(\w+)(?::(\d+))?\}")
_BORN = re.compile(r"creat|subscribedat|startedat")
_CHANGED = re.compile(r"updat|modif|change")


class Record:
    """A resource as it was asked for, with what AWS adds."""

    def __init__(self, kind: Kind, region: str, fields: dict[str, Any], tags: dict[str, str],
                 parent: Record | None) -> None:
        self.kind, self.region, self.fields, self.tags, self.parent = kind, region, fields, tags, parent
        self.born = self.changed = now()
        defaults = {fold(name): value for name, value in kind.fields.items()}
        for key in kind.keys:
            if self.get(key) is MISSING and key != "arn":
                fields[key] = self._filled(defaults.pop(key, "{uuid}"))
        if kind.arn:
            fields["arn"] = kind.arn(self) if callable(kind.arn) else self._filled(kind.arn)
        for name, value in defaults.items():
            if self.get(name) is MISSING:
                fields[name] = self._filled(value)

    @property
    def account(self) -> str:
        """The account that owns it."""
        return ACCOUNT

    @property
    def arn(self) -> str | None:
        """Its ARN, if it has one."""
        return self.fields.get("arn")

    @property
    def identity(self) -> str:
        """Tells it from all others of its kind."""
        return identity([self.get(key) for key in self.kind.keys])

    @property
    def name(self) -> str:
        """For errors and lists of names."""
        return str(self.get(self.kind.keys[-1])) if self.kind.keys else ""

    def get(self, member: str, shape: Shape | None = None) -> Any:
        """The value of a member, or MISSING."""
        for name in self.kind.spellings(member):
            if name in self.fields:
                return self._asked(self.fields[name])
        if shape is not None and shape.type_name == "timestamp":
            if _BORN.search(fold(member)):
                return self.born
            if _CHANGED.search(fold(member)):
                return self.changed
        if self.parent is not None and fold(member).startswith(self.parent.kind.prefixes):
            return self.parent.get(member, shape)
        return MISSING

    def _asked(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._asked(item) for name, item in value.items()} if any(
                callable(item) for item in value.values()) else value
        return value(self) if callable(value) else value

    def __getitem__(self, member: str) -> Any:
        """For functions in declarations: the value of a field, None without one."""
        value = self.get(member)
        return None if value is MISSING else value

    def merge(self, fields: dict[str, Any]) -> None:
        """Take over what an update gives, under the names that the record has for it."""
        for name, value in fields.items():
            if any(self.kind.is_key(name, key) for key in self.kind.keys):
                continue
            known = next((spelling for spelling in self.kind.spellings(name) if spelling in self.fields), name)
            self.fields[known] = value
        self.changed = now()

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        return _PLACE.sub(self._place, value) if isinstance(value, str) else value

    def _place(self, match: re.Match[str]) -> str:
        word, length = match[1], match[2]
        if word == "hex":
            return uuid.uuid4().hex[:int(length or 32)]
        built = {"account": ACCOUNT, "region": self.region, "uuid": str(uuid.uuid4()),
                 "now": now().strftime("%Y-%m-%dT%H:%M:%SZ")}
        if word in built:
            return built[word]
        value = self.get(word)
        return match[0] if value is MISSING else str(value)


def identity(values: list[Any]) -> str:
    """Values of a key as one text; a key may be a structure."""
    return json.dumps(values, sort_keys=True, default=str)


def now() -> datetime:
    """The simulated time, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)

"""What a declaration consists of, and the operations that follow from a name by convention."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from moto.core.utils import get_service_model

if TYPE_CHECKING:
    from moto.core.model import ServiceModel

    from .engine import Call
    from .record import Record


@dataclass(frozen=True)
class Action:
    """What one operation does to the records of a kind."""

    do: str
    each: str | None = None
    """The list in the input of which every element is one record: batch operations."""
    set: Mapping[str, Any] = field(default_factory=dict)
    """Fields that the operation sets besides those in its input."""


def create(each: str | None = None, **fields: Any) -> Action:
    """Makes a record; one that exists already is an error."""
    return Action("create", each, fields)


def put(each: str | None = None, **fields: Any) -> Action:
    """Makes a record or changes it."""
    return Action("put", each, fields)


def read(each: str | None = None) -> Action:
    """Answers with one record."""
    return Action("read", each)


def listing() -> Action:
    """Answers with all records that the input does not filter out."""
    return Action("list")


def update(each: str | None = None, **fields: Any) -> Action:
    """Changes the fields that the input has."""
    return Action("update", each, fields)


def delete(each: str | None = None) -> Action:
    """Forgets a record and what belongs to it."""
    return Action("delete", each)


Answer = Callable[["Call"], Mapping[str, Any]]


def fold(name: str) -> str:
    """Member names are compared without regard to case."""
    return name.lower()


@dataclass(frozen=True)
class Kind:
    """One kind of resource.

    Field and member names are the models' own, in any case; a name may leave out
    or add the noun (``workspaceName`` is ``name`` of a ``Workspace``).
    """

    noun: str
    """As operations spell it: ``Workspace`` brings CreateWorkspace, DescribeWorkspace, ListWorkspaces ..."""
    key: str | tuple[str, ...] = "name"
    """The fields that tell records apart, the record's own last. () means one per region. What the input
    of the creating operation lacks is generated (from ``fields``, else a UUID)."""
    arn: str | Callable[[Record], str] | None = None
    """Template, see ``fields``; or a function of the record."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Fields that a new record has unless its input gives them. In texts ``{account}``, ``{region}``,
    ``{uuid}``, ``{hex:8}``, ``{now}`` and ``{any field}`` are filled in. A function of the record is
    asked each time the field is read."""
    short: str | None = None
    """What members call it where that is not the noun: ``Monitor`` for an ``AnomalyMonitor``."""
    parent: str | None = None
    """The noun of the kind that it belongs to: must exist, takes its children with it, lends its fields."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Member -> field, where the model has a second name for a field."""
    operations: Mapping[str, Action | Answer | None] = field(default_factory=dict)
    """Operations beside the conventional ones; None leaves a conventional one to moto."""
    missing: str | None = None
    """The error for what is not there, ``Code`` or ``Code: message``; unless given, the operation's own that
    sounds like it."""
    always: bool = False
    """For ``key=()``: there without having been created."""
    whole: bool = False
    """The structure of the kind's name is a field and not the record itself: it is neither unwrapped nor filled."""
    unique: tuple[str, ...] = ()
    """Fields that no two records share, where the key is generated."""
    needs: Callable[[Call], object] | None = None
    """Called before a record is made; raises where something that lies in moto is missing."""
    created: Callable[[Call, Record], None] | None = None
    """Called with every new record."""

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The key's fields, folded."""
        return tuple(fold(name) for name in ((self.key,) if isinstance(self.key, str) else self.key))

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """What a member's name may begin with and still mean the field without it."""
        return tuple(fold(name) for name in (self.noun, self.short) if name)

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return {fold(member): fold(name) for member, name in self.names.items()}

    def spellings(self, member: str) -> Iterator[str]:
        """The fields that a member may mean, the likeliest first."""
        name = fold(member)
        if name in self._aliases:
            yield self._aliases[name]
        yield name
        for prefix in self.prefixes:
            if name.startswith(prefix) and name != prefix:
                yield name[len(prefix):]
        for prefix in self.prefixes:
            yield prefix + name

    def is_key(self, member: str, key: str) -> bool:
        """Whether a member of an input is the field ``key``."""
        return not set(self.spellings(member)).isdisjoint(self.spellings(key))

    def wraps(self, member: str, shape: str) -> bool:
        """Whether a structure is the record itself, and not one of its fields."""
        if self.whole:
            return False
        ends = ("", "description", "detail", "details", "summary", "input", "info", "metadata", "record", "update")
        own = {prefix + end for prefix in self.prefixes for end in ends}
        return fold(member).removeprefix("new") in own or fold(shape) in own


# What operations on a noun are called, and what they do.
_SINGULAR = {"Create": "create", "Put": "put", "Get": "read", "Describe": "read", "Update": "update",
             "Modify": "update", "Delete": "delete"}
_PLURAL = ("List", "Describe", "Get")


@dataclass
class Service:
    """The declared kinds of one service; ``name`` is botocore's."""

    name: str
    kinds: list[Kind] = field(default_factory=list)
    everywhere: bool = False
    """One set of records for all regions."""

    @cached_property
    def model(self) -> ServiceModel:
        """botocore's description."""
        return get_service_model(self.name)

    @cached_property
    def signing_name(self) -> str:
        """Under which its calls are signed."""
        metadata = self.model.metadata
        return str(metadata.get("signingName", metadata["endpointPrefix"]))

    def kind(self, noun: str) -> Kind:
        """The kind called ``noun``."""
        return next(kind for kind in self.kinds if kind.noun == noun)

    @cached_property
    def operations(self) -> dict[str, tuple[Kind, Action | Answer]]:
        """Every operation that is answered here."""
        known = set(self.model.operation_names)
        found: dict[str, tuple[Kind, Action | Answer]] = {}
        for kind in self.kinds:
            claimed: dict[str, Action | Answer | None] = {
                name: Action(do) for name, do in _conventional(kind.noun) if name in known}
            claimed |= kind.operations
            for name, action in claimed.items():
                if name not in known:
                    raise ValueError(f"{self.name} has no operation {name} (kind {kind.noun})")
                if name in found and action is not None:
                    raise ValueError(f"{self.name}: {found[name][0].noun} and {kind.noun} both claim {name}")
                if action is not None:
                    found[name] = (kind, action)
        return found


def _conventional(noun: str) -> Iterator[tuple[str, str]]:
    yield from ((verb + noun, do) for verb, do in _SINGULAR.items())
    plurals = [noun + "s", noun + "es", noun[:-1] + "ies"]
    yield from ((verb + plural, "list") for verb in _PLURAL for plural in plurals)

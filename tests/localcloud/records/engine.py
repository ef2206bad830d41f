"""Carries one operation out on the records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ..state import ACCOUNT
from . import output, tags
from .errors import Refused, already_there, models_absence, not_found
from .kinds import Action, Kind, Service, fold
from .record import MISSING, Record
from .store import Store

if TYPE_CHECKING:
    from moto.core.model import OperationModel

_PAGING = re.compile(r"token|max(results|items|records)|marker|limit|pagesize")


@dataclass
class Call:
    """One call, for functions in declarations."""

    service: Service
    operation: OperationModel
    parameters: dict[str, Any]
    store: Store

    @property
    def account(self) -> str:
        """The account that was called."""
        return ACCOUNT

    def kind(self, noun: str) -> Kind:
        """A kind of the service."""
        return self.service.kind(noun)

    def make(self, noun: str, fields: Mapping[str, Any], tagged: Mapping[str, str] | None = None) -> Record:
        """Make a record of another kind, as its own operation would."""
        kind = self.kind(noun)
        folded = {fold(name): value for name, value in fields.items()}
        record = self.store.add(kind, folded, dict(tagged or {}), _parent(self, kind, folded))
        if kind.created:
            kind.created(self, record)
        return record

    def find(self, noun: str, **fields: Any) -> Record:
        """A record, or the error that the operation has for its absence."""
        return _found(self, self.kind(noun), {fold(name): value for name, value in fields.items()})

    def records(self, noun: str) -> list[Record]:
        """All records of a kind."""
        return list(self.store.of(self.kind(noun)).values())

    def refuse(self, code: str, message: str) -> Refused:
        """An error of the service, to be raised."""
        return Refused(code, message)


def answer(call: Call) -> Mapping[str, Any] | None:
    """The output of the call's operation, or None where it is moto's."""
    claimed = call.service.operations.get(call.operation.name)
    if claimed is None:
        return tags.answer(call.store, call.operation, call.parameters)
    kind, action = claimed
    if not isinstance(action, Action):
        return action(call)
    shape = call.operation.output_shape
    if action.do == "list":
        return output.of_many(shape, kind, _listed(call, kind), call.parameters)
    if action.each:
        records = [_one(call, kind, action, *_taken(kind, *part)) for part in _parts(call, action.each)]
        return output.of_many(shape, kind, records, call.parameters)
    fields, tagged = _taken(kind, call.operation.input_shape, call.parameters)
    return output.of_one(shape, _one(call, kind, action, fields, tagged), call.parameters)


def _one(call: Call, kind: Kind, action: Action, fields: dict[str, Any], tagged: dict[str, str]) -> Record:
    changes = fields | {fold(name): value for name, value in action.set.items()}
    if action.do in {"create", "put"}:
        existing = call.store.find(kind, fields) or _twin(call, kind, fields)
        if existing is None or (kind.always and action.do == "create"):
            if kind.needs:
                kind.needs(call)
            record = call.store.add(kind, changes, tagged, _parent(call, kind, fields))
            if kind.created:
                kind.created(call, record)
            return record
        if action.do == "create":
            raise already_there(call.operation, kind, existing.name)
        existing.merge(changes)
        existing.tags.update(tagged)
        return existing
    record = _found(call, kind, fields)
    if action.do == "update":
        record.merge(changes)
    elif action.do == "delete":
        call.store.remove(record)
    return record


def _twin(call: Call, kind: Kind, fields: dict[str, Any]) -> Record | None:
    """The record that already has what only one may have."""
    return next((record for record in call.store.of(kind).values() if kind.unique and all(
        record.get(name) == fields.get(fold(name)) for name in kind.unique)), None)


def _found(call: Call, kind: Kind, fields: dict[str, Any]) -> Record:
    record = call.store.find(kind, fields)
    if record is None and kind.keys:
        # An operation may call the key by a name of its own; then it is the one thing that it must have.
        needed = [fields.get(fold(name)) for name in call.operation.input_shape.required_members]
        if len(needed) == 1:
            record = call.store.find(kind, {kind.keys[-1]: needed[0]})
    if record is None:
        raise not_found(call.operation, kind, fields)
    return record


def _parent(call: Call, kind: Kind, fields: dict[str, Any]) -> Record | None:
    return _found(call, call.kind(kind.parent), fields) if kind.parent else None


def _taken(kind: Kind, shape: Any, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Folded fields and tags of an input; the structure that is the record itself is unwrapped."""
    fields: dict[str, Any] = {}
    tagged: dict[str, str] = {}
    for member, value in parameters.items():
        inner = shape.members.get(member)
        if value is None:
            continue
        if inner is None:
            fields[fold(member)] = value
        elif tags.are(member, inner):
            tagged |= tags.taken(value)
        elif inner.type_name == "structure" and kind.wraps(member, inner.name):
            inside, more = _taken(kind, inner, value)
            fields |= inside
            tagged |= more
        else:
            fields[fold(member)] = value
    return fields, tagged


def _parts(call: Call, each: str) -> list[tuple[Any, Mapping[str, Any]]]:
    """The elements of a batch as inputs of their own, together with what the whole input has besides."""
    shape = call.operation.input_shape
    element = shape.members[each].member
    rest = {name: value for name, value in call.parameters.items() if name != each}
    kind = call.service.operations[call.operation.name][0]
    joined = SimpleNamespace(members={**shape.members, **getattr(element, "members", {})})
    parts = []
    for item in call.parameters.get(each) or []:
        own = item if isinstance(item, Mapping) else {_name_of(kind, item): item}
        parts.append((joined, {**rest, **own}))
    return parts


def _name_of(kind: Kind, item: Any) -> str:
    return "arn" if isinstance(item, str) and item.startswith("arn:") else kind.keys[-1]


def _listed(call: Call, kind: Kind) -> list[Record]:
    records = list(call.store.of(kind).values())
    if kind.parent and not records:
        _parent_of_none(call, call.kind(kind.parent))
    for member, value in call.parameters.items():
        if _PAGING.search(fold(member)) or value is None or value == []:
            continue
        if isinstance(value, list):
            records = [record for record in records if _among(record, member, value)]
        elif not isinstance(value, Mapping):
            records = [record for record in records if _fits(record, member, value)]
        elif kind.whole:
            records = [record for record in records if record.get(member) in (MISSING, value)]
    if not records and models_absence(call.operation):
        wanted, _tags = _taken(kind, call.operation.input_shape, call.parameters)
        single = [name.removesuffix("list").removesuffix("s") for name in wanted]
        if kind.keys and any(kind.is_key(name, kind.keys[-1]) for name in single):
            raise not_found(call.operation, kind, wanted)
    return records


def _parent_of_none(call: Call, parent: Kind) -> None:
    """No children may mean no parent: then the operation says so, if its input names one."""
    fields, _tags = _taken(parent, call.operation.input_shape, call.parameters)
    if all(any(parent.is_key(name, key) for name in fields) for key in parent.keys):
        _found(call, parent, fields)


def _fits(record: Record, member: str, value: Any) -> bool:
    own = record.get(member)
    if fold(member).endswith("prefix"):
        return str(record.get(fold(member).removesuffix("prefix"))).startswith(value)
    return own in (MISSING, value) or value == record.arn


def _among(record: Record, member: str, values: list[Any]) -> bool:
    """Whether a record is meant by a list of names, ids or ARNs, or has one of the values listed."""
    if record.name in values or record.arn in values:
        return True
    single = fold(member).removesuffix("list").removesuffix("s")
    own = record.get(single)
    identifying = any(record.kind.is_key(single, key) for key in (*record.kind.keys, "arn", "name", "id"))
    return own in values if own is not MISSING else not identifying


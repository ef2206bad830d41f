"""Fills the output of an operation from records: nothing that its shape does not have, all that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import tags
from .kinds import Kind, fold
from .record import MISSING, Record

if TYPE_CHECKING:
    from moto.core.model import Shape

_FAILURES = ("error", "failed", "unprocessed", "unsuccessful")


def of_one(shape: Shape | None, record: Record, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The output about one record: its members, or a structure that is the record."""
    if shape is None:
        return {}
    structures = [name for name, member in shape.members.items() if member.type_name == "structure"]
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        value = _member(record, name, member)
        if value is MISSING and member.type_name == "structure" and not record.kind.whole and (
                record.kind.wraps(name, member.name) or structures == [name]):
            value = _structure(member, record)
        if value is MISSING and member.type_name == "list" and _list(shape, record.kind, strictly=True) == name:
            value = [_item(name, member, record)]
        if value is MISSING:
            value = _echo(name, member, parameters)
        if value is not MISSING:
            found[name] = value
    return found


def of_many(shape: Shape | None, kind: Kind, records: Sequence[Record],
            parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The output of a list: the member whose elements are the records; everything else is echoed."""
    if shape is None:
        return {}
    chosen = _list(shape, kind)
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        if name == chosen:
            found[name] = [_item(name, member, record) for record in records]
        elif chosen is None and member.type_name == "structure" and _list(member, kind):
            # CloudFront and Route 53 put the list one level down, with its length beside it.
            found[name] = of_many(member, kind, records, parameters) | {
                count: len(records) for count in ("Quantity", "MaxItems") if count in member.members}
        elif (value := _echo(name, member, parameters)) is not MISSING:
            found[name] = value
    return found


def projected(shape: Shape, value: Any) -> Any:
    """A value with no more than ``shape`` has, under the shape's own names."""
    if value is None or value is MISSING:
        return MISSING
    if shape.type_name == "structure" and isinstance(value, Mapping):
        if shape.is_document_type:
            return value
        folded = {fold(name): item for name, item in value.items()}
        members = {name: projected(member, folded.get(fold(name), MISSING)) for name, member in shape.members.items()}
        return {name: item for name, item in members.items() if item is not MISSING}
    if shape.type_name == "list" and isinstance(value, list):
        return [projected(shape.member, item) for item in value]
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {name: projected(shape.value, item) for name, item in value.items()}
    return value


def _structure(shape: Shape, record: Record) -> dict[str, Any]:
    members = {name: _member(record, name, member) for name, member in shape.members.items()}
    for name, member in shape.members.items():
        # A record within a record's envelope, which has nothing but dates of its own.
        if members[name] is MISSING and member.type_name == "structure" and record.kind.wraps(
                name, member.name) and not _tells(shape, record.kind):
            members[name] = _structure(member, record)
    return {name: value for name, value in members.items() if value is not MISSING}


def _member(record: Record, name: str, shape: Shape) -> Any:
    if tags.are(name, shape):
        return tags.given(record.tags, shape)
    value = record.get(name, shape)
    # A list that is not one is the record's own word for something else.
    return MISSING if shape.type_name in {"structure", "list", "map"} and not isinstance(
        value, (Mapping, list)) else projected(shape, value)


def _item(name: str, shape: Shape, record: Record) -> Any:
    """One element of a list of records: a structure, a name or an ARN."""
    element = shape.member
    if element.type_name != "structure":
        return record.arn if "arn" in fold(name) or "arn" in fold(element.name) else record.name
    whole = record.fields.get(fold(element.name))
    if isinstance(whole, Mapping):
        return projected(element, whole)
    return _structure(element, record)


def _list(shape: Shape, kind: Kind, *, strictly: bool = False) -> str | None:
    """The member of an output that lists the kind; ``strictly`` takes only structures that are it."""
    lists = [name for name, member in shape.members.items()
             if member.type_name == "list" and not fold(name).startswith(_FAILURES)]
    for name in lists:
        element = shape.members[name].member
        if element.type_name == "structure" and (kind.wraps(name, element.name) or _tells(element, kind)):
            return name
    if strictly:
        return None
    named = [name for name in lists if any(prefix in fold(name) for prefix in kind.prefixes)]
    return (named or lists or [None])[0]


def _tells(element: Shape, kind: Kind) -> bool:
    """Whether a structure has the kind's own key."""
    return any(kind.is_key(member, kind.keys[-1]) for member in element.members) if kind.keys else False


def _echo(name: str, shape: Shape, parameters: Mapping[str, Any]) -> Any:
    value = next((value for member, value in parameters.items() if fold(member) == fold(name)), MISSING)
    return projected(shape, value) if shape.type_name not in {"list", "structure", "map"} else MISSING

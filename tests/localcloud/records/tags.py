"""Tags: the shapes that services have for them, and the operations on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .kinds import fold

if TYPE_CHECKING:
    from moto.core.model import OperationModel, Shape

    from .store import Store

_ADD = re.compile(r"(TagResources?|AddTags\w*)")
_REMOVE = re.compile(r"(UntagResources?|RemoveTags\w*)")
_LIST = re.compile(r"(ListTags(ForResource)?|ListTagsOfResource|GetTags)")


def are(member: str, shape: Shape) -> bool:
    """Whether a member holds tags with their values."""
    if "tag" not in fold(member):
        return False
    if shape.type_name == "map":
        return bool(shape.value.type_name == "string")
    if shape.type_name == "structure":
        # CloudFront puts its list into a structure of its own.
        return len(shape.members) == 1 and are("tags", next(iter(shape.members.values())))
    return bool(shape.type_name == "list" and shape.member.type_name == "structure"
                and {fold(name) for name in shape.member.members} == {"key", "value"})


def taken(value: Any) -> dict[str, str]:
    """Tags of an input, whatever their shape."""
    if isinstance(value, list):
        folded = [{fold(name): text for name, text in tag.items()} for tag in value]
        return {tag["key"]: tag.get("value", "") for tag in folded}
    if isinstance(value, Mapping):
        [inner] = list(value.values())[:1] or [{}]
        return taken(inner) if isinstance(inner, list) else dict(value)
    return {}


def given(tags: Mapping[str, str], shape: Shape) -> Any:
    """Tags as an output has them."""
    if shape.type_name == "map":
        return dict(tags)
    if shape.type_name == "structure":
        [(name, inner)] = shape.members.items()
        return {name: given(tags, inner)}
    key, value = sorted(shape.member.members, key=fold)
    return [{key: name, value: text} for name, text in tags.items()]


def concern(operation: str) -> bool:
    """Whether an operation is about tags."""
    return bool(_ADD.fullmatch(operation) or _REMOVE.fullmatch(operation) or _LIST.fullmatch(operation))


def answer(store: Store, operation: OperationModel, parameters: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The answer to an operation on tags, or None if it is none or not about a record."""
    name = operation.name
    if not concern(name):
        return None
    record = store.by_arn({value for value in parameters.values() if isinstance(value, str)})
    if record is None:
        return None
    members = operation.input_shape.members
    if _ADD.fullmatch(name):
        for member, value in parameters.items():
            if are(member, members[member]):
                record.tags.update(taken(value))
    elif _REMOVE.fullmatch(name):
        for value in parameters.values():
            inner = next(iter(value.values()), None) if isinstance(value, Mapping) else value
            for key in inner if isinstance(inner, list) else []:
                record.tags.pop(key if isinstance(key, str) else str(next(iter(key.values()))), None)
    output = operation.output_shape
    return {member: given(record.tags, shape) for member, shape in (output.members if output else {}).items()
            if are(member, shape)}

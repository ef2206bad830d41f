"""Errors as the models know them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .kinds import Kind, fold

if TYPE_CHECKING:
    from moto.core.model import OperationModel

_ABSENT = re.compile(r"notfound|nosuch|unknown|doesnotexist")
_PRESENT = re.compile(r"alreadyexists|duplicate|conflict|exists|inuse")


class Refused(Exception):
    """An error answer; ``code`` is the name of a modelled exception."""

    def __init__(self, code: str, message: str, **members: Any) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        for name, value in members.items():
            setattr(self, name, value)


def not_found(operation: OperationModel, kind: Kind, fields: Mapping[str, Any]) -> Refused:
    """The operation's error for a thing that is not there."""
    named = [str(value) for name, value in fields.items() if any(kind.is_key(name, key) for key in kind.keys)]
    code, _colon, told = (kind.missing or _modelled(operation, _ABSENT, kind)
                          or "ResourceNotFoundException").partition(": ")
    message = told or " ".join((kind.noun, "/".join(named), "does not exist")).replace("  ", " ")
    return _described(operation, code, message, kind, named[-1] if named else kind.noun)


def models_absence(operation: OperationModel) -> bool:
    """Whether the operation has an error of its own for what is not there."""
    return any(_ABSENT.search(fold(shape.name)) for shape in operation.error_shapes)


def already_there(operation: OperationModel, kind: Kind, name: str) -> Refused:
    """The operation's error for a thing that is there already."""
    code = _modelled(operation, _PRESENT, kind) or "ConflictException"
    return _described(operation, code, " ".join((kind.noun, name, "exists already")).replace("  ", " "), kind, name)


def _modelled(operation: OperationModel, sounds_like: re.Pattern[str], kind: Kind) -> str | None:
    """The error shape of the operation (else of the service) that sounds right, the kind's own first."""
    for shapes in (operation.error_shapes, operation.service_model.error_shapes):
        found = [shape for shape in shapes if sounds_like.search(fold(shape.name))]
        own = [shape for shape in found if any(prefix in fold(shape.name) for prefix in kind.prefixes)]
        usual = [shape for shape in found if fold(shape.name).startswith("resource")]
        for shape in [*own, *usual, *found]:
            return str(shape.error_code)
    return None


def _described(operation: OperationModel, code: str, message: str, kind: Kind, name: str) -> Refused:
    """Fills what the error's shape demands besides its message."""
    shape = next((shape for shape in operation.service_model.error_shapes if shape.error_code == code), None)
    members = {member: kind.noun if "type" in fold(member) else name
               for member, inner in (shape.members if shape else {}).items()
               if inner.type_name == "string" and fold(member) not in {"message", "code", "reason"}}
    return Refused(code, message, **members)

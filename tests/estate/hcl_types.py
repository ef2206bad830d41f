"""Type constraints of Terraform's variables, and JSON Schemas, as one kind of shape.

A shape is ``"bool"``, ``"number"``, ``"string"`` or ``"any"``, ``{"[]": shape}``
for a list or a set, ``{"*": shape}`` for a map, and otherwise an object: each
attribute's shape by its name. Whether an attribute may be left out is no part of
it, nor is what it is then.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

Shape = str | dict[str, Any]

_VARIABLE = re.compile(r'^variable "(?P<name>\w+)" \{\n(?P<body>.*?)^\}', re.MULTILINE | re.DOTALL)
_TYPE = re.compile(r"^  type\s+= ", re.MULTILINE)
_TOKEN = re.compile(r'\s*(#[^\n]*|[\w-]+|"[^"]*"|[(){}\[\],=])')
_PRIMITIVES = {"any", "bool", "number", "string"}


def variables(folder: Path) -> dict[str, Shape]:
    """The shape of each variable of a module."""
    found = {}
    for file in sorted(folder.glob("variables*.tf")):
        for variable in _VARIABLE.finditer(file.read_text()):
            start = _TYPE.search(variable["body"])
            if start:
                found[variable["name"]] = _Reader(variable["body"][start.end():]).shape()
    return found


class _Reader:
    """Reads one type constraint."""

    def __init__(self, text: str) -> None:
        self._tokens = (token[1] for token in _TOKEN.finditer(text) if not token[1].startswith("#"))

    def shape(self) -> Shape:
        return self._of(next(self._tokens))

    def _of(self, word: str) -> Shape:
        if word in _PRIMITIVES:
            return word
        self._take("(")
        if word == "object":
            self._take("{")
            found: dict[str, Shape] = {}
            while (name := next(self._tokens)) != "}":
                if name != ",":
                    self._take("=")
                    found[name] = self.shape()
            self._take(")")
            return found
        inner = self.shape()
        if word == "optional":
            # A default may follow, whatever it is.
            self._close()
            return inner
        self._take(")")
        return {"*" if word == "map" else "[]": inner}

    def _close(self) -> None:
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1}.get(next(self._tokens), 0)

    def _take(self, wanted: str) -> None:
        found = next(self._tokens)
        if found != wanted:
            raise ValueError(f"expected {wanted} in a type, found {found}")


def of_schema(schema: dict[str, Any], whole: dict[str, Any] | None = None) -> Shape:
    """The shape that a JSON Schema asks for; ``whole`` has the definitions."""
    whole = whole or schema
    if "$ref" in schema:
        return of_schema(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            shapes = [of_schema(one, whole) for one in schema[word] if one.get("type") != "null"]
            if any(one != shapes[0] for one in shapes):
                raise ValueError(f"no type of Terraform is one of {shapes}")
            return shapes[0]
    kinds = schema.get("type", "string" if "enum" in schema or "const" in schema else "object")
    [kind] = [one for one in ([kinds] if isinstance(kinds, str) else kinds) if one != "null"]
    match kind:
        case "array":
            return {"[]": of_schema(schema["items"], whole)}
        case "boolean":
            return "bool"
        case "integer" | "number":
            return "number"
        case "string":
            return "string"
    if "properties" not in schema and isinstance(schema.get("additionalProperties"), dict):
        return {"*": of_schema(schema["additionalProperties"], whole)}
    return {name: of_schema(one, whole) for name, one in schema.get("properties", {}).items()}

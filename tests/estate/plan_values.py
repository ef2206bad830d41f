"""Plans and settings as flat paths with plain values, without the environments' names."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CODES = {"development": "dev", "staging": "staging", "production": "prod"}
ABSENT = None
# Attributes that repeat another one, or that come from the packages.
_REPEATED = {"tags": "tags_all"}
_IGNORED = frozenset({"filename", "source_code_hash", "source_code_size"})
INDEX = re.compile(r"\[([^\]]*)\]$")


@dataclass(frozen=True)
class Resource:
    """A resource of a plan, flat and without the environment's name."""

    address: str
    values: Mapping[str, Any]
    unknown: frozenset[str]


def resources_of(document: Mapping[str, Any], names: re.Pattern[str]) -> dict[str, Resource]:
    unknown = {
        change["address"]: change["change"].get("after_unknown") or {}
        for change in document.get("resource_changes", [])
    }
    found = {}
    for resource in walk(document["planned_values"]["root_module"]):
        address = names.sub("{env}", resource["address"])
        values = resource.get("values") or {}
        for repeated, whole in _REPEATED.items():
            if whole in values:
                values = {key: value for key, value in values.items() if key != repeated}
        flat = dict(_flat(values, names))
        hidden = frozenset(path for path, value in _flat(unknown.get(resource["address"], {}), names) if value is True)
        found[address] = Resource(address, flat, hidden)
    return found


def walk(module: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The managed resources of a module and of all below it."""
    for resource in module.get("resources", []):
        if resource.get("mode", "managed") == "managed":
            yield resource
    for child in module.get("child_modules", []):
        yield from walk(child)


def _flat(value: Any, names: re.Pattern[str], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Paths and plain values; JSON in a string is looked into, lists of plain values stay whole."""
    if isinstance(value, str) and value[:1] in "{[":
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict):
        for key, inner in value.items():
            if prefix or key not in _IGNORED:
                own = names.sub("{env}", key)
                yield from _flat(inner, names, f"{prefix}.{own}" if prefix else own)
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for number, inner in enumerate(sorted(value, key=lambda inner: json.dumps(inner, sort_keys=True))):
            yield from _flat(inner, names, f"{prefix}.{number}")
    elif isinstance(value, list):
        if value:
            yield prefix, json.dumps(sorted((names.sub("{env}", str(inner)) for inner in value), key=str))
    elif value is not None and value != "":
        yield prefix, names.sub("{env}", value) if isinstance(value, str) else value


def flat_settings(settings: Any, names: re.Pattern[str], prefix: str = "") -> dict[str, Any]:
    """Every path of the settings with its value; an object is there as `true`."""
    if isinstance(settings, dict):
        # An empty object is a switch that is on.
        found = {prefix: True} if prefix else {}
        for key, value in settings.items():
            found |= flat_settings(value, names, f"{prefix}.{key}" if prefix else key)
        return found
    if isinstance(settings, list):
        return {prefix: names.sub("{env}", json.dumps(settings))} if settings else {}
    if settings is None:
        return {}
    return {prefix: names.sub("{env}", settings) if isinstance(settings, str) else settings}


def neutral(name: str) -> re.Pattern[str]:
    code = CODES.get(name, name)
    # Not /dev/xvda, nor AWS's own bucket of image layers, whose name begins with prod.
    coded = rf"(?<![a-z0-9])(?<!\A/){code}(?![a-z0-9]|-[a-z0-9-]+-starport-)"
    return re.compile(rf"{coded}|(?<![a-z]){name}(?![a-z])", re.IGNORECASE)


def frozen(value: Any) -> str:
    """A value as text, so that 3, 3.0 and "3" are the same, and true and "true"."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return "" if value is None else str(value)


def module_of(address: str) -> str:
    """The module that a resource is in: `compute` of module.environment.module.compute["x"]."""
    path = re.findall(r"module\.([\w-]+)", re.sub(r"\[[^\]]*\]", "", address))
    # The module that the composition calls, not what that one calls in turn.
    return path[1] if len(path) > 1 and path[0] == "environment" else path[0] if path else "the root"


def kind_of(address: str) -> str:
    """The resource without its module and key."""
    return re.sub(r"^(module\.[\w-]+(\[[^\]]*\])?\.)+", "", INDEX.sub("", address))

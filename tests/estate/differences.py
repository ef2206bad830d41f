"""Every difference between the environments' plans, in words, with the setting that makes it.

The environments are one composition with three settings literals, so that
whatever differs between their plans must come from a setting that differs.
Nothing here lists attributes by hand; a setting explains a difference when

1. its values are the attribute's values (`databases.timeline.class` and
   `instance_class`), or appear in them,
2. it has a key where the resource has an instance (`node_groups.spot` and
   `nodes["apps/spot"]`), or
3. it differs between the same environments, never less, and names the same
   thing: the object's key, the module, or a word of the attribute.

A difference that someone writes by hand into the very object whose settings
differ, between the same environments, cannot be told from one that they make;
that no module asks which environment it is in is a test of its own.

Names are compared without the environment's name, code and prefix. A plan
does not know everything: what is known only after an apply is not compared.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .plans import PlanOf, given_plans

CODES = {"development": "dev", "staging": "staging", "production": "prod"}
ABSENT = None
# What says nothing about what a thing is: it explains nothing.
_COMMON = frozenset(
    """
    a aws and arn block by config configuration count default enabled environment environments for group id in is it
    key keys list main module name names of on or policy resource resources rule rules set settings tags the this to
    type value values
    """.split()
)
# Attributes that repeat another one, or that come from the packages.
_REPEATED = {"tags": "tags_all"}
_IGNORED = frozenset({"filename", "source_code_hash", "source_code_size"})
_BARE = frozenset({"true", "false"})
_INDEX = re.compile(r"\[([^\]]*)\]$")
# Under which a resource is listed elsewhere.
_NAMES = ("alarm_name", "bucket", "function_name", "identifier", "name", "replication_group_id")
_TOKEN = re.compile(r"[\w{}.:/*-]{6,}")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Difference:
    """One attribute of one resource, or its existence, that is not the same everywhere."""

    module: str
    address: str
    attribute: str  # empty: the resource itself
    values: tuple[tuple[str, Any], ...]  # by environment; ABSENT where it is not
    setting: str | None  # the path of the setting that makes it

    def value(self, environment: str) -> Any:
        """What it is in an environment."""
        return dict(self.values)[environment]


@dataclass(frozen=True)
class Resource:
    """A resource of a plan, flat and without the environment's name."""

    address: str
    values: Mapping[str, Any]
    unknown: frozenset[str]


class Comparison:
    """The plans side by side."""

    def __init__(self, plans: Mapping[str, PlanOf]) -> None:
        self.names = list(plans)
        self._settings = {name: _flat_settings(plan.settings, _neutral(name)) for name, plan in plans.items()}
        self._objects = {key.rpartition(".")[0] for settings in self._settings.values() for key in settings}
        self._resources = {name: _resources(plan.document, _neutral(name)) for name, plan in plans.items()}
        self._differing = [
            path
            for path in sorted({key for settings in self._settings.values() for key in settings})
            if len({_frozen(self._setting(name, path)) for name in self.names}) > 1
        ]
        self.differences = self._listed(_renumbered(list(self._compare())))

    @property
    def unexplained(self) -> list[Difference]:
        """Those that no setting makes."""
        return [difference for difference in self.differences if difference.setting is None]

    def _setting(self, name: str, path: str) -> Any:
        return self._settings[name].get(path, ABSENT)

    def _compare(self) -> Iterator[Difference]:
        for address in sorted({address for found in self._resources.values() for address in found}):
            there = {name: self._resources[name].get(address) for name in self.names}
            if any(resource is None for resource in there.values()):
                values = {name: resource is not None or ABSENT for name, resource in there.items()}
                yield self._difference(address, "", values)
            present = {name: resource for name, resource in there.items() if resource is not None}
            if len(present) > 1:
                yield from self._attributes(address, present)

    def _attributes(self, address: str, present: Mapping[str, Resource]) -> Iterator[Difference]:
        unknown = frozenset().union(*(resource.unknown for resource in present.values()))
        paths = sorted({path for resource in present.values() for path in resource.values})
        for path in paths:
            if any(path == hidden or path.startswith(f"{hidden}.") for hidden in unknown):
                continue
            values = {name: resource.values.get(path, ABSENT) for name, resource in present.items()}
            if len({_frozen(value) for value in values.values()}) > 1:
                yield self._difference(address, path, values)

    def _difference(self, address: str, attribute: str, values: Mapping[str, Any]) -> Difference:
        return Difference(
            _module(address), address, attribute, tuple(values.items()), self._explain(address, attribute, values)
        )

    def _listed(self, found: list[Difference]) -> list[Difference]:
        """A text that lists names differs where one of the named is there in some environments only."""
        made: dict[str, str] = {}
        for one in found:
            if one.attribute or not one.setting:
                continue
            for resources in self._resources.values():
                values = resources[one.address].values if one.address in resources else {}
                for name in _NAMES:
                    if isinstance(values.get(name), str) and len(values[name]) > len("{env}") + 3:
                        made[values[name]] = one.setting

        def explained(one: Difference) -> Difference:
            if one.setting or not one.attribute:
                return one
            texts = [set(_TOKEN.findall(value)) for _, value in one.values if isinstance(value, str)]
            changing = set().union(*texts) - set.intersection(*texts) if texts else set()
            settings = sorted({setting for name, setting in made.items() if any(name in token for token in changing)})
            if not settings:
                settings = [path for path in self._differing if self._spelt(path, one, changing)]
            return replace(one, setting=" or ".join(settings[:3])) if settings else one

        return _together([explained(one) for one in found])

    def _differs_where(self, path: str, values: Mapping[str, Any]) -> bool:
        """Whether a setting is not the same in any two environments in which the attribute is not."""
        settings = {name: _frozen(self._setting(name, path)) for name in values}
        return not any(
            _frozen(values[one]) != _frozen(values[other]) and settings[one] == settings[other]
            for one in values
            for other in values
        )

    def _spelt(self, path: str, one: Difference, changing: set[str]) -> bool:
        """Whether a setting's own text is in what changes, and differs where it does."""
        if not self._differs_where(path, dict(one.values)):
            return False
        texts = {_frozen(self._setting(name, path)) for name, _ in one.values} - _BARE
        return any(len(text) > 4 and text in token for text in texts for token in changing)

    def _explain(self, address: str, attribute: str, values: Mapping[str, Any]) -> str | None:
        """The setting; where several explain it equally well, up to three of them."""
        scored = [(score, path) for path in self._differing if (score := self._score(path, address, attribute, values))]
        if not scored:
            return None
        best = max(score for score, _ in scored)
        return " or ".join(
            sorted((path for score, path in scored if score == best), key=lambda path: (len(path), path))[:3]
        )

    def _score(self, path: str, address: str, attribute: str, values: Mapping[str, Any]) -> int:
        """How well a setting explains a difference; 0: not at all."""
        if not self._differs_where(path, values):
            return 0
        settings = {name: self._setting(name, path) for name in values}
        near = _nearness(path, address, attribute)
        if not attribute and not near and _akin_module(path, address):
            # What a switch of the module turns on is there exactly where the switch is.
            return 1 if all((settings[name] not in (ABSENT, False)) == bool(values[name]) for name in values) else 0
        if attribute and all(_same(values[name], settings[name]) for name in values):
            return 1000 + near if near or _telling(values.values()) else 0
        if attribute and all(_within(settings[name], values[name]) for name in values):
            return 500 + near if near or _telling(settings.values()) else 0
        if not near:
            return 0
        if attribute:
            # A switch makes a switch; an object's leaves say more of an
            # attribute than that there is an object.
            switch = all(isinstance(value, bool) for value in (*values.values(), *filter(None, settings.values())))
            return 10 * near + (5 if switch else 0) - (1 if path in self._objects else 0)
        # The key of an object makes a resource, rather than what is said in it.
        made = path in self._objects and path.rpartition(".")[2] in _index_parts(address)
        return 10 * near + (100 if made else 0)


def _renumbered(found: list[Difference]) -> list[Difference]:
    """Resources numbered by position differ in all that follows where one more is in between: by its setting."""
    grown = {
        _kind(one.address) + _module(one.address): one.setting for one in found if not one.attribute and one.setting
    }
    return [
        replace(one, setting=grown.get(_kind(one.address) + _module(one.address)))
        if one.setting is None and one.attribute and re.search(r"\d\"?\]$", one.address)
        else one
        for one in found
    ]


def _together(found: list[Difference]) -> list[Difference]:
    """A group comes with its policy: what is there with something of its kind has that one's setting."""
    there = {
        (one.module, _kind(one.address).split(".")[0], one.values): one.setting
        for one in found
        if not one.attribute and one.setting
    }

    def explained(one: Difference) -> Difference:
        if one.setting or one.attribute:
            return one
        kind = _kind(one.address).split(".")[0]
        return replace(
            one,
            setting=next(
                (
                    setting
                    for (module, other, values), setting in there.items()
                    if (module, values) == (one.module, one.values)
                    and (other.startswith(kind) or kind.startswith(other))
                ),
                None,
            ),
        )

    return [explained(one) for one in found]


def _akin_module(path: str, address: str) -> bool:
    return any(_akin(word, other) for word in _words(path.split(".")[0]) for other in _words(_module(address)))


def _nearness(path: str, address: str, attribute: str) -> int:
    """How many names a setting and a resource's attribute share; 0 unless they are about the same thing.

    The same thing: the setting is under a key that the resource has too, or
    the setting's own name is a word of the attribute or of the resource. That
    both belong to the network is not enough.
    """
    parts = [part for part in path.split(".") if part]
    index = _index_parts(address)
    # Nearer than three steps: what is said of a node group is not said of its cluster.
    keys = sum(1 for part in parts if part in index) if index.intersection(parts[-3:]) else 0
    words = set(_words(re.sub(r"\[[^\]]*\]", " ", address)))
    shared = sum(1 for part in parts if any(_akin(word, other) for word in _words(part) for other in words))
    leaf, own = set(_words(parts[-1])), set(_words(_kind(address)))
    in_attribute = sum(1 for word in leaf for other in _words(attribute) if _akin(word, other))
    in_resource = sum(1 for word in leaf for other in own if _akin(word, other) and "tags" not in parts)
    if not (keys or in_attribute or in_resource):
        return 0
    return 5 * keys + shared + 3 * in_attribute


def _index_parts(address: str) -> set[str]:
    """What an address's keys consist of: of "timeline/workers-group", also timeline and workers."""
    keys = re.findall(r'\["([^"]+)"\]', address)
    return {part for key in keys for whole in (key, *key.split("/")) for part in (whole, *whole.split("-"))}


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.lower().replace("_", " ")):
        if word not in _COMMON and len(word) > 1:
            yield word


def _akin(one: str, other: str) -> bool:
    """network and networking, database and databases, and the like."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and long.startswith(short[:-1] if short.endswith("s") else short)


def _telling(values: Iterable[Any]) -> bool:
    """Whether equal values can hardly be chance: not only true, false, nothing and small numbers."""
    return any(
        len(text) > 3 or (text.isdigit() and int(text) >= 10) for text in map(_frozen, values) if text not in _BARE
    )


def _same(value: Any, setting: Any) -> bool:
    """Whether a setting is an attribute's value, as Terraform turns one into the other."""
    return _frozen(value) == _frozen(setting)


def _within(setting: Any, value: Any) -> bool:
    """Whether a setting stands in a longer text, or both are absent."""
    if setting in (ABSENT, "") or value is ABSENT:
        return setting in (ABSENT, "") and value is ABSENT
    text = _frozen(setting)
    return len(text) > 3 and text in _frozen(value)


def _frozen(value: Any) -> str:
    """A value as text, so that 3, 3.0 and "3" are the same, and true and "true"."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return "" if value is None else str(value)


def _neutral(name: str) -> re.Pattern[str]:
    code = CODES.get(name, name)
    # Not /dev/xvda, nor AWS's own bucket of image layers, whose name begins with prod.
    coded = rf"(?<![a-z0-9])(?<!\A/){code}(?![a-z0-9]|-[a-z0-9-]+-starport-)"
    return re.compile(rf"{coded}|(?<![a-z]){name}(?![a-z])", re.IGNORECASE)


def _flat_settings(settings: Any, names: re.Pattern[str], prefix: str = "") -> dict[str, Any]:
    """Every path of the settings with its value; an object is there as `true`."""
    if isinstance(settings, dict):
        # An empty object is a switch that is on.
        found = {prefix: True} if prefix else {}
        for key, value in settings.items():
            found |= _flat_settings(value, names, f"{prefix}.{key}" if prefix else key)
        return found
    if isinstance(settings, list):
        return {prefix: names.sub("{env}", json.dumps(settings))} if settings else {}
    if settings is None:
        return {}
    return {prefix: names.sub("{env}", settings) if isinstance(settings, str) else settings}


def _resources(document: Mapping[str, Any], names: re.Pattern[str]) -> dict[str, Resource]:
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


def _module(address: str) -> str:
    """The module that a resource is in: `compute` of module.environment.module.compute["x"]."""
    path = re.findall(r"module\.([\w-]+)", re.sub(r"\[[^\]]*\]", "", address))
    # The module that the composition calls, not what that one calls in turn.
    return path[1] if len(path) > 1 and path[0] == "environment" else path[0] if path else "the root"


def report(comparison: Comparison) -> str:
    """Every difference in words, by module; alike ones together."""
    groups: dict[str, dict[tuple[Any, ...], list[Difference]]] = defaultdict(lambda: defaultdict(list))
    for difference in comparison.differences:
        kind = _kind(difference.address)
        groups[difference.module][kind, difference.attribute, difference.values, difference.setting].append(difference)
    out = []
    for module, found in sorted(groups.items()):
        out.append(f"{module}")
        out += [f"  {_sentence(alike)}" for alike in found.values()]
        out.append("")
    unexplained = comparison.unexplained
    out.append(f"{len(comparison.differences)} differences, {len(unexplained)} that no setting makes")
    return "\n".join(out) + "\n"


def _sentence(alike: list[Difference]) -> str:
    first = alike[0]
    because = f"[{first.setting}]" if first.setting else "[NO SETTING MAKES THIS]"
    what = _kind(first.address)
    indexes = [index[1].strip('"') for one in alike if (index := _INDEX.search(one.address))]
    which = f" {', '.join(indexes)}" if indexes else ""
    if not first.attribute:
        have = [name for name, there in first.values if there]
        lack = [name for name, there in first.values if not there]
        more = f"{len(alike)} more {what}" if len(alike) > 1 else f"{what}"
        return f"{_and(have)} {'has' if len(have) == 1 else 'have'} {more}{which}, {_and(lack)} not {because}"
    by_value: dict[str, list[str]] = defaultdict(list)
    for name, value in first.values:
        by_value["nothing" if value is ABSENT else _frozen(value)].append(name)
    said = ", ".join(f"{_short(value)} in {_and(names)}" for value, names in by_value.items())
    return f"{what}{which}: {first.attribute} is {said} {because}"


def _kind(address: str) -> str:
    """The resource without its module and key."""
    return re.sub(r"^(module\.[\w-]+(\[[^\]]*\])?\.)+", "", _INDEX.sub("", address))


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _short(value: str, length: int = 70) -> str:
    return value if len(value) <= length else f"{value[: length - 3]}..."


def main() -> int:
    """Print the differences; 1 if no setting makes one of them."""
    parser = argparse.ArgumentParser(
        prog="environment-differences",
        description=__doc__.splitlines()[0],
        epilog="Exit status 1: a difference that no setting makes. NIGHTSHIFT_PLANS names a folder, as --plans does.",
    )
    parser.add_argument(
        "--plans", metavar="DIR", help="plans made before (tests/estate/plans.py DIR); default: make them"
    )
    parser.add_argument("--unexplained", action="store_true", help="print only those that no setting makes")
    options = parser.parse_args()
    comparison = Comparison(given_plans(options.plans, lambda line: print(line, file=sys.stderr)))
    if options.unexplained:
        comparison.differences = comparison.unexplained
    print(report(comparison), end="")
    return 1 if comparison.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())

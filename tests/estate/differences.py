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
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .attribution import BARE, akin_module, index_parts, nearness, same, telling, within
from .difference_words import report
from .plan_values import ABSENT, Resource, flat_settings, frozen, kind_of, module_of, neutral, resources_of
from .plans import PlanOf, given_plans

# Under which a resource is listed elsewhere.
_NAMES = ("alarm_name", "bucket", "function_name", "identifier", "name", "replication_group_id")
_TOKEN = re.compile(r"[\w{}.:/*-]{6,}")


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


class Comparison:
    """The plans side by side."""

    def __init__(self, plans: Mapping[str, PlanOf]) -> None:
        self.names = list(plans)
        self._settings = {name: flat_settings(plan.settings, neutral(name)) for name, plan in plans.items()}
        self._objects = {key.rpartition(".")[0] for settings in self._settings.values() for key in settings}
        self._resources = {name: resources_of(plan.document, neutral(name)) for name, plan in plans.items()}
        self._differing = [
            path
            for path in sorted({key for settings in self._settings.values() for key in settings})
            if len({frozen(self._setting(name, path)) for name in self.names}) > 1
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
            if len({frozen(value) for value in values.values()}) > 1:
                yield self._difference(address, path, values)

    def _difference(self, address: str, attribute: str, values: Mapping[str, Any]) -> Difference:
        return Difference(
            module_of(address), address, attribute, tuple(values.items()), self._explain(address, attribute, values)
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
        settings = {name: frozen(self._setting(name, path)) for name in values}
        return not any(
            frozen(values[one]) != frozen(values[other]) and settings[one] == settings[other]
            for one in values
            for other in values
        )

    def _spelt(self, path: str, one: Difference, changing: set[str]) -> bool:
        """Whether a setting's own text is in what changes, and differs where it does."""
        if not self._differs_where(path, dict(one.values)):
            return False
        texts = {frozen(self._setting(name, path)) for name, _ in one.values} - BARE
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
        near = nearness(path, address, attribute)
        if not attribute and not near and akin_module(path, address):
            # What a switch of the module turns on is there exactly where the switch is.
            return 1 if all((settings[name] not in (ABSENT, False)) == bool(values[name]) for name in values) else 0
        if attribute and all(same(values[name], settings[name]) for name in values):
            return 1000 + near if near or telling(values.values()) else 0
        if attribute and all(within(settings[name], values[name]) for name in values):
            return 500 + near if near or telling(settings.values()) else 0
        if not near:
            return 0
        if attribute:
            # A switch makes a switch; an object's leaves say more of an
            # attribute than that there is an object.
            switch = all(isinstance(value, bool) for value in (*values.values(), *filter(None, settings.values())))
            return 10 * near + (5 if switch else 0) - (1 if path in self._objects else 0)
        # The key of an object makes a resource, rather than what is said in it.
        made = path in self._objects and path.rpartition(".")[2] in index_parts(address)
        return 10 * near + (100 if made else 0)


def _renumbered(found: list[Difference]) -> list[Difference]:
    """Resources numbered by position differ in all that follows where one more is in between: by its setting."""
    grown = {
        kind_of(one.address) + module_of(one.address): one.setting for one in found if not one.attribute and one.setting
    }
    return [
        replace(one, setting=grown.get(kind_of(one.address) + module_of(one.address)))
        if one.setting is None and one.attribute and re.search(r"\d\"?\]$", one.address)
        else one
        for one in found
    ]


def _together(found: list[Difference]) -> list[Difference]:
    """A group comes with its policy: what is there with something of its kind has that one's setting."""
    there = {
        (one.module, kind_of(one.address).split(".")[0], one.values): one.setting
        for one in found
        if not one.attribute and one.setting
    }

    def explained(one: Difference) -> Difference:
        if one.setting or one.attribute:
            return one
        kind = kind_of(one.address).split(".")[0]
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

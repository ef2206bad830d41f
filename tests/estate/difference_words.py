"""The differences in words, by module; alike ones together."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from .plan_values import ABSENT, INDEX, frozen, kind_of

if TYPE_CHECKING:
    from .differences import Comparison, Difference


def report(comparison: Comparison) -> str:
    """Every difference in words, by module; alike ones together."""
    groups: dict[str, dict[tuple[Any, ...], list[Difference]]] = defaultdict(lambda: defaultdict(list))
    for difference in comparison.differences:
        kind = kind_of(difference.address)
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
    what = kind_of(first.address)
    indexes = [index[1].strip('"') for one in alike if (index := INDEX.search(one.address))]
    which = f" {', '.join(indexes)}" if indexes else ""
    if not first.attribute:
        have = [name for name, there in first.values if there]
        lack = [name for name, there in first.values if not there]
        more = f"{len(alike)} more {what}" if len(alike) > 1 else f"{what}"
        return f"{_and(have)} {'has' if len(have) == 1 else 'have'} {more}{which}, {_and(lack)} not {because}"
    by_value: dict[str, list[str]] = defaultdict(list)
    for name, value in first.values:
        by_value["nothing" if value is ABSENT else frozen(value)].append(name)
    said = ", ".join(f"{_short(value)} in {_and(names)}" for value, names in by_value.items())
    return f"{what}{which}: {first.attribute} is {said} {because}"


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _short(value: str, length: int = 70) -> str:
    return value if len(value) <= length else f"{value[: length - 3]}..."

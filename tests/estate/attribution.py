"""How well a setting explains a difference: by its value, its place and its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from .plan_values import ABSENT, frozen, kind_of, module_of

# What says nothing about what a thing is: it explains nothing.
_COMMON = frozenset(
    """
    a aws and arn block by config configuration count default enabled environment environments for group id in is it
    key keys list main module name names of on or policy resource resources rule rules set settings tags the this to
    type value values
    """.split()
)
BARE = frozenset({"true", "false"})
_WORD = re.compile(r"[a-z0-9]+")


def akin_module(path: str, address: str) -> bool:
    return any(_akin(word, other) for word in _words(path.split(".")[0]) for other in _words(module_of(address)))


def nearness(path: str, address: str, attribute: str) -> int:
    """How many names a setting and a resource's attribute share; 0 unless they are about the same thing.

    The same thing: the setting is under a key that the resource has too, or
    the setting's own name is a word of the attribute or of the resource. That
    both belong to the network is not enough.
    """
    parts = [part for part in path.split(".") if part]
    index = index_parts(address)
    # Nearer than three steps: what is said of a node group is not said of its cluster.
    keys = sum(1 for part in parts if part in index) if index.intersection(parts[-3:]) else 0
    words = set(_words(re.sub(r"\[[^\]]*\]", " ", address)))
    shared = sum(1 for part in parts if any(_akin(word, other) for word in _words(part) for other in words))
    leaf, own = set(_words(parts[-1])), set(_words(kind_of(address)))
    in_attribute = sum(1 for word in leaf for other in _words(attribute) if _akin(word, other))
    in_resource = sum(1 for word in leaf for other in own if _akin(word, other) and "tags" not in parts)
    if not (keys or in_attribute or in_resource):
        return 0
    return 5 * keys + shared + 3 * in_attribute


def index_parts(address: str) -> set[str]:
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


def telling(values: Iterable[Any]) -> bool:
    """Whether equal values can hardly be chance: not only true, false, nothing and small numbers."""
    return any(
        len(text) > 3 or (text.isdigit() and int(text) >= 10) for text in map(frozen, values) if text not in BARE
    )


def same(value: Any, setting: Any) -> bool:
    """Whether a setting is an attribute's value, as Terraform turns one into the other."""
    return frozen(value) == frozen(setting)


def within(setting: Any, value: Any) -> bool:
    """Whether a setting stands in a longer text, or both are absent."""
    if setting in (ABSENT, "") or value is ABSENT:
        return setting in (ABSENT, "") and value is ABSENT
    text = frozen(setting)
    return len(text) > 3 and text in frozen(value)

"""Condition operators of IAM policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
An operator or a key that is not known here raises ``Unsupported``, and the
evaluator denies: a rehearsal must not be kinder than AWS.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

Value = str | Sequence[str]


class Unsupported(Exception):
    """A condition that this evaluator cannot judge."""


@lru_cache(maxsize=4096)
def _pattern(pattern: str, fold: bool) -> re.Pattern[str]:
    text = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if fold else 0))


def like(value: str, pattern: str, *, fold: bool = False) -> bool:
    """Whether ``value`` matches a pattern with ``*`` and ``?``."""
    return _pattern(pattern, fold).fullmatch(value) is not None


def arn_like(value: str, pattern: str) -> bool:
    """ARN comparison: each of the six parts by itself, so ``*`` never crosses a colon."""
    left, right = value.split(":", 5), pattern.split(":", 5)
    if len(right) < 6 or len(left) < 6:
        return like(value, pattern)
    return all(like(part, expected) for part, expected in zip(left, right, strict=True))


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda actual, expected: compare(float(actual), float(expected))


def _moment(text: str) -> float:
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    return datetime.fromisoformat(text).timestamp()


def _date(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda actual, expected: compare(_moment(actual), _moment(expected))


_POSITIVE: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda actual, expected: actual == expected,
    "stringequalsignorecase": lambda actual, expected: actual.lower() == expected.lower(),
    "stringlike": like,
    "arnequals": arn_like,
    "arnlike": arn_like,
    "bool": lambda actual, expected: actual.lower() == expected.lower(),
    "ipaddress": lambda actual, expected: (
        ipaddress.ip_address(actual) in ipaddress.ip_network(expected, strict=False)),
    "numericequals": _number(lambda a, b: a == b),
    "numericlessthan": _number(lambda a, b: a < b),
    "numericlessthanequals": _number(lambda a, b: a <= b),
    "numericgreaterthan": _number(lambda a, b: a > b),
    "numericgreaterthanequals": _number(lambda a, b: a >= b),
    "dateequals": _date(lambda a, b: a == b),
    "datelessthan": _date(lambda a, b: a < b),
    "datelessthanequals": _date(lambda a, b: a <= b),
    "dategreaterthan": _date(lambda a, b: a > b),
    "dategreaterthanequals": _date(lambda a, b: a >= b),
}
_NEGATIVE = {
    "stringnotequals": "stringequals", "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike", "arnnotequals": "arnequals", "arnnotlike": "arnlike",
    "notipaddress": "ipaddress", "numericnotequals": "numericequals", "datenotequals": "dateequals",
}


def satisfied(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, Value],
              known: Callable[[str], bool]) -> bool:
    """Whether every condition holds.

    ``context`` maps condition keys in lower case to values.  ``known`` tells
    whether a key that is absent from it is absent in truth (a tag that the
    resource lacks) or merely not known here.
    """
    for operator, pairs in conditions.items():
        for key, expected in pairs.items():
            values = [expected] if not isinstance(expected, list) else expected
            texts = [_text(substituted(value, context)) for value in values]
            if not _one(operator, key.lower(), texts, context, known):
                return False
    return True


def _one(operator: str, key: str, expected: list[str], context: Mapping[str, Value],
         known: Callable[[str], bool]) -> bool:
    name = operator.lower()
    if key not in context and not known(key):
        raise Unsupported(f"the condition key {key} is not known to the local cloud")
    actual = context.get(key)
    if name == "null":
        return (actual is None) == (expected[0].lower() == "true")
    quantifier = ""
    for prefix in ("foranyvalue:", "forallvalues:"):
        if name.startswith(prefix):
            quantifier, name = prefix, name[len(prefix):]
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    negative = name in _NEGATIVE
    test = _POSITIVE.get(_NEGATIVE.get(name, name))
    if test is None:
        raise Unsupported(f"the condition operator {operator} is not known to the local cloud")
    if actual is None:
        if quantifier:
            return quantifier == "forallvalues:"
        return if_exists or negative
    values = [actual] if isinstance(actual, str) else list(actual)

    def matches(value: str) -> bool:
        return any(test(value, wanted) for wanted in expected) != negative

    if quantifier == "foranyvalue:":
        return any(matches(value) for value in values)
    if quantifier == "forallvalues:":
        return all(matches(value) for value in values)
    if len(values) != 1:
        raise Unsupported(f"{key} has several values and {operator} takes one")
    return matches(values[0])


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def substituted(value: Any, context: Mapping[str, Value]) -> Any:
    """Policy variables such as ``${aws:PrincipalTag/Environment}``."""
    if not isinstance(value, str) or "${" not in value:
        return value

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name in {"*", "?", "$"}:
            return name
        found = context.get(name.lower())
        if not isinstance(found, str):
            raise Unsupported(f"the policy variable {match[0]} has no value here")
        return found

    return re.sub(r"\$\{([^}]+)\}", replace, value)

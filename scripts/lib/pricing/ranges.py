"""Quantities and amounts as ranges: low, expected, high. Decimals only."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

HOURS = Decimal(730)  # AWS's month, as its own calculator takes it


def _decimal(value: object) -> Decimal:
    if isinstance(value, float):
        # repr is the shortest text that means this float: what was written.
        return Decimal(repr(value))
    return Decimal(value)  # type: ignore[arg-type]


class Range(NamedTuple):
    """Three decimals that go together."""

    low: Decimal
    expected: Decimal
    high: Decimal

    @classmethod
    def of(cls, low: object, expected: object = None, high: object = None) -> Range:
        """A range of what Decimal takes; one value alone is all three."""
        first = _decimal(low)
        middle = first if expected is None else _decimal(expected)
        return cls(first, middle, middle if high is None else _decimal(high))

    def plus(self, other: Range) -> Range:
        """The sum, each bound for itself."""
        return Range(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def minus(self, other: Range) -> Range:
        """The difference, each bound for itself."""
        return Range(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))

    def times(self, other: Range | Decimal | int) -> Range:
        """The product, each bound for itself."""
        factors = other if isinstance(other, Range) else Range.of(other)
        return Range(*(mine * theirs for mine, theirs in zip(self, factors, strict=True)))

    @property
    def certain(self) -> bool:
        """Whether there is but one value."""
        return self.low == self.expected == self.high


ZERO = Range.of(0)

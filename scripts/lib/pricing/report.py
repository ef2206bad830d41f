"""An estimate for people (text, Markdown) and for programs (JSON)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .estimate import Estimate, Line, total
from .ranges import ZERO, Range

_CENT = Decimal("0.01")
_DEAREST = 10
_CHANGES = 20


@dataclass(frozen=True)
class Verdict:
    """The gate's word on an estimate."""

    budget: Decimal | None
    over: bool
    text: str


def judge(estimate: Estimate, budget: Decimal | None, *, strict: bool = False) -> Verdict:
    """Hold the expected sum against the budget.

    Expected gates: it is what the budget's own alarms will see. Low would
    pass what is known to be too dear, and high is every assumption at its
    worst in the same month, which nobody plans a budget for; that high passes
    the budget is said, and is no failure.
    """
    amount = estimate.total
    missing = f"; {len(estimate.unpriced)} unpriced, and --strict wants none" if strict and estimate.unpriced else ""
    if budget is None:
        return Verdict(None, bool(missing), f"no budget given{missing}")
    if amount.expected > budget:
        return Verdict(
            budget, True, f"over the budget of {money(budget)} by {money(amount.expected - budget)}{missing}"
        )
    room = f"{money(budget - amount.expected)} below the budget of {money(budget)}"
    warning = (
        f"; everything at its highest would pass it by {money(amount.high - budget)}" if amount.high > budget else ""
    )
    return Verdict(budget, bool(missing), room + warning + missing)


def text(estimate: Estimate, verdict: Verdict, title: str) -> str:
    """The table that a person reads in ten seconds, and what it rests on."""
    amount = estimate.total
    out = [
        f"{title}: {money(amount.expected)} a month expected ({money(amount.low)} to {money(amount.high)})",
        f"  {verdict.text}",
        "",
    ]
    out += columns(("SERVICE", "LOW", "EXPECTED", "HIGH"), _by_service(estimate), "lrrr")
    out += ["", f"THE {_DEAREST} DEAREST"]
    out += columns(
        ("", "EXPECTED"), [(address, money(cost.expected)) for address, cost in dearest(estimate)], "lr", head=False
    )
    if estimate.unpriced:
        out += ["", f"NOT IN THE SUM ({len(estimate.unpriced)})"]
        out += columns(("", "", ""), _unpriced(estimate), "lll", head=False)
    out += ["", f"ASSUMED ({estimate.usage.name}; low, expected, high)"]
    out += columns(
        ("", "", ""),
        [(path, _quantities(bounds), unit) for path, bounds, unit in estimate.usage.used()],
        "lrl",
        head=False,
    )
    if idle := estimate.usage.idle():
        out += [f"  and {len(idle)} more for what this plan does not have"]
    out += ["", f"{_counts(estimate)}. Prices: {estimate.table.name}, 730 hours a month, no free tiers."]
    return "\n".join(out) + "\n"


def markdown(estimate: Estimate, verdict: Verdict, title: str, changes: Sequence[tuple[str, Range]] = ()) -> str:
    """For a review."""
    amount = estimate.total
    out = [
        f"### {title}: {money(amount.expected)} a month",
        "",
        f"{'❌' if verdict.over else '✅'} {verdict.text} (range {money(amount.low)} to {money(amount.high)})",
        "",
    ]
    if changes:
        out += _markdown_changes(changes)
    out += ["| service | low | expected | high |", "|---|---:|---:|---:|"]
    out += [f"| {' | '.join(row)} |" for row in _by_service(estimate)]
    out += ["", "<details><summary>The dearest resources</summary>", "", "| resource | expected |", "|---|---:|"]
    out += [f"| `{address}` | {money(cost.expected)} |" for address, cost in dearest(estimate)]
    out += ["", "</details>", ""]
    if estimate.unpriced:
        out += [
            f"<details><summary>Not in the sum: {len(estimate.unpriced)}</summary>",
            "",
            "| resource | what | why |",
            "|---|---|---|",
        ]
        out += [f"| `{address}` | {what} | {why} |" for address, what, why in _unpriced(estimate)]
        out += ["", "</details>", ""]
    out.append(f"Prices: {estimate.table.name}; assumptions: {estimate.usage.name}.")
    return "\n".join(out) + "\n"


def document(estimate: Estimate, verdict: Verdict, title: str) -> dict[str, Any]:
    """Everything, amounts as decimal text."""
    return {
        "title": title,
        "prices": estimate.table.name,
        "usage": estimate.usage.name,
        "total": _bounds(estimate.total),
        "budget": None if verdict.budget is None else str(verdict.budget),
        "over": verdict.over,
        "verdict": verdict.text,
        "services": {name: _bounds(total(lines)) for name, lines in _services(estimate.lines).items()},
        "lines": [
            {
                "address": line.address,
                "service": line.service,
                "component": line.component,
                "region": line.price.region,
                "quantity": _bounds(line.quantity),
                "unit": line.price.unit,
                "usd": str(line.price.usd),
                "cost": _bounds(line.cost),
                "source": line.price.source,
                "as_of": line.price.as_of,
            }
            for line in estimate.lines
        ],
        "unpriced": [{"address": one.address, "what": one.what, "why": one.why} for one in estimate.unpriced],
        "assumptions": {
            path: {**_bounds(bounds), "unit": unit, "why": estimate.usage.why.get(path, "")}
            for path, bounds, unit in estimate.usage.used()
        },
        "free": estimate.free,
        "elsewhere": estimate.elsewhere,
    }


def changes(now: Estimate, before: Estimate) -> list[tuple[str, Range]]:
    """What each address costs more or less than before, the largest change first."""
    after, earlier = _by_address(now.lines), _by_address(before.lines)
    found = []
    for address in {*after, *earlier}:
        difference = after.get(address, ZERO).minus(earlier.get(address, ZERO))
        if difference != ZERO:
            mark = "" if address in after and address in earlier else " (new)" if address in after else " (gone)"
            found.append((address + mark, difference))
    return sorted(found, key=lambda one: (-abs(one[1].expected), one[0]))


def changes_text(found: Sequence[tuple[str, Range]]) -> str:
    """What a change costs."""
    if not found:
        return "This change costs nothing.\n"
    sums = ZERO
    for _, difference in found:
        sums = sums.plus(difference)
    out = [f"This change: {signed(sums.expected)} a month expected (low {signed(sums.low)}, high {signed(sums.high)})"]
    out += columns(
        ("", ""), [(address, signed(difference.expected)) for address, difference in found[:_CHANGES]], "lr", head=False
    )
    if len(found) > _CHANGES:
        rest = sum((difference.expected for _, difference in found[_CHANGES:]), Decimal(0))
        out.append(f"  and {len(found) - _CHANGES} smaller ones, {signed(rest)}")
    return "\n".join(out) + "\n"


def dearest(estimate: Estimate, count: int = _DEAREST) -> list[tuple[str, Range]]:
    """The addresses that cost most; usage of the whole environment by service."""
    sums = _by_address(estimate.lines)
    return sorted(sums.items(), key=lambda one: (-one[1].expected, one[0]))[:count]


def money(amount: Decimal) -> str:
    """Dollars and cents."""
    return f"${amount.quantize(_CENT, ROUND_HALF_UP):,}"


def signed(amount: Decimal) -> str:
    """Dollars and cents with a sign."""
    return f"{'-' if amount < 0 else '+'}{money(abs(amount))}"


def _services(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.service].append(line)
    return dict(sorted(found.items(), key=lambda one: (-total(one[1]).expected, one[0])))


def _by_service(estimate: Estimate) -> list[tuple[str, str, str, str]]:
    rows = [(name, *(money(bound) for bound in total(lines))) for name, lines in _services(estimate.lines).items()]
    return [*rows, ("total", *(money(bound) for bound in estimate.total))]


def _by_address(lines: Iterable[Line]) -> dict[str, Range]:
    sums: dict[str, Range] = {}
    for line in lines:
        address = line.address if not line.address.startswith("(") else f"{line.service}: {line.component}"
        sums[address] = sums.get(address, ZERO).plus(line.cost)
    return sums


def _unpriced(estimate: Estimate) -> list[tuple[str, str, str]]:
    """Alike ones together."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in estimate.unpriced:
        groups[one.what, one.why].append(one.address)
    return [
        (addresses[0] + (f" and {len(addresses) - 1} more" if len(addresses) > 1 else ""), what, why)
        for (what, why), addresses in groups.items()
    ]


def _counts(estimate: Estimate) -> str:
    free, elsewhere = sum(estimate.free.values()), sum(estimate.elsewhere.values())
    every = len(estimate.plan.resources)
    own = every - free - elsewhere
    return f"{every} resources: {own} by a rule of their own, {elsewhere} with another or by usage, {free} free"


def _quantities(bounds: Range) -> str:
    if bounds.certain:
        return _number(bounds.low)
    return ", ".join(_number(bound) for bound in bounds)


def _number(amount: Decimal) -> str:
    return f"{amount.normalize():,f}"


def _bounds(bounds: Range) -> dict[str, str]:
    return {"low": f"{bounds.low:f}", "expected": f"{bounds.expected:f}", "high": f"{bounds.high:f}"}


def _markdown_changes(found: Sequence[tuple[str, Range]]) -> list[str]:
    sums = ZERO
    for _, difference in found:
        sums = sums.plus(difference)
    out = [f"**This change: {signed(sums.expected)} a month**", "", "| what changes | expected |", "|---|---:|"]
    return [*out, *(f"| `{address}` | {signed(difference.expected)} |" for address, difference in found), ""]


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]], sides: str, *, head: bool = True) -> list[str]:
    """Rows in columns; ``sides`` has an ``l`` or an ``r`` for each."""
    everything = [heads, *rows] if head else list(rows)
    if not everything:
        return ["  none"]
    widths = [max(len(row[column]) for row in everything) for column in range(len(sides))]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, widths, sides, strict=True)
        ).rstrip()
        for row in everything
    ]

"""What the plans of the environments would cost, side by side, through the table of the cost gate."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from decimal import Decimal

from deployment.terminal import Refused
from e2e.terraform import TerraformError
from estate.plans import PlanOf, given_plans
from pricing import services  # noqa: F401
from pricing.estimate import Estimate, budget_of, total
from pricing.plans import Plan, PlanError
from pricing.prices import PriceTable
from pricing.report import Verdict, columns, document, judge, money
from pricing.usage import Usage, UsageError

Priced = dict[str, tuple[Estimate, Verdict]]


def tell(folder: str | None, *, as_json: bool) -> int:
    """Print it; 1 where an environment is over its budget."""
    try:
        priced = price(given_plans(folder, say=lambda line: print(line, file=sys.stderr)))
    except (TerraformError, PlanError, UsageError, OSError) as error:
        raise Refused(" ".join(str(error).split())) from None
    if as_json:
        print(json.dumps({"environments": {
            name: document(estimate, verdict, name) for name, (estimate, verdict) in priced.items()}}, indent=2))
    else:
        print(table(priced), end="")
    return 1 if any(verdict.over for _estimate, verdict in priced.values()) else 0


def price(found: Mapping[str, PlanOf]) -> Priced:
    """Every plan's month, held against the budget that the plan itself makes."""
    prices, priced = PriceTable.load(), Priced()
    for name, one in found.items():
        plan = Plan(one.document)
        estimate = Estimate.make(plan, prices, Usage.of_environment(name))
        priced[name] = (estimate, judge(estimate, budget_of(plan)))
    return priced


def table(priced: Priced) -> str:
    """One row for a service, one column for an environment, the dearest service first."""
    sums: dict[str, dict[str, Decimal]] = {}
    for name, (estimate, _verdict) in priced.items():
        for service in {line.service for line in estimate.lines}:
            own = total(line for line in estimate.lines if line.service == service)
            sums.setdefault(service, {})[name] = own.expected
    rows = [(service, *(money(of.get(name, Decimal(0))) if name in of else "-" for name in priced),
             money(sum(of.values(), Decimal(0))))
            for service, of in sorted(sums.items(), key=lambda one: (-sum(one[1].values()), one[0]))]
    estimates = [estimate for estimate, _verdict in priced.values()]
    verdicts = [verdict for _estimate, verdict in priced.values()]
    budgets = [verdict.budget for verdict in verdicts]

    def row(title: str, amounts: list[Decimal | None]) -> tuple[str, ...]:
        known = [amount for amount in amounts if amount is not None]
        every = _shown(sum(known, Decimal(0))) if len(known) == len(amounts) else "-"
        return (title, *("-" if amount is None else _shown(amount) for amount in amounts), every)

    rows += [
        row("expected", [estimate.total.expected for estimate in estimates]),
        row("at least", [estimate.total.low for estimate in estimates]),
        row("at most", [estimate.total.high for estimate in estimates]),
        row("budget", budgets),
        row("room", [None if budget is None else budget - estimate.total.expected
                     for budget, estimate in zip(budgets, estimates, strict=True)]),
    ]
    out = ["A month of 730 hours, in US dollars, before tax, credits and free tiers", ""]
    out += columns(("SERVICE", *(name.upper() for name in priced), "TOGETHER"), rows, "l" + "r" * (len(priced) + 1))
    out += ["", *(f"{name}: {verdict.text}" for name, (_estimate, verdict) in priced.items())]
    out += [f"{name}: {len(estimate.unpriced)} not in the sum; scripts/plan-cost names them"
            for name, (estimate, _verdict) in priced.items() if estimate.unpriced]
    return "\n".join(out) + "\n"


def _shown(amount: Decimal) -> str:
    return money(amount) if amount >= 0 else f"-{money(-amount)}"

"""scripts/plan-cost: a plan's month in dollars, held against its budget."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from . import report, services  # noqa: F401
from .estimate import Estimate, budget_of
from .plans import Plan, PlanError
from .prices import PriceTable
from .usage import Usage, UsageError

_EPILOG = """\
Exit status: 0 within the budget (or none is known), 1 over it, or unpriced
under --strict; 2 when something could not be read.

The budget is --budget, or the largest monthly cost budget that the plan
itself makes. The expected sum is held against it; terraform/pricing/README.md
says why, and where every price is from.
"""


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="plan-cost",
        description="Prices what `terraform show -json` prints of a plan or a state, per month.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("plan", type=Path, metavar="PLAN.json", help="a plan or a state")
    parser.add_argument(
        "--against", type=Path, metavar="OTHER.json", help="say what costs more or less than in this plan or state"
    )
    parser.add_argument(
        "--awake", type=_decimal, metavar="HOURS", help="hours of a week in which what sleeps runs, of 168"
    )
    parser.add_argument("--budget", type=_decimal, metavar="USD", help="the month's limit")
    parser.add_argument(
        "--environment", metavar="NAME", help="whose usage assumptions; default: what the plan's tags say"
    )
    parser.add_argument("--prices", type=Path, metavar="FILE", help="another table of unit prices")
    parser.add_argument(
        "--region",
        action="append",
        default=[],
        metavar="ALIAS=REGION",
        help="the Region of a provider that the plan does not tell",
    )
    parser.add_argument("--strict", action="store_true", help="fail when anything is unpriced")
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        metavar="DATE",
        help="the day on which versions are judged; default: the plan's",
    )
    parser.add_argument("--usage", type=Path, metavar="FILE", help="usage assumptions, instead of the environment's")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="everything, for programs")
    form.add_argument("--markdown", action="store_true", help="a comment for a review")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it."""
    given = parse(arguments)
    try:
        return _run(given)
    except BrokenPipeError:
        sys.stderr.close()  # whoever reads has seen enough
        return 2
    except (PlanError, UsageError, OSError) as error:
        print(f"plan-cost: {error}", file=sys.stderr)
        return 2


def _run(given: argparse.Namespace) -> int:
    regions = dict(pair.split("=", 1) for pair in given.region)
    plan = Plan.load(given.plan, regions)
    name = given.environment or plan.environment()
    if given.usage:
        usage = Usage.load(given.usage)
    elif name:
        usage = Usage.of_environment(name)
    else:
        raise UsageError("the plan's tags name no environment: give --environment or --usage")
    if given.awake is not None:
        usage = usage.with_awake(given.awake)
    table = PriceTable.load(given.prices)
    estimate = Estimate.make(plan, table, usage, given.today)
    verdict = report.judge(estimate, given.budget if given.budget is not None else budget_of(plan), strict=given.strict)
    title = name or usage.name

    before = Plan.load(given.against, regions) if given.against else plan.prior
    changes = report.changes(estimate, Estimate.make(before, table, usage, estimate.today)) if before else []
    if given.json:
        document = report.document(estimate, verdict, title)
        if before:
            document["changes"] = {address: str(difference.expected) for address, difference in changes}
        print(json.dumps(document, indent=2))
    elif given.markdown:
        print(report.markdown(estimate, verdict, title, changes), end="")
    else:
        print(report.text(estimate, verdict, title), end="")
        if before:
            print("\n" + report.changes_text(changes), end="")
    return 1 if verdict.over else 0


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text} is no number") from None


if __name__ == "__main__":
    sys.exit(main())

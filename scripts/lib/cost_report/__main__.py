"""The command line of scripts/cost-report.sh."""

from __future__ import annotations

import argparse
import os
import re
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from deployment.options import ENVIRONMENTS
from deployment.terminal import Refused

from . import plans, spent

_EPILOG = """\
  scripts/cost-report.sh --estimate
  scripts/cost-report.sh --environment production --period 2026-10
  scripts/cost-report.sh --environment production --period 2026-10 --html october.html

Exit status: 0 told; 1 it cannot be told, why in one line, or --estimate found
an environment over its budget; 2 a wrong command.

What was spent is told by the function cost-anomaly of the environment, which
asks Cost Explorer: a cent for each page, counted against the function's cap.
--estimate asks nobody: it prices plans by terraform/pricing.
"""


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options, held against each other."""
    parser = argparse.ArgumentParser(
        prog="cost-report.sh", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="What an environment cost in a month, or what the plans of all three would cost in one.")
    parser.add_argument("--environment", choices=ENVIRONMENTS, help="whose month")
    parser.add_argument("--period", metavar="2026-10", type=_month, help="which month")
    parser.add_argument("--format", choices=("json", "markdown", "html"), help="how it is printed (default: markdown)")
    parser.add_argument("--html", metavar="FILE", type=Path, help="write a page with charts there, and open it")
    parser.add_argument("--no-open", action="store_true", help="write the page only")
    parser.add_argument("--target", choices=("aws", "local"), default="aws",
                        help="the account of your AWS credentials, or the local cloud in AWS_ENDPOINT_URL")
    parser.add_argument("--project", default="personal-timeline",
                        help="first part of all names (default: personal-timeline)")
    parser.add_argument("--region", help="default: that of your AWS configuration")
    parser.add_argument("--estimate", action="store_true", help="what the plans of the three environments would cost")
    parser.add_argument("--plans", metavar="DIR", help="with --estimate: plans that are there already, as NAME.json "
                                                       "(default: new ones, made on a local cloud)")
    parser.add_argument("--json", action="store_true", help="the same as --format json; with --estimate, everything")
    given = parser.parse_args(arguments)
    of_a_month = {"--environment": given.environment, "--period": given.period, "--format": given.format,
                  "--html": given.html}
    if given.estimate:
        if told := [name for name, value in of_a_month.items() if value]:
            parser.error(f"--estimate is of plans, not of a month: leave out {', '.join(told)}")
    elif given.plans:
        parser.error("--plans goes with --estimate")
    elif not (given.environment and given.period):
        parser.error("say --environment and --period, or --estimate")
    if given.json and given.format not in (None, "json"):
        parser.error(f"--json and --format {given.format} are two answers: say one of them")
    if given.html and (given.json or given.format):
        parser.error("--html writes a page: leave out --json and --format")
    return given


def _month(text: str) -> str:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise argparse.ArgumentTypeError(f"{text} is no month like 2026-10")
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it."""
    given = parse(arguments)
    try:
        if given.estimate:
            return plans.tell(given.plans, as_json=given.json)
        return _of_a_month(given)
    except BrokenPipeError:
        sys.stderr.close()  # whoever reads has seen enough
        return 1
    except Refused as refused:
        print(f"cost-report.sh: {refused}", file=sys.stderr)
        return 1


def _of_a_month(given: argparse.Namespace) -> int:
    form = "html" if given.html else "json" if given.json else given.format or "markdown"
    content = spent.report(spent.Asked(
        project=given.project, environment=given.environment, period=given.period, form=form,
        target=given.target, region=given.region))
    if not given.html:
        print(content, end="" if content.endswith("\n") else "\n")
        return 0
    try:
        given.html.write_text(content)
    except OSError as error:
        raise Refused(f"{given.html} cannot be written: {error.strerror}") from None
    print(f"{given.html} is written", file=sys.stderr)
    if not given.no_open and not os.environ.get("CI"):
        webbrowser.open(given.html.resolve().as_uri())
    return 0


if __name__ == "__main__":
    sys.exit(main())

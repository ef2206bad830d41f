"""What the commands of this package understand alike."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .root import REPOSITORY

ENVIRONMENTS = ("development", "staging", "production")


def common(parser: argparse.ArgumentParser) -> None:
    """Adds the options that deploy, destroy and backup share."""
    parser.add_argument("environment", choices=ENVIRONMENTS)
    parser.add_argument("--target", choices=("aws", "local"), default="aws",
                        help="the account of your AWS credentials, or the local cloud in AWS_ENDPOINT_URL")
    parser.add_argument("--dry-run", action="store_true", help="show what would be done, change nothing")
    parser.add_argument("--confirm", metavar="NAME", help="the environment's name, typed here instead of when asked")


def terraform(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the commands that run Terraform."""
    parser.add_argument("--backend", metavar="KEY=VALUE", action="append", default=[],
                        help="where the state is: bucket=..., region=...; repeatable "
                             "(default: $NIGHTSHIFT_STATE_BUCKET, $NIGHTSHIFT_STATE_REGION)")
    parser.add_argument("--var", metavar="NAME=VALUE", action="append", default=[], help="a variable of the root; repeatable")
    parser.add_argument("--var-file", metavar="FILE", action="append", default=[], type=Path, help="repeatable")
    parser.add_argument("--packages", metavar="DIR", type=Path,
                        help="folder with <function>/bootstrap.zip; they are then not built")
    parser.add_argument("--work", metavar="DIR", type=Path, default=REPOSITORY / ".local",
                        help="where plans and, for --target local, the copied tree go (default: .local)")


def backend(options: argparse.Namespace) -> list[str]:
    """The state's place; empty for the local target, whose state lies beside the copied root."""
    if options.target == "local":
        return []
    given = {one.partition("=")[0] for one in options.backend}
    known = {"bucket": os.environ.get("NIGHTSHIFT_STATE_BUCKET"), "region": os.environ.get("NIGHTSHIFT_STATE_REGION")}
    return options.backend + [f"{name}={value}" for name, value in known.items() if value and name not in given]


def arguments(options: argparse.Namespace) -> list[str]:
    """The variables as Terraform's arguments."""
    return [*(f"-var={one}" for one in options.var), *(f"-var-file={one.absolute()}" for one in options.var_file)]

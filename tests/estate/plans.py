"""Plans of the environments, with the settings they come from, made on an empty local cloud.

    plans = make_plans(folder)      # or read_plans(folder), where they already are
    plans["production"].document    # what terraform show -json prints
    plans["production"].settings    # the settings literal, evaluated

A folder of plans has NAME.json and NAME.settings.json for each environment.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e.terraform import ROOT, TODAY, Estate, TerraformError, _surroundings
from localcloud import LocalCloud

ENVIRONMENTS = ("development", "staging", "production")
# Where plans are looked for before they are made.
VARIABLE = "NIGHTSHIFT_PLANS"
# With load balancers, names and CloudFront: what an environment is once it has a domain.
_SITE = {"domain": "personal-timeline.app", "zone_id": "Z0123456789ABCDEFGHIJ"}
# The end of a zip file without files: a zip file.
_EMPTY_ZIP = b"PK\005\006" + bytes(18)


@dataclass(frozen=True)
class PlanOf:
    """One environment's plan and settings."""

    name: str
    document: dict[str, Any]
    settings: dict[str, Any]


def available() -> list[str]:
    """The environments that have a root."""
    return [name for name in ENVIRONMENTS if (ROOT / "terraform/environments" / name / "main.tf").exists()]


def read_plans(folder: Path) -> dict[str, PlanOf]:
    """Plans that are in a folder."""
    return {
        name: PlanOf(
            name,
            json.loads((folder / f"{name}.json").read_text()),
            json.loads((folder / f"{name}.settings.json").read_text()),
        )
        for name in ENVIRONMENTS
        if (folder / f"{name}.json").exists()
    }


def make_plans(
    folder: Path, *, cloud: Mapping[str, str] | None = None, say: Callable[[str], None] = lambda _: None
) -> dict[str, PlanOf]:
    """Plan every environment on a cloud (a new, empty one if none is given) and keep the plans in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="nightshift-plans-") as work:
        packages = _empty_packages(Path(work))
        if cloud is not None:
            _all(folder, Path(work), cloud, packages, say)
        else:
            with LocalCloud(Path(work) / "cloud") as started:
                _all(folder, Path(work), started.env, packages, say)
    return read_plans(folder)


def _all(folder: Path, work: Path, env: Mapping[str, str], packages: Path, say: Callable[[str], None]) -> None:
    for name in available():
        say(f"planning {name}")
        plan, settings = _plan(name, work / name, env, packages)
        (folder / f"{name}.json").write_text(plan)
        (folder / f"{name}.settings.json").write_text(settings)


def _plan(name: str, work: Path, env: Mapping[str, str], packages: Path) -> tuple[str, str]:
    # arm64: what is planned must not depend on the machine that plans.
    estate = Estate(name, work=work, env=env, packages=packages, architecture="arm64",
                    variables={"site": _SITE})
    estate.stage()
    estate._terraform("init", "-backend=true")  # noqa: SLF001
    file = work / "it.tfplan"
    estate._terraform("plan", f"-out={file}")  # noqa: SLF001
    settings = subprocess.run(
        ["terraform", "console"],
        input="jsonencode(local.settings)\n",
        cwd=estate.folder,
        text=True,
        env={**_surroundings(), **env},
        capture_output=True,
        check=False,
    )
    answer = next((line for line in settings.stdout.splitlines() if line.startswith('"')), None)
    if answer is None:
        raise TerraformError(f"local.settings of {name} could not be read: {settings.stdout}{settings.stderr}")
    return estate._terraform("show", "-json", str(file)), json.loads(answer)  # noqa: SLF001


def _empty_packages(folder: Path) -> Path:
    for manifest in (ROOT / "functions").glob("*/function.json"):
        package = folder / "packages" / manifest.parent.name
        package.mkdir(parents=True)
        (package / "bootstrap.zip").write_bytes(_EMPTY_ZIP)
    return folder / "packages"


def given_plans(folder: str | None, say: Callable[[str], None] = lambda _: None) -> dict[str, PlanOf]:
    """The plans of a folder, those that NIGHTSHIFT_PLANS names, or new ones."""
    chosen = folder or os.environ.get(VARIABLE)
    if chosen:
        found = read_plans(Path(chosen))
        if not found:
            raise TerraformError(f"{chosen} has no plans: tests/estate/plans.py {chosen} makes them")
        return found
    with tempfile.TemporaryDirectory(prefix="nightshift-plans-") as made:
        return make_plans(Path(made), say=say)


def main() -> int:
    """Make the plans and keep them."""
    parser = argparse.ArgumentParser(description=f"Plans every environment on an empty local cloud, as of {TODAY}.")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    made = make_plans(options.folder, say=lambda line: print(line, file=sys.stderr))
    print("\n".join(str(options.folder / f"{name}.json") for name in made))
    return 0


if __name__ == "__main__":
    sys.exit(main())

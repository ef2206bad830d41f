"""A Terraform root to work in: of AWS, in the checkout; of the local cloud, in a copy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .terminal import Refused

REPOSITORY = Path(__file__).resolve().parents[3]
_SHOWN = ("Error", "│ Error", "╷", "│", "╵")


class Root:
    """One root of terraform/, ready for commands."""

    def __init__(self, folder: Path, env: Mapping[str, str], *, arguments: Sequence[str] = (),
                 say: Callable[[str], None] = print) -> None:
        self.folder = folder
        self.env = dict(env)
        self._arguments = list(arguments)
        self._say = say

    def init(self, backend: Sequence[str]) -> None:
        """Prepares the folder; ``backend`` holds `key=value` of the state's place."""
        self._run("init", "-input=false", *(f"-backend-config={one}" for one in backend))

    def plan(self, out: Path, *, destroy: bool = False) -> dict[str, Any]:
        """Writes a plan and gives back what it would do."""
        self._run("plan", "-input=false", f"-out={out}", *(["-destroy"] if destroy else []), *self._arguments)
        return json.loads(self._output("show", "-json", str(out)))

    def apply(self, plan: Path) -> None:
        """Carries out a plan, and nothing but that plan; what is done is shown as it happens."""
        self._run("apply", "-input=false", str(plan), show=lambda line: ": " in line and (
            "complete after" in line or "Still " in line and line.rstrip().endswith("m0s elapsed]")))

    def outputs(self) -> dict[str, Any]:
        """The root's outputs."""
        return {name: one["value"] for name, one in json.loads(self._output("output", "-json")).items()}

    def state(self) -> dict[str, Any]:
        """The state as `terraform show -json` tells it; empty before the first apply."""
        return json.loads(self._output("show", "-json"))

    def serial(self) -> int | None:
        """The number of the state's version; None before the first apply."""
        done = subprocess.run(["terraform", "state", "pull"], cwd=self.folder, env=self.env, text=True,
                              capture_output=True, check=False)
        return json.loads(done.stdout).get("serial") if done.returncode == 0 and done.stdout.strip() else None

    def _run(self, command: str, *arguments: str, show: Callable[[str], bool] = lambda _line: False) -> None:
        said: list[str] = []
        with subprocess.Popen(["terraform", command, "-no-color", *arguments], cwd=self.folder, env=self.env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                if show(line):
                    self._say(line.strip())
        if process.returncode:
            at = next((index for index, line in enumerate(said) if "Error:" in line), max(0, len(said) - 20))
            raise Refused(f"terraform {command} failed in {self.folder}:\n{''.join(said[at:]).rstrip()}")

    def _output(self, *arguments: str) -> str:
        done = subprocess.run(["terraform", *arguments], cwd=self.folder, env=self.env, text=True,
                              capture_output=True, check=False)
        if done.returncode:
            raise Refused(f"terraform {arguments[0]} failed in {self.folder}:\n{done.stderr.strip()}")
        return done.stdout


def of_aws(environment: str, *, arguments: Sequence[str], say: Callable[[str], None]) -> Root:
    """The root in the checkout, with the surroundings as they are."""
    folder = REPOSITORY / "terraform/environments" / environment
    if not (folder / "main.tf").exists():
        known = sorted(one.parent.name for one in folder.parent.glob("*/main.tf"))
        raise Refused(f"there is no environment {environment!r}; there are {', '.join(known)}")
    return Root(folder, os.environ, arguments=arguments, say=say)


def of_local_cloud(environment: str, *, work: Path, packages: Path, arguments: Sequence[str],
                   say: Callable[[str], None]) -> Root:
    """The root in a copy, pointed at the local cloud in AWS_ENDPOINT_URL."""
    sys.path.insert(0, str(REPOSITORY / "tests"))
    from e2e.terraform import Estate  # noqa: PLC0415 - only the local target needs the tests' code

    env = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    if not env.get("AWS_ENDPOINT_URL", "").startswith(("http://127.0.0.1:", "http://localhost:")):
        raise Refused("--target local needs a local cloud: scripts/local-cloud start, then "
                      'eval "$(scripts/local-cloud env)"')
    stage = Estate(environment, work=work, env=env, packages=packages)
    stage.stage()
    return Root(stage.folder, stage.env, arguments=arguments, say=say)

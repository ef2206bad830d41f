"""A root of terraform/, applied to an endpoint.

The tree is copied to a work folder and one override file is laid beside the
root there: the checkout stays clean, and the product does not know that the
endpoint is not AWS.

    with Estate("environments/development", work=folder, env=cloud.env, packages=zips) as estate:
        outputs = estate.apply()
        assert estate.differences() == []
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
KNOWN = Path(__file__).with_name("known_differences.json")

# The day against which Kubernetes support is judged: a rehearsal must not
# begin to fail on the day on which a version's support ends.
TODAY = "2026-11-01T00:00:00Z"

_BACKEND = """\
terraform {
  backend "local" {}
}
"""
_PROVIDER = """
provider "aws" {%s
  # Only for names that resolve nowhere, such as those that begin with an account's number.
  http_proxy  = "%s"
  https_proxy = "%s"
  # The default of 25 waits minutes for what an emulator does not know.
  max_retries                 = 2
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}
"""
_PROVIDER_BLOCK = re.compile(r'^provider "aws" \{$(.*?)^\}$', re.MULTILINE | re.DOTALL)
_ALIAS = re.compile(r'^\s+alias\s*=\s*"(\w+)"', re.MULTILINE)
_VARIABLE = re.compile(r'^variable "(\w+)"', re.MULTILINE)
_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
# Most of an apply is the provider waiting: more walks at once cost nothing.
_PARALLELISM = 40


class TerraformError(RuntimeError):
    """Terraform failed; the message has the end of what it said."""


class Estate:
    """One root, staged in a work folder.

    ``root`` is a folder below terraform/; the name of an environment is enough.
    A folder elsewhere is staged two levels below terraform/, so that it finds
    ../../modules as an environment does.

    ``env`` holds what points AWS clients to the endpoint (AWS_ENDPOINT_URL,
    keys, region); nothing else of AWS is taken from the surroundings.
    ``packages`` has <function>/bootstrap.zip, built for ``architecture``
    (default: this machine's); both only matter to a root that deploys functions.
    ``values`` stand in the place of local values of the root.
    ``report`` gets each line that Terraform says.
    """

    def __init__(self, root: str, *, work: str | os.PathLike[str], env: Mapping[str, str],
                 packages: str | os.PathLike[str] | None = None, architecture: str | None = None,
                 variables: Mapping[str, Any] | None = None, values: Mapping[str, Any] | None = None,
                 report: Callable[[str], None] | None = None) -> None:
        self.work = Path(work).absolute()
        self.source, below = _find(root)
        self.folder = self.work / "terraform" / below
        self.log = self.work / "terraform.log"
        self.seconds: dict[str, float] = {}
        self._report = report
        self._values = dict(values or {})
        self._variables = {
            "architecture": architecture or _ARCHITECTURES.get(platform.machine(), "x86_64"),
            "functions_dir": str(ROOT / "functions"),
            "packages_dir": str(Path(packages or ROOT / "target/lambda").absolute()),
            "today": TODAY,
            **(variables or {}),
        }
        self.env = {**_surroundings(), **env}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Only what stands is taken down; the failure of a test comes first.
        if (self.folder / "terraform.tfstate").exists():
            self.destroy()

    def apply(self, *targets: str) -> dict[str, Any]:
        """Apply everything, or only what ``targets`` need, and return the outputs."""
        self.stage()
        self._terraform("init", "-backend=true")
        only = [f"-target={target}" for target in targets]
        self._terraform("apply", "-auto-approve", f"-parallelism={_PARALLELISM}", *only)
        return self.outputs()

    def outputs(self) -> dict[str, Any]:
        """The root's outputs."""
        outputs = json.loads(self._terraform("output", "-json"))
        return {name: output["value"] for name, output in outputs.items()}

    def differences(self) -> list[str]:
        """What a second plan would change, without what is known of the emulators.

        Each is "<address> <attribute>: <before> -> <after>"; an empty list
        means that the apply is idempotent.
        """
        plan = self.folder / "second.tfplan"
        self._terraform("plan", f"-parallelism={_PARALLELISM}", f"-out={plan}")
        shown = json.loads(self._terraform("show", "-json", str(plan)))
        known = json.loads(KNOWN.read_text())
        return [line for change in shown.get("resource_changes", []) for line in _unexplained(change, known)]

    def plan_is_empty(self) -> bool:
        """Whether a second plan would change nothing."""
        return not self.differences()

    def destroy(self) -> None:
        """Destroy everything."""
        self._terraform("destroy", "-auto-approve", f"-parallelism={_PARALLELISM}")
        (self.folder / "terraform.tfstate").unlink(missing_ok=True)

    def stage(self) -> None:
        """Lay the copy out, with what points its providers to the endpoint."""
        shutil.copytree(ROOT / "terraform", self.work / "terraform", dirs_exist_ok=True,
                        ignore=_UNSTAGED)
        if not self.source.is_relative_to(ROOT / "terraform"):
            shutil.copytree(self.source, self.folder, dirs_exist_ok=True, ignore=_UNSTAGED)
        code = "\n".join(path.read_text() for path in self.folder.glob("*.tf")
                         if not path.name.startswith("localcloud"))
        # Terraform refuses to override a provider that the root does not have.
        endpoint = self.env["AWS_ENDPOINT_URL"]
        aliases = [_ALIAS.search(block) for block in _PROVIDER_BLOCK.findall(code)]
        (self.folder / "localcloud_override.tf").write_text(_BACKEND + "".join(
            _PROVIDER % (f'\n  alias = "{alias[1]}"\n' if alias else "", endpoint, endpoint) for alias in aliases))
        (self.folder / "localcloud_values_override.tf.json").write_text(json.dumps(
            {"locals": self._values} if self._values else {}, indent=2))
        declared = set(_VARIABLE.findall(code))
        (self.folder / "localcloud.auto.tfvars.json").write_text(json.dumps(
            {name: value for name, value in self._variables.items() if name in declared}, indent=2))

    def _terraform(self, command: str, *arguments: str) -> str:
        plain = [] if command in ("output", "show") else ["-input=false"]
        line = ["terraform", command, *([] if command in ("output", "show") else ["-no-color"]), *plain, *arguments]
        started = time.monotonic()
        said: list[str] = []
        with self.log.open("a") as log, subprocess.Popen(
                line, cwd=self.folder, env=self.env, text=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log if plain == [] else subprocess.STDOUT) as process:
            assert process.stdout is not None
            for text in process.stdout:
                said.append(text)
                if plain:
                    log.write(text)
                    if self._report:
                        self._report(text.rstrip())
        self.seconds[command] = time.monotonic() - started
        if process.returncode:
            errors = [index for index, text in enumerate(said) if text.startswith("Error")]
            end = "".join(said[errors[0]:] if errors else said[-20:])
            raise TerraformError(f"terraform {command} failed in {self.folder} ({self.log} has it all):\n{end}")
        return "".join(said)


_UNSTAGED = shutil.ignore_patterns(".terraform*", "*.tfstate*", "tests")


def _find(root: str) -> tuple[Path, Path]:
    """The folder of a root, and where it is staged below terraform/."""
    terraform = ROOT / "terraform"
    for place in (terraform / root, terraform / "environments" / root, Path(root).absolute()):
        if any(place.glob("*.tf")):
            inside = place.is_relative_to(terraform)
            return place, place.relative_to(terraform) if inside else Path("elsewhere", place.name)
    raise TerraformError(f"{root}: there is no such root below {terraform}, and no such folder with .tf files")


def _surroundings() -> dict[str, str]:
    """The environment as scripts/lib/terraform.sh makes it, without any AWS settings."""
    script = f'source "{ROOT}/scripts/lib/terraform.sh" && nightshift_terraform && env -0'
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=False)
    if done.returncode:
        raise TerraformError(done.stderr.decode().strip())
    pairs = (item.partition("=") for item in done.stdout.decode().split("\0") if item)
    return {name: value for name, _, value in pairs if not name.startswith(("AWS_", "TF_VAR_", "TF_CLI_ARGS"))}


def _unexplained(change: Mapping[str, Any], known: Mapping[str, Mapping[str, str]]) -> list[str]:
    actions = change["change"]["actions"]
    if change.get("mode") == "data" or actions in (["no-op"], ["read"]):
        return []
    if actions != ["update"]:
        return [f"{change['address']}: {'/'.join(actions)}"]
    before, after = change["change"]["before"] or {}, change["change"]["after"] or {}
    unknown = change["change"].get("after_unknown") or {}
    excused = known.get(change["type"], {})
    return [
        f"{change['address']} {name}: {before.get(name)!r} -> "
        f"{'(known after apply)' if unknown.get(name) else repr(after.get(name))}"
        for name in sorted({*before, *after, *unknown})
        if name not in excused and (before.get(name) != after.get(name) or unknown.get(name) is True)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: ``scripts/apply-local``."""
    parser = argparse.ArgumentParser(
        prog="apply-local", description="Apply a root of terraform/ to the endpoint in AWS_ENDPOINT_URL.")
    parser.add_argument("command", choices=("apply", "plan", "destroy", "outputs"))
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--root", metavar="DIR", help="a root below terraform/, such as shared/account; or any folder")
    which.add_argument("--environment", default="development",
                       help="short for --root environments/... (default: development)")
    parser.add_argument("--work", required=True, metavar="DIR", help="folder for the copied tree and its state")
    parser.add_argument("--packages", default=ROOT / "target/lambda", metavar="DIR",
                        help="folder with <function>/bootstrap.zip (default: target/lambda)")
    parser.add_argument("--architecture", choices=("arm64", "x86_64"), help="default: this machine's")
    options = parser.parse_args(arguments)
    env = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    if not env.get("AWS_ENDPOINT_URL", "").startswith(("http://127.0.0.1:", "http://localhost:", "https://127.0.0.1:",
                                                       "https://localhost:")):
        print("apply-local: AWS_ENDPOINT_URL does not name a local endpoint; "
              'eval "$(scripts/local-cloud env)" sets it', file=sys.stderr)
        return 2
    try:
        estate = Estate((options.root or f"environments/{options.environment}").removeprefix("terraform/"), work=options.work, env=env, packages=options.packages,
                        architecture=options.architecture, report=lambda line: print(line, file=sys.stderr))
        if options.command == "apply":
            print(json.dumps(estate.apply(), indent=2))
        elif options.command == "outputs":
            print(json.dumps(estate.outputs(), indent=2))
        elif options.command == "destroy":
            estate.destroy()
        else:
            differences = estate.differences()
            print("\n".join(differences) or "no differences")
            return 1 if differences else 0
    except TerraformError as error:
        print(f"apply-local: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

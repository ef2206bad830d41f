"""What modules plan, as Terraform's own test command tells it against a mocked provider: no cloud, no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_MOCK = """\
mock_provider "aws" {{
  {alias}
  source          = "../tests/mocks"
  override_during = plan
}}
"""


def planned(folder: Path, text: str) -> dict[str, dict[str, Any]]:
    """Address -> planned values of a root with this ``text`` beside terraform/modules, planned in ``folder``."""
    shutil.copytree(ROOT / "terraform", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".terraform*"))
    doubles = folder / "tests/doubles"
    if doubles.is_dir():
        shutil.copytree(doubles, folder, dirs_exist_ok=True)
    # A root that is called here as a module gets its caller's providers.
    for own in folder.glob("bootstrap/providers.tf"):
        own.unlink()
    root = folder / "proof"
    root.mkdir()
    (root / "main.tf").write_text((folder / "modules/networking/versions.tf").read_text() + text + "".join(
        f'\nprovider "aws" {{\n  alias  = "{alias}"\n  region = "{region}"\n}}\n'
        for alias, region in (("secondary", "us-west-2"), ("dr", "eu-west-1"))))
    (root / "proof.tftest.hcl").write_text(
        "".join(_MOCK.format(alias=alias) for alias in ("", 'alias = "secondary"', 'alias = "dr"'))
        + 'run "plan" {\n  command = plan\n}\n')
    _terraform(root, "init", "-input=false", "-backend=false")
    for line in _terraform(root, "test", "-json", "-verbose").splitlines():
        said = json.loads(line)
        if said.get("type") == "test_plan":
            return {change["address"]: change["change"]["after"]
                    for change in said["test_plan"]["resource_changes"] if change["change"]["after"] is not None}
    raise AssertionError("terraform test told of no plan")


def policies(resources: dict[str, dict[str, Any]], kind: str, attribute: str = "policy") -> Iterator[tuple[str, Any]]:
    """Address and parsed policy of every planned resource of one type."""
    for address, values in resources.items():
        if f".{kind}." in f".{address}":
            yield address, json.loads(values[attribute])


def _terraform(root: Path, *arguments: str) -> str:
    script = f'source "{ROOT}/scripts/lib/terraform.sh" && nightshift_terraform && exec terraform "$@"'
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_VAR_", "TF_CLI_ARGS"))}
    done = subprocess.run(["bash", "-c", script, "terraform", *arguments], cwd=root, env=env, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout

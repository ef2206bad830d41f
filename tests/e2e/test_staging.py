"""A root of terraform/ is staged with what points all of its providers to the endpoint, and no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .terraform import Estate, TerraformError

ENDPOINT = "http://127.0.0.1:4566"


def _staged(root: str, work: Path) -> tuple[Path, str, dict[str, str]]:
    estate = Estate(root, work=work, env={"AWS_ENDPOINT_URL": ENDPOINT})
    estate.stage()
    return (estate.folder, (estate.folder / "localcloud_override.tf").read_text(),
            json.loads((estate.folder / "localcloud.auto.tfvars.json").read_text()))


def test_an_environment_by_its_name_or_its_folder(tmp_path: Path) -> None:
    by_name, _override, variables = _staged("development", tmp_path)
    by_folder, _override, _variables = _staged("environments/development", tmp_path)
    assert by_name == by_folder == tmp_path / "terraform/environments/development"
    assert variables["today"] == "2026-11-01T00:00:00Z"
    assert (by_name / "../../modules/environment").is_dir()


def test_every_provider_of_a_root_elsewhere_and_only_its_variables(tmp_path: Path) -> None:
    root = tmp_path / "small"
    root.mkdir()
    (root / "main.tf").write_text("""
provider "aws" {
  region = "us-east-1"
}
provider "aws" {
  alias  = "dr"
  region = "eu-west-1"
}
provider "random" {
  alias = "other"
}
variable "today" {
  type = string
}
""")
    folder, override, variables = _staged(str(root), tmp_path / "work")
    assert (folder / "../../modules").is_dir()
    assert override.count('provider "aws" {') == 2
    assert override.count("alias =") == override.count('alias = "dr"') == 1
    assert override.count(f'http_proxy  = "{ENDPOINT}"') == 2
    assert variables.keys() == {"today"}


def test_a_root_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="there is no such root"):
        Estate(str(tmp_path), work=tmp_path / "work", env={"AWS_ENDPOINT_URL": ENDPOINT})

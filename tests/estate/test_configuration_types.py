"""What a function reads, Terraform can say; what Terraform says, the function reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .hcl_types import Shape, of_schema, variables

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "terraform/modules"
# What the module adds itself.
OWN = {"cost-anomaly": {"alerts_topic"}}


@pytest.fixture(scope="module")
def automation() -> dict[str, Shape]:
    return variables(MODULES / "automation")


# Not security-triage: a severity in its rules is a word or an object, which no type is.
@pytest.mark.parametrize("function", ["cost-anomaly", "off-hours"])
def test_the_type_is_the_functions_schema(automation: dict[str, Shape], function: str) -> None:
    schema = of_schema(json.loads((ROOT / f"docs/schemas/{function}-config.json").read_text()))
    for name in OWN.get(function, ()):
        del schema[name]
    assert automation["configuration"]["functions"][function] == schema


def test_an_environment_says_all_that_the_module_takes(automation: dict[str, Shape]) -> None:
    """An attribute that a type does not name is dropped without a word."""
    settings = variables(MODULES / "environment")["settings"]["automation"]
    assert settings == {name: automation[name] for name in settings}

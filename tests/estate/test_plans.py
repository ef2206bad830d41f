"""What holds for the plans of all environments together: same code, written sizes, known cost."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from docs import names
from e2e.terraform import ROOT

from . import costs, inventory
from .difference_words import report
from .differences import Comparison
from .plan_values import walk
from .plans import PlanOf, available

ROOTS = [ROOT / "terraform/environments" / name for name in available()]


def test_every_difference_between_environments_is_a_setting(plans: dict[str, PlanOf]) -> None:
    comparison = Comparison(plans)
    comparison.differences = comparison.unexplained

    assert comparison.differences == [], f"\n{report(comparison)}"


def test_each_plan_is_as_its_inventory_says(plans: dict[str, PlanOf]) -> None:
    for name, plan in plans.items():
        written = inventory.read(name)
        assert written is not None, f"there is no inventory of {name}: scripts/inventory --update"
        wrong = inventory.compare(written, inventory.take(plan))
        assert wrong == [], f"{name} (scripts/inventory --update, if it is meant):\n" + "\n".join(wrong)


def test_each_environment_stays_within_its_budget(plans: dict[str, PlanOf]) -> None:
    for name, plan in plans.items():
        made = costs.estimate(plan)
        limit = costs.budget_of(made.plan) or costs.LIMITS[name]

        assert limit <= costs.LIMITS[name]
        assert made.total.expected <= limit, name
        assert made.total.low > 0, name


def test_every_resource_is_priced_free_or_named_with_a_reason(plans: dict[str, PlanOf]) -> None:
    for plan in plans.values():
        for one in costs.estimate(plan).unpriced:
            # A type without a rule or a plan without an assumption is a gap of ours.
            assert not re.search(r"no rule for this resource type|says no|says nothing", one.why), one


def test_the_figures_of_the_documentation_are_the_plans(plans: dict[str, PlanOf]) -> None:
    document = costs.DOCUMENT.read_text()

    assert costs.written(document, costs.figures(plans)) == document, "scripts/cost-figures --update"
    assert costs.picture(plans) == costs.PICTURE.read_text(), "scripts/cost-figures --update"


def test_names_of_the_runbooks_are_the_plans(plans: dict[str, PlanOf]) -> None:
    for environment, plan in plans.items():
        written = inventory.take(plan)
        planned = {inventory._short(one["address"]): one for one in walk(plan.document["planned_values"]["root_module"])}  # noqa: SLF001
        for address, (attribute, name) in names.addressed(environment, written).items():
            assert planned[address]["values"].get(attribute) == name, address
        called = {(one["type"], attribute, value)
                  for one in planned.values() for attribute, value in one.get("values", {}).items()
                  if isinstance(value, str)}
        for (kind, name), attribute in names.counted(environment, written).items():
            assert (kind, attribute, name) in called, name


def test_target_groups_that_pods_are_bound_to_are_planned(plans: dict[str, PlanOf]) -> None:
    """The controller refuses a binding of a group that is not there, and no pod would ever get traffic."""
    for environment, plan in plans.items():
        overlay = (ROOT / "terraform/kubernetes/overlays" / environment / "kustomization.yaml").read_text()
        bound = set(re.findall(r"/spec/targetGroupName, value: (\S+)", overlay.replace(" }", "")))
        planned = {one["values"]["name"] for one in walk(plan.document["planned_values"]["root_module"])
                   if one["type"] == "aws_lb_target_group"}

        assert bound == planned, environment


def test_the_boundary_reaches_every_region_that_keeps_backups(plans: dict[str, PlanOf]) -> None:
    """The role that copies recovery points is under it: a region that it does not name gets no copies."""
    regions = {"primary": "us-east-1", "secondary": "us-west-2", "dr": "eu-west-1"}
    for environment, plan in plans.items():
        found = list(walk(plan.document["planned_values"]["root_module"]))
        vaults = {regions[place] for one in found if one["type"] == "aws_backup_vault"
                  for place in regions if f".{place}[" in one["address"]}
        [policy] = [json.loads(one["values"]["policy"]) for one in found
                    if one["type"] == "aws_iam_policy" and one["values"]["name"].endswith("-boundary")
                    and "operations" not in one["values"]["name"]]
        [own] = [one for one in policy["Statement"] if one["Sid"] == "OwnRegions"]

        assert vaults <= set(own["Condition"]["StringNotEquals"]["aws:RequestedRegion"]), environment


@pytest.mark.parametrize("root", ROOTS[1:], ids=lambda root: root.name)
def test_roots_differ_in_their_settings_only(root: Path) -> None:
    first = ROOTS[0]

    for file in ("outputs.tf", "providers.tf", "variables.tf"):
        assert (root / file).read_text() == (first / file).read_text(), file
    assert _calls(root) == _calls(first)


def _calls(root: Path) -> list[str]:
    """The module blocks of a root: what it makes of its settings."""
    text = "\n".join(file.read_text() for file in sorted(root.glob("*.tf")))
    return re.findall(r'^module "\w+" \{\n.*?^\}', text, re.MULTILINE | re.DOTALL)

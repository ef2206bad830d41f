"""The rules for Terraform that `terraform fmt` does not know find what they are there for."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/lib"))
import terraform_style  # noqa: E402

GOOD = """\
variable "prefix" {
  description = "First part of every name."
  type        = string
}

resource "aws_sqs_queue" "work" {
  name = var.prefix
  tags = var.tags
  policy = jsonencode({
    Statement = [{
      # Only the queue itself is meant, and its name is not known yet.
      Effect   = "Allow"
      Action   = "sqs:*"
      Resource = "*"
    }]
  })
}
"""


def _problems(folder: Path, text: str, readme: str | None = "`prefix`") -> list[str]:
    module = folder / "modules/queue"
    module.mkdir(parents=True, exist_ok=True)
    (module / "queue.tf").write_text(text)
    if readme is not None:
        (module / "README.md").write_text(readme)
    schema = folder / "schema.json"
    tags = {"block": {"attributes": {"tags": {}, "tags_all": {}}}}
    schema.write_text(json.dumps({"provider_schemas": {"aws": {"resource_schemas": {
        "aws_sqs_queue": tags, "aws_sqs_queue_policy": {"block": {}}}}}}))
    return terraform_style.problems(folder, terraform_style.taggable_types(schema))


def test_what_follows_the_rules_passes(tmp_path: Path) -> None:
    assert _problems(tmp_path, GOOD) == []


@pytest.mark.parametrize(("before", "after", "complaint"), [
    ('  description = "First part of every name."\n', "", "variable prefix has no description"),
    ("  type        = string\n", "", "variable prefix has no type"),
    ('variable "prefix"', 'variable "preFix"', "preFix is not in snake_case"),
    ('"aws_sqs_queue" "work"', '"aws_sqs_queue" "work-queue"', "work-queue is not in snake_case"),
    ("  tags = var.tags\n", "", "aws_sqs_queue.work can carry tags and has none"),
    ("      # Only the queue itself is meant, and its name is not known yet.\n", "", "a wildcard without its reason"),
])
def test_each_rule_finds_its_case(tmp_path: Path, before: str, after: str, complaint: str) -> None:
    assert before in GOOD
    assert any(complaint in one for one in _problems(tmp_path, GOOD.replace(before, after)))


def test_a_denying_statement_may_reach_far(tmp_path: Path) -> None:
    text = GOOD.replace('"Allow"', '"Deny"').replace("      # Only the queue itself is meant, and its name is not known yet.\n", "")
    assert _problems(tmp_path, text) == []


def test_the_comment_of_another_statement_is_no_reason(tmp_path: Path) -> None:
    text = GOOD.replace("    Statement = [{\n", '    Statement = [{\n      Effect   = "Allow"\n      Action   = "sns:*"\n    }, {\n')
    assert [one for one in _problems(tmp_path, text) if "sns:*" in one]


def test_variables_are_sorted_and_in_the_readme(tmp_path: Path) -> None:
    text = GOOD + '\nvariable "keys" {\n  description = "Keys."\n  type        = map(string)\n}\n'
    found = _problems(tmp_path, text)
    assert any("variables are not sorted" in one for one in found)
    assert any("does not mention `keys`" in one for one in found)


def test_a_module_has_a_readme(tmp_path: Path) -> None:
    assert any("has no README.md" in one for one in _problems(tmp_path, GOOD, readme=None))


def test_a_key_policy_may_name_all_resources_because_it_means_the_key(tmp_path: Path) -> None:
    text = GOOD.replace("aws_sqs_queue", "aws_kms_key").replace("sqs:*", "kms:Decrypt").replace(
        "      # Only the queue itself is meant, and its name is not known yet.\n", "")
    assert _problems(tmp_path, text) == []


def test_this_repository_follows_the_rules() -> None:
    assert terraform_style.problems(Path(__file__).resolve().parents[2] / "terraform") == []

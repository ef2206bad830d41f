"""What a plan would do is told so that the dangerous part is seen first, and is refused where data would go."""

from __future__ import annotations

from typing import Any

import pytest
from deployment import changes


def _plan(*resources: tuple[str, list[str], dict[str, Any], dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"resource_changes": [
        {"address": address, "type": address.split(".")[-2], "mode": "managed",
         "change": {"actions": actions, "before": before, "after": after, "after_unknown": {}, **more}}
        for address, actions, before, after in resources]}


def test_nothing_to_do_is_said_so() -> None:
    found = changes.changes(_plan(("aws_sqs_queue.work", ["no-op"], {}, {}), ("aws_sqs_queue.read", ["read"], {}, {})))
    assert found == []
    assert changes.in_words(found) == "Nothing to change."


def test_what_goes_is_told_whole_and_first() -> None:
    found = changes.changes(_plan(
        ("aws_sqs_queue.new", ["create"], {}, {"name": "new"}),
        ("aws_sqs_queue.other", ["create"], {}, {"name": "other"}),
        ("aws_sqs_queue.same", ["update"], {"name": "same", "delay": 1}, {"name": "same", "delay": 2}),
        *((f"module.database.aws_db_instance.postgres[\"{index}\"]", ["delete", "create"], {}, {}) for index in range(30)),
        replace_paths=[["engine"], ["storage", 0]]))
    lines = changes.in_words(found, at_most=2).splitlines()
    assert lines[0] == "30 to be replaced, 1 to be changed, 2 to be created"
    assert all(line.endswith("because of engine, storage.0  HOLDS DATA") for line in lines[1:31])
    assert "  changed: aws_sqs_queue.same (delay)" in lines
    assert "  created: 2 aws_sqs_queue" in lines


def test_values_are_never_told() -> None:
    found = changes.changes(_plan(("aws_ssm_parameter.token", ["update"], {"value": "old-secret"}, {"value": "new-secret"})))
    assert "secret" not in changes.in_words(found)
    assert "(value)" in changes.in_words(found)


def test_create_before_destroy_is_a_replacement_too() -> None:
    found = changes.changes(_plan(("aws_kms_key.data", ["create", "delete"], {}, {})))
    assert [one.action for one in found] == ["replace"]
    assert found[0].loses_data


@pytest.mark.parametrize(("actions", "lost"), [
    (["delete"], True), (["delete", "create"], True), (["update"], False), (["create"], False)])
def test_only_deleting_and_replacing_loses_data(actions: list[str], lost: bool) -> None:
    found = changes.changes(_plan(("aws_s3_bucket.media", actions, {"a": 1}, {"a": 2})))
    assert bool(changes.refusals(found, [])) is lost


def test_a_refusal_names_the_resource_and_the_way_to_allow_it() -> None:
    found = changes.changes(_plan(("module.storage.aws_s3_bucket.bucket[\"media\"]", ["delete"], {}, {}),
                                  ("aws_sqs_queue.work", ["delete"], {}, {})))
    address = "module.storage.aws_s3_bucket.bucket[\"media\"]"
    (refusal,) = changes.refusals(found, [])
    assert f"--may-delete '{address}'" in refusal
    assert changes.refusals(found, [address]) == []
    assert changes.refusals(found, ["module.storage.aws_s3_bucket.bucket"]) != []

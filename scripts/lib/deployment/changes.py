"""What a plan would do, and whether it may: pure, from `terraform show -json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What holds data that no second apply brings back.
HOLDS_DATA = frozenset({
    "aws_backup_vault", "aws_db_instance", "aws_docdb_cluster", "aws_dynamodb_table", "aws_ebs_volume", "aws_ecr_repository",
    "aws_efs_file_system", "aws_elasticache_replication_group", "aws_kms_key", "aws_kms_replica_key",
    "aws_opensearch_domain", "aws_prometheus_workspace", "aws_rds_cluster", "aws_route53_zone", "aws_s3_bucket",
    "aws_secretsmanager_secret",
})
_VERBS = {"create": "created", "update": "changed", "delete": "destroyed", "replace": "replaced", "read": "read"}


@dataclass(frozen=True)
class Change:
    """One resource that a plan touches."""

    address: str
    type: str
    action: str
    """create, update, delete or replace"""
    attributes: tuple[str, ...] = ()
    """Names of what changes, never values: a value may be a secret."""
    because: tuple[str, ...] = ()
    """The attributes that force a replacement."""

    @property
    def loses_data(self) -> bool:
        """Whether something that holds data goes away, at least in its present form."""
        return self.type in HOLDS_DATA and self.action in ("delete", "replace")


def changes(plan: Mapping[str, Any]) -> list[Change]:
    """Everything that the plan would do, in the plan's order."""
    return [
        Change(one["address"], one["type"], _action(one["change"]["actions"]), tuple(_changed(one["change"])),
               tuple(".".join(str(step) for step in path) for path in one["change"].get("replace_paths") or []))
        for one in plan.get("resource_changes", [])
        if one.get("mode") != "data" and one["change"]["actions"] not in (["no-op"], ["read"])
    ]


def in_words(found: Sequence[Change], *, at_most: int = 12) -> str:
    """What a person must know before saying yes: what is destroyed first and whole, the rest shorter."""
    if not found:
        return "Nothing to change."
    lines = [", ".join(f"{count} to be {_VERBS[action]}" for action, count in _ordered(Counter(one.action for one in found)))]
    for one in found:
        if one.action in ("delete", "replace"):
            mark = "  HOLDS DATA" if one.type in HOLDS_DATA else ""
            because = f" because of {', '.join(one.because)}" if one.because else ""
            lines.append(f"  {_VERBS[one.action]}: {one.address}{because}{mark}")
    updates = [one for one in found if one.action == "update"]
    lines += [f"  changed: {one.address} ({', '.join(one.attributes)})" for one in updates[:at_most]]
    if len(updates) > at_most:
        lines.append(f"  changed: {len(updates) - at_most} more; the plan has them all")
    created = Counter(one.type for one in found if one.action == "create")
    if created:
        named = ", ".join(f"{count} {kind}" for kind, count in created.most_common(at_most))
        more = len(created) - at_most
        lines.append(f"  created: {named}" + (f" and {more} more kinds" if more > 0 else ""))
    return "\n".join(lines)


def refusals(found: Iterable[Change], allowed: Iterable[str]) -> list[str]:
    """Why the plan must not be carried out as it is; empty where it may.

    What holds data is deleted or replaced only where its address was named.
    """
    named = set(allowed)
    return [
        f"{one.address} holds data and would be {_VERBS[one.action]}; allow it with --may-delete '{one.address}'"
        for one in found if one.loses_data and one.address not in named
    ]


def _action(actions: Sequence[str]) -> str:
    return actions[0] if len(actions) == 1 else "replace"


def _changed(change: Mapping[str, Any]) -> Iterable[str]:
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    return sorted(name for name in {*before, *after, *unknown}
                  if name != "tags_all" and (before.get(name) != after.get(name) or unknown.get(name) is True)
                  and not (unknown.get(name) is True and name not in after and name in before and before[name] is None))


def _ordered(counted: Counter[str]) -> list[tuple[str, int]]:
    return [(action, counted[action]) for action in ("delete", "replace", "update", "create") if counted[action]]

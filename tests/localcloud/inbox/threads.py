"""The journal as a reader sees it: a changed message with its newest words, and its thread below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def as_read(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records in the order of reading. A change stands where the message stood; what was refused stays itself."""
    heads: dict[tuple[str, str], dict[str, Any]] = {}
    replies: dict[tuple[str, str], list[dict[str, Any]]] = {}
    order: list[dict[str, Any]] = []
    for record in records:
        place = record["channel"]
        if record["outcome"] != "delivered":
            order.append(record)
        elif (place, record.get("changes")) in heads:
            head = heads[place, record["changes"]]
            head["payload"], head["changed_at"] = record["payload"], record["simulated_at"]
        elif (place, record.get("thread_ts")) in heads:
            replies[place, record["thread_ts"]].append(record)
        else:
            copy = dict(record)
            order.append(copy)
            if copy.get("ts"):
                heads[place, copy["ts"]] = copy
                replies[place, copy["ts"]] = []
    return [shown for record in order
            for shown in (record, *replies.get((record["channel"], record.get("ts") or ""), ()))]

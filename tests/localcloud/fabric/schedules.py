"""Fires EventBridge Scheduler schedules and scheduled rules on the simulated clock.

MiniStack's own sweeps come every ten seconds, ignore time zones and know no
dead-letter queue; this one takes their place.  What a jump of the clock means:

* a schedule that became due once is fired once;
* one that became due several times within a single jump is fired ONCE, for the
  latest occurrence, because all the others would see the same present.  AWS
  would have fired each at its own time: to have that, walk there
  (``clock --walk-to``), which stops at every occurrence in order.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ministack.core.responses import new_uuid, request_scope
from ministack.services import eventbridge, scheduler

from . import delivery, door, invocations
from .recurrence import Recurrence

logger = logging.getLogger("localcloud.schedules")

_SWEEP = 0.05
_lock = threading.Lock()
# (kind, key of MiniStack's store, when it was last changed) -> instant up to which it was looked at
_seen: dict[tuple[str, tuple[str, ...], float], float] = {}

Due = tuple[tuple[str, tuple[str, ...], float], Recurrence, dict[str, Any], float, float]


def install() -> None:
    """Replace both of MiniStack's sweeps."""
    scheduler.start_scheduler = _start
    eventbridge.start_scheduler = lambda: None


def _start() -> None:
    threading.Thread(target=_loop, daemon=True, name="localcloud-schedules").start()


def _loop() -> None:
    while True:
        time.sleep(_SWEEP)
        try:
            sweep()
            invocations.wake_pollers()
        except Exception:
            logger.exception("the schedule sweep failed; it goes on")


def sweep() -> int:
    """Fire what is due; returns how many fired."""
    with _lock:
        now = time.time()
        fired = 0
        for key, recurrence, record, since, until in _all(now):
            if since > now:
                # The clock was put back: what lies ahead becomes due again.
                _seen[key] = now
                continue
            due = list(recurrence.between(since, min(now, until)))
            _seen[key] = now
            if not due:
                continue
            fired += 1
            if len(due) > 1:
                logger.info("%s was due %d times in one jump: fired for the last", record.get("Name"), len(due))
            _fire(key, record, due[-1])
        return fired


def next_due() -> float | None:
    """The earliest instant at which the fabric has something to do: an occurrence, or a message that comes back."""
    # Under the lock: what a sweep is about to fire is neither ahead nor running yet.
    with _lock:
        moments = (_next_due(time.time()), invocations.next_visible())
    return min((moment for moment in moments if moment is not None), default=None)


def _next_due(now: float) -> float | None:
    found = [moment for _key, recurrence, _record, since, until in _all(now)
             if (moment := recurrence.after(min(since, now))) is not None and moment <= until]
    return min(found, default=None)


def _all(now: float) -> list[Due]:
    """Every enabled schedule and scheduled rule with the instant it was last looked at."""
    result: list[Due] = []
    for store_key, record in list(scheduler._schedules._data.items()):
        if record.get("State") != "ENABLED":
            continue
        changed = float(record["LastModificationDate"])
        start = scheduler._to_epoch(record.get("StartDate"))
        key = ("schedule", tuple(store_key), changed)
        since = _seen.setdefault(key, changed)
        recurrence = Recurrence(record["ScheduleExpression"], record.get("ScheduleExpressionTimezone") or "UTC",
                                float(record["CreationDate"]) if start is None else start)
        end = scheduler._to_epoch(record.get("EndDate"))
        result.append((key, recurrence, record, since if start is None else max(since, min(start, now)),
                       end if end is not None else float("inf")))
    for store_key, record in list(eventbridge._rules._data.items()):
        expression = record.get("ScheduleExpression")
        if not expression or record.get("State") != "ENABLED":
            continue
        created = float(record.get("CreationTime") or now)
        key = ("rule", (*store_key, expression), created)
        result.append((key, Recurrence(expression, "UTC", created), record,
                       _seen.setdefault(key, created), float("inf")))
    return result


def _fire(key: tuple[str, tuple[str, ...], float], record: dict[str, Any], moment: float) -> None:
    account, region = key[1][0], key[1][1]
    with request_scope(account, region):
        if key[0] == "schedule":
            _fire_schedule(key, record, moment)
        else:
            _fire_rule(key, record, moment)


def _fire_schedule(key: tuple[str, tuple[str, ...], float], record: dict[str, Any], moment: float) -> None:
    target = record["Target"]
    when = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    payload = target.get("Input")
    if payload is None:
        # What EventBridge Scheduler sends when the target has no input of its own.
        payload = json.dumps({
            "version": "0", "id": new_uuid(), "detail-type": "Scheduled Event", "source": "aws.scheduler",
            "account": key[1][0], "time": when, "region": key[1][1], "resources": [record["Arn"]], "detail": "{}"})
    for name, value in (("schedule-arn", record["Arn"]), ("scheduled-time", when),
                        ("execution-id", new_uuid()), ("attempt-number", "1")):
        payload = payload.replace(f"<aws.scheduler.{name}>", value)
    local = datetime.fromtimestamp(moment, ZoneInfo(record.get("ScheduleExpressionTimezone") or "UTC"))
    logger.info("schedule %s fires for %s", record["Name"], local.isoformat())
    delivery.from_schedule(record, payload)
    if record.get("ActionAfterCompletion") == "DELETE" and record["ScheduleExpression"].startswith("at("):
        scheduler._schedules._data.pop(key[1], None)


def _fire_rule(key: tuple[str, tuple[str, ...], float], record: dict[str, Any], moment: float) -> None:
    logger.info("rule %s fires", record.get("Name"))
    event = {
        "EventId": new_uuid(), "Source": "aws.events", "DetailType": "Scheduled Event", "Detail": "{}",
        "EventBusName": record.get("EventBusName", "default"), "Time": int(moment),
        "Resources": [record.get("Arn", "")], "Account": key[1][0], "Region": key[1][1],
    }
    for target in eventbridge._targets._data.get(key[1][:3], []):
        eventbridge._invoke_target(target, event, record)


@door.route("next")
def _next(_request: dict[str, Any]) -> dict[str, Any]:
    return {"next": next_due()}

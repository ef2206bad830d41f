"""When a schedule expression is due: ``at(...)``, ``rate(...)``, ``cron(...)``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_AT = re.compile(r"^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$")
_RATE = re.compile(r"^rate\((\d+)\s+(minute|hour|day)s?\)$")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
# A cron schedule that is due every minute, over four weeks.
_MOST = 40_320


@dataclass(frozen=True)
class Recurrence:
    """One expression in one time zone, counted from ``anchor`` (seconds since the epoch)."""

    expression: str
    zone: str
    anchor: float

    def after(self, instant: float) -> float | None:
        """The first occurrence strictly after ``instant``, or None."""
        at = _AT.match(self.expression)
        if at:
            moment = self._utc(datetime.fromisoformat(at[1]), skip_missing=False)
            return moment if moment is not None and moment > instant else None
        rate = _RATE.match(self.expression)
        if rate:
            interval = int(rate[1]) * _SECONDS[rate[2]]
            passed = max(0, int((instant - self.anchor) // interval))
            following = self.anchor + (passed + 1) * interval
            return following if following > instant else following + interval
        return self._cron_after(instant)

    def between(self, since: float, until: float) -> Iterator[float]:
        """The occurrences in ``(since, until]``."""
        instant = since
        for _ in range(_MOST):
            following = self.after(instant)
            if following is None or following > until:
                return
            yield following
            instant = following

    def _cron_after(self, instant: float) -> float | None:
        from ministack.services import eventbridge

        fields = eventbridge._parse_cron_fields(self.expression)
        if fields is None:
            return None
        local = datetime.fromtimestamp(instant, ZoneInfo(self.zone)).replace(tzinfo=UTC)
        while True:
            # MiniStack walks wall-clock fields; the zone is put back afterwards.
            found = eventbridge._cron_next_fire(fields, local)
            if found is None:
                return None
            moment = self._utc(found.replace(tzinfo=None), skip_missing=True)
            if moment is not None and moment > instant:
                return moment
            local = found

    def _utc(self, local: datetime, *, skip_missing: bool) -> float | None:
        """EventBridge Scheduler skips a local time that does not exist, and takes a repeated one once."""
        zone = ZoneInfo(self.zone)
        moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if skip_missing and moment.astimezone(zone).replace(tzinfo=None) != local:
            return None
        return moment.timestamp()

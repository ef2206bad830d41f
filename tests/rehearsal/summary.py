"""What the rehearsal says at its end, all of it measured in this run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from localcloud.timeline import Calls, Run, Savings, StateRow, Summary

from .estate import Resource
from .stage import Stage

MONTHS = ("2026-12", "2027-01")
DAYS_PLAYED = 13


def summarise(stage: Stage, states: Sequence[Sequence[Resource]], seconds: float, profile: str) -> Summary:
    """States, API calls, Lambda runs and money of the whole rehearsal."""
    calls = [call for call in stage.cloud.calls() if call["function"]]
    counted = Counter((call["function"], call["service"]) for call in calls)
    denied = Counter((call["function"], call["service"]) for call in calls if call["error"] and "Denied" in call["error"])
    runs = tuple(
        Run(run["function"], run["milliseconds"], (run["peak_kib"] or 0) / 1024, run["cold"], not run["ok"])
        for run in stage.cloud.invocations())
    return Summary(
        headings=("evening", "night", "last morning"),
        states=tuple(
            StateRow(one.name, one.kind, tuple(_state(column, one) for column in states)) for one in states[0]),
        calls=tuple(Calls(function, service, count, denied[function, service])
                    for (function, service), count in sorted(counted.items())),
        runs=runs,
        savings=_savings(stage),
        lines=(
            f"{len(stage.messages())} messages; the whole rehearsal took {seconds:.0f} s",
            "The functions were built without optimisation: --release shows their real time and memory."
            if profile == "dev" else "The functions were built as they are deployed.",
        ),
    )


def _state(column: Sequence[Resource], wanted: Resource) -> str:
    return next((one.state for one in column if (one.kind, one.name) == (wanted.kind, wanted.name)), "gone")


def _savings(stage: Stage) -> Savings:
    """What the function itself says it saved, month by month."""
    saved = 0
    for month in MONTHS:
        answer = stage.cloud.client("lambda").invoke(
            FunctionName=stage.functions["off-hours"], Payload=json.dumps({"command": "digest", "month": month}))
        saved += json.loads(answer["Payload"].read())["total"]["money"]
    per_day = Decimal(saved) / 1_000_000 / DAYS_PLAYED
    return Savings(per_day, per_day * 30, note=(
        f"As the function's own digest counts it over the {DAYS_PLAYED} days played, at list prices; "
        "storage, NAT and the control plane cost on."))

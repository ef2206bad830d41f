"""Shows a made-up day: `python -m localcloud.timeline`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal

from . import Calls, Change, Event, Printer, Run, Savings, StateRow, Style, Summary


def example() -> tuple[list[Event], Summary]:
    """A made-up day, for looking at the rendering."""
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text)

    name = "personal-timeline-dev-"
    events = [
        Event(at("2026-11-23T18:45:00-05:00"), "warning", "Development sleeps at 19:00, in 15 minutes.",
              command="""cargo lambda invoke off-hours --data-file events/off-hours/keep-awake.json"""),
        Event(at("2026-11-23T18:52:00-05:00"), "person", "mira keeps the jump host awake until 22:00 (load test)"),
        Event(at("2026-11-23T19:00:00-05:00"), "step", "The schedule reconcile fires."),
        Event(at("2026-11-23T19:02:00-05:00"), "asleep", "3 of 4 resources sleep, 1 is kept awake.", changes=(
            Change(name + "eks/general", "EKS node group", "3 of 3/6", "0 of 0/6"),
            Change(name + "workers", "Auto Scaling group", "2 of 2/4", "0 of 0/4"),
            Change(name + "database", "RDS instance", "available", "stopped"),
            Change(name + "jump", "EC2 instance", "running", "running", "kept awake by mira"))),
        Event(at("2026-11-23T19:02:00-05:00"), "slack", "Development is asleep: 3 of 4 resources."),
        Event(at("2026-11-30T19:03:00-05:00"), "event", "RDS starts the database after seven days (RDS-EVENT-0154)."),
        Event(at("2026-12-01T07:09:00-05:00"), "awake", "Development is usable after 9 minutes."),
        Event(at("2026-12-01T07:31:00-05:00"), "error", "A database does not start: its KMS key is disabled.",
              lines=("KMSKeyNotAccessibleFault: the key alias/personal-timeline-dev-data is disabled",)),
    ]
    summary = Summary(
        ("evening", "night", "morning"),
        (StateRow(name + "eks/general", "EKS node group", ("3 of 3/6", "0 of 0/6", "3 of 3/6")),
         StateRow(name + "workers", "Auto Scaling group", ("2 of 2/4", "0 of 0/4", "2 of 2/4")),
         StateRow(name + "database", "RDS instance", ("available", "stopped", "inaccessible"))),
        (Calls("off-hours", "rds", 41), Calls("off-hours", "autoscaling", 17), Calls("off-hours", "dynamodb", 96),
         Calls("off-hours", "sns", 6), Calls("notify", "ssm", 1), Calls("notify", "sqs", 6, denied=1)),
        (Run("off-hours", 412, 24.1, cold=True), Run("off-hours", 181, 24.4), Run("notify", 93, 17.8, cold=True),
         Run("notify", 21, 17.9, failed=True)),
        Savings(Decimal("14.86"), Decimal("326.92"), Decimal("737.30"),
                note="List prices in us-east-1; storage of sleeping databases is not counted as saved."),
        ("Inbox: http://127.0.0.1:8085/inbox",),
    )
    return events, summary


if __name__ == "__main__":
    printer = Printer(sys.stdout, Style.of(sys.stdout, datetime.now().astimezone().tzinfo or UTC))
    for entry in example()[0]:
        printer.event(entry)
    printer.summary(example()[1])

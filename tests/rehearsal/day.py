"""The scenes: an evening, a night, a holiday of more than seven days, and a morning."""

from __future__ import annotations

from . import spender
from .estate import Resource
from .stage import RehearsalError, Stage

# The company is closed from Christmas Eve to New Year's Day, so that what fell
# asleep on the 23rd sleeps for more than the seven days that RDS allows.
EVENING = "2026-12-22"
MORNING = "2026-12-23"
FORCED_START = "2026-12-30"
RETURN = "2027-01-04"


def play(stage: Stage) -> tuple[list[Resource], list[Resource], list[Resource]]:
    """Plays every scene; returns the states of the evening, the night and the last morning."""
    evening = stage.states()
    stage.show()
    _warning(stage)
    kept = _keep_awake(stage, evening)
    night = _fall_asleep(stage, kept)
    _wake(stage, MORNING, evening)
    _holiday(stage)
    _wake(stage, RETURN, evening)
    spender.told(stage, f"Resolved: Over: {spender.SERVICE} costs $")
    return evening, night, stage.states()


def _warning(stage: Stage) -> None:
    stage.say("step", "An evening in the office. The schedule that Terraform applied fires every five minutes.")
    stage.walk_to(EVENING, "18:52")
    stage.expect("a warning before sleep", stage.told("dev sleeps at 19:00"))


def _keep_awake(stage: Stage, estate: list[Resource]) -> Resource:
    kept = next(one for one in estate if one.kind == "Auto Scaling group")
    stage.command("anna", f"keeps {kept.name} awake until 20:00", {
        "command": "keep-awake", "resource": stage.arn(kept), "until": stage.at(EVENING, "20:00"),
        "owner": "anna", "reason": "load test of the release"})
    return kept


def _fall_asleep(stage: Stage, kept: Resource) -> list[Resource]:
    stage.walk_to(EVENING, "19:16")
    stage.expect("everything but what anna keeps awake asleep", all(
        one.asleep != (one.name == kept.name) for one in stage.states()))
    stage.walk_to(EVENING, "20:11")
    night = stage.states()
    stage.expect("everything asleep", all(one.asleep for one in night))
    return night


def _wake(stage: Stage, day: str, as_it_was: list[Resource]) -> None:
    stage.jump_to(day, "06:56")
    stage.say("step", "The morning comes.")
    stage.walk_to(day, "07:26")
    if stage.states() != as_it_was:
        was = {(one.kind, one.name): one.state for one in as_it_was}
        differences = "; ".join(
            f"{one.name}: {was.get((one.kind, one.name))} became {one.state}"
            for one in stage.states() if was.get((one.kind, one.name)) != one.state)
        raise RehearsalError(f"the morning of {day} is not as the evening was: {differences}")


def _holiday(stage: Stage) -> None:
    stage.jump_to(MORNING, "18:56")
    stage.say("step", "The last evening before the holidays.")
    stage.walk_to(MORNING, "19:16")
    stage.expect("everything asleep", all(one.asleep for one in stage.states()))
    gateway = spender.forget(stage)
    spender.found(stage, gateway)
    stage.jump_to(FORCED_START, "18:50")
    stage.say("step", "A week has passed. RDS does not let a database stand still for longer.")
    stage.walk_to(FORCED_START, "19:31")
    stage.expect("the database put back to sleep", all(one.asleep for one in stage.states()))
    stage.expect("a message about the forced start", stage.told("after seven days"))
    spender.told(stage, f"Grown: {spender.SERVICE} costs $")

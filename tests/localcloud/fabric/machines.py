"""Step Functions: MiniStack forgets whether a machine is traced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import stepfunctions

Operation = Callable[[dict[str, Any]], tuple[int, Any, Any]]


def install() -> None:
    """Patch MiniStack."""
    stepfunctions._create_state_machine = _traced(stepfunctions._create_state_machine)
    stepfunctions._update_state_machine = _traced(stepfunctions._update_state_machine)


def _traced(operation: Operation) -> Operation:
    def done(data: dict[str, Any]) -> tuple[int, Any, Any]:
        answer = operation(data)
        arn = data.get("stateMachineArn") or (
            f"arn:aws:states:{get_region()}:{get_account_id()}:stateMachine:{data.get('name')}")
        if answer[0] == 200 and "tracingConfiguration" in data:
            stepfunctions._state_machines[arn]["tracingConfiguration"] = data["tracingConfiguration"]
        return answer
    return done

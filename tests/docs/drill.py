"""Carries out commands of the AWS CLI through boto3, for runbooks that are tried on a local cloud."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import botocore.session
from botocore import xform_name

from .commands import Command

# What only shapes the CLI's answer.
_SHAPES_THE_ANSWER = {"--query", "--output", "--region", "--no-cli-pager"}


def ready(command: Command) -> bool:
    """Whether a command stands for itself: no variable of the shell, no file, no command that only the CLI has."""
    return command.words[2] != "update-kubeconfig" and not any("$" in word or "file://" in word for word in command.words)


def carry_out(command: Command, client: Callable[[str, str], Any], *, wait: Callable[[], None]) -> Any:
    """The answer of the service. A command that waits calls ``wait`` between its looks, in place of a sleep."""
    service, operation = command.words[1:3]
    caller = client(service, _value(command, "--region"))
    model = botocore.session.get_session().get_service_model(service)
    if operation == "wait":
        waiters = botocore.session.get_session().get_waiter_model(service)
        known = {xform_name(name, "-"): name for name in waiters.waiter_names}
        waiter = waiters.get_waiter(known[command.words[3]])
        operation, looks = xform_name(waiter.operation, "-"), waiter.max_attempts
        shape = model.operation_model(waiter.operation).input_shape
        parameters = _parameters(command.words[4:], shape)
        for _ in range(looks):
            answer = getattr(caller, operation.replace("-", "_"))(**parameters)
            if any(one.matcher_func(answer) for one in waiter.acceptors if one.state == "success"):
                return answer
            wait()
        raise TimeoutError(f"{shlex.join(command.words)} waited in vain")
    called = {xform_name(name, "-"): name for name in model.operation_names}[operation]
    parameters = _parameters(command.words[3:], model.operation_model(called).input_shape)
    return getattr(caller, operation.replace("-", "_"))(**parameters)


def _value(command: Command, flag: str) -> str:
    return command.words[command.words.index(flag) + 1]


def _parameters(words: tuple[str, ...], shape: Any) -> dict[str, Any]:
    """Flags and their values as boto3 takes them."""
    members = {f"--{xform_name(name, '-')}": (name, one) for name, one in shape.members.items()}
    found: dict[str, Any] = {}
    at = 0
    while at < len(words):
        flag, values = words[at], []
        at += 1
        while at < len(words) and not words[at].startswith("--"):
            values.append(words[at])
            at += 1
        if flag in members:
            name, one = members[flag]
            found[name] = _typed(values, one)
        elif flag.startswith("--no-") and f"--{flag[5:]}" in members:
            found[members[f"--{flag[5:]}"][0]] = False
        elif flag not in _SHAPES_THE_ANSWER:
            raise ValueError(f"{flag} is no flag of {shape.name}")
    return found


def _typed(values: list[str], shape: Any) -> Any:
    if shape.type_name == "boolean":
        return True
    if shape.type_name == "integer":
        return int(values[0])
    if shape.type_name == "structure":
        return {key: _typed([value], shape.members[key]) for key, _, value in
                (pair.partition("=") for pair in values[0].split(","))}
    if shape.type_name == "list":
        return [_typed([value], shape.member) for value in values]
    return values[0]

"""State changes that take their time, except when Terraform waits for them."""

from __future__ import annotations

from collections.abc import Callable

from flask import has_request_context, request

from . import timeline


def change(name: str, default_seconds: float, what: Callable[[], None], *, key: str) -> None:
    """Do ``what`` after the duration called ``name``, in simulated seconds.

    At once when Terraform asked: it would wait in real time for a clock that
    nobody moves.  Its provider is known by its user agent.
    """
    if by_terraform():
        what()
    else:
        timeline.later(name, default_seconds, what, key=key)


def by_terraform() -> bool:
    """Whether the call being answered comes from Terraform's AWS provider."""
    return has_request_context() and "terraform" in request.headers.get("User-Agent", "").lower()

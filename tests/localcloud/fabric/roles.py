"""IAM: a service-linked role is described by whoever makes it; MiniStack writes a text of its own."""

from __future__ import annotations

from typing import Any

from ministack.services import iam

_OPERATION = "CreateServiceLinkedRole"


def install() -> None:
    """Patch MiniStack."""
    create = iam._IAM_HANDLERS[_OPERATION]

    def created(parameters: dict[str, Any]) -> Any:
        before = set(iam._roles)
        answer = create(parameters)
        for name in set(iam._roles) - before:
            iam._roles[name]["Description"] = iam._p(parameters, "Description")
        return answer

    iam._IAM_HANDLERS[_OPERATION] = created

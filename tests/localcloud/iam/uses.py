"""What a call needs beside its own action: tags in the moment of making, and roles that are passed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..gateway.operations import Operation
from .conditions import Value

Door = Callable[[str, str, dict[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Use:
    """A right that a call implies."""

    action: str
    resource: str
    via: str
    """The service that asks for it."""
    context: Mapping[str, Value] = field(default_factory=dict)
    """Condition keys beside those of the call."""


def tagged_when_made(operation: Operation, account: str, region: str) -> list[Use]:
    """EC2 asks for ec2:CreateTags where something is tagged as it is made.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    """
    from .resources import ec2_arn

    if operation.service != "ec2":
        return []
    words = {str(value): None for name, value in operation.parameters.items()
             if re.fullmatch(r"TagSpecification\.\d+\.ResourceType", name)}
    return [Use("ec2:CreateTags", ec2_arn(word, "*", account, region), f"ec2.{region}.amazonaws.com",
                {"ec2:createaction": operation.name}) for word in words]


async def passed(door: Door, operation: Operation, account: str, region: str) -> list[Use]:
    """EC2 asks for iam:PassRole on the role in the profile that an instance gets."""
    if operation.action != "ec2:AssociateIamInstanceProfile":
        return []
    take = operation.parameters.get
    profile = str(take("IamInstanceProfile.Arn") or take("IamInstanceProfile.Name") or "")
    roles = (await door("fabric", "profile", {"account": account, "profile": profile}))["roles"]
    return [Use("iam:PassRole", role, f"ec2.{region}.amazonaws.com", {"iam:passedtoservice": "ec2.amazonaws.com"})
            for role in roles]

"""Compute Optimizer and Cost Optimization Hub: whether the account takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import Kind, Service

if TYPE_CHECKING:
    from ..engine import Call


def _taking_part(call: Call) -> dict[str, object]:
    """The account's own line, and beside it whether it speaks for members too."""
    status = call.find("EnrollmentStatus")
    return {"items": [{"accountId": status["accountId"], "status": status["status"]}],
            "includeMemberAccounts": status["includeMemberAccounts"]}


SERVICES = [
    Service("compute-optimizer", everywhere=True, kinds=[
        Kind("EnrollmentStatus", key=(), always=True, fields={
            "status": "Inactive", "memberAccountsEnrolled": False, "numberOfMemberAccountsOptedIn": 0},
             names={"includeMemberAccounts": "memberAccountsEnrolled"}),
    ]),
    Service("cost-optimization-hub", everywhere=True, kinds=[
        Kind("EnrollmentStatus", key=(), always=True, operations={"ListEnrollmentStatuses": _taking_part}, fields={
            "accountId": "{account}", "includeMemberAccounts": False, "status": "Inactive"}),
    ]),
]

"""Users and their groups.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
"""

from __future__ import annotations

from typing import Any

from ... import output, tags
from ...engine import Call
from ...record import Record
from ...store import Store
from .nodes import Document

_TYPES = {"no-password-required": "no-password"}


def completed(call: Call, user: Record) -> None:
    """What the API tells of a new user: how he proves himself, never his passwords."""
    if user.fields["authentication"]["Type"] == "iam" and user.name != user["UserName"]:
        call.store.remove(user)
        raise call.refuse("InvalidParameterValue", "For IAM authentication the user's id and name must be the same.")


def authenticated(call: Call) -> Document:
    """CreateUser and ModifyUser."""
    take = dict(call.parameters)
    mode = take.pop("AuthenticationMode", None) or {}
    passwords = [*(mode.get("Passwords") or []), *(take.pop("Passwords", None) or [])]
    free = take.pop("NoPasswordRequired", None)
    kind = mode.get("Type") or ("no-password-required" if free else "password" if passwords else None)
    if kind:
        take["Authentication"] = {"Type": _TYPES.get(kind, kind), **(
            {"PasswordCount": len(passwords)} if passwords else {})}
    if call.operation.name == "CreateUser":
        if kind is None:
            raise call.refuse("InvalidParameterValue", "A user proves himself by a password, by IAM, or not at all.")
        if call.store.find(call.kind("User"), {"userid": take["UserId"]}):
            raise call.refuse("UserAlreadyExists", f"User {take['UserId']} already exists.")
        user = call.make("User", {name: value for name, value in take.items() if name != "Tags"},
                         tags.taken(take.get("Tags") or []))
    else:
        user = call.find("User", UserId=take["UserId"])
        if take.get("AppendAccessString"):
            take["AccessString"] = f"{user['AccessString']} {take.pop('AppendAccessString')}"
        user.merge({name.lower(): value for name, value in take.items()})
    return output.of_one(call.operation.output_shape, user, take)


def delete(call: Call) -> Document:
    """A user goes, and out of his groups."""
    user = call.find("User", UserId=call.parameters["UserId"])
    for group in call.records("UserGroup"):
        group.fields["userids"] = [name for name in group["UserIds"] if name != user.name]
    call.store.remove(user)
    return {**output.of_one(call.operation.output_shape, user, call.parameters), "Status": "deleting"}


def grouped(call: Call, group: Record) -> None:
    """A new group: its users must be there, one of them called default where the engine is redis."""
    group.fields.setdefault("userids", [])
    try:
        _refuse_strangers(call, group["Engine"], group["UserIds"])
    except Exception:
        call.store.remove(group)
        raise


def regroup(call: Call) -> Document:
    """ModifyUserGroup."""
    take = call.parameters
    group = call.find("UserGroup", UserGroupId=take["UserGroupId"])
    names = [name for name in group["UserIds"] if name not in (take.get("UserIdsToRemove") or [])]
    names += [name for name in take.get("UserIdsToAdd") or [] if name not in names]
    _refuse_strangers(call, group["Engine"], names)
    group.merge({"userids": names, **({"engine": take["Engine"]} if take.get("Engine") else {})})
    return output.of_one(call.operation.output_shape, group, take)


def _refuse_strangers(call: Call, engine: str, names: list[str]) -> None:
    called = [("default" if name == "default" else call.find("User", UserId=name)["UserName"]) for name in names]
    if engine == "redis" and "default" not in called:
        raise call.refuse("DefaultUserRequired", "User group should contain a default user.")
    if len(set(called)) < len(called):
        raise call.refuse("DuplicateUserName", "Two users of a group have the same name.")


def _others(record: Record, noun: str, member: str) -> list[str]:
    from . import SERVICES

    return [one.name for one in Store(SERVICES[0], record.region).of(SERVICES[0].kind(noun)).values()
            if record.name in (one[member] or [])]


FIELDS: Document = {
    "MinimumEngineVersion": "6.0", "Status": "active",
    "UserGroupIds": lambda user: _others(user, "UserGroup", "UserIds"),
}
GROUP_FIELDS: dict[str, Any] = {
    "MinimumEngineVersion": "6.0", "Status": "active",
    "ReplicationGroups": lambda group: _others(group, "ReplicationGroup", "UserGroupIds"),
}

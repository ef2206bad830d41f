"""Who is behind an access key, and what its policies say, from MiniStack's IAM."""

from __future__ import annotations

import json
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam, sts

from . import door

Documents = list[dict[str, Any]]


def role_policies(role: str) -> tuple[Documents, Documents | None]:
    """Identity policies of a role (name or ARN), and its boundary or None."""
    name = role.rpartition("/")[2]
    account = role.split(":")[4] if role.startswith("arn:") else None
    record = _role(account, name)
    if record is None:
        return [], None
    documents = [_document(text) for text in (record.get("InlinePolicies") or {}).values()]
    for arn in record.get("AttachedPolicies") or []:
        documents += _managed(arn, account)
    boundary = record.get("PermissionsBoundary")
    return documents, _managed(boundary, account) if boundary else None


def _role(account: str | None, name: str) -> dict[str, Any] | None:
    from ..state import ACCOUNT

    found: dict[str, Any] | None = iam._roles.get_scoped(account or ACCOUNT, None, name)
    return found


def _managed(arn: str, account: str | None) -> Documents:
    from ..state import ACCOUNT

    document = iam_evaluator._resolve_managed_policy_document(arn, account or ACCOUNT)
    return [_document(document)] if document else []


def _document(text: Any) -> dict[str, Any]:
    from urllib.parse import unquote

    if isinstance(text, str):
        return json.loads(text if text.lstrip().startswith("{") else unquote(text))
    return text


@door.route("principal")
def _principal(request: dict[str, Any]) -> dict[str, Any]:
    """The role behind an access key: None for the root of the local cloud."""
    session = sts._sessions.get(request["access_key"])
    if session is None:
        return {"role": None}
    arn = str(session["Arn"])
    account = arn.split(":")[4]
    name = iam_evaluator._role_name_from_assumed_arn(arn)
    record = _role(account, name) or {}
    identity, boundary = role_policies(record.get("Arn") or name)
    return {
        "role": name, "arn": arn, "account": account, "identity": identity, "boundary": boundary,
        "tags": {tag["Key"]: tag["Value"] for tag in record.get("Tags") or []},
    }


@door.route("caller")
def _caller(request: dict[str, Any]) -> dict[str, Any]:
    """Who an access key belongs to, as CloudTrail names them: a role's session, a user, or the root."""
    from ..state import ACCOUNT

    session = sts._sessions.get(request["access_key"])
    if session is not None:
        arn = str(session["Arn"])
        return {"arn": arn, "role": iam_evaluator._role_name_from_assumed_arn(arn), "session": arn.rpartition("/")[2]}
    key = iam._access_keys.get_scoped(ACCOUNT, None, request["access_key"])
    if key is not None:
        return {"arn": f"arn:aws:iam::{ACCOUNT}:user/{key['UserName']}", "user": key["UserName"]}
    return {"arn": f"arn:aws:iam::{ACCOUNT}:root"}


@door.route("trust")
def _trust(request: dict[str, Any]) -> dict[str, Any]:
    """Whom a role lets in; None where there is no such role."""
    arn = request["role"]
    record = _role(arn.split(":")[4], arn.rpartition("/")[2])
    return {"trust": _document(record["AssumeRolePolicyDocument"]) if record else None}

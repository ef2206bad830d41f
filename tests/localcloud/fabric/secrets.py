"""Secrets Manager: replicas that are asked for with the secret itself, and their end.

MiniStack makes replicas when it is asked to later, and keeps them for ever.
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RemoveRegionsFromReplication.html
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, json_response
from ministack.services import secretsmanager

Reply = tuple[int, dict[str, str], Any]


def install() -> None:
    """Patch MiniStack."""
    created, deleted, handled = (secretsmanager._create_secret, secretsmanager._delete_secret,
                                 secretsmanager.handle_request)

    def create(data: dict[str, Any]) -> Reply:
        reply: Reply = created(data)
        if reply[0] == 200 and data.get("AddReplicaRegions"):
            replicated: Reply = secretsmanager._replicate_secret_to_regions({
                "SecretId": json.loads(reply[2])["ARN"], "AddReplicaRegions": data["AddReplicaRegions"],
                "ForceOverwriteReplicaSecret": data.get("ForceOverwriteReplicaSecret", False)})
            if replicated[0] != 200:
                deleted({"SecretId": data["Name"], "ForceDeleteWithoutRecovery": True})
                return replicated
        return reply

    def delete(data: dict[str, Any]) -> Reply:
        _key, secret = secretsmanager._resolve(data.get("SecretId"))
        if secret and secret.get("ReplicationStatus"):
            reply: Reply = error_response_json(
                "InvalidRequestException", "You can't delete secret that still has replica regions.", 400)
            return reply
        reply = deleted(data)
        return reply

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Reply:
        if headers.get("x-amz-target", "").endswith(".RemoveRegionsFromReplication"):
            return _remove_regions(json.loads(body))
        reply: Reply = await handled(method, path, headers, body, query)
        return reply

    secretsmanager._create_secret = create
    secretsmanager._delete_secret = delete
    secretsmanager.handle_request = handle


def _remove_regions(data: dict[str, Any]) -> Reply:
    _key, secret = secretsmanager._resolve(data["SecretId"])
    if not secret:
        missing: Reply = error_response_json(
            "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", 400)
        return missing
    going = set(data["RemoveReplicaRegions"])
    kept = [one for one in secret.get("ReplicationStatus", []) if one["Region"] not in going]
    for region in going & {one["Region"] for one in secret.get("ReplicationStatus", [])}:
        secretsmanager._secrets.pop_scoped(get_account_id(), region, secret["Name"], None)
    secret["ReplicationStatus"] = kept
    reply: Reply = json_response({"ARN": secret["ARN"], "ReplicationStatus": kept})
    return reply

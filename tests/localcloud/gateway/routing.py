"""Which emulator answers which AWS service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

# Signing names that the fabric answers: what functions are woken by and live on.
# Everything else lies in moto, whose services look each other's resources up.
FABRIC = frozenset({
    "dynamodb", "events", "iam", "kms", "lambda", "logs", "monitoring", "scheduler", "secretsmanager",
    "sns", "sqs", "ssm", "states", "sts",
})

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Signature:
    """What a SigV4 credential scope says about a call."""

    access_key: str
    region: str
    service: str


def signature(headers: Mapping[str, str], query: Mapping[str, str]) -> Signature | None:
    """The scope from the Authorization header or from a presigned address."""
    match = _CREDENTIAL.search(headers.get("Authorization", ""))
    if match is None and "X-Amz-Credential" in query:
        match = _CREDENTIAL.search("Credential=" + unquote(query["X-Amz-Credential"]))
    if match is None:
        return None
    return Signature(match[1], match[3], match[4].lower())


def part_of(signed: Signature | None) -> str:
    """``resources`` or ``fabric``; what nobody signed (queue pages, confirmations) is the fabric's."""
    return "fabric" if signed is None or signed.service in FABRIC else "resources"

"""Which emulator answers which AWS service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

# Signing names whose resources live in moto; the rest is MiniStack's.
RESOURCES = frozenset({
    "application-autoscaling", "autoscaling", "ce", "config", "ec2", "ecs", "eks",
    "elasticache", "elasticfilesystem", "elasticloadbalancing", "guardduty",
    "inspector2", "organizations", "rds", "securityhub", "support", "tagging", "wafv2",
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
    return "resources" if signed and signed.service in RESOURCES else "fabric"

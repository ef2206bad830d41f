"""Seeds: files that say what existed before Terraform came."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cloud import LocalCloud

_KNOWN = {"service", "operation", "parameters", "region", "account", "spending", "save", "comment"}


class SeedError(RuntimeError):
    """An entry could not be applied; the message names the file, the entry and the cause."""


def apply(cloud: LocalCloud, path: Path) -> int:
    """Apply every entry of ``path`` in order, stopping at the first that fails.

    An entry is ``{"service", "operation", "parameters", "region"?, "account"?}``;
    ``operation`` is boto3's method name.  ``"save": {"vpc": "Vpc.VpcId"}`` keeps
    a value of the answer, and ``${vpc}`` in later parameters stands for it.
    ``{"spending": {...}}`` writes the account's spending book.
    """
    try:
        entries = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SeedError(f"{path}: {error}") from None
    if not isinstance(entries, list):
        raise SeedError(f"{path}: a seed is a JSON list of entries")
    saved: dict[str, str] = {}
    for number, entry in enumerate(entries, 1):
        where = f"{path}: entry {number} ({_title(entry)})"
        unknown = set(entry) - _KNOWN
        if unknown:
            raise SeedError(f"{where}: unknown field {', '.join(sorted(unknown))}")
        try:
            answer = _apply(cloud, entry, saved)
        except Exception as error:
            raise SeedError(f"{where}: {error}") from error
        for name, expression in entry.get("save", {}).items():
            saved[name] = _lookup(answer, expression, where)
    return len(entries)


def _apply(cloud: LocalCloud, entry: dict[str, Any], saved: dict[str, str]) -> Any:
    if "spending" in entry:
        return cloud.spend(entry["spending"])
    parameters = _filled(entry.get("parameters", {}), saved)
    arguments = {}
    if "account" in entry:
        # Both emulators take a twelve-digit access key for the account.
        arguments = {"aws_access_key_id": entry["account"]}
    client = cloud.client(entry["service"], entry.get("region", "us-east-1"), **arguments)
    return getattr(client, entry["operation"])(**parameters)


def _title(entry: dict[str, Any]) -> str:
    return "spending" if "spending" in entry else f"{entry.get('service')} {entry.get('operation')}"


def _filled(value: Any, saved: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, saved) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, saved) for item in value]
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda match: saved[match[1]], value)
    return value


def _lookup(answer: Any, expression: str, where: str) -> str:
    import jmespath

    found = jmespath.search(expression, answer)
    if not isinstance(found, str):
        raise SeedError(f"{where}: save: {expression} found {found!r} and not a text")
    return found

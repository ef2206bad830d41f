"""What terraform show prints, made by hand."""

from __future__ import annotations

from typing import Any

Given = tuple[str, dict[str, Any]]


def state(*resources: Given) -> dict[str, Any]:
    """A state with these resources: each a type with values."""
    return {
        "values": {
            "root_module": {
                "resources": [
                    {
                        "address": f"{kind}.it[{number}]",
                        "mode": "managed",
                        "type": kind,
                        "name": "it",
                        "index": number,
                        "values": values,
                    }
                    for number, (kind, values) in enumerate(resources)
                ]
            }
        }
    }

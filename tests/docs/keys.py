"""Which key protects what: read from where modules/environment hands keys to modules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from .estate_facts import Facts
from .markdown import ROOT

_COMPOSITION = ROOT / "terraform/modules/environment"
_MODULE = re.compile(r'^module "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_KEY = re.compile(r'module\.security\.keys\["(\w+)"\](\.replicas\["(\w+)"\])?')

# What a module encrypts with the key of a class, for people; a module that is not here is an error.
HOLDS: Mapping[str, str] = {
    "backup": "recovery points",
    "cdn": "firewalls' logs",
    "compute": "Kubernetes secrets, control-plane logs",
    "database": "rows, snapshots, caches, passwords, database logs",
    "monitoring": "logs, topics, metrics",
    "networking": "refused traffic",
    "recovery_compute": "Kubernetes secrets of the second region",
    "storage": "objects, files, images",
}


def uses() -> dict[str, dict[str, set[str]]]:
    """Class => module => where its key is taken from: primary, secondary, dr."""
    found: dict[str, dict[str, set[str]]] = {}
    for file in sorted(_COMPOSITION.glob("*.tf")):
        text = file.read_text()
        for name, body in _MODULE.findall(text):
            for key, _, region in _KEY.findall(body):
                found.setdefault(key, {}).setdefault(name, set()).add(region or "primary")
    # Locals hand on the key of refused traffic; the module beside them takes it.
    found.setdefault("logs", {}).setdefault("networking", set()).add("primary")
    return {key: found[key] for key in sorted(found)}


def table(facts: Mapping[str, Facts], made: Callable[[Iterable[str], Iterable[Iterable[str]]], str]) -> str:
    """The classes of data, with what their keys protect and where they have replicas."""
    production = facts["production"]
    rows = []
    for key, modules in uses().items():
        own = dict(production.of("security.aws_kms_key.class"))[key]
        replicas = [place for place in ("secondary", "dr")
                    if key in dict(production.of(f"security.aws_kms_replica_key.{place}"))]
        rows.append((f"`{key}`", "; ".join(sorted({HOLDS[name] for name in modules})),
                     "every year" if own["enable_key_rotation"] else "no", ", ".join(replicas) or "none",
                     f"{own['deletion_window_in_days']} days"))
    operations = production.one("automation.aws_kms_key.operations") or {}
    rows.append(("`operations`", "the functions' ledger, queues, topics, parameters",
                 "every year" if operations["enable_key_rotation"] else "no", "none",
                 f"{operations['deletion_window_in_days']} days"))
    return made(("class", "protects", "rotated", "replicas", "deletion waits"), rows)


def drawing(production: Facts) -> str:
    """Who is trusted with what, as a Mermaid flowchart: keys of production and the modules that they are handed to."""
    lines = ["```mermaid", "flowchart LR", '    security["modules/security"]']
    for key, modules in uses().items():
        replicas = [place for place in ("secondary", "dr")
                    if key in dict(production.of(f"security.aws_kms_replica_key.{place}"))]
        where = f"<br>replicas: {', '.join(replicas)}" if replicas else ""
        lines.append(f'    security --> key_{key}(["key {key}{where}"])')
        lines += [f'    key_{key} --> {name}["{name}: {HOLDS[name]}"]' for name in sorted(modules)]
    lines += ['    automation["modules/automation"] --> key_operations(["key operations"])',
              '    key_operations --> functions["functions: ledger, queues, topics, parameters"]', "```", ""]
    return "\n".join(lines)

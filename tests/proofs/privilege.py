"""Least privilege: what functions were seen to call against what their manifests grant.

    python -m proofs.privilege CALLS.jsonl [CALLS.jsonl ...]

reads recordings of the local cloud and prints one line for every grant and
every call that no grant covers.  A call under a role that the function took is
held against that role's statements, every other one against the function's own.
It ends with 1 when something is missing or
unused.  Both ways count: a missing grant breaks the function on AWS, an unused
one is a right that nobody would miss until it is abused.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from .manifests import Function, Statement, functions

Call = Mapping[str, Any]
# Who holds the statements (a function, or function/role) -> the Sids that were applied.
Applied = Mapping[str, Collection[str]]

# The gateway writes down which statements decided.
_DECIDED = re.compile(r"allowed by (\w+(?:, \w+)*)")

USED, EXCUSED, UNUSED, STALE, MISSING, DENIED = "used", "not locally", "UNUSED", "STALE EXCUSE", "MISSING", "DENIED"
# A role that does not exist, a statement for a setting that is off; one that should be there and is not.
OFF, LEFT_OUT = "not applied", "LEFT OUT"
FAULTS = frozenset({UNUSED, STALE, MISSING, DENIED, LEFT_OUT})


@dataclass(frozen=True)
class Finding:
    """One line of the table."""

    function: str
    """Or function/role."""
    action: str
    statement: str
    verdict: str
    calls: int
    remark: str = ""

    @property
    def fault(self) -> bool:
        return self.verdict in FAULTS


def compare(function: Function, calls: Iterable[Call], applied: Applied | None = None) -> list[Finding]:
    """Hold a function's manifest, and the roles in it, against the calls that it made.

    Without ``applied``, what exists only where the configuration asks for it counts as applied once it was used.
    """
    own = [one for call in calls if call["function"] == function.name for one in (call, *_implied(call))]
    taken = {role.id: [call for call in own if str(call.get("role") or "").endswith(role.ending)]
             for role in function.roles}
    under_roles = [id(call) for those in taken.values() for call in those]
    findings = _held(function.name, function.statements, [call for call in own if id(call) not in under_roles],
                     None if applied is None else applied.get(function.name, ()))
    for role in function.roles:
        those = taken[role.id]
        there = applied.get(role.id, ()) if applied is not None else None if those else ()
        findings += _held(role.id, role.statements, those, there, optional=True)
    return findings


def _held(holder: str, statements: Sequence[Statement], own: Sequence[Call], applied: Collection[str] | None,
          *, optional: bool = False) -> list[Finding]:
    granted = [call for call in own if not _denied(call)]
    by_statement = Counter((sid, call["action"]) for call in granted for sid in _statements(call))
    # Without IAM the recording does not say which statement it was.
    by_action = Counter(call["action"] for call in granted if not _statements(call))
    findings = []
    for statement in statements:
        for action in statement.actions:
            count = by_statement[statement.sid, action] + by_action[action]
            excuse = statement.unused_locally.get(action)
            verdict = (STALE if count else EXCUSED) if excuse else (USED if count else UNUSED)
            if applied is not None and statement.sid not in applied:
                verdict = OFF if statement.only_where or (optional and not applied) else LEFT_OUT
            elif applied is None and statement.only_where and not count:
                verdict = OFF
            findings.append(Finding(holder, action, statement.name, verdict, count, excuse or ""))
    return findings + _missing(holder, statements, own)


def _missing(holder: str, statements: Sequence[Statement], own: Sequence[Call]) -> list[Finding]:
    actions = [action for statement in statements for action in statement.actions]
    uncovered = Counter(call["action"] for call in own
                        if not any(fnmatchcase(call["action"].lower(), action.lower()) for action in actions))
    findings = [Finding(holder, action, "-", MISSING, count, "no statement names it")
                for action, count in uncovered.items()]
    denied: dict[str, list[Call]] = {}
    for call in own:
        if _denied(call) and call["action"] not in uncovered:
            denied.setdefault(call["action"], []).append(call)
    findings += [Finding(holder, action, "-", DENIED, len(those), _reason(those[0]))
                 for action, those in denied.items()]
    return findings


def _implied(call: Call) -> list[Call]:
    """What a call needs beside its own action: keys, tags of what is made, roles that are passed."""
    if _denied(call):
        return []
    return [{"function": call["function"], "role": call.get("role"), "action": use["action"], "error": None,
             "iam": {"verdict": "allowed", "reason": use.get("reason", "")}}
            for use in (call.get("iam") or {}).get("implied", [])]


def _denied(call: Call) -> bool:
    verdict = (call.get("iam") or {}).get("verdict")
    return verdict in {"denied", "deny"} or call.get("error") in {"AccessDenied", "AccessDeniedException",
                                                                  "UnauthorizedOperation"}


def _statements(call: Call) -> list[str]:
    match = _DECIDED.search(_reason(call))
    return match[1].split(", ") if match else []


def _reason(call: Call) -> str:
    return str((call.get("iam") or {}).get("reason", ""))


def table(findings: Iterable[Finding]) -> str:
    """The findings as people read them, faults last."""
    lines = [f"{'function':<36} {'action':<46} {'statement':<26} {'calls':>6}  verdict"]
    for finding in sorted(findings, key=lambda finding: (finding.fault, finding.function, finding.statement)):
        lines.append(f"{finding.function:<36} {finding.action:<46} {finding.statement:<26} {finding.calls:>6}  "
                     f"{finding.verdict}{': ' + finding.remark if finding.remark else ''}")
    return "\n".join(lines)


def read(paths: Iterable[Path]) -> list[Call]:
    """The calls of several recordings."""
    return [json.loads(line) for path in paths for line in path.read_text().splitlines() if line]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when it names a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", nargs="+", type=Path, help="calls.jsonl of a local cloud")
    calls = read(parser.parse_args(arguments).calls)
    findings = [finding for function in functions() for finding in compare(function, calls)]
    print(table(findings))
    return int(any(finding.fault for finding in findings))


if __name__ == "__main__":
    sys.exit(main())

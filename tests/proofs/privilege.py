"""Least privilege: what functions were seen to call against what their manifests grant.

    python -m proofs.privilege CALLS.jsonl [CALLS.jsonl ...]

reads recordings of the local cloud and prints one line for every grant and
every call that no grant covers.  It ends with 1 when something is missing or
unused.  Both ways count: a missing grant breaks the function on AWS, an unused
one is a right that nobody would miss until it is abused.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from .manifests import Function, functions

Call = Mapping[str, Any]

# The gateway writes down which statement decided.
_DECIDED = re.compile(r"allowed by (\w+)")

USED, EXCUSED, UNUSED, STALE, MISSING, DENIED = "used", "not locally", "UNUSED", "STALE EXCUSE", "MISSING", "DENIED"
FAULTS = frozenset({UNUSED, STALE, MISSING, DENIED})


@dataclass(frozen=True)
class Finding:
    """One line of the table."""

    function: str
    action: str
    statement: str
    verdict: str
    calls: int
    remark: str = ""

    @property
    def fault(self) -> bool:
        return self.verdict in FAULTS


def compare(function: Function, calls: Iterable[Call]) -> list[Finding]:
    """Hold a function's manifest against the calls that it made."""
    own = [one for call in calls if call["function"] == function.name for one in (call, *_implied(call))]
    granted = [call for call in own if not _denied(call)]
    by_statement = Counter((sid, call["action"]) for call in granted if (sid := _statement(call)))
    # Without IAM the recording does not say which statement it was.
    by_action = Counter(call["action"] for call in granted if _statement(call) is None)
    findings = []
    for statement in function.statements:
        for action in statement.actions:
            count = by_statement[statement.sid, action] + by_action[action]
            excuse = statement.unused_locally.get(action)
            verdict = (STALE if count else EXCUSED) if excuse else (USED if count else UNUSED)
            findings.append(Finding(function.name, action, statement.name, verdict, count, excuse or ""))
    return findings + _missing(function, own)


def _missing(function: Function, own: Sequence[Call]) -> list[Finding]:
    actions = [action for statement in function.statements for action in statement.actions]
    uncovered = Counter(call["action"] for call in own
                        if not any(fnmatchcase(call["action"].lower(), action.lower()) for action in actions))
    findings = [Finding(function.name, action, "-", MISSING, count, "no statement names it")
                for action, count in uncovered.items()]
    denied: dict[str, list[Call]] = {}
    for call in own:
        if _denied(call) and call["action"] not in uncovered:
            denied.setdefault(call["action"], []).append(call)
    findings += [Finding(function.name, action, "-", DENIED, len(those), _reason(those[0]))
                 for action, those in denied.items()]
    return findings


def _implied(call: Call) -> list[Call]:
    """The uses of KMS keys that a service makes in the caller's name."""
    if _denied(call):
        return []
    return [{"function": call["function"], "action": use["action"], "error": None,
             "iam": {"verdict": "allowed", "reason": use.get("reason", "")}}
            for use in (call.get("iam") or {}).get("implied", [])]


def _denied(call: Call) -> bool:
    verdict = (call.get("iam") or {}).get("verdict")
    return verdict in {"denied", "deny"} or call.get("error") in {"AccessDenied", "AccessDeniedException",
                                                                  "UnauthorizedOperation"}


def _statement(call: Call) -> str | None:
    match = _DECIDED.search(_reason(call))
    return match[1] if match else None


def _reason(call: Call) -> str:
    return str((call.get("iam") or {}).get("reason", ""))


def table(findings: Iterable[Finding]) -> str:
    """The findings as people read them, faults last."""
    lines = [f"{'function':<14} {'action':<46} {'statement':<26} {'calls':>6}  verdict"]
    for finding in sorted(findings, key=lambda finding: (finding.fault, finding.function, finding.statement)):
        lines.append(f"{finding.function:<14} {finding.action:<46} {finding.statement:<26} {finding.calls:>6}  "
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

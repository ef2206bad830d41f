"""Whether a test that a document names is there.

A link whose title begins with `::` names a test in the file it leads to:

    [restores are tried every week](../tests/x.py "::test_restores")

A Python function or Class::method, a run block of a .tftest.hcl, or a Rust
function below #[test], after the file's kind.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

_RUN = re.compile(r'^run "(\w+)"', re.MULTILINE)
_RUST = re.compile(r"#\[(?:tokio::)?test[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*(?:async\s+)?fn\s+(\w+)")
# proptest! takes functions without an attribute of their own line.
_RUST_PROPERTY = re.compile(r"#\[test\]\s*fn\s+(\w+)\s*\(")


@cache
def tests(file: Path) -> frozenset[str]:
    """The names of the tests in a file."""
    text = file.read_text()
    if file.name.endswith(".tftest.hcl"):
        return frozenset(_RUN.findall(text))
    if file.suffix == ".py":
        return frozenset(_python(ast.parse(text)))
    if file.suffix == ".rs":
        return frozenset({*_RUST.findall(text), *_RUST_PROPERTY.findall(text)})
    raise ValueError(f"{file}: tests are in .py, .rs and .tftest.hcl files")


def _python(tree: ast.AST, before: str = "") -> set[str]:
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            found.add(before + node.name)
        elif isinstance(node, ast.ClassDef):
            found |= _python(node, f"{before}{node.name}::")
    return found

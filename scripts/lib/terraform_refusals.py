"""Sets the tests that only expect a variable to be refused apart, where they need no provider.

    terraform_refusals.py <module or root>...

Starting the provider is most of what such a test costs. For each folder whose
tests have such runs, `.refusals-<name>` is made beside it: the folder's
variables, the locals that their validations read, and those runs; they are
taken out of the folder's own tests. A validation that reads more than locals
stays with the folder, and so do the runs that expect its variable to be refused.
To be used on a copy.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

_BLOCK = re.compile(r'^(\w+)(?: "[^"]+")* \{\n.*?^\}\n', re.MULTILINE | re.DOTALL)
_LOCAL = re.compile(r"^  (\w+) += .*?(?=^  \w+ += |^  #|^\}|\Z)", re.MULTILINE | re.DOTALL)
_READ = re.compile(r"\blocal\.(\w+)")
# What needs more than variables and locals: other objects, and files of the folder.
_ELSEWHERE = re.compile(r"\b(?:data|module|path|aws_\w+|terraform)\.|\b(?:file\w*|templatefile)\(")
_VALIDATION = re.compile(r"^  validation \{\n.*?^  \}\n", re.MULTILINE | re.DOTALL)
_DESCRIPTION = re.compile(r"^ +(?:description|error_message) += .*$", re.MULTILINE)
_EXPECTED = re.compile(r"expect_failures = \[(.*?)\]", re.DOTALL)


def main(folders: list[str]) -> int:
    """Sets the runs of each folder apart."""
    for folder in folders:
        apart(Path(folder))
    return 0


def apart(folder: Path) -> None:
    """Moves the runs of one folder that refuse variables."""
    whole = {block.split('"')[1]: block for file in sorted(folder.glob("*.tf"))
             for block in _blocks(file.read_text(), "variable")}
    kept = {name: _VALIDATION.sub(lambda found: "" if _reads_elsewhere(found[0]) else found[0], block)
            for name, block in whole.items()}
    alone = {f"var.{name}" for name, block in kept.items() if block == whole[name]}
    variables = "".join(kept.values())
    needed = _needed(variables, {name: text for file in folder.glob("*.tf") for name, text in _locals(file.read_text())})
    if needed is None:
        return
    place = folder.parent / f".refusals-{folder.name}"
    for test in sorted(folder.glob("tests/*.tftest.hcl")):
        text = test.read_text()
        runs = [block for block in _blocks(text, "run") if _refuses(block, alone)]
        if not runs:
            continue
        (place / "tests").mkdir(parents=True, exist_ok=True)
        (place / "tests" / test.name).write_text("\n".join([*_blocks(text, "variables"), *runs]))
        for run in runs:
            text = text.replace(run, "", 1)
        if next(_blocks(text, "run"), None):
            test.write_text(text)
        else:
            test.unlink()
    if place.exists():
        (place / "variables.tf").write_text(variables + "locals {\n" + "".join(needed) + "}\n")


def _blocks(text: str, kind: str) -> Iterator[str]:
    return (match[0] for match in _BLOCK.finditer(text) if match[1] == kind)


def _locals(text: str) -> Iterator[tuple[str, str]]:
    for block in _blocks(text, "locals"):
        body = block.removeprefix("locals {\n").removesuffix("}\n")
        yield from ((match[1], match[0]) for match in _LOCAL.finditer(body))


def _needed(variables: str, known: dict[str, str]) -> list[str] | None:
    """What the validations read, all the way down; None where that is more than locals."""
    wanted, found = set(_READ.findall(variables)), dict[str, str]()
    if _reads_elsewhere(variables):
        return None
    while wanted - set(found):
        for name in wanted - set(found):
            if name not in known or _ELSEWHERE.search(known[name]):
                return None
            found[name] = known[name]
        wanted |= {name for text in found.values() for name in _READ.findall(text)}
    return list(found.values())


def _reads_elsewhere(text: str) -> bool:
    return _ELSEWHERE.search(_DESCRIPTION.sub("", text)) is not None


def _refuses(run: str, alone: set[str]) -> bool:
    expected = _EXPECTED.search(run)
    return expected is not None and "module {" not in run and all(
        one.strip() in alone for one in expected[1].split(",") if one.strip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Checks what `terraform fmt` does not: order, descriptions, names, tags, wildcards, READMEs.

    terraform_style.py check <terraform folder> [--schema FILE]   prints what is wrong, 1 if anything is
    terraform_style.py example <README.md>                        prints the README's HCL blocks

``--schema`` is what `terraform providers schema -json` prints; with it, every
resource that can carry tags must.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HCL = re.compile(r"^```hcl\n(.*?)^```", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r'^(\w+)((?: "[^"]+")*) \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_SNAKE = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
# An action or resource of a policy that reaches further than one name.
_WILDCARD = re.compile(r'(?:\b(?:Action|NotAction|Resource|actions|resources)\b.*"(?:[a-z0-9-]+:)?\*")'
                       r'|^\s*"[a-z0-9-]+:\*",?$')
# In a key's own policy the resource "*" is that key, and nothing else.
_OWN_KEY = re.compile(r'\bResource\s*=\s*"\*"')


@dataclass(frozen=True)
class Block:
    """One top-level block of a formatted file."""

    kind: str
    labels: tuple[str, ...]
    body: str
    line: int


def folders(terraform: Path) -> list[Path]:
    """Every module and root below ``terraform``."""
    return sorted({file.parent for file in terraform.rglob("*.tf")
                   if not {"tests", "examples", ".terraform"} & set(file.relative_to(terraform).parts)})


def problems(terraform: Path, taggable: frozenset[str] = frozenset()) -> list[str]:
    """What is wrong in the modules and roots below ``terraform``."""
    found = []
    for folder in folders(terraform):
        readme = folder / "README.md"
        text = readme.read_text() if readme.exists() else None
        if text is None and "environments" not in folder.parts:
            found.append(f"{folder}: has no README.md")
        for file in sorted(folder.glob("*.tf")):
            blocks = list(_blocks(file))
            for kind in ("variable", "output"):
                found += _interface(file, kind, [one for one in blocks if one.kind == kind], text)
            for block in blocks:
                if block.kind in ("resource", "data"):
                    found += _resource(file, block, taggable)
            found += _wildcards(file, blocks)
    return found


def taggable_types(schema: Path) -> frozenset[str]:
    """The resource types that take ``tags``, of every provider in the schema."""
    return frozenset(
        name for provider in json.loads(schema.read_text())["provider_schemas"].values()
        for name, one in provider.get("resource_schemas", {}).items()
        if "tags" in one["block"].get("attributes", {}) and "tags_all" in one["block"]["attributes"])


def _blocks(file: Path) -> Iterator[Block]:
    text = file.read_text()
    for match in _BLOCK.finditer(text):
        labels = tuple(re.findall(r'"([^"]+)"', match[2]))
        yield Block(match[1], labels, match[3], text.count("\n", 0, match.start()) + 1)


def _interface(file: Path, kind: str, blocks: list[Block], readme: str | None) -> Iterator[str]:
    names = [block.labels[0] for block in blocks]
    if names != sorted(names):
        yield f"{file}: {kind}s are not sorted"
    for block in blocks:
        name, where = block.labels[0], f"{file}:{block.line}"
        if not _SNAKE.match(name):
            yield f"{where}: {kind} {name} is not in snake_case"
        if not re.search(r"^  description\s+=", block.body, re.MULTILINE):
            yield f"{where}: {kind} {name} has no description"
        if kind == "variable" and not re.search(r"^  type\s+=", block.body, re.MULTILINE):
            yield f"{where}: variable {name} has no type"
        if readme is not None and f"`{name}`" not in readme:
            yield f"{where}: README.md does not mention `{name}`"


def _resource(file: Path, block: Block, taggable: frozenset[str]) -> Iterator[str]:
    kind, name = block.labels
    where = f"{file}:{block.line}"
    if not _SNAKE.match(name):
        yield f"{where}: {kind}.{name} is not in snake_case"
    if block.kind == "resource" and kind in taggable and not re.search(r"^  tags\s+=", block.body, re.MULTILINE):
        yield f"{where}: {kind}.{name} can carry tags and has none"


def _wildcards(file: Path, blocks: list[Block]) -> Iterator[str]:
    keys = [(block.line, block.line + block.body.count("\n") + 1) for block in blocks
            if block.kind == "resource" and block.labels[0] in ("aws_kms_key", "aws_kms_replica_key", "aws_kms_key_policy")]
    lines = file.read_text().splitlines()
    for number, line in enumerate(lines, start=1):
        if not _WILDCARD.search(line) or line.lstrip().startswith("#"):
            continue
        if _OWN_KEY.search(line) and any(first <= number <= last for first, last in keys):
            continue
        if not _has_reason(lines, number - 1):
            yield f"{file}:{number}: a wildcard without its reason beside it: {line.strip()}"


def _has_reason(lines: list[str], index: int) -> bool:
    """Whether the statement around the line, or what stands right above it, has a comment; or denies."""
    statement = [lines[index]]
    indent = _indent(lines[index])
    for step in (-1, 1):
        place = index + step
        while 0 <= place < len(lines) and (not lines[place].strip() or _indent(lines[place]) >= indent - 2):
            statement.append(lines[place])
            # A brace two columns further out opens or closes the statement.
            if lines[place].strip() and _indent(lines[place]) == indent - 2 and lines[place].strip()[0] in "{}]":
                break
            place += step
    return any(line.lstrip().startswith("#") or " # " in line or re.search(r'Effect\s*=\s*"Deny"', line)
               for line in statement)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def main(arguments: list[str] | None = None) -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="terraform_style.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("check", "example"))
    parser.add_argument("path", type=Path)
    parser.add_argument("--schema", type=Path)
    options = parser.parse_args(arguments)
    if options.command == "example":
        sys.stdout.write("\n".join(_HCL.findall(options.path.read_text())))
        return 0
    found = problems(options.path, taggable_types(options.schema) if options.schema else frozenset())
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

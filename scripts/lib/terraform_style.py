"""Checks what `terraform fmt` does not: order, descriptions, READMEs.

    terraform_style.py check <terraform folder>     prints what is wrong, 1 if anything is
    terraform_style.py example <README.md>          prints the README's HCL block
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_BLOCK = re.compile(r'^(variable|output) "([^"]+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_HCL = re.compile(r"^```hcl\n(.*?)^```", re.MULTILINE | re.DOTALL)


def problems(folder: Path) -> list[str]:
    """What is wrong in the modules and roots below ``folder``."""
    found = []
    for module in sorted([*folder.glob("modules/*/"), *folder.glob("environments/*/")]):
        readme = module / "README.md"
        text = readme.read_text() if readme.exists() else None
        if text is None and module.parent.name == "modules":
            found.append(f"{module}: has no README.md")
        for file in sorted(module.glob("*.tf")):
            for kind in ("variable", "output"):
                found += _in_file(file, kind, text)
    return found


def _in_file(file: Path, kind: str, readme: str | None) -> list[str]:
    blocks = [(name, body) for block, name, body in _BLOCK.findall(file.read_text()) if block == kind]
    names = [name for name, _ in blocks]
    found = [] if names == sorted(names) else [f"{file}: {kind}s are not sorted"]
    for name, body in blocks:
        if not re.search(r"^  description\s+=", body, re.MULTILINE):
            found.append(f"{file}: {kind} {name} has no description")
        if kind == "variable" and not re.search(r"^  type\s+=", body, re.MULTILINE):
            found.append(f"{file}: variable {name} has no type")
        if readme is not None and f"`{name}`" not in readme:
            found.append(f"{file}: README.md does not mention `{name}`")
    return found


def main() -> int:
    """Run one command."""
    command, path = sys.argv[1], Path(sys.argv[2])
    if command == "example":
        sys.stdout.write("\n".join(_HCL.findall(path.read_text())))
        return 0
    found = problems(path)
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

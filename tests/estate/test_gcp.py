"""The root for Google Cloud, held against the published schema of its provider.

The provider itself is not at hand everywhere, so `terraform validate` cannot be
run on this root; every argument and block is looked up here instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2] / "terraform/environments/production-gcp"
SCHEMA = json.loads((ROOT / "tests/schema.json").read_text())
META = {"count", "depends_on", "for_each", "provider"}


@dataclass
class Block:
    """A block of formatted HCL: its arguments' names, and the blocks inside it."""

    name: str
    labels: tuple[str, ...]
    arguments: set[str] = field(default_factory=set)
    blocks: list[Block] = field(default_factory=list)


def parse(text: str) -> list[Block]:
    """The blocks of a formatted file; what stands inside an expression is skipped."""
    top = Block("", ())
    stack, depth = [top], 0
    for line in re.sub(r"<<-(\w+)\n.*?\n\s*\1\n", '""\n', text, flags=re.DOTALL).splitlines():
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line.split(" #")[0]).strip()
        if not bare or bare.startswith("#"):
            continue
        balance = sum(bare.count(mark) for mark in "{[(") - sum(bare.count(mark) for mark in "}])")
        if depth:
            depth += balance
        elif opened := re.match(r'^\s*(\w+)((?: "[^"]+")*) \{$', line):
            block = Block(opened[1], tuple(re.findall(r'"([^"]+)"', opened[2])))
            stack[-1].blocks.append(block)
            stack.append(block)
        elif bare == "}":
            stack.pop()
        elif argument := re.match(r"^(\w+)\s+=", bare):
            stack[-1].arguments.add(argument[1])
            depth = balance
    assert len(stack) == 1, "braces do not match"
    return top.blocks


def wrong(block: Block, schema: dict[str, Any], where: str) -> Iterator[str]:
    """What of a block the schema does not know, and what it misses."""
    for name in sorted(block.arguments - META - set(schema["attributes"])):
        yield f"{where}: there is no argument {name}"
    for name, one in schema["attributes"].items():
        if one["required"] and name not in block.arguments:
            yield f"{where}: {name} is missing"
    inner = [one for one in block.blocks if one.name != "lifecycle"]
    for one in inner:
        if one.name not in schema["blocks"]:
            yield f"{where}: there is no block {one.name}"
        else:
            yield from wrong(one, schema["blocks"][one.name], f"{where}.{one.name}")
    for name, one in schema["blocks"].items():
        count = sum(block.name == name for block in inner)
        if one["required"] and count == 0:
            yield f"{where}: the block {name} is missing"
        if not one["many"] and count > 1:
            yield f"{where}: the block {name} stands more than once"


def google_blocks() -> dict[str, Block]:
    """Address => block of everything that is Google's."""
    return {f"{block.name}.{'.'.join(block.labels)}": block
            for file in sorted(ROOT.glob("*.tf")) for block in parse(file.read_text())
            if block.name in ("resource", "data") and block.labels[0].startswith("google_")}


@pytest.mark.parametrize("address", sorted(google_blocks()))
def test_every_argument_is_one_of_the_provider(address: str) -> None:
    kind, resource, _ = address.split(".")
    assert list(wrong(google_blocks()[address], SCHEMA[kind][resource], address)) == []


def test_what_is_read_from_googles_resources_exists() -> None:
    read = re.compile(r"\b(data\.)?(google_\w+)\.\w+(?:\[[^\]]+\])?\.(\w+)")
    for file in sorted(ROOT.glob("*.tf")):
        for data, resource, attribute in read.findall(file.read_text()):
            schema = SCHEMA["data" if data else "resource"][resource]
            assert attribute in {*schema["computed"], *schema["attributes"], "id", "name"}, f"{file.name}: {resource}.{attribute}"


def test_the_check_finds_what_is_wrong() -> None:
    text = (ROOT / "bucket.tf").read_text()
    broken = text.replace("public_access_prevention", "public_access_prevented").replace("  location                    = upper(var.google.region)\n", "")
    (bucket,) = [one for one in parse(broken) if one.labels[0] == "google_storage_bucket"]
    found = list(wrong(bucket, SCHEMA["resource"]["google_storage_bucket"], "bucket"))
    assert found == ["bucket: there is no argument public_access_prevented", "bucket: location is missing"]


def test_nothing_of_it_is_public_and_no_key_of_aws_is_used() -> None:
    text = "\n".join(file.read_text() for file in sorted(ROOT.glob("*.tf")))
    assert re.search(r'public_access_prevention\s+= "enforced"', text)
    assert re.search(r"uniform_bucket_level_access = true", text)
    assert re.search(r"ipv4_enabled\s+= false", text)
    assert "aws_access_key" not in text and "allUsers" not in text and "allAuthenticatedUsers" not in text

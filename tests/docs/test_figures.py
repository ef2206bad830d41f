"""Tables and pictures are as the inventories say, and show what they claim to."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from . import figures, keys, names, tls
from .estate_facts import Facts, read
from .markdown import ROOT


@pytest.fixture(scope="module")
def facts() -> dict[str, Facts]:
    """Every environment's facts."""
    return read()


def test_documents_are_as_the_inventories_say(facts: dict[str, Facts]) -> None:
    made = {file: figures.written(file.name, file.read_text(), figures.figures(facts)) for file in figures.targets()}
    for file, text in {**made, **figures.pictures(facts)}.items():
        assert file.read_text() == text, f"{file.relative_to(ROOT)}: scripts/infrastructure-figures --update"


def test_every_table_is_shown_somewhere(facts: dict[str, Facts]) -> None:
    asked = set().union(*map(figures.asked, figures.targets()))

    assert set(figures.figures(facts)) == asked


def test_a_document_gets_its_parts_and_nothing_else() -> None:
    text = "a\n<!-- figures: one -->\nold\n<!-- /figures -->\nb\n"

    assert figures.written("x", text, {"one": "new\n"}) == "a\n<!-- figures: one -->\n\nnew\n\n<!-- /figures -->\nb\n"
    with pytest.raises(ValueError, match="unknown figures: one"):
        figures.written("x", text, {})


def test_pictures_are_drawings_within_their_frame(facts: dict[str, Facts]) -> None:
    for text in figures.pictures(facts).values():
        drawing = ElementTree.fromstring(text)
        _, _, width, height = map(int, drawing.attrib["viewBox"].split())
        for box in drawing.iter("{http://www.w3.org/2000/svg}rect"):
            right = int(box.attrib.get("x", 0)) + int(box.attrib["width"])
            bottom = int(box.attrib.get("y", 0)) + int(box.attrib["height"])
            assert (right, bottom) <= (width, height)


def test_pictures_show_every_database_cache_and_node_group(facts: dict[str, Facts]) -> None:
    for environment, one in facts.items():
        shown = figures.pictures(facts)[figures.DOCS / f"infrastructure-{environment}.svg"]
        for words in [*one.databases(), *one.caches(), *one.node_groups("compute"), *one.followers()]:
            assert words in shown, words


def test_every_kind_of_resource_is_counted_once(facts: dict[str, Facts]) -> None:
    last = [line for line in figures.figures(facts)["counts"].splitlines() if line.startswith("| **total**")]

    assert last == [f"| **total** | {' | '.join(f'**{sum(one.counts.values())}**' for one in facts.values())} |"]


def test_cloudfront_and_load_balancers_have_a_version_in_common(facts: dict[str, Facts]) -> None:
    """A listener with TLS 1.3 alone behind CloudFront answers nobody: CloudFront speaks at most 1.2 to its origins."""
    for environment, one in facts.items():
        assert tls.common(one) is None or tls.common(one), environment


def test_every_class_of_data_has_a_key(facts: dict[str, Facts]) -> None:
    for one in facts.values():
        assert set(keys.uses()) == {key for key, _ in one.of("security.aws_kms_key.class")}


def test_every_use_of_a_key_is_said_in_words() -> None:
    assert {module for modules in keys.uses().values() for module in modules} == set(keys.HOLDS)


def test_the_convention_knows_only_addresses_that_exist(facts: dict[str, Facts]) -> None:
    """A name for what is nowhere would let a runbook name what is not there."""
    unseen = [address for address in names.CONVENTION if not any(list(one.of(address)) for one in facts.values())]

    assert unseen == []


def test_pictures_and_documents_are_where_they_are_looked_for() -> None:
    for file in figures.pictures(read()):
        assert any(file.name in document.read_text() for document in Path(ROOT / "docs").glob("*.md")), file

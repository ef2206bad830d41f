"""The pictures of messages show what notify sends today. No browser is needed: each says which page it was taken of."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import pytest

from . import message_pictures, png
from .markdown import ROOT

DOCUMENT = ROOT / "docs/messages.md"


@pytest.mark.parametrize("name", message_pictures.SHOWN)
def test_a_picture_shows_its_message(name: str) -> None:
    file = message_pictures.PICTURES / f"{name}.png"
    assert message_pictures.taken_of(file) == message_pictures.digest(name), \
        f"{file.relative_to(ROOT)} is stale: scripts/message-pictures --update"


def test_every_picture_is_shown_once_and_told_in_words() -> None:
    text = DOCUMENT.read_text()
    for name in message_pictures.SHOWN:
        before, _, _ = text.partition(f"](messages/{name}.png)")
        assert before != text and len(before.rpartition("![")[2]) > 15, name
        assert text.count(f"messages/{name}.png") == 1
    assert message_pictures.superfluous() == []


def test_all_pictures_together_are_small() -> None:
    size = sum(file.stat().st_size for file in message_pictures.PICTURES.iterdir())
    assert size <= message_pictures.MOST_BYTES


def test_another_message_and_another_look_are_other_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    golden = message_pictures.golden("asleep")
    page = message_pictures.page(golden)
    other = json.loads(json.dumps(golden).replace("dev is asleep", "dev is awake"))
    assert message_pictures.page(other) != page
    monkeypatch.setattr(message_pictures, "page_asset", lambda _name: ("text/css", b".message { color: red; }"))
    assert message_pictures.page(golden) != page


def _png(rows: list[bytes], width: int, filters: list[int]) -> bytes:
    """A picture of three bytes a pixel, each row filtered as is said."""
    stream, before = b"", bytes(width * 3)
    for row, kind in zip(rows, filters, strict=True):
        stream += bytes([kind])
        for x, value in enumerate(row):
            left, corner = (row[x - 3], before[x - 3]) if x >= 3 else (0, 0)
            above = before[x]
            guess = min((left, above, corner), key=lambda one: abs(left + above - corner - one))
            stream += bytes([(value - (0, left, above, (left + above) // 2, guess)[kind]) & 255])
        before = row
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(stream)),
             (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts)


def test_a_png_is_read_whatever_its_filters() -> None:
    rows = [bytes((7 * x + 31 * y) & 255 for x in range(12)) for y in range(5)]
    assert png.Picture.read(_png(rows, 4, [0, 1, 2, 3, 4])).rows == rows


def test_a_picture_in_a_palette_keeps_its_colours_and_what_it_says(tmp_path: Path) -> None:
    paper, ink = b"\xff\xff\xff", b"\x1d\x1c\x1d"
    rows = [paper * 4, ink + paper * 2 + ink, paper * 4, *[paper * 4] * 40]
    picture = png.Picture(4, rows).without_empty_rows()
    assert len(picture.rows) == 10, "what is below the message is cut off"
    data = picture.written(16, {"page": "digest"})
    parts = dict(png.chunks(data))
    assert parts[b"PLTE"] in (paper + ink, ink + paper)
    shown = zlib.decompress(parts[b"IDAT"])
    colours = [parts[b"PLTE"][3 * place:3 * place + 3] for place in shown[6:10]]
    assert b"".join(colours) == rows[1]
    assert png.said(data, "page") == "digest" and png.said(data, "other") is None

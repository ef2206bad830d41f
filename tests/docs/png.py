"""PNG pictures, read and written small (PNG specification, third edition): 8 bits a channel in, a palette out."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {2: 3, 6: 4}
Colour = tuple[int, int, int]


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a PNG file, type and content."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    at = len(_SIGNATURE)
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, data[at + 8:at + 8 + size]
        at += size + 12


def said(data: bytes, keyword: str) -> str | None:
    """What the picture says under a keyword."""
    for kind, content in chunks(data):
        name, _, text = content.partition(b"\0")
        if kind == b"tEXt" and name == keyword.encode():
            return text.decode("latin-1")
    return None


@dataclass(frozen=True)
class Picture:
    """Rows of pixels, three bytes each."""

    width: int
    rows: list[bytes]

    @classmethod
    def read(cls, data: bytes) -> Self:
        """A picture of 8 bits a channel, with or without transparency, which is ignored."""
        packed = b""
        width = height = channels = 0
        for kind, content in chunks(data):
            if kind == b"IHDR":
                width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", content)
                if depth != 8 or colour not in _CHANNELS or interlaced:
                    raise ValueError(f"depth {depth}, colour type {colour}, interlaced {interlaced}: not read here")
                channels = _CHANNELS[colour]
            elif kind == b"IDAT":
                packed += content
        stream = zlib.decompress(packed)
        size = width * channels
        rows: list[bytes] = []
        before = bytes(size)
        for number in range(height):
            at = number * (size + 1)
            before = _unfiltered(stream[at], bytearray(stream[at + 1:at + 1 + size]), before, channels)
            rows.append(before if channels == 3 else b"".join(before[x:x + 3] for x in range(0, size, 4)))
        return cls(width, rows)

    def without_empty_rows(self) -> Self:
        """What is above the last row that differs from the one at the bottom, and a little of that."""
        end = len(self.rows)
        while end > 1 and self.rows[end - 1] == self.rows[-1]:
            end -= 1
        return type(self)(self.width, self.rows[:min(end + 8, len(self.rows))])

    def written(self, colours: int, says: Mapping[str, str]) -> bytes:
        """The file, in at most so many colours; what it says is ASCII."""
        counts: Counter[Colour] = Counter()
        for row in self.rows:
            counts.update(zip(row[::3], row[1::3], row[2::3], strict=True))
        palette, place = _palette(counts, colours)
        body = b"".join(
            b"\0" + bytes(place[pixel] for pixel in zip(row[::3], row[1::3], row[2::3], strict=True)) for row in self.rows)
        return b"".join([
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", self.width, len(self.rows), 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(map(bytes, palette))),
            *(_chunk(b"tEXt", f"{name}\0{text}".encode("ascii")) for name, text in says.items()),
            _chunk(b"IDAT", zlib.compress(body, 9)),
            _chunk(b"IEND", b""),
        ])


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _unfiltered(kind: int, row: bytearray, before: bytes, step: int) -> bytes:
    """A row as it was before it was filtered (PNG specification, 9: Filtering)."""
    if kind == 1:
        for x in range(step, len(row)):
            row[x] = (row[x] + row[x - step]) & 255
    elif kind == 2:
        for x, above in enumerate(before):
            row[x] = (row[x] + above) & 255
    elif kind == 3:
        for x, above in enumerate(before):
            row[x] = (row[x] + ((row[x - step] if x >= step else 0) + above) // 2) & 255
    elif kind == 4:
        for x, above in enumerate(before):
            left, corner = (row[x - step], before[x - step]) if x >= step else (0, 0)
            near = min((left, above, corner), key=lambda one, sum=left + above - corner: abs(sum - one))
            row[x] = (row[x] + near) & 255
    return bytes(row)


def _palette(counts: Counter[Colour], colours: int) -> tuple[list[Colour], dict[Colour, int]]:
    """So many colours by the median cut, and the place of each colour among them."""
    boxes = [list(counts)]
    while len(boxes) < min(colours, 256):
        # What is far apart and often seen is parted first.
        box = max(boxes, key=lambda box: _spread(box)[0] * sum(counts[one] for one in box) ** 0.25)
        spread, channel = _spread(box)
        if spread == 0:
            break
        box.sort(key=lambda one: one[channel])
        middle = (box[0][channel] + box[-1][channel]) / 2
        at = next(index for index, one in enumerate(box) if one[channel] > middle)
        boxes.remove(box)
        boxes += [box[:at], box[at:]]
    # A box's most frequent colour stands for it: paper stays white, and text its own grey.
    palette = [max(box, key=lambda one: counts[one]) for box in boxes]
    return palette, {one: number for number, box in enumerate(boxes) for one in box}


def _spread(box: list[Colour]) -> tuple[int, int]:
    """The widest channel of a box of colours, and how wide it is."""
    return max((max(one[channel] for one in box) - min(one[channel] for one in box), channel) for channel in range(3))

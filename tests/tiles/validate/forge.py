"""Tiles and archives written by hand, so that each can be wrong in exactly one way."""

from __future__ import annotations

import json
import struct

from tiles import protobuf as pb
from tiles.compress import gzip_bytes
from tiles.scheme import tile_address
from tiles.validate.finding import Report
from tiles.validate.run import Options, validate
from tiles.validate.sources import Source


def zig(*values: int) -> list[int]:
    return [pb.zigzag(value) for value in values]


def move(*points):
    return [len(points) << 3 | 1, *(n for point in points for n in zig(*point))]


def line(*points):
    return [len(points) << 3 | 2, *(n for point in points for n in zig(*point))]


CLOSE = [15]
#: A square of ten units whose corner is at (10, 10).
SQUARE = [*move((10, 10)), *line((10, 0), (0, 10), (-10, 0)), *CLOSE]


def geometry(numbers) -> bytes:
    return pb.tagged(4, pb.packed(numbers))


def feature(numbers=None, *, kind=3, number=7, tags=(0, 0), extra=b"") -> bytes:
    id_field = b"" if number is None else pb.tagged_number(1, number)
    tag_field = pb.tagged(2, pb.packed(tags)) if tags else b""
    kind_field = b"" if kind is None else pb.tagged_number(3, kind)
    shape = b"" if numbers == [] else geometry(SQUARE if numbers is None else numbers)
    return pb.tagged(2, id_field + tag_field + kind_field + shape + extra)


def text_value(text: str | bytes) -> bytes:
    return pb.tagged(4, pb.tagged(1, text.encode() if isinstance(text, str) else text))


def layer(*parts, version=2, name="buurt", extent=4096, keys=("code",), values=None, last=b"") -> bytes:
    values = [text_value("BU01")] if values is None else values
    body = b"" if version is None else pb.tagged_number(15, version)
    body += b"" if name is None else pb.tagged(1, name.encode() if isinstance(name, str) else name)
    body += b"".join(parts or (feature(),))
    body += b"".join(pb.tagged(3, key.encode()) for key in keys) + b"".join(values)
    body += b"" if extent is None else pb.tagged_number(5, extent)
    return pb.tagged(3, body + last)


def header(spans, *, counts=(0, 0, 0), clustered=1, kinds=(2, 2, 1), zooms=(0, 0), bounds=None, version=3) -> bytes:
    bounds = bounds or (-10, -10, 10, 10, 0, 0, 0)
    places = [number for span in spans for number in span]
    return struct.pack("<7sB11Q6B4iB2i", b"PMTiles", version, *places, *counts, clustered, *kinds, *zooms, *bounds)


#: Which entries a directory has, by (tile number, offset, length, run).
def directory(entries) -> bytes:
    columns = [[], [], [], []]
    before = 0
    for number, offset, length, run in entries:
        for column, value in zip(columns, (number - before, run, length, offset + 1), strict=True):
            column.append(value)
        before = number
    return pb.packed([len(entries), *(value for column in columns for value in column)])


METADATA = {"vector_layers": [{"id": "buurt", "fields": {"code": "String"}}]}


def archive(
    tiles=None, *, entries=None, metadata=METADATA, root=None, leaves=b"", tail=b"", gap=b"", packed=gzip_bytes, **head
) -> bytes:
    """An archive of tiles by number; every part may be replaced by a wrong one."""
    tiles = {0: layer()} if tiles is None else tiles
    data, listed = b"", []
    for number, body in tiles.items():
        stored = packed(body)
        listed.append((number, len(data), len(stored), 1))
        data += stored
    listed = listed if entries is None else entries(listed)
    root = packed(directory(listed)) if root is None else root
    text = packed(metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode())
    spans, at = [], 127
    for part in (root, text, leaves, data):
        spans.append((at, len(part)))
        at += len(part)
    spans[3] = (spans[3][0] + len(gap), spans[3][1])
    spans = head.pop("spans", lambda given: given)(spans)
    reached = [tile_address(number)[0] for number, _, _, run in listed if run]
    zooms = head.pop("zooms", (min(reached, default=0), max(reached, default=0)))
    return header(spans, zooms=zooms, **head) + root + text + leaves + gap + data + tail


def checked(data: bytes, **options) -> Report:
    source = Source("bytes", len(data), lambda offset, length: data[offset : offset + length])
    return validate(source, Options(**options))


def rules(data: bytes, **options) -> set[str]:
    return set(checked(data, **options).counts)

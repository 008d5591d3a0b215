"""One static archive of geometry with figures: for a plain file host or a CDN, where no server of ours runs.

Every level is a layer; a tile holds the layers whose zooms it lies in. Layers are spliced as the server does it, so
that file and server give the same bytes of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tiles.archive import Reader, write_archive
from tiles.scheme import ZoomRange
from tiles.splice import FIELDS, splice, take_apart
from tiles.spliced import Selection
from tiles.tilejson import vector_layer
from zicht.errors import ConfigError


def export_archive(
    parts: Sequence[tuple[Selection, Reader]], *, name: str = "", description: str = "", attribution: str = ""
) -> bytes:
    """Return an archive with the figures of one or more levels; the same parts give the same bytes.

    Args:
        parts: What to show of each level, with the archive of its geometry.
        name: Name as shown; left out where empty.
        description: What a reader should know; left out where empty.
        attribution: Source as shown; left out where empty.

    Raises:
        ConfigError: There is no part, or a level twice.
        ReleaseError: An archive is damaged.
    """
    levels = [selection.texts.level for selection, _ in parts]
    if not parts or len(set(levels)) != len(levels):
        raise ConfigError("An export needs one or more levels, each once.", where=", ".join(levels))
    tiles: dict[int, bytes] = {}
    for selection, reader in parts:
        for number, body in _spliced(selection, reader):
            # The layers of a tile are the layers of its parts one after the other (MVT 4.1).
            tiles[number] = tiles.get(number, b"") + body
    headers = [reader.header for _, reader in parts]
    zooms = ZoomRange(min(header.minzoom for header in headers), max(header.maxzoom for header in headers))
    texts = {"name": name, "description": description, "attribution": attribution}
    metadata: Mapping[str, Any] = {
        "vector_layers": [_layer(selection, reader) for selection, reader in parts],
        **{key: text for key, text in texts.items() if text},
    }
    return write_archive(tiles, zooms=zooms, bounds=_around([header.degrees for header in headers]), metadata=metadata)


def _spliced(selection: Selection, reader: Reader) -> Iterable[tuple[int, bytes]]:
    for number, body in reader.tiles():
        yield number, splice(take_apart(body, selection.texts), selection.figures)


def _layer(selection: Selection, reader: Reader) -> dict[str, Any]:
    fields = {name: FIELDS[name] for name in selection.figures.fields}
    zooms = ZoomRange(reader.header.minzoom, reader.header.maxzoom)
    return vector_layer(selection.texts.level, zooms, fields=fields)


def _around(bounds: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    wests, souths, easts, norths = zip(*bounds, strict=True)
    return min(wests), min(souths), max(easts), max(norths)

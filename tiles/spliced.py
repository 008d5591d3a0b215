"""Tiles with figures, made when asked for and kept for a while: geometry and column are each prepared once.

A request costs a look-up where the tile is kept, else one splice and its compression; no coordinate is ever decoded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tiles.cache import TileCache
from tiles.compress import gunzip, gzip_bytes
from tiles.splice import Figures, Frame, Texts, splice, take_apart
from tiles.tileset import Tile, TileSet

#: Bytes of tiles taken apart, and of finished tiles, kept in memory.
FRAME_BYTES = 96 * 1024 * 1024
BODY_BYTES = 64 * 1024 * 1024

#: As small as the slowest level makes it but for 1%, in a third of the time.
LEVEL = 6

_LARGEST = 1 << 26


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be shown on the tiles of a level.

    Args:
        key: Tells this selection from every other of the same tiles.
        texts: Of the level.
        figures: Of the level.
    """

    key: str
    texts: Texts
    figures: Figures


class SplicedTiles:
    """Makes and keeps tiles with figures. Safe to share between threads.

    Args:
        tileset: The geometry.
        frame_bytes: Bytes of tiles taken apart kept in memory.
        body_bytes: Bytes of finished tiles kept in memory, 0 for none.
    """

    def __init__(self, tileset: TileSet, *, frame_bytes: int = FRAME_BYTES, body_bytes: int = BODY_BYTES) -> None:
        self._tileset = tileset
        self._frames: TileCache[tuple[str, int, int, int], Frame] = TileCache(frame_bytes)
        self._bodies: TileCache[tuple[str, str, int, int, int], Tile] = TileCache(body_bytes)

    def get(self, selection: Selection, zoom: int, x: int, y: int) -> Tile | None:
        """Return a tile with figures, or None where nothing is drawn.

        Raises:
            TileAddressError: See `TileSet.get`.
            ReleaseError: The archive is damaged.
        """
        level = selection.texts.level
        address = (level, selection.key, zoom, x, y)
        tile = self._bodies.get(address)
        if tile is None:
            frame = self._frame(selection.texts, zoom, x, y)
            if frame is None:
                return None
            body = gzip_bytes(splice(frame, selection.figures), level=LEVEL)
            tile = Tile(body, hashlib.sha256(body).hexdigest()[:32])
            self._bodies.put(address, tile, size=len(body))
        return tile

    def _frame(self, texts: Texts, zoom: int, x: int, y: int) -> Frame | None:
        address = (texts.level, zoom, x, y)
        frame = self._frames.get(address)
        if frame is None:
            geometry = self._tileset.get(texts.level, zoom, x, y)
            if geometry is None:
                return None
            frame = take_apart(gunzip(geometry.body, limit=_LARGEST), texts)
            self._frames.put(address, frame, size=frame.size)
        return frame

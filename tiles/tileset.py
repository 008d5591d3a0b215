"""The geometry tiles of a release, opened once and shared by all threads of a server.

A tile never changes under a release, so its entity tag is the hash of its bytes and its body is kept as it was stored,
already compressed. This module needs only the standard library.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tiles.archive import Reader
from tiles.cache import TileCache
from tiles.errors import MalformedArchiveError, TileAddressError
from tiles.scheme import ZoomRange, check_tile
from zicht.errors import ReleaseError

#: Bytes of tiles kept in memory.
CACHE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile as it goes over the wire.

    Args:
        body: Vector tile, gzip-encoded.
        etag: Strong entity tag without quotes: 32 hexadecimal digits of the SHA-256 of the body.
    """

    body: bytes
    etag: str


class ByteFile:
    """A file that many threads read at once, each at its own place.

    Args:
        path: The file.

    Raises:
        ReleaseError: The file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise ReleaseError(
                f"The file cannot be opened ({error.strerror}).", where=str(path), remedy="Build or copy it again."
            ) from None
        self.size = os.fstat(self._handle).st_size
        self._lock = threading.Lock()

    def __call__(self, offset: int, length: int) -> bytes:
        """Return the bytes at an offset; fewer only at the end of the file."""
        length = min(length, self.size - offset)
        if length <= 0:
            return b""  # no system reads at an offset beyond 63 bits, not even nothing
        if hasattr(os, "pread"):
            return os.pread(self._handle, length, offset)
        with self._lock:  # Windows reads only where the handle stands
            os.lseek(self._handle, offset, os.SEEK_SET)
            return os.read(self._handle, length)

    def close(self) -> None:
        """Close the file; nothing can be read any more."""
        os.close(self._handle)


class TileSet:
    """The archives of a release by level.

    Args:
        folder: The folder that holds `<level>.pmtiles`.
        levels: Levels to open; a level without tiles (the country) is not among them.
        cache_bytes: Bytes of tiles kept in memory, 0 for none.

    Raises:
        ReleaseError: An archive is absent, damaged or cut off.
    """

    def __init__(self, folder: Path, levels: Iterable[str], *, cache_bytes: int = CACHE_BYTES) -> None:
        self._files: dict[str, ByteFile] = {}
        self._readers: dict[str, Reader] = {}
        self._cache: TileCache[tuple[str, int, int, int], Tile] = TileCache(cache_bytes)
        try:
            for level in levels:
                self._readers[level] = self._open(level, folder / f"{level}.pmtiles")
        except BaseException:
            self.close()
            raise

    def _open(self, level: str, path: Path) -> Reader:
        file = self._files[level] = ByteFile(path)
        reader = Reader(file, where=str(path))
        if file.size != reader.header.end:
            raise MalformedArchiveError(
                f"The archive has {file.size} bytes instead of {reader.header.end}.", where=str(path)
            )
        return reader

    def __enter__(self) -> TileSet:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close every archive."""
        while self._files:
            self._files.popitem()[1].close()

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that have tiles."""
        return tuple(self._readers)

    def zooms(self, level: str) -> ZoomRange:
        """Return the zooms of a level.

        Raises:
            TileAddressError: The level has no tiles.
        """
        header = self.reader(level).header
        return ZoomRange(header.minzoom, header.maxzoom)

    def bounds(self, level: str) -> tuple[float, float, float, float]:
        """Return west, south, east and north of a level in degrees.

        Raises:
            TileAddressError: The level has no tiles.
        """
        return self.reader(level).header.degrees

    def file(self, level: str) -> ByteFile:
        """Return the archive of a level as a file.

        Raises:
            TileAddressError: The level has no tiles.
        """
        self.reader(level)
        return self._files[level]

    def reader(self, level: str) -> Reader:
        """Return the archive of a level as tiles.

        Raises:
            TileAddressError: The level has no tiles.
        """
        if level not in self._readers:
            raise TileAddressError(
                f"There are no tiles of level {level!r}.", remedy=f"Levels with tiles: {', '.join(self._readers)}."
            )
        return self._readers[level]

    def get(self, level: str, zoom: int, x: int, y: int) -> Tile | None:
        """Return a tile, or None where nothing is drawn.

        Raises:
            TileAddressError: The level has no tiles, not at this zoom, or the world ends before x or y.
            ReleaseError: The archive is damaged.
        """
        check_tile(zoom, x, y)
        zooms = self.zooms(level)
        if zoom not in zooms:
            raise TileAddressError(
                f"Level {level} has no tiles at zoom {zoom}.",
                remedy=f"Its zooms run from {zooms.minzoom} to {zooms.maxzoom}.",
            )
        address = (level, zoom, x, y)
        tile = self._cache.get(address)
        if tile is None:
            body = self.reader(level).get(zoom, x, y)
            if body is None:
                return None
            tile = Tile(body, hashlib.sha256(body).hexdigest()[:32])
            self._cache.put(address, tile, size=len(body))
        return tile

"""What can be wrong with a tile, an archive, a value column or the address of one of them."""

from __future__ import annotations

from zicht.errors import ReleaseError, ZichtError


class TileError(ReleaseError):
    """Tile data of a release cannot be read or written."""


class MalformedTileError(TileError):
    """The bytes, or the features to be written, are not a valid vector tile."""


class MalformedArchiveError(TileError):
    """The bytes are not a whole, valid PMTiles archive."""


class MalformedColumnError(TileError):
    """The bytes are not a valid value column or class column."""


class TileAddressError(ZichtError):
    """A level, zoom, column or row is asked for that does not exist."""

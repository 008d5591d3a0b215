"""Parts of a file, fetched and unfolded within bounds."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from tiles import limits
from tiles.validate.finding import Check, Finding

GetBytes = Callable[[int, int], bytes]

PLAIN, GZIP = 1, 2


def fetched(get: GetBytes, span: tuple[int, int], compression: int, *, limit: int) -> Check[bytes | None]:
    """Return the content of a part of a file; None where it is damaged, or larger than is read.

    Args:
        get: Gives bytes at an offset.
        span: Offset and length of the part as stored.
        compression: 1 none, 2 gzip.
        limit: Largest content that is read, bytes.
    """
    data = yield from stored(get, span, limit=limit)
    return None if data is None else (yield from unpacked(data, compression, limit=limit))


def stored(get: GetBytes, span: tuple[int, int], *, limit: int) -> Check[bytes | None]:
    """Return a part of a file as it is stored; None where it is larger than is read."""
    if span[1] > limit:
        yield _too_large(limit)
        return None
    return get(*span)


def unpacked(data: bytes, compression: int, *, limit: int = limits.TILE) -> Check[bytes | None]:
    """Return the content of compressed data; None where they are damaged, or unfold to more than is read.

    Args:
        data: As stored.
        compression: 1 none, 2 gzip.
        limit: Largest content that is read, bytes.
    """
    if compression != GZIP:
        return data if compression == PLAIN else None
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        content = inflate.decompress(data, limit + 1)
    except zlib.error:
        yield Finding("compression", "Compressed data are damaged.")
        return None
    if len(content) > limit:
        yield _too_large(limit)
        return None
    if not inflate.eof or inflate.unused_data:
        yield Finding("compression", "Compressed data are cut off, or followed by others.")
    if any(data[3:8]):
        yield Finding("gzip-extra", "Compressed data carry a name, a comment, more fields or a time.")
    return content


def _too_large(limit: int) -> Finding:
    return Finding("limits", f"Contents have more than {limit:,} bytes, and were not read.")

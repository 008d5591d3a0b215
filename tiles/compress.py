"""Gzip whose bytes depend on the content alone, and its reading within limits."""

from __future__ import annotations

import zlib

from tiles.errors import MalformedArchiveError

# Deflate, no flags, no time, no hint of level or system (RFC 1952, section 2.3).
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

#: As small as it gets, and as small within a thousandth in half the time.
SMALLEST, QUICK = 9, 6


def gzip_bytes(data: bytes, *, level: int = SMALLEST) -> bytes:
    """Return the data as one gzip member without time, name or system.

    It is zlib everywhere: faster libraries choose their way by the processor, and with it their bytes.

    Args:
        data: What to compress.
        level: 1 (quick) to 9 (small).
    """
    deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(data) + deflate.flush()
    return _HEADER + body + zlib.crc32(data).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")


def gunzip(data: bytes, *, limit: int, where: str = "") -> bytes:
    """Return the content of one gzip member.

    Args:
        data: The member, nothing after it.
        limit: Largest content allowed, bytes: a small file may unfold into a huge one.
        where: What to call the data in an error.

    Raises:
        MalformedArchiveError: The data are damaged, cut off, followed by others, or unfold beyond the limit.
    """
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        content = inflate.decompress(data, limit)
    except zlib.error:
        raise MalformedArchiveError("Compressed data are damaged.", where=where) from None
    if not inflate.eof or inflate.unused_data or inflate.unconsumed_tail:
        raise MalformedArchiveError(
            f"Compressed data are cut off, followed by others, or larger than {limit} bytes.", where=where
        )
    return content

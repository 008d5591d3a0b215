"""A file as it is stored: what is compressed in it, wherever it stands, and the bytes between.

No directory is asked. What nothing lists, what stands after the end of a tile, and the names and comments of compressed
data (RFC 1952) are gone through like everything else.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from tiles.validate.sources import Source

#: Bytes that are read at once.
CHUNK = 1 << 20

#: Bytes that are given to zlib at once, and taken from it.
_FED, _TAKEN = 1 << 16, 1 << 20

#: What one stretch of compressed data may unfold to.
_LARGEST = 1 << 28

#: How often bytes may begin as compressed data do and be none. In others that occurs once in 16 MB.
_MISTAKES = 1_000

#: Bytes before such a place that are given again with those after it.
_AGAIN = 1 << 12

_MAGIC = b"\x1f\x8b\x08"
_EXTRA, _NAME, _COMMENT = 4, 8, 16
_FIXED = 10

#: Bytes of a header that are looked at.
_HEADER = 1 << 16


def chunks(source: Source, start: int, end: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of a file, part by part.

    Args:
        source: The file.
        start: Where to begin.
        end: Where to end, None for the end of the file.
    """
    end = source.size if end is None else end
    for at in range(start, end, CHUNK):
        yield source.get(at, min(CHUNK, end - at))


def pieces(source: Source, start: int) -> Iterator[Iterable[bytes]]:
    """Yield what a file consists of: what compressed data unfold to, their headers, and the bytes between.

    Args:
        source: The file.
        start: Where to begin.

    Yields:
        Bytes that belong together, part by part; to be taken before the next are asked for.
    """
    window, mistakes = _Window(source), 0
    at = done = start
    while at < source.size:
        ahead = 0
        if mistakes < _MISTAKES and window.bytes(at, len(_MAGIC)) == _MAGIC:
            member = _Member(window, at)
            yield member.content()
            if member.end:
                yield [member.header()]
                at = done = member.end
                continue
            mistakes += 1
            ahead = 1
        end = _find(source, at + ahead) if mistakes < _MISTAKES else source.size
        yield chunks(source, max(done, at - _AGAIN), end)
        at = end


def _find(source: Source, start: int) -> int:
    """Return where compressed data may begin, from a place on; the end of the file where they do not."""
    for at in range(start, source.size, CHUNK):
        found = source.get(at, CHUNK + len(_MAGIC) - 1).find(_MAGIC)
        if found >= 0:
            return at + found
    return source.size


class _Window:
    """The bytes of a file, those around the place that was last asked for kept."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._start, self._kept = 0, b""

    def bytes(self, at: int, length: int) -> bytes:
        """Return the bytes at a place; fewer only at the end of the file."""
        if not self._start <= at or at + length > self._start + len(self._kept):
            self._start, self._kept = at, self._source.get(at, CHUNK)
        return self._kept[at - self._start : at - self._start + length]


class _Member:
    """What may be compressed data, from a place on.

    Args:
        window: The file.
        at: Where they begin.
    """

    def __init__(self, window: _Window, at: int) -> None:
        self._window = window
        self._at = at
        #: Where they end, once all of their content has been taken; 0 where they are damaged or too large.
        self.end = 0

    def content(self) -> Iterator[bytes]:
        """Yield what they unfold to, as far as they do."""
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        at, size, part = self._at, 0, b""
        while not inflate.eof and size < _LARGEST:
            fed = inflate.unconsumed_tail
            if not fed:
                fed = self._window.bytes(at, _FED)
                at += len(fed)
            if not fed and not part:
                return
            try:
                part = inflate.decompress(fed, _TAKEN)
            except zlib.error:
                return
            size += len(part)
            yield part
        if inflate.eof:
            self.end = at - len(inflate.unused_data)

    def header(self) -> bytes:
        """Return what stands before the content; nothing where that tells nothing."""
        if not any(self._window.bytes(self._at, _FIXED)[3:8]):
            return b""
        data = self._window.bytes(self._at, _HEADER)
        flags, end = data[3], _FIXED
        if flags & _EXTRA:
            end += 2 + int.from_bytes(data[end : end + 2], "little")
        for text in (_NAME, _COMMENT):
            if flags & text:
                end = data.find(b"\0", end) + 1 or len(data)
        return data[:end]

"""Bytes of a file on disk or on a server, fetched in parts and within bounds."""

from __future__ import annotations

import http.client
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from tiles.errors import TileError
from tiles.tileset import ByteFile

#: Seconds to wait for a server, bytes of one request, and bytes that are read at most.
TIMEOUT = 30.0
BLOCK = 1 << 20
LARGEST = 1 << 31
_KEPT = 64
_OK, _PARTIAL = 200, 206


@dataclass(frozen=True, slots=True)
class Source:
    """Where bytes come from.

    Args:
        where: The file or address.
        size: Bytes.
        get: Gives the bytes at an offset, of a length; fewer only at the end.
    """

    where: str
    size: int
    get: Callable[[int, int], bytes]


def open_source(where: str, *, timeout: float = TIMEOUT) -> Source:
    """Open a file, or an http or https address.

    Args:
        where: Path or address.
        timeout: Seconds to wait for a server.

    Raises:
        TileError: It cannot be read, is empty, or is larger than `LARGEST`.
    """
    if where.partition(":")[0].lower() in ("http", "https"):
        source = _Remote(where, timeout).source()
    elif Path(where).is_file():
        file = ByteFile(Path(where))
        source = Source(where, file.size, file)
    else:
        raise TileError("The file cannot be opened: there is none.", where=where, remedy="Check the path.")
    if not source.size:
        raise TileError("The file is empty.", where=where, remedy="Give a PMTiles archive or a vector tile.")
    return source


class _Remote:
    """Reads a file on a server by ranges, a block at a time; the whole where the server knows no ranges."""

    def __init__(self, address: str, timeout: float) -> None:
        self._address = address
        self._parts = _parts(address)
        self._timeout = timeout
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._etag = ""
        self._size = 0

    def source(self) -> Source:
        status, headers, body = self._fetch(0)
        self._etag = headers.get("etag", "")
        if status == _OK:
            return Source(self._address, len(body), lambda offset, length: body[offset : offset + length])
        total = headers.get("content-range", "").rpartition("/")[2]
        if not total.isdigit() or not 0 < int(total) <= LARGEST:
            raise TileError("The server does not say how large the file is, or it is too large.", where=self._address)
        size = int(total)
        self._check_length(body, 0, size)
        self._blocks[0] = body
        self._size = size
        return Source(self._address, size, lambda offset, length: self._read(offset, min(length, size - offset)))

    def _read(self, offset: int, length: int) -> bytes:
        if length <= 0:
            return b""
        first, last = offset // BLOCK, (offset + length - 1) // BLOCK
        whole = b"".join(self._block(number) for number in range(first, last + 1))
        return whole[offset - first * BLOCK :][:length]

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            status, headers, body = self._fetch(number)
            if status != _PARTIAL or headers.get("etag", "") != self._etag:
                raise TileError("The file changed while it was read.", where=self._address, remedy="Try again.")
            self._check_length(body, number, self._size)
            self._blocks[number] = body
            while len(self._blocks) > _KEPT:
                self._blocks.popitem(last=False)
        return self._blocks[number]

    def _check_length(self, body: bytes, number: int, size: int) -> None:
        if len(body) != min(BLOCK, size - number * BLOCK):
            raise TileError("The server gives more or less than was asked.", where=self._address)

    def _fetch(self, number: int) -> tuple[int, dict[str, str], bytes]:
        parts = self._parts
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        start = number * BLOCK
        asked = {"Range": f"bytes={start}-{start + BLOCK - 1}", "Accept-Encoding": "gzip, identity"}
        try:
            with closing(kind(parts.hostname or "", parts.port, timeout=self._timeout)) as connection:
                connection.request("GET", f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}", headers=asked)
                with closing(connection.getresponse()) as response:
                    limit = BLOCK if response.status == _PARTIAL else LARGEST
                    body = response.read(limit + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise TileError(f"The server does not answer ({type(error).__name__}).", where=self._address) from None
        if response.status not in (_OK, _PARTIAL) or len(body) > limit:
            raise TileError(f"The server answers {response.status}, or too much.", where=self._address)
        return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        raise TileError(
            "This is no address.", where=address, remedy="Give a file, or a whole http or https address."
        ) from None

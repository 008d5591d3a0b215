"""Bodies, their entity tags and their compression.

What is named by the id of its release never changes: it may be kept for ever (`immutable`). Its tag is the hash of its
own bytes, so that a correction of one column or tile is fetched and nothing else. The national API design rules ask
for `no-store` on everything; that would send every tile again at every glance, so it is not followed here.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache

from flask import Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

FOR_EVER = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"

#: Below this a compressed body is not worth its header.
_SMALL = 256


def compress(body: bytes) -> bytes:
    """Return the gzip form of a body; the same body gives the same bytes."""
    return gzip.compress(body, compresslevel=6, mtime=0)


@lru_cache(maxsize=64)
def takes_gzip(header: str | None) -> bool:
    """Return whether a client takes compressed tiles: one that says nothing of encodings takes any (RFC 9110, 12.5.3).

    Args:
        header: Accept-Encoding, None where there is none.
    """
    return header is None or bool(parse_accept_header(header, Accept).quality("gzip"))


def tag(body: bytes) -> str:
    """Return the strong entity tag of a body, without quotes."""
    return hashlib.sha256(body).hexdigest()[:24]


def canonical(content: object) -> bytes:
    """Return JSON bytes that depend on the content alone."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def answer(
    body: bytes,
    *,
    content_type: str,
    cache: str = REVALIDATE,
    packed: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a response with a strong entity tag, compressed where the client takes it, or 304 where it has it.

    Args:
        body: The bytes as they are.
        content_type: Media type.
        cache: Cache-Control.
        packed: The gzip form of the body where it is at hand.
        headers: Further headers.
    """
    zipped = len(body) > _SMALL and bool(request.accept_encodings.quality("gzip"))
    # A strong tag names bytes: the compressed form is another representation and has a tag of its own.
    etag = tag(body) + ("-gzip" if zipped else "")
    response = Response((packed or compress(body)) if zipped else body, content_type=content_type, headers=headers)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = cache
    response.set_etag(etag)
    response.make_conditional(request)
    return response

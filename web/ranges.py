"""A file, or the part of it that is asked for (HTTP Range, RFC 9110, section 14): how an archive of tiles is read.

One range is answered. A header with several, or one that is malformed, is passed by as the standard allows; a range
that lies beyond the file is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, request
from werkzeug.http import is_resource_modified

from tiles.tileset import ByteFile
from web.errors import NOT_MODIFIED, PARTIAL, UNSATISFIABLE

_CHUNK = 1 << 18


def answer_file(file: ByteFile, *, etag: str, content_type: str, cache: str) -> Response:
    """Return a whole file, the range asked for, 304 where the client has it, or 416.

    Args:
        file: The file.
        etag: Strong entity tag without quotes.
        content_type: Media type.
        cache: Cache-Control.
    """
    headers = {"Cache-Control": cache, "Accept-Ranges": "bytes", "ETag": f'"{etag}"'}
    if not is_resource_modified(request.environ, etag=etag):
        return Response(status=NOT_MODIFIED, headers=headers)
    asked = _asked(file.size, etag)
    start, end = asked or (0, file.size)
    if start >= end:
        refused = {"Content-Range": f"bytes */{file.size}", "Cache-Control": "no-store"}
        return Response(status=UNSATISFIABLE, headers=headers | refused)
    if asked:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    response = Response(
        _chunks(file, start, end),
        status=PARTIAL if asked else None,
        content_type=content_type,
        headers=headers,
    )
    response.content_length = end - start
    return response


def _asked(size: int, etag: str) -> tuple[int, int] | None:
    asked = request.range if request.method == "GET" else None
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    if "If-Range" in request.headers and request.headers["If-Range"].strip() != f'"{etag}"':
        return None  # the client has a part of another file, or by a weak tag of what may be another
    start, end = asked.ranges[0]
    if start < 0:
        return max(0, size + start), size
    return start, min(size, size if end is None else end)


def _chunks(file: ByteFile, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, _CHUNK):
        yield file(at, min(_CHUNK, end - at))

"""Tiles that were asked for before, answered ahead of the framework.

Routing, views and header handling cost ten times what it takes to hand over bytes that are ready. This layer keeps
whole answers, every header included, as the application gave them; so the policy of `web.security` is in them too. Kept
are only answers that never change (`immutable`) of paths that name their release, up to a number of bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tiles.cache import TileCache
from web.errors import NO_CONTENT, NOT_MODIFIED, OK
from web.responses import FOR_EVER, takes_gzip

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    Key = tuple[str, str]

#: Bytes of answers kept.
HOT_BYTES = 64 * 1024 * 1024

#: Bytes an answer takes besides its body, about.
_OVERHEAD = 2_000
_LARGEST = 4 * 1024 * 1024
_LONGEST = 512

_PATHS = "/tiles/"
_METHODS = ("GET", "HEAD")

#: Headers that speak of a body, and so are absent where there is none (RFC 9110, section 15.4.5).
_OF_BODY = frozenset({"content-type", "content-length", "content-encoding"})

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Kept:
    status: str
    headers: Headers
    unchanged: Headers
    etag: str
    body: bytes


class HotTiles:
    """A WSGI application that answers from memory what it has seen another answer.

    Args:
        app: The application behind it.
        limit: Bytes kept, 0 for none.
    """

    def __init__(self, app: WSGIApplication, *, limit: int = HOT_BYTES) -> None:
        self._app = app
        self._kept: TileCache[Key, _Kept] = TileCache(limit)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        key = _key(environ)
        if key is None:
            return self._app(environ, start_response)
        kept = self._kept.get(key)
        if kept is None:
            return self._ask(key, environ, start_response)
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None and kept.etag and _has(asked, kept.etag):
            start_response(_NOT_MODIFIED, kept.unchanged)
            return []
        start_response(kept.status, kept.headers)
        return [kept.body] if environ["REQUEST_METHOD"] == "GET" else []

    def _ask(self, key: Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given: list[tuple[str, Headers]] = []

        def noted(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            given.append((status, headers))
            return start_response(status, headers, exc_info)

        answer = self._app(environ, noted)
        if environ["REQUEST_METHOD"] != "GET" or not given or not _may_be_kept(*given[-1]):
            return answer
        try:
            body = b"".join(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        status, headers = given[-1]
        unchanged = [header for header in headers if header[0].lower() not in _OF_BODY]
        etag = dict(headers).get("ETag", "")
        self._kept.put(key, _Kept(status, headers, unchanged, etag, body), size=len(body) + _OVERHEAD)
        return [body]


_NOT_MODIFIED = f"{NOT_MODIFIED} NOT MODIFIED"


def _key(environ: WSGIEnvironment) -> Key | None:
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if not path.startswith(_PATHS) or environ["REQUEST_METHOD"] not in _METHODS or len(path) + len(query) > _LONGEST:
        return None
    if "HTTP_RANGE" in environ or "HTTP_IF_MATCH" in environ or not takes_gzip(environ.get("HTTP_ACCEPT_ENCODING")):
        return None
    return path, query


def _may_be_kept(status: str, headers: Headers) -> bool:
    given = dict(headers)
    small = int(given.get("Content-Length", "0")) <= _LARGEST
    return (
        int(status[:3]) in (OK, NO_CONTENT)
        and given.get("Cache-Control") == FOR_EVER
        and "Accept-Ranges" not in given  # a whole archive is no tile
        and small
    )


def _has(asked: str, etag: str) -> bool:
    return asked.strip() == "*" or any(part.strip().removeprefix("W/") == etag for part in asked.split(","))

"""The layer ahead of the framework: what it keeps, and what it must never keep."""

from __future__ import annotations

import io

import pytest

from web.hot import HotTiles
from web.responses import FOR_EVER

ETAG = '"abc"'


class Behind:
    """An application that counts how often it is asked."""

    def __init__(self, *, status="200 OK", cache=FOR_EVER, body=b"tile", extra=()):
        self.asked = 0
        self.closed = 0
        self.status, self.cache, self.body, self.extra = status, cache, body, extra

    def __call__(self, _, start_response):
        self.asked += 1
        length = ("Content-Length", str(len(self.body)))
        start_response(self.status, [("ETag", ETAG), ("Cache-Control", self.cache), length, *self.extra])
        return self

    def __iter__(self):
        yield self.body

    def close(self):
        self.closed += 1


def ask(app, path="/tiles/r/buurt/1/1/1", method="GET", **more):
    given = []
    environ = {"PATH_INFO": path, "QUERY_STRING": "", "REQUEST_METHOD": method, "wsgi.input": io.BytesIO(), **more}
    answer = app(environ, lambda status, headers, _=None: given.append((status, headers)))
    body = b"".join(answer)
    getattr(answer, "close", lambda: None)()
    return given[-1][0], dict(given[-1][1]), body


def test_the_second_time_the_application_is_not_asked():
    behind = Behind()
    app = HotTiles(behind)
    first, second = ask(app), ask(app)
    assert first == second
    assert (behind.asked, behind.closed) == (1, 1)
    assert ask(app, method="HEAD")[2] == b""
    assert ask(app, HTTP_IF_NONE_MATCH=ETAG)[0].startswith("304")
    assert behind.asked == 1


@pytest.mark.parametrize(
    "behind",
    [
        Behind(status="404 NOT FOUND"),
        Behind(status="206 PARTIAL CONTENT"),
        Behind(cache="public, no-cache"),
        Behind(extra=[("Accept-Ranges", "bytes")]),
        Behind(body=b"x" * (5 << 20)),
    ],
    ids=["error", "part", "changes", "archive", "large"],
)
def test_what_it_never_keeps(behind):
    app = HotTiles(behind)
    ask(app)
    ask(app)
    assert behind.asked == behind.closed == 2


@pytest.mark.parametrize(
    "more",
    [
        {"path": "/columns/r/x"},
        {"method": "POST"},
        {"HTTP_RANGE": "bytes=0-1"},
        {"HTTP_ACCEPT_ENCODING": "identity"},
        {"QUERY_STRING": "x" * 600},
    ],
    ids=str,
)
def test_what_it_leaves_to_the_application(more):
    behind = Behind()
    app = HotTiles(behind)
    ask(app)
    ask(app, **more)
    ask(app, **more)
    assert behind.asked == 3


def test_head_alone_is_not_kept():
    behind = Behind()
    app = HotTiles(behind)
    ask(app, method="HEAD")
    assert ask(app)[2] == b"tile"


def test_queries_and_paths_are_told_apart():
    behind = Behind()
    app = HotTiles(behind)
    for more in ({}, {"QUERY_STRING": "measure=count"}, {"path": "/tiles/r/buurt/1/1/2"}):
        ask(app, **more)
        ask(app, **more)
    assert behind.asked == 3


def test_memory_is_bounded():
    behind = Behind(body=b"x" * 1000)
    app = HotTiles(behind, limit=10_000)
    for number in range(20):
        ask(app, path=f"/tiles/{number}")
    assert behind.asked == 20
    ask(app, path="/tiles/19")
    assert behind.asked == 20
    ask(app, path="/tiles/0")
    assert behind.asked == 21

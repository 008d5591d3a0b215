"""Files on disk and on servers: read in parts, within bounds, and every wrong server is a named error."""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager

import pytest

from tests.tiles.validate.forge import archive, feature, layer
from tiles.errors import TileError
from tiles.validate import sources
from tiles.validate.run import validate
from tiles.validate.sources import open_source
from zicht.errors import ReleaseError

TILES = {0: layer(), 1: layer(feature(number=7)), 4: layer(feature(number=7), name="wijk")}
BODY = archive(TILES) + b"x" * 3_000


@contextmanager
def server(answer):
    """Serve one file; `answer(start, end)` gives status, headers and body of a range."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers.get("Range", "bytes=0-")[6:].partition("-")
            status, headers, body = answer(int(asked[0]), int(asked[2] or 0) + 1)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{served.server_port}/a.pmtiles?x=1"
    finally:
        served.shutdown()
        served.server_close()
        thread.join(5)


def ranged(body=BODY, **headers):
    def answer(start, end):
        part = body[start:end]
        return 206, {"Content-Range": f"bytes {start}-{start + len(part) - 1}/{len(body)}", **headers}, part

    return answer


@pytest.mark.parametrize("block", [100, 1 << 20])
def test_a_file_on_a_server_is_checked_like_one_on_disk(tmp_path, monkeypatch, block):
    monkeypatch.setattr(sources, "BLOCK", block)
    (tmp_path / "a.pmtiles").write_bytes(BODY)
    on_disk = validate(open_source(str(tmp_path / "a.pmtiles")))
    with server(ranged()) as address:
        remote = validate(open_source(address))
    with server(lambda *_: (200, {}, BODY)) as address:
        whole = validate(open_source(address))
    assert on_disk.findings == remote.findings == whole.findings
    assert set(on_disk.counts) == {"bytes-unused", "metadata-layers", "content-stored-twice"}
    assert remote.tiles == 3


def test_few_blocks_are_kept(monkeypatch):
    monkeypatch.setattr(sources, "BLOCK", 10)
    monkeypatch.setattr(sources, "_KEPT", 3)
    asked = []
    answer = ranged()
    with server(lambda start, end: (asked.append(start), answer(start, end))[1]) as address:
        source = open_source(address)
        assert source.get(5, 60) == BODY[5:65]
        assert source.get(len(BODY) - 3, 10) == BODY[-3:]
        assert source.get(len(BODY) + 3, 10) == b""
    assert len(asked) >= 7


def changing():
    seen = []

    def answer(start, end):
        seen.append(start)
        return ranged(ETag=f'"{len(seen)}"')(start, end)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        lambda *_: (404, {}, b"nothing"),
        lambda *_: (500, {}, b""),
        lambda *_: (302, {"Location": "file:///etc/passwd"}, b""),
        lambda start, end: (206, {}, BODY[start:end]),
        lambda start, end: (206, {"Content-Range": "bytes 0-9/*"}, BODY[start:end]),
        lambda start, end: (206, {"Content-Range": "bytes 0-9/99999999999999"}, BODY[start:end]),
        lambda *_: (206, {"Content-Range": f"bytes 0-9/{len(BODY)}"}, BODY * 3),
        lambda *_: (206, {"Content-Length": "999999", "Content-Range": f"bytes 0-9/{len(BODY)}"}, BODY[:10]),
        changing(),
    ],
)
def test_a_server_that_is_wrong_is_a_named_error(monkeypatch, answer):
    monkeypatch.setattr(sources, "BLOCK", 200)
    with server(answer) as address, pytest.raises(TileError) as caught:
        validate(open_source(address, timeout=2))
    assert caught.value.where == address


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:1/a", "http://", "http://127.0.0.1:99999/a", "https://127.0.0.1:1/"]
)
def test_an_address_without_a_server_is_a_named_error(where):
    with pytest.raises(TileError):
        open_source(where, timeout=2)


@pytest.mark.parametrize("where", ["http://[", "https://[::1", "HTTP://]/a.pmtiles"])
def test_an_address_that_is_none_is_a_named_error_with_a_remedy(where):
    with pytest.raises(TileError, match="no address") as caught:
        open_source(where)
    assert caught.value.where == where
    assert "http" in caught.value.remedy


@pytest.mark.parametrize("where", ["//[x", "nothing.pmtiles", "file:///etc/passwd", "ftp://x/y", ""])
def test_other_addresses_are_files_that_are_not_there(where, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReleaseError):
        validate(open_source(where))


def test_an_empty_file_is_neither_an_archive_nor_a_tile(tmp_path):
    (tmp_path / "a.pmtiles").write_bytes(b"")
    with pytest.raises(TileError, match="empty") as caught:
        validate(open_source(str(tmp_path / "a.pmtiles")))
    assert "a.pmtiles" in caught.value.where

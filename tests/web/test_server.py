from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.support.certified import doubted
from tests.web import addresses
from web.errors import ServerError
from web.server import bind, listen, serve


def test_a_port_in_use_is_an_error_with_a_remedy(app):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError) as caught:
            serve(app, "127.0.0.1", port)
    assert str(port) in caught.value.where
    assert f"--port {port + 1}" in caught.value.remedy


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 65_536), ("127.0.0.1", -1), ("203.0.113.9", 0)])
def test_an_address_that_is_not_ours_is_an_error(host, port):
    with pytest.raises(ServerError):
        listen(host, port)


@pytest.fixture
def own(app):
    """The server as it is run, on a port of its own."""
    listener = listen("127.0.0.1", 0)
    server = bind(app, listener)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield listener.getsockname()
    # First the thread that has answered and still is to say so, else it finds its pipe closed.
    server.task_dispatcher.shutdown()
    server.close()
    thread.join(5)


def test_it_serves(own):
    host, port = own
    with urllib.request.urlopen(f"http://{host}:{port}/kaart", timeout=10) as answer:
        assert answer.status == 200
        assert b"Waterland-Oost" in answer.read()
        assert "waitress" not in str(answer.headers).lower()


def empty(release):
    """A tile in the corner of the world, far from anything."""
    return addresses.middle(release, "buurt").rsplit("/", 2)[0] + "/0/0.mvt"


def asked(connection, path, **headers):
    """Ask on a connection; return the code, and whether the connection is still the same."""
    before = connection.sock
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    return response.status, connection.sock is before and before is not None, body


def test_an_answer_without_a_body_keeps_the_connection(own, app, release):
    path = addresses.tiles(release)[0]
    tag = app.test_client().get(path, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    connection = HTTPConnection(*own, timeout=20)
    connection.connect()
    with closing(connection):
        for _ in range(3):
            code, same, body = asked(connection, path, **{"If-None-Match": tag, "Accept-Encoding": "gzip"})
            assert (code, same, body) == (304, True, b"")
            assert asked(connection, empty(release)) == (204, True, b"")
            code, same, body = asked(connection, path)
            assert (code, same, body[:2] != b"") == (200, True, True)


@pytest.mark.parametrize("how", [("1.1", "Connection: close\r\n"), ("1.0", "")], ids=["asked", "old"])
def test_a_connection_is_ended_for_whoever_expects_it(own, release, how):
    version, more = how
    with socket.create_connection(own, timeout=20) as connection:
        connection.sendall(f"GET {empty(release)} HTTP/{version}\r\nHost: a\r\n{more}\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert b" 204 " in answer.splitlines()[0]
    assert b"Connection: close" in answer


@pytest.fixture
def several(release):
    """A server of two processes: its address and the process that holds them."""
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "error", "-m", "zicht", "serve", str(release.path), "--draft", "--workers", "2"]
    with subprocess.Popen([*command, "--port", str(port)], stderr=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()


def answered(address, *, within=30.0):
    until = time.monotonic() + within
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return answer.read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def children(process):
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not found.is_file():
        pytest.skip("this system does not list the children of a process")
    return [int(number) for number in found.read_text().split()]


def alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_several_processes_serve_and_end_together(several, release):
    address, process = several
    assert answered(f"{address}/api/v1/releases")
    path = addresses.figures(release)[0]
    assert len({answered(address + path) for _ in range(8)}) == 1
    both = children(process)
    assert len(both) == 2
    process.terminate()
    assert process.wait(20) == 130
    assert not any(map(alive, both))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_when_one_of_them_ends_the_server_says_so(several):
    address, process = several
    answered(f"{address}/api/v1/releases")
    both = children(process)
    os.kill(both[0], signal.SIGKILL)
    assert process.wait(20) == 1
    assert "ended by itself (code -9)" in process.stderr.read()
    assert not alive(both[1])


def test_a_system_without_fork_serves_with_one_process(app, monkeypatch):
    monkeypatch.delattr("os.fork", raising=False)
    with pytest.raises(ServerError, match="several processes"):
        serve(app, "127.0.0.1", 0, workers=2)


BLOCKED = (
    "affine analysis.audit analysis.confidential exactextract geopandas h3 h3ronpy highspy isal numba pandas pandera"
    " polars pyogrio pyproj rasterio rich shapely"
)
PROGRAM = f"""
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if any(name == blocked or name.startswith(blocked + ".") for blocked in {BLOCKED.split()!r}):
            raise ImportError(name)
sys.meta_path.insert(0, Block())
from pathlib import Path
from zicht.release import open_release
from web.app import create_app
import web.server
import zicht.commands.serve
from zicht.standing import require_certified
release = open_release(Path(sys.argv[1]))
assert require_certified(release).certificate.holds
client = create_app(release).test_client()
for path in sys.argv[2:]:
    code = client.get(path).status_code
    assert code == 200, (path, code)
print("served")
"""


def test_the_server_and_the_certificate_need_none_of_the_confidential_half(tmp_path):
    release = doubted(tmp_path / "certified", None)
    paths = [
        *addresses.pages(),
        *addresses.columns(release),
        *addresses.tiles(release),
        *addresses.figures(release),
        *addresses.standard(),
        *addresses.api(),
        "/deck.json",
        f"/tiles/{release.short_id}/buurt.json",
        f"/download/{addresses.LABS}/2024/buurt.csv",
    ]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(release.path), *paths],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "served"

"""Tiles served: the whole server under load, the layer ahead of the framework beside it, and splicing anew.

The release is the demo's (`make demo`) where it is there, else one of a few buurten. The server is `zicht serve` with
two processes on the loopback interface; the load is wrk where it is installed, else threads of Python, which measure
themselves more than the server. Each load lasts a few seconds and every process is ended. Seconds are for 1,000 tiles;
the note has the rate, the slowest of a hundred and, on Linux, the processor time of the server for one tile.
"""

from __future__ import annotations

import http.client
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.types import WSGIApplication

from tests.support.tiny import tiny_release
from tiles.scheme import tile_address
from tiles.spliced import SplicedTiles
from web.app import create_app
from web.server import listen
from web.site import Site
from web.tilestore import TileStore
from zicht.published import ColumnKey
from zicht.release import Release, open_release

Row = tuple[str, float, float, str]

DEMO = Path(".demo") / "release"
LEVELS = ("gemeente", "wijk", "buurt")
WORKERS = 2
CONNECTIONS = 16
SECONDS = 4
READY = 60.0
IN_PROCESS = 2_000


def run() -> list[Row]:
    """Measure, and end what was started."""
    with tempfile.TemporaryDirectory() as folder:
        made = DEMO.is_dir()
        release = open_release(DEMO if made else tiny_release(Path(folder) / "tiny"))
        name = "demo" if made else "a few buurten; `make demo` for more"
        store = TileStore(Site(release))
        key = _column(store)
        plain, valued = _paths(store, key)
        rows = [_ahead(release, valued, name), _anew(store, key)]
        with _serving(release) as (port, process):
            rows += [
                _load("tiles, geometry, hot", plain, port, process, Path(folder)),
                _load("tiles, with figures, hot", valued, port, process, Path(folder)),
            ]
    return rows


def _column(store: TileStore) -> ColumnKey:
    keys = [key for key in store.site.release.values.keys() if key.level == LEVELS[-1]]
    return max(keys, key=lambda key: (key.measure == "rate", key))


def _paths(store: TileStore, key: ColumnKey) -> tuple[list[str], list[str]]:
    root, plain, valued = f"/tiles/{store.site.release.short_id}", [], []
    for level in LEVELS:
        for entry in store.tileset.reader(level).entries():
            zoom, x, y = tile_address(entry.number)
            plain.append(f"{root}/{level}/{zoom}/{x}/{y}")
            if level == key.level:
                valued.append(f"{root}/{level}/{key.indicator}/{key.period}/{zoom}/{x}/{y}?measure={key.measure}")
    return plain, valued


def _ahead(release: Release, paths: list[str], name: str) -> Row:
    app = create_app(release)
    hot, framework = app.wsgi_app, app.wsgi_app._app  # type: ignore[attr-defined]
    seconds = []
    for layer in (hot, framework):
        for path in paths:
            _ask(layer, path)
        start = time.process_time()
        for turn in range(IN_PROCESS):
            _ask(layer, paths[turn % len(paths)])
        seconds.append((time.process_time() - start) * 1000 / IN_PROCESS)
    return "1,000 hot tiles in one process, beside Flask", seconds[0], seconds[1], f"processor time; {name}"


def _ask(app: WSGIApplication, path: str) -> None:
    from werkzeug.test import EnvironBuilder

    where, _, query = path.partition("?")
    environ = _ENVIRONS.get(path)
    if environ is None:
        environ = _ENVIRONS[path] = EnvironBuilder(where, query_string=query).get_environ()
    answer = app(dict(environ), lambda *_: io.BytesIO().write)
    b"".join(answer)
    getattr(answer, "close", lambda: None)()


_ENVIRONS: dict[str, dict[str, object]] = {}


def _anew(store: TileStore, key: ColumnKey) -> Row:
    fresh, selection = SplicedTiles(store.tileset, body_bytes=0), store.selection(key)
    addresses = [tile_address(entry.number) for entry in store.tileset.reader(key.level).entries()]
    for address in addresses:
        fresh.get(selection, *address)
    start = time.process_time()
    for address in addresses * 3:
        fresh.get(selection, *address)
    seconds = (time.process_time() - start) * 1000 / (3 * len(addresses))
    return "1,000 tiles spliced anew and compressed", seconds, 0.0, f"processor time; {1000 / seconds:,.0f} a second"


@contextmanager
def _serving(release: Release) -> Iterator[tuple[int, int]]:
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "zicht", "serve", str(release.path), "--port", str(port), "--draft"]
    server = subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--workers", str(WORKERS)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int) -> None:
    until = time.monotonic() + READY
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/api/v1/releases")
            connection.getresponse().read()
            connection.close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the server did not start")


def _load(what: str, paths: list[str], port: int, process: int, folder: Path) -> Row:
    drive = _wrk if shutil.which("wrk") else _threads
    drive(paths, port, folder, 1.0)
    before = _processor(process)
    rate, slowest = drive(paths, port, folder, SECONDS)
    used = (_processor(process) - before) / max(rate * SECONDS, 1)
    by = "wrk" if drive is _wrk else "Python threads: wrk is not installed"
    speed = f"{rate:,.0f} a second, 99% within {slowest:.0f} ms, {used * 1000:.2f} ms of processor each"
    return what, 1000 / rate, 0.0, f"{speed}; {WORKERS} processes, {by}"


def _wrk(paths: list[str], port: int, folder: Path, seconds: float) -> tuple[float, float]:
    script = folder / "load.lua"
    listed = ",".join(f'"{path}"' for path in paths)
    script.write_text(
        f"local paths = {{{listed}}}\nlocal n = 0\n"
        "request = function()\n  n = n + 1\n  return wrk.format('GET', paths[n % #paths + 1])\nend\n"
    )
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--latency", "-s", str(script)]
    done = subprocess.run(  # noqa: S603 - on the loopback interface
        [*command, f"http://127.0.0.1:{port}"], check=True, capture_output=True, text=True, timeout=seconds + 30
    )
    if "Non-2xx" in done.stdout:
        raise SystemExit(done.stdout)
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", done.stdout)[0])
    number, unit = re.findall(r"99%\s+([\d.]+)(us|ms|s)\b", done.stdout)[0]
    return rate, float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def _threads(paths: list[str], port: int, folder: Path, seconds: float) -> tuple[float, float]:  # noqa: ARG001
    taken: list[float] = []
    until = time.monotonic() + seconds

    def ask(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        turn = first
        while time.monotonic() < until:
            start = time.perf_counter()
            connection.request("GET", paths[turn % len(paths)])
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise SystemExit(f"{paths[turn % len(paths)]}: {response.status}")
            taken.append(time.perf_counter() - start)
            turn += 1
        connection.close()

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.sort()
    return len(taken) / seconds, taken[int(len(taken) * 0.99)] * 1000


def _processor(process: int) -> float:
    """Return the processor seconds of a process and its children so far; 0 where the system does not tell."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        ticks = 0
        for number in (str(process), *children):
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    except OSError:
        return 0.0
    return ticks / os.sysconf("SC_CLK_TCK")

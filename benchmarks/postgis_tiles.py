"""PostGIS as a peer: the same areas, asked for the same tiles over one connection to a database of its own.

The cluster is made in a temporary folder, listens on a socket there and nowhere else, and is removed afterwards. Each
tile is what a tile server would ask for: `ST_AsMVT` of `ST_AsMVTGeom` of `ST_Simplify` by one unit of the tile. Loading
and indexing the areas is not counted. PostgreSQL refuses to run for root, who hands it to the user `postgres`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL

import geopandas as gpd
import shapely

from tiles.scheme import BUFFER, EXTENT

Row = tuple[str, float, float, str]
Tile = tuple[int, int, int]
Ask = Callable[[str], str]

#: Where Debian keeps what only the server needs.
DEBIAN = Path("/usr/lib/postgresql")
#: Zooms of which one tile in the middle is timed by itself, and how often.
ALONE, TIMES = (7, 8, 10, 12), 3
#: Seconds after which the whole pyramid is given up.
LIMIT = 900
READY = 30.0

_CIRCUMFERENCE = 40_075_016.685578
_FUNCTIONS = f"""
CREATE FUNCTION shapes(z int, x int, y int) RETURNS TABLE (code text, shape geometry) LANGUAGE sql STABLE AS $$
  SELECT * FROM (
    SELECT code, ST_AsMVTGeom(
      ST_Simplify(geom, {_CIRCUMFERENCE} / ({EXTENT} * 2.0 ^ z), true), ST_TileEnvelope(z, x, y), {EXTENT}, {BUFFER}
    ) AS shape
    FROM area WHERE geom && ST_TileEnvelope(z, x, y, margin => {BUFFER / EXTENT})
  ) AS every WHERE shape IS NOT NULL
$$;
CREATE FUNCTION tile(z int, x int, y int) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT ST_AsMVT(one, 'buurt', {EXTENT}, 'shape') FROM shapes(z, x, y) AS one
$$;
"""  # noqa: S608 - our own numbers


def postgis_row(source: Path, tiles: Sequence[Tile], seconds: float) -> Row:
    """Return the row of PostGIS beside ours, or why there is none.

    Args:
        source: GeoParquet of the areas, in RD.
        tiles: Zoom, column and row of every tile of the pyramid.
        seconds: What we took.
    """
    what, server = "  beside PostGIS", _server()
    if server is None:
        return what, seconds, 0.0, "PostgreSQL is not installed"
    with _cluster(server) as ask:
        try:
            ask("CREATE EXTENSION postgis;")
        except subprocess.CalledProcessError:
            return what, seconds, 0.0, "PostGIS is not installed"
        _load(ask, source, tiles)
        alone = ", ".join(f"{zoom}: {_alone(ask, tiles, zoom):.0f} ms" for zoom in ALONE)
        try:
            taken, size = _pyramid(ask)
        except subprocess.CalledProcessError:
            return what, seconds, 0.0, f"given up after {LIMIT} s; middle tile of zoom {alone}"
        areas = ask("SELECT count(DISTINCT code) FROM wanted, shapes(z, x, y) WHERE z = (SELECT min(z) FROM wanted);")
    note = f"{len(tiles):,} tiles, one connection; {size / 1e6:.2f} MB before gzip, each area simplified alone"
    shown = f"{areas.strip()} areas at zoom {min(tiles)[0]}"
    return what, seconds, taken, f"{note}, {shown}; middle tile of zoom {alone}"


def _server() -> Path | None:
    """Return the folder of the server's programs."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(DEBIAN.glob("*/bin"), key=lambda at: float(at.parent.name))
    return folders[-1] if folders and shutil.which("psql") else None


@contextmanager
def _cluster(server: Path) -> Iterator[Ask]:
    """Make a cluster, run it, and remove it; gives what asks it."""
    folder = tempfile.mkdtemp()
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def run(*words: str, told: str = "") -> str:
        return subprocess.run(  # noqa: S603 - our own words
            words, input=told, text=True, check=True, user=user, cwd=folder, stdout=subprocess.PIPE, stderr=DEVNULL
        ).stdout

    def ask(text: str) -> str:
        client = ("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")
        return run(*client, "-h", folder, "-U", "bench", "-d", "postgres", told=text)

    try:
        data = f"{folder}/data"
        run(f"{server}/initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8")
        options = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "jit=off", "work_mem=64MB")
        words = [f"{server}/postgres", "-D", data, *(word for option in options for word in ("-c", option))]
        with subprocess.Popen(words, user=user, cwd=folder, stdout=DEVNULL, stderr=DEVNULL) as process:  # noqa: S603
            try:
                _wait(ask)
                yield ask
            finally:
                process.send_signal(signal.SIGINT)
    finally:
        shutil.rmtree(folder)


def _wait(ask: Ask) -> None:
    end = time.monotonic() + READY
    while True:
        try:
            ask("SELECT 1;")
        except subprocess.CalledProcessError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


def _load(ask: Ask, source: Path, tiles: Sequence[Tile]) -> None:
    frame = gpd.read_parquet(source).to_crs(3857)
    shapes = shapely.to_wkb(shapely.set_srid(frame.geometry.to_numpy(), 3857), hex=True, include_srid=True)
    areas = "\n".join(f"{code}\t{shape}" for code, shape in zip(frame["code"], shapes, strict=True))
    wanted = "\n".join("\t".join(map(str, tile)) for tile in tiles)
    ask(
        "CREATE TABLE area (code text, geom geometry(Geometry, 3857));\n"
        f"COPY area FROM STDIN;\n{areas}\n\\.\n"
        "CREATE TABLE wanted (z int, x int, y int);\n"
        f"COPY wanted FROM STDIN;\n{wanted}\n\\.\n"
        f"CREATE INDEX ON area USING gist (geom);\nVACUUM ANALYZE area;\n{_FUNCTIONS}"
    )


def _pyramid(ask: Ask) -> tuple[float, int]:
    """Return the seconds of every tile, and their bytes."""
    found = ask(f"SET statement_timeout = '{LIMIT}s';\n\\timing on\nSELECT sum(length(tile(z, x, y))) FROM wanted;")
    return _milliseconds(found)[0] / 1000, int(found.splitlines()[0])


def _alone(ask: Ask, tiles: Sequence[Tile], zoom: int) -> float:
    """Return the milliseconds of the tile in the middle of a zoom, the best of a few."""
    places = [(x, y) for z, x, y in tiles if z == zoom]
    middle = tuple(sum(part) / len(places) for part in zip(*places, strict=True))
    x, y = min(places, key=lambda at: abs(at[0] - middle[0]) + abs(at[1] - middle[1]))
    return min(_milliseconds(ask("\\timing on\n" + f"SELECT length(tile({zoom}, {x}, {y}));\n" * TIMES)))


def _milliseconds(told: str) -> list[float]:
    return [float(one) for one in re.findall(r"^Time: ([\d.]+) ms", told, re.MULTILINE)]

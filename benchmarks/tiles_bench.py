"""A national pyramid of vector tiles, zooms 5 to 12, beside tippecanoe, GDAL, freestiler and PostGIS.

Each tool draws the same country in a process of its own. Ours is held to what it promises before a time is reported:
every area at every zoom, no invalid polygon, no border with one side only that had two.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pmtiles.reader
import shapely

from benchmarks.beside import require
from benchmarks.postgis_tiles import postgis_row
from benchmarks.tiles_peers import FIRST, LAST, TOOLS, absent
from benchmarks.tiles_world import country, distinct
from geo.areas import Layer, ObjectArray
from tiles.archive import Reader
from tiles.coverage import project
from tiles.drawing import Sketch, draw_tile, prepare
from tiles.features import Feature, ring_area
from tiles.mercator import DEPTH
from tiles.mvt import decode_tile
from tiles.scheme import BUFFER, EXTENT, TileScheme, ZoomRange, tile_address
from tiles.snap import Lines
from tiles.validate.rules import RULES
from tiles.validate.run import validate
from tiles.validate.sources import open_source

Row = tuple[str, float, float, str]
Edge = tuple[int, int, int, int]

MATCHED = 8


def run() -> list[Row]:
    """Measure, and refuse to report a drawing that breaks its promises."""
    layer = country()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "country.parquet")
        gpd.GeoDataFrame({"code": layer.code}, geometry=list(layer.geometry), crs=28992).to_parquet(source)
        found = {tool: measured(tool, source, Path(folder, f"{tool}.pmtiles")) for tool in TOOLS if not absent(tool)}
        seconds, note = found["ours"]
        vertices, different = distinct(layer)
        what = f"{len(layer):,} areas, {vertices / 1e6:.2f} M vertices ({different / 1e6:.2f} M)"
        rows = [(f"tiles of {what}", seconds, 0.0, note)]
        rows += [(f"  beside {tool}", seconds, *found[tool]) for tool in TOOLS if tool in found and tool != "ours"]
        rows += [(f"  beside {tool}", seconds, 0.0, absent(tool)) for tool in TOOLS if tool not in found]
        archive = Path(folder, "ours.pmtiles").read_bytes()
        rows += [postgis_row(source, _tiles(archive), seconds), _validated(Path(folder, "ours.pmtiles"))]
        return rows + promises(layer, archive)


def measured(tool: str, source: Path, target: Path) -> tuple[float, str]:
    """Return the seconds of a tool, and what it took and gave."""
    command = [sys.executable, "-m", "benchmarks.tiles_peers", tool, str(source), str(target)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603
    out = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    require(status == 0, f"{tool} failed")
    wall, busy, size = map(float, out.split())
    note = f"{busy:.1f} CPU s, {usage.ru_maxrss / 1024:.0f} MB, archive {size / 1e6:.2f} MB"
    return wall, f"{note}, {_codes(target)} areas at zoom {FIRST}"


def _validated(archive: Path) -> Row:
    """Time `zicht tiles validate`, and hold our archive to all of its rules."""
    start, busy = time.perf_counter(), time.process_time()
    report = validate(open_source(str(archive)))
    wall, busy = time.perf_counter() - start, time.process_time() - busy
    require(report.valid, f"a rule of the validator: {dict(report.counts)}")
    return f"  validated by {len(RULES)} rules", wall, 0.0, f"{busy:.1f} CPU s, {dict(report.counts)}"


def _codes(target: Path) -> int:
    """Return how many areas an archive has at the first zoom, whoever wrote it."""
    import mapbox_vector_tile

    with target.open("rb") as file:
        found = set()
        for (zoom, _, _), body in pmtiles.reader.all_tiles(pmtiles.reader.MmapSource(file)):
            if zoom == FIRST:
                layers = mapbox_vector_tile.decode(gzip.decompress(body))
                found |= {one["properties"]["code"] for layer in layers.values() for one in layer["features"]}
    return len(found)


def _tiles(archive: bytes) -> list[tuple[int, int, int]]:
    reader = Reader(lambda offset, length: archive[offset : offset + length])
    return [tile_address(number) for number, _ in reader.tiles()]


def promises(layer: Layer, archive: bytes) -> list[Row]:
    """Check the areas, polygons and borders of an archive of a layer, and time single tiles."""
    reader = Reader(lambda offset, length: archive[offset : offset + length])
    ids, invalid, edges = defaultdict(set), 0, set[Edge]()
    for number, body in reader.tiles():
        zoom, x, y = tile_address(number)
        ((features),) = (one.features for one in decode_tile(body))
        shapes = np.array([_polygons(one) for one in features], dtype=object)
        ids[zoom] |= {one.id for one in features}
        invalid += int((~shapely.is_valid(shapes)).sum())
        if zoom == MATCHED:
            edges |= _one_sided(features, x, y)
    complete = all(len(ids[zoom]) == len(layer) for zoom in range(FIRST, LAST + 1))
    coverage = project(layer)
    start = time.perf_counter()
    sketch = prepare(coverage, layer.code, TileScheme(zooms={layer.level: ZoomRange(FIRST, LAST)}))
    ready = time.perf_counter() - start
    excess = len(edges - _outline(sketch))
    require(complete and invalid == 0 and excess == 0, "an area, a valid polygon or the other side of a border")
    note = f"{len(layer)} ids at every zoom, {invalid} invalid polygons, {excess} unmatched edges at zoom {MATCHED}"
    errors = _errors(sketch)
    return [
        (f"  decoded and checked, {sum(map(len, ids.values())):,} shapes", 0.0, 0.0, note),
        ("  border moved, units at zooms 5 to 12", 0.0, 0.0, "p95 (max) " + ", ".join(errors)),
        ("  borders drawn once, for tiles on demand", ready, 0.0, "of all zooms, in memory"),
        *_single(sketch),
    ]


def _polygons(feature: Feature) -> shapely.MultiPolygon:
    shapes: list[tuple[tuple[tuple[int, int], ...], list[tuple[tuple[int, int], ...]]]] = []
    for ring in feature.parts:
        if ring_area(ring) > 0:
            shapes.append((ring, []))
        else:
            shapes[-1][1].append(ring)
    return shapely.MultiPolygon(shapes)


def _one_sided(features: tuple[Feature, ...], x: int, y: int) -> set[Edge]:
    """Return the edges that only one area of a tile has, those along which the tile was cut left out."""
    once = set[Edge]()
    for one in features:
        for ring in one.parts:
            for (a, b), (c, d) in zip(ring, (*ring[1:], ring[0]), strict=True):
                cut = any(first == last and first in (-BUFFER, EXTENT + BUFFER) for first, last in ((a, c), (b, d)))
                if not cut:
                    once ^= {_edge(a + x * EXTENT, b + y * EXTENT, c + x * EXTENT, d + y * EXTENT)}
    return once


def _edge(a: int, b: int, c: int, d: int) -> Edge:
    return (a, b, c, d) if (a, b) < (c, d) else (c, d, a, b)


def _outline(sketch: Sketch) -> set[Edge]:
    """Return the drawn edges of borders that have an area on one side only."""
    lines, sides = sketch.lines[MATCHED], np.bincount(sketch.coverage.arcs.half >> 1)
    found = set()
    for arc in np.flatnonzero(sides == 1):
        run = slice(lines.start[arc], lines.start[arc + 1])
        points = list(zip(lines.x[run].tolist(), lines.y[run].tolist(), strict=True))
        found |= {_edge(*one, *other) for one, other in pairwise(points)}
    return found


def _errors(sketch: Sketch) -> list[str]:
    """Return by zoom how far sampled vertices lie from their own border as drawn, in units of the zoom."""
    rng, arcs = np.random.default_rng(1), sketch.coverage.arcs
    sample = rng.integers(0, len(arcs.vertex), 40_000)
    arc = np.searchsorted(arcs.start, sample, side="right") - 1
    place = np.column_stack([sketch.coverage.x, sketch.coverage.y])[arcs.vertex[sample]]
    found = []
    for zoom in range(FIRST, LAST + 1):
        distance = shapely.distance(shapely.points(place / (1 << DEPTH - zoom)), _drawn(sketch.lines[zoom])[arc])
        found.append(f"{np.percentile(distance, 95):.2f} ({distance.max():.1f})")
    return found


def _drawn(lines: Lines) -> ObjectArray:
    points = np.column_stack([lines.x, lines.y]).astype(float)
    twice = np.repeat(points, 1 + np.isin(np.arange(len(points)), lines.start[1:] - 1), axis=0)
    arc = np.searchsorted(lines.start, np.arange(len(points)), side="right") - 1
    arc = np.repeat(arc, 1 + np.isin(np.arange(len(points)), lines.start[1:] - 1))
    return np.asarray(shapely.linestrings(twice, indices=arc), dtype=object)


def _single(sketch: Sketch) -> list[Row]:
    """Time single tiles in the middle of the country, the best of a few."""
    rows = []
    middle = np.array([sketch.coverage.x.mean(), sketch.coverage.y.mean()])
    for zoom in (7, 8, 10, 12):
        x, y = (middle / (EXTENT << DEPTH - zoom)).astype(int).tolist()
        times = []
        for _ in range(5):
            start = time.perf_counter()
            body = draw_tile(sketch, zoom, x, y)
            times.append(time.perf_counter() - start)
        rows.append((f"  one tile on demand, zoom {zoom}", min(times), 0.0, f"{len(body or b'') / 1000:.0f} kB"))
    return rows

"""Places beside their peers: points into areas (geopandas.sjoin), and the rings of hexagons (libpysal Graph.build_h3).

Both answers are compared before a time is reported. The areas are the 12,229 real buurten of 2015 where the public test
data is, else the fictional province; points are drawn where people live, seeded. Each time is the best of a few runs in
this process.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import h3
import numpy as np
import shapely
from libpysal.graph import Graph

from benchmarks.beside import ROOT, best, require, shared_data
from geo.areas import BoundarySet, FloatArray, Layer
from geo.assign import assign
from geo.boundaries import read_boundaries
from geo.grids import hex_layers
from geo.neighbours import h3_rings

Row = tuple[str, float, float, str]

REAL = Path("boundaries") / "cbs_wijkenbuurten_2015_rd.gpkg"
FICTIONAL = ROOT / "data" / "boundaries" / "fictional_2025.gpkg"
POINTS = 1_000_000
RESOLUTION = 8

#: As many rings of resolution 9 as cover an area of the size of the Netherlands: 434,341 cells.
FINE_RINGS = 380
SEED = 20250101


def run() -> list[Row]:
    """Measure, and refuse to report a time for an answer that differs from the peer's."""
    boundaries, name = _boundaries()
    return [_assignment(boundaries.layers["buurt"], name), _rings(boundaries, name), _fine_rings()]


def _boundaries() -> tuple[BoundarySet, str]:
    data = shared_data()
    if (data / REAL).is_file():
        return read_boundaries(data / REAL, edition="2015", source="CBS", remainders=True, repair=True), "CBS 2015"
    return read_boundaries(FICTIONAL, edition="2025", source="fictional", country=("FL00", "Fictional")), "fictional"


def _assignment(buurten: Layer, name: str) -> Row:
    x, y = _points(buurten)
    frame = gpd.GeoDataFrame({"fid": np.arange(len(buurten))}, geometry=list(buurten.geometry), crs=28992)
    frame = frame[~frame.geometry.isna()]

    def peer() -> FloatArray:
        points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=28992))
        joined = gpd.sjoin(points, frame, predicate="intersects", how="left")
        return np.asarray(joined.groupby(level=0)["fid"].min().fillna(-1).to_numpy())

    ours, fid = best(lambda: assign(x, y, buurten), 3)
    theirs, expected = best(peer, 2)
    require(np.array_equal(fid, expected), "assignment")
    return f"1,000,000 points into {len(buurten):,} buurten", ours, theirs, f"{name}; geopandas.sjoin; exactly equal"


def _rings(boundaries: BoundarySet, name: str) -> Row:
    code = hex_layers([RESOLUTION], boundaries)[f"h3-{RESOLUTION}"].code
    ours, w = best(lambda: h3_rings(code), 3)
    theirs, graph = best(lambda: Graph.build_h3(code.tolist(), order=1), 1)
    links = graph.adjacency[graph.adjacency > 0]
    focal, neighbour = (links.index.get_level_values(level).to_numpy(dtype=np.str_) for level in (0, 1))
    start, end = np.searchsorted(code, focal), np.searchsorted(code, neighbour)
    order = np.lexsort((end, start))
    require(np.array_equal(start[order], w.rows) and np.array_equal(end[order], w.indices), "rings")
    return (
        f"H3 ring weights, {len(code):,} cells of resolution {RESOLUTION}",
        ours,
        theirs,
        f"{name}; libpysal Graph.build_h3",
    )


def _fine_rings() -> Row:
    code = np.array(sorted(h3.grid_disk(h3.latlng_to_cell(52.1, 5.4, 9), FINE_RINGS)), dtype=np.str_)
    ours, _ = best(lambda: h3_rings(code), 5)
    note = "no peer run: Graph.build_h3 takes gigabytes here"
    return f"H3 ring weights, {len(code):,} cells of resolution 9", ours, 0.0, note


def _points(buurten: Layer) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(SEED)
    drawn = np.flatnonzero(~shapely.is_missing(buurten.geometry))
    weight = np.nan_to_num(buurten.attributes["inhabitants"][drawn])
    at = drawn[rng.choice(len(drawn), POINTS, p=weight / weight.sum())]
    middle = shapely.centroid(buurten.geometry)
    spread = np.sqrt(shapely.area(buurten.geometry)) / 3
    x = shapely.get_x(middle)[at] + rng.normal(size=POINTS) * spread[at]
    return x, shapely.get_y(middle)[at] + rng.normal(size=POINTS) * spread[at]

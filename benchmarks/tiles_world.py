"""A made-up country for the benchmark of tiles: cells of random places with ragged borders, in RD, always the same."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial import Voronoi

from geo.areas import FloatArray, Layer, ObjectArray

#: Where the country lies: a crude outline, RD kilometres.
OUTLINE = (
    *(
        (14, 366),
        (60, 430),
        (70, 455),
        (95, 510),
        (112, 560),
        (140, 598),
        (205, 612),
        (262, 605),
        (276, 560),
        (262, 500),
    ),
    *((268, 470), (250, 440), (205, 425), (212, 370), (205, 312), (175, 312), (178, 365), (120, 385), (80, 370)),
)
CELLS = 14_450
#: Mean length of a stretch of border, metres; how ragged borders are, and how fast that falls with scale.
STEP, ROUGH, HURST = 49.5, 0.11, 0.85


def country(*, cells: int = CELLS, seed: int = 7) -> Layer:
    """Return a coverage of about so many cells; the default has 2.0 million vertices, of which 1.0 million differ.

    Args:
        cells: About how many.
        seed: Of the random places and borders.
    """
    rng = np.random.default_rng(seed)
    outline = shapely.Polygon(np.array(OUTLINE) * 1000.0)
    west, south, east, north = outline.bounds
    count = round(cells * (east - west) * (north - south) / outline.area)
    place = np.column_stack([rng.uniform(west, east, count), rng.uniform(south, north, count)])
    voronoi = Voronoi(place)
    kept = shapely.contains_xy(outline, *place.T)
    kept &= np.array([_is_near(voronoi, k) for k in range(count)])
    curves = _curves(voronoi, kept, rng)
    shapes = np.array([_cell(voronoi, k, curves) for k in np.flatnonzero(kept)], dtype=object)
    # Rounded to millimetres, a few cells with a border of millimetres cross themselves: water.
    return _layer(shapes[shapely.is_valid(shapes)])


def _layer(shapes: ObjectArray) -> Layer:
    code = np.array([f"BU{k:08d}" for k in range(len(shapes))])
    return Layer("buurt", code, code, np.full(len(code), ""), np.full(len(code), "area"), shapes)


def _is_near(voronoi: Voronoi, k: int) -> bool:
    region = voronoi.regions[voronoi.point_region[k]]
    if not region or -1 in region:
        return False
    corner = voronoi.vertices[region]
    within = (corner > [2000, 302_000]).all() and (corner < [298_000, 623_000]).all()
    return bool(within and np.abs(corner - voronoi.points[k]).max() < 9000)


def _curves(voronoi: Voronoi, kept: np.ndarray, rng: np.random.Generator) -> dict[tuple[int, int], FloatArray]:
    """Return by pair of corners, lower first, the ragged line between them, a random walk by halves."""
    ridge, place = np.array(voronoi.ridge_vertices), voronoi.ridge_points
    used = (ridge >= 0).all(axis=1) & kept[place].any(axis=1)
    ridge, place = np.sort(ridge[used], axis=1), place[used]
    start, step = voronoi.vertices[ridge[:, 0]], np.diff(voronoi.vertices[ridge], axis=1)[:, 0]
    length = np.hypot(*step.T)
    reach = np.hypot(*np.diff(voronoi.points[place], axis=1)[:, 0].T) / 2
    # Where beside the stretch its two places lie, as a part of its length; beyond an end that is below 0 or above 1.
    foot = np.sum((voronoi.points[place[:, 0]] - start) * step, axis=1) / np.maximum(length, 1e-9) ** 2
    parts = 1 << np.clip(np.rint(np.log2(np.maximum(length, 1) / STEP)), 0, 8).astype(int)
    curves = {}
    for count in np.unique(parts):
        row = np.flatnonzero(parts == count)
        along = np.linspace(0, 1, count + 1)
        # Within the triangles to both places, which no other border enters.
        before, after = np.maximum(foot[row, None], 1), np.maximum(1 - foot[row, None], 1)
        limit = 0.9 * reach[row, None] * np.minimum(along / before, (1 - along) / after)
        off = np.clip(_ragged(length[row], count, rng), -limit, limit) / np.maximum(length[row, None], 1e-9)
        across = np.column_stack([-step[row, 1], step[row, 0]])
        line = start[row, None] + along[:, None] * step[row, None] + off[:, :, None] * across[:, None]
        curves |= dict(zip(map(tuple, ridge[row].tolist()), np.round(line, 3), strict=True))
    return curves


def _ragged(length: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    off, size, stride = np.zeros((len(length), count + 1)), ROUGH * length, count
    while stride > 1:
        half = stride // 2
        middle = (off[:, :-1:stride] + off[:, stride::stride]) / 2
        off[:, half::stride] = middle + rng.normal(size=middle.shape) * size[:, None]
        size, stride = size * 2**-HURST, half
    return off


def _cell(voronoi: Voronoi, k: int, curves: dict[tuple[int, int], FloatArray]) -> shapely.Polygon:
    region = np.array(voronoi.regions[voronoi.point_region[k]])
    right, up = (voronoi.vertices[region] - voronoi.points[k]).T
    corners = region[np.argsort(np.arctan2(up, right))].tolist()
    sides = zip(corners, corners[1:] + corners[:1], strict=True)
    lines = [curves[a, b][:-1] if a < b else curves[b, a][:0:-1] for a, b in sides]
    return shapely.Polygon(np.concatenate(lines))


def distinct(layer: Layer) -> tuple[int, int]:
    """Return the number of vertices of a layer, and of different ones."""
    xy = np.rint(shapely.get_coordinates(layer.geometry) * 1000).astype(np.int64)
    return len(xy), len(np.unique(xy[:, 0] << 32 | xy[:, 1]))

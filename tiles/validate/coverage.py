"""Areas over tiles and zooms: valid polygons, borders that match, tiles that agree, ids that are complete.

Within a tile, borders with an area on either side cancel, and of the others it is proved that they lie in no area
(`geo.overlaps`). Where it cannot be, GEOS finds the edges that cross another area or run along its border without the
same vertices: an error, since no drawing of areas side by side has them. Then it finds what lies open between two areas
and is narrower than a unit. That is a warning: a slit between borders that were drawn apart looks the same as water
that was wider before it was rounded to units. An outline, and the straight cut at the buffer, touch no other area and
so are no finding. An area too small to draw stands as one square unit upon its neighbours; the others are looked at
without it. Needs shapely.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import shapely

from geo.areas import FloatArray
from geo.overlaps import Borders, is_apart, lone_borders
from tiles.validate.archive import Head, meets_bounds
from tiles.validate.finding import Finding, Place
from tiles.validate.outlines import IntArray, Outlines, Points
from tiles.validate.tile import ReadLayer

#: Gaps narrower than this, in units, are slits.
GAP = 1.0

_EITHER = "narrow water, or a gap"

#: Twice the area of the largest shape that stands for an area too small to draw.
_MINIMAL = 1.0

Shapes = np.ndarray[tuple[int], np.dtype[np.object_]]

#: Edges of one layer in one tile near its borders, in world units: layer, feature id, and two points.
Edges = Mapping[str, Points]


def shape_findings(layers: Sequence[ReadLayer], place: Place) -> Iterator[Finding]:
    """Yield what is wrong with the polygons of a tile, each by itself and beside the others."""
    for layer in layers:
        shapes, owners = _shapes(layer.outlines)
        valid = np.asarray(shapely.is_valid(shapes), dtype=np.bool_)
        for position in owners[~valid].tolist():
            rule, problem = _problem(layer.outlines.polygons(position))
            yield Finding(rule, problem, place.within(layer=layer.name, feature=position))
        yield from _borders(shapes[valid], owners[valid], place.within(layer=layer.name))


def _shapes(outlines: Outlines) -> tuple[Shapes, IntArray]:
    """Return the features that have a polygon, as multipolygons, and their positions."""
    polygon = np.cumsum(outlines.outer) - 1
    # A hole before any exterior ring of its feature belongs to nothing.
    first = np.append(np.flatnonzero(outlines.outer), len(outlines.outer))
    known = (polygon >= 0) & (np.append(outlines.feature, -1)[first[polygon]] == outlines.feature)
    if not known.any():
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    size = np.diff(outlines.start)
    closed = np.insert(np.arange(len(outlines.point)), outlines.start[1:], outlines.start[:-1])
    line = shapely.linearrings(outlines.point[closed].astype(float), indices=np.repeat(np.arange(len(size)), size + 1))
    polygons = shapely.polygons(line[known], indices=polygon[known])
    owners, whole = np.unique(outlines.feature[outlines.outer], return_inverse=True)
    return np.asarray(shapely.multipolygons(polygons, indices=whole), dtype=object), owners


def _problem(polygons: Sequence[Sequence[Points]]) -> tuple[str, str]:
    """Return the rule that an invalid feature breaks, and how."""
    for rings in polygons:
        lines = [shapely.linearrings(np.concatenate([ring, ring[:1]])) for ring in rings]
        if not all(shapely.is_valid(line) for line in lines):
            return "ring-simple", "A ring touches or crosses itself."
        polygon = shapely.Polygon(lines[0], lines[1:])
        if not polygon.is_valid:
            return "hole-inside", f"{shapely.is_valid_reason(polygon).partition('[')[0]}."
    return "polygons-apart", "The polygons of the feature overlap."


def _borders(shapes: Shapes, owners: IntArray, place: Place) -> Iterator[Finding]:
    if len(shapes) < 2:
        return
    small = shapely.area(shapes) <= _MINIMAL
    excused = shapely.union_all(shapes[small]) if small.any() else None
    borders = lone_borders(shapes)
    apart = is_apart(shapely.STRtree(shapes), borders)
    crossing = {} if apart else _crossing(shapes, np.flatnonzero(~small))
    for at, line in crossing.items():
        problem = (
            f"{shapely.length(line):.0f} units of border lie in another area, or have other vertices than its own."
        )
        yield Finding("edges-match", problem, place.within(feature=int(owners[at])))
    for at, line in _slits(shapes, borders, excused).items():
        if at not in crossing:
            problem = f"{shapely.length(line):.0f} units of border are less than one from another area: {_EITHER}."
            yield Finding("gap-narrow", problem, place.within(feature=int(owners[at])))


def _crossing(shapes: Shapes, large: IntArray) -> dict[int, shapely.Geometry]:
    """Return the wrong edges of those of some shapes that have any."""
    if len(large) < 2:
        return {}
    lines = _sure(shapes[large], shapely.coverage_invalid_edges(shapes[large]))
    return {int(large[at]): lines[at] for at in np.flatnonzero(shapely.length(lines) > 0).tolist()}


def _told(lines: Shapes, excused: shapely.Geometry | None) -> dict[int, shapely.Geometry]:
    """Return the lines of those areas that have any, but for those near areas too small to draw."""
    return {
        at: lines[at]
        for at in np.flatnonzero(shapely.length(lines) > 0).tolist()
        if excused is None or not shapely.intersects(lines[at], excused)
    }


def _sure(shapes: Shapes, lines: Shapes) -> Shapes:
    """Keep of the edges that GEOS names those of areas on one another, or along a border of which they are no edge.

    Where two rings of an area touch in a point, GEOS (3.14) takes all ground around it for that of the area, and names
    edges of others that end there.
    """
    tree, kept = shapely.STRtree(shapes), lines.copy()
    for at in np.flatnonzero(shapely.length(lines) > 0).tolist():
        beside = tree.query(lines[at], predicate="intersects")
        beside = beside[beside != at]
        if shapely.relate_pattern(shapes[at], shapes[beside], "2********").any():
            continue
        around = shapely.boundary(shapes[beside])
        theirs, borders = _straights(around), shapely.union_all(around)
        alone = _straights(lines[[at]]) - theirs
        along = [edge for edge in alone if shapely.length(shapely.intersection(shapely.LineString(edge), borders)) > 0]
        kept[at] = shapely.MultiLineString(along)
    return kept


def _straights(lines: Shapes) -> set[tuple[tuple[float, float], ...]]:
    """Return the edges of lines, each as its two ends in a fixed order."""
    runs = [shapely.get_coordinates(line).tolist() for line in shapely.get_parts(lines)]
    return {tuple(sorted((tuple(one), tuple(other)))) for run in runs for one, other in pairwise(run)}


def _slits(shapes: Shapes, borders: Borders, excused: shapely.Geometry | None) -> dict[int, shapely.Geometry]:
    """Return where two areas come closer than the gap: only those with a border of their own may do so."""
    # The cut at the buffer ends areas in straight lines, between which there may be less than a unit.
    bounds, around = shapely.bounds(borders.line), shapely.total_bounds(shapes)
    along = np.any((bounds == around) & (bounds == bounds[:, [2, 3, 0, 1]]), axis=1)
    own, owner = shapely.difference(borders.line[~along], shapely.box(*around).exterior), borders.owner[~along]
    coast = np.unique(owner[shapely.length(own) > 0])
    if len(coast) < 2:
        return {}
    near = shapely.coverage_invalid_edges(shapes[coast], gap_width=GAP)
    found = {int(coast[at]): line for at, line in _told(near, excused).items()}
    # Whoever left has a border with those who stay, which is no gap.
    kept = {at: shapely.intersection(line, shapely.union_all(own[owner == at])) for at, line in found.items()}
    return {at: line for at, line in kept.items() if shapely.length(line) > 0}


def strips(layer: ReadLayer, tile: tuple[int, int, int], *, buffer: float) -> Mapping[str, Points]:
    """Return the edges of a tile that the tile to each side must have too.

    Args:
        layer: A layer of the tile.
        tile: Zoom, column and row.
        buffer: As a part of the extent.

    Returns:
        By "left", "right", "top" and "bottom": (n, 5) feature id and two points in world units, each row once.
    """
    reach, extent = int(buffer * layer.extent), layer.extent
    edges = _edges(layer, reach)
    low, high = np.minimum(edges[:, 1:3], edges[:, 3:5]), np.maximum(edges[:, 1:3], edges[:, 3:5])
    # What touches the cut of either tile is an edge that the cut made.
    within = (low > -reach).all(axis=1) & (high < extent + reach).all(axis=1)
    sides = {
        "left": within & (high[:, 0] < reach),
        "right": within & (low[:, 0] > extent - reach),
        "top": within & (high[:, 1] < reach),
        "bottom": within & (low[:, 1] > extent - reach),
    }
    origin = np.array([0, tile[1], tile[2], tile[1], tile[2]], dtype=np.int64) * extent
    return {side: _sorted(edges[chosen] + origin)[0] for side, chosen in sides.items()}


def _edges(layer: ReadLayer, reach: int) -> Points:
    """Return (n, 5) the edges near the sides of a tile: feature id, and two points in a fixed order."""
    outlines, after = layer.outlines, layer.outlines.following()
    one, other = outlines.point, outlines.point[after]
    near = (np.minimum(one, other) < reach) | (np.maximum(one, other) > layer.extent - reach)
    known = np.array([number is not None for number in layer.ids], dtype=np.bool_)
    owner = np.repeat(outlines.feature, np.diff(outlines.start))
    chosen = np.flatnonzero(near.any(axis=1) & known[owner])
    one, other = one[chosen], other[chosen]
    swap = (one[:, 0] > other[:, 0]) | ((one[:, 0] == other[:, 0]) & (one[:, 1] > other[:, 1]))
    number = np.array([(number or 0) % (1 << 62) for number in layer.ids], dtype=np.int64)[owner[chosen]]
    first, second = np.where(swap[:, None], other, one), np.where(swap[:, None], one, other)
    return np.hstack([number[:, None], first, second])


def reached(layer: ReadLayer) -> frozenset[str]:
    """Return the sides ("left", "right", "top", "bottom") of a tile beyond which lies more than a unit of an area."""
    outlines, extent = layer.outlines, layer.extent
    one, other = outlines.point.astype(float), outlines.point[outlines.following()].astype(float)
    sides = {"left": (0, 0, -1), "right": (0, extent, 1), "top": (1, 0, -1), "bottom": (1, extent, 1)}
    return frozenset(side for side, (axis, at, way) in sides.items() if _beyond(one, other, axis, at, way, extent))


def _beyond(one: FloatArray, other: FloatArray, axis: int, side: int, way: int, extent: int) -> bool:
    """Return whether an edge, as far as it lies a unit beyond a side, passes more than a unit of the tile there."""
    line = side + way
    far = way * np.stack([one[:, axis], other[:, axis]]) > way * line
    some = np.flatnonzero(far.any(axis=0))
    one, other, far = one[some], other[some], far[:, some]
    across = np.stack([one[:, 1 - axis], other[:, 1 - axis]])
    step = other[:, axis] - one[:, axis]
    cut = across[0] + (line - one[:, axis]) / np.where(step == 0, 1, step) * (across[1] - across[0])
    across = np.where(far, across, cut)
    return bool(((across.min(axis=0) < extent - 1) & (across.max(axis=0) > 1)).any())


def absent_findings(zoom: int, kept: Mapping[tuple[int, int, str], frozenset[str]], head: Head) -> Iterator[Finding]:
    """Yield the tiles into which an area goes on, and which are not there though the header's bounds meet them.

    Args:
        zoom: Zoom of the tiles.
        kept: By column, row and layer: what `reached` returned.
        head: The header.
    """
    steps = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}
    for (x, y, layer), sides in sorted(kept.items()):
        for side in sorted(sides):
            beside = x + steps[side][0], y + steps[side][1]
            if (*beside, layer) not in kept and meets_bounds((zoom, *beside), head):
                problem = f"An area goes on into tile {zoom}/{beside[0]}/{beside[1]}, which does not show it."
                yield Finding("tiles-match", problem, Place((zoom, x, y), layer))


def seam_findings(zoom: int, kept: Mapping[tuple[int, int, str], Mapping[str, Points]]) -> Iterator[Finding]:
    """Yield where two tiles side by side show different edges in what both show.

    Args:
        zoom: Zoom of the tiles.
        kept: By column, row and layer: what `strips` returned.
    """
    for (x, y, layer), sides in sorted(kept.items()):
        for side, other, beside in (("right", "left", (x + 1, y, layer)), ("bottom", "top", (x, y + 1, layer))):
            if beside in kept:
                count = _different(sides[side], kept[beside][other])
                if count:
                    problem = f"{count} edges differ from tile {zoom}/{beside[0]}/{beside[1]}."
                    yield Finding("tiles-match", problem, Place((zoom, x, y), layer))


def _different(first: Points, second: Points) -> int:
    _, count = _sorted(np.concatenate([first, second]))
    return int(np.sum(count == 1))


def _sorted(edges: Points) -> tuple[Points, IntArray]:
    """Return different edges in an order that is always the same, and how often each occurs."""
    edges = edges[np.lexsort(edges.T)]
    first = np.flatnonzero(np.append(True, (edges[1:] != edges[:-1]).any(axis=1)))[: len(edges)]
    return edges[first], np.diff(first, append=len(edges))


def id_findings(ids: Mapping[str, Mapping[int, frozenset[int]]]) -> Iterator[Finding]:
    """Yield the zooms of a layer that lack ids which another zoom has.

    Args:
        ids: By layer and zoom.
    """
    for layer, by_zoom in sorted(ids.items()):
        every = frozenset[int]().union(*by_zoom.values())
        for zoom, here in sorted(by_zoom.items()):
            absent = sorted(every - here)
            if absent:
                problem = f"Zoom {zoom} lacks {len(absent)} of {len(every)} ids, first {absent[0]}."
                yield Finding("ids-by-zoom", problem, Place(layer=layer))

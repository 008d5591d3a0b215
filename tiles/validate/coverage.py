"""Areas over tiles and zooms: valid polygons, borders that match, tiles that agree, ids that are complete.

Within a tile, GEOS finds edges that cross another area, run along its border without the same vertices, or leave a gap
narrower than a unit. A gap that is closed all round is an error; an open one may be water and is a warning. An outline,
and the straight cut at the buffer, touch no other area and so are no finding. An area too small to draw stands as one
square unit upon its neighbours; what it alone causes is passed by. Needs shapely.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely

from tiles.validate.finding import Finding, Place
from tiles.validate.geometry import Points
from tiles.validate.tile import ReadFeature, ReadLayer, polygons_of

#: Gaps narrower than this, in units, are slits and no outline.
GAP = 1.0

#: Twice the area of the largest shape that stands for an area too small to draw.
_MINIMAL = 1.0

#: Edges of one layer in one tile near its borders, in world units: layer, feature id, and two points.
Edges = Mapping[str, Points]


def shape_findings(layers: Sequence[ReadLayer], place: Place) -> Iterator[Finding]:
    """Yield what is wrong with the polygons of a tile, each by itself and beside the others."""
    for layer in layers:
        shapes, owners = [], []
        for position, feature in enumerate(layer.features):
            here = place.within(layer=layer.name, feature=position)
            shape, problems = _shape(feature)
            yield from (Finding(rule, problem, here) for rule, problem in problems)
            if shape is not None:
                shapes.append(shape)
                owners.append(position)
        yield from _borders(np.array(shapes, dtype=object), owners, place.within(layer=layer.name))


def _shape(feature: ReadFeature) -> tuple[shapely.Geometry | None, list[tuple[str, str]]]:
    polygons = []
    for rings in polygons_of(feature):
        lines = [shapely.linearrings(ring) for ring in rings]
        if not all(shapely.is_valid(line) for line in lines):
            return None, [("ring-simple", "A ring touches or crosses itself.")]
        polygon = shapely.Polygon(lines[0], lines[1:])
        if not polygon.is_valid:
            return None, [("hole-inside", f"{shapely.is_valid_reason(polygon).partition('[')[0]}.")]
        polygons.append(polygon)
    if not polygons:
        return None, []
    whole = shapely.MultiPolygon(polygons)
    return (whole, []) if whole.is_valid else (None, [("polygons-apart", "The polygons of the feature overlap.")])


Shapes = np.ndarray[tuple[int], np.dtype[np.object_]]


def _borders(shapes: Shapes, owners: Sequence[int], place: Place) -> Iterator[Finding]:
    if len(shapes) < 2:
        return
    small = shapes[shapely.area(shapes) <= _MINIMAL]
    excused = shapely.union_all(small) if len(small) else None
    crossing = _wrong(shapes, excused, gap=0.0)
    for at, line in crossing.items():
        yield Finding("edges-match", _misfit(line), place.within(feature=owners[at]))
    slits = {at: line for at, line in _wrong(shapes, excused, gap=GAP).items() if at not in crossing}
    closed = _closed_slits(shapes) if slits else None
    for at, line in slits.items():
        rule = "edges-match" if shapely.intersects(line, closed) else "gap-narrow"
        yield Finding(rule, _misfit(line), place.within(feature=owners[at]))


def _misfit(line: shapely.Geometry) -> str:
    return f"{shapely.length(line):.0f} units of border fit no neighbour."


def _wrong(shapes: Shapes, excused: shapely.Geometry | None, *, gap: float) -> dict[int, shapely.Geometry]:
    lines = shapely.coverage_invalid_edges(shapes, gap_width=gap)
    there = np.flatnonzero(~shapely.is_empty(lines))
    if not len(there):
        return {}
    # The cut at the buffer ends areas in straight lines, between which there may be less than a unit.
    cut = shapely.box(*shapely.total_bounds(shapes)).exterior
    found = dict(zip(there.tolist(), shapely.difference(lines[there], cut), strict=True))
    return {
        at: line
        for at, line in found.items()
        if shapely.length(line) > 0 and (excused is None or not shapely.intersects(line, excused))
    }


def _closed_slits(shapes: Shapes) -> shapely.Geometry:
    """Return the holes of the whole that are narrower than the gap: open ones may be water that is as narrow."""
    parts = shapely.get_parts(shapely.union_all(shapes))
    holes = np.array([shapely.Polygon(ring) for part in parts for ring in part.interiors], dtype=object)
    # A slit of length l and width w has the area l w and the border 2 l, about.
    return shapely.union_all(holes[2 * shapely.area(holes) < GAP * shapely.length(holes)])


def strips(layer: ReadLayer, tile: tuple[int, int, int], *, buffer: float) -> Mapping[str, Points]:
    """Return the edges of a tile that the tile to each side must have too.

    Args:
        layer: A layer of the tile.
        tile: Zoom, column and row.
        buffer: As a part of the extent.

    Returns:
        By "left", "right", "top" and "bottom": (n, 5) feature id and two points in world units, each row once.
    """
    edges = _edges(layer)
    reach, extent = int(buffer * layer.extent), layer.extent
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
    return {side: np.unique(edges[chosen] + origin, axis=0) for side, chosen in sides.items()}


def _edges(layer: ReadLayer) -> Points:
    rows = [np.empty((0, 5), dtype=np.int64)]
    for feature in layer.features:
        for ring in feature.parts if feature.id is not None and feature.kind == 3 else ():
            following = np.concatenate([ring[1:], ring[:1]])
            swap = (ring[:, 0] > following[:, 0]) | ((ring[:, 0] == following[:, 0]) & (ring[:, 1] > following[:, 1]))
            first, second = np.where(swap[:, None], following, ring), np.where(swap[:, None], ring, following)
            number = np.full((len(ring), 1), (feature.id or 0) % (1 << 62), dtype=np.int64)
            rows.append(np.hstack([number, first, second]))
    return np.concatenate(rows)


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
    both = np.concatenate([first, second])
    _, count = np.unique(both, axis=0, return_counts=True)
    return int(np.sum(count == 1))


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

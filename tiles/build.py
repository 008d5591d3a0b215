"""From the areas of an edition to one tile archive a level: ids and codes, no name, no value.

What stands here may be read by anybody for ever, so the properties are two and the metadata are what TileJSON needs.
Build time only: needs shapely.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from geo.areas import Layer
from tiles.archive import write_archive
from tiles.bodies import labels_of
from tiles.coverage import simplify, start_projecting
from tiles.drawing import draw
from tiles.mercator import DEPTH
from tiles.scheme import DEFAULT_SCHEME, TileScheme, ZoomRange, degrees
from tiles.tilejson import vector_layer
from zicht.errors import ConfigError

#: The level that is never tiled: it is one shape, and every map shows it whole.
UNTILED = "country"

_WORKERS = 2

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """All tiles of one level.

    Args:
        level: Name of the level, and of the layer in every tile.
        zooms: Zooms, each holding every area of the level that has a polygon.
        bounds: West, south, east, north in degrees.
        tiles: Encoded tiles, not compressed, by tile number.
        minimal: By zoom, the codes of the areas too small to draw, shown as one square unit or a point (`TileScheme`).
    """

    level: str
    zooms: ZoomRange
    bounds: tuple[float, float, float, float]
    tiles: Mapping[int, bytes]
    minimal: Mapping[int, tuple[str, ...]]


def write_geometry(
    layers: Iterable[Layer],
    folder: Path,
    *,
    scheme: TileScheme = DEFAULT_SCHEME,
    progress: Progress | None = None,
) -> Mapping[str, ZoomRange]:
    """Write `<level>.pmtiles` for every level but the country; the same layers give the same bytes.

    Args:
        layers: Areas in RD metres; cells of the H3 grid need no geometry. Areas without a polygon are not drawn.
        folder: Where to write; made if absent.
        scheme: Tile size and zooms by level.
        progress: Told what is done, one line a level.

    Returns:
        The zooms of each level written.

    Raises:
        ConfigError: The scheme has no zooms for a level.
        BoundaryError: A level has no polygon, or an invalid one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for layer in layers:
        if layer.level == UNTILED:
            continue
        pyramid = build_pyramid(layer, scheme=scheme)
        body = archive_bytes(pyramid)
        (folder / f"{layer.level}.pmtiles").write_bytes(body)
        written[layer.level] = pyramid.zooms
        if progress is not None:
            progress(_summary(pyramid, len(body), scheme))
    return written


def _summary(pyramid: Pyramid, size: int, scheme: TileScheme) -> str:
    stand_in = "points" if pyramid.level in scheme.points else "one unit"
    text = (
        f"{pyramid.level}: {len(pyramid.tiles)} tiles, zooms {pyramid.zooms.minzoom} to {pyramid.zooms.maxzoom}, "
        f"{size / 1000:.0f} kB"
    )
    small = [
        f"{len(codes)} at zoom {zoom} ({', '.join(codes[:3])})" for zoom, codes in pyramid.minimal.items() if codes
    ]
    return f"{text}; too small to draw, shown as {stand_in}: {'; '.join(small)}" if small else text


def build_pyramid(layer: Layer, *, scheme: TileScheme = DEFAULT_SCHEME) -> Pyramid:
    """Draw and cut one level at every zoom of the scheme.

    Args:
        layer: As for `write_geometry`.
        scheme: Tile size and zooms by level.

    Raises:
        ConfigError: The scheme has no zooms for this level, or deeper ones than are drawn.
        BoundaryError: The level has no polygon, or an invalid one.
    """
    if layer.level not in scheme.zooms:
        raise ConfigError(f"There are no zooms for level {layer.level}.", remedy="Add the level to the tile scheme.")
    zooms = scheme.zooms[layer.level]
    if zooms.maxzoom >= DEPTH:
        raise ConfigError(f"Areas are drawn to zoom {DEPTH - 1}, not to {zooms.maxzoom}.", where=layer.level)
    labels = labels_of(layer.code)
    with ThreadPoolExecutor(max_workers=_WORKERS) as workers:
        coverage, apart = start_projecting(layer, workers, extent=scheme.extent)
        try:
            # A zoom is drawn while the next is simplified.
            jobs = {
                zoom: workers.submit(draw, coverage, coarsest, labels, zoom, scheme)
                for zoom, coarsest in simplify(coverage, zooms)
            }
            drawn = {zoom: jobs[zoom].result() for zoom in zooms.zooms()}
        finally:
            # Areas that lie on one another are named before anything that follows from it.
            apart.result()
    tiles = {number: body for one in drawn.values() for number, body in one.tiles.items()}
    minimal = {zoom: tuple(layer.code[one.minimal].tolist()) for zoom, one in drawn.items()}
    west, south, east, north = coverage.bounds()
    return Pyramid(layer.level, zooms, (*degrees(west, south), *degrees(east, north)), tiles, minimal)


def archive_bytes(pyramid: Pyramid) -> bytes:
    """Return the archive of a pyramid."""
    return write_archive(
        pyramid.tiles,
        zooms=pyramid.zooms,
        bounds=pyramid.bounds,
        metadata={"vector_layers": [vector_layer(pyramid.level, pyramid.zooms)]},
    )

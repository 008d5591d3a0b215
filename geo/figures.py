"""The public figures of the areas that a release carries, so that anybody can compare its areas again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import shapely

from geo.areas import FloatArray, Layer
from zicht.figures import FigureColumn, FigureKey, FigureTable

#: Square metres in a square kilometre.
SQUARE_KM = 1e6

#: Decimals of a surface in km2: a ten-thousandth is the size of a garden.
DECIMALS = 4


def public_figures(layers: Mapping[str, Layer], *, names: tuple[str, ...], levels: tuple[str, ...]) -> FigureTable:
    """Collect the figures that layers carry, and the surface of their areas.

    Args:
        layers: Layers by level.
        names: Attributes wanted; "area" is the surface of the polygons in km2.
        levels: Levels wanted.

    Returns:
        Every figure that some area of a level has.
    """
    columns = (column for level in levels if level in layers for column in _columns(layers[level], names))
    return FigureTable(column for column in columns if np.isfinite(column.value).any())


def _columns(layer: Layer, names: tuple[str, ...]) -> Iterator[FigureColumn]:
    for name in names:
        value = _surface(layer) if name == "area" else layer.attributes.get(name)
        if value is not None:
            yield FigureColumn(FigureKey(name, layer.level), layer.code, np.asarray(value, dtype=np.float64))


def _surface(layer: Layer) -> FloatArray:
    # Areas without a polygon (remainders) have no surface that anybody knows.
    drawn = np.array([shape is not None and not shape.is_empty for shape in layer.geometry], dtype=np.bool_)
    surface = np.full(len(layer), np.nan)
    surface[drawn] = np.round(shapely.area(layer.geometry[drawn]) / SQUARE_KM, DECIMALS)
    return surface

"""Compile what draws tiles, so that it stands in the cache: `python -m tiles.warm`.

Compiling takes half a minute, once for a version. A first build does it in a process of its own, beside other work.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import shapely

from geo.areas import Layer
from tiles.build import write_geometry

#: A corner in the middle of the country, in RD metres.
_X, _Y, _SIDE = 155_000.0, 463_000.0, 5_000.0


def main() -> None:
    """Draw two squares, one with a hole, and a park, and throw them away."""
    squares = [shapely.box(_X + k * _SIDE, _Y, _X + (k + 1) * _SIDE, _Y + _SIDE) for k in range(2)]
    small = shapely.box(_X + 1_000, _Y + 1_000, _X + 1_050, _Y + 1_050)
    layers = [_layer("gemeente", "GM", squares[0].difference(small), squares[1]), _layer("park", "PK", small)]
    with tempfile.TemporaryDirectory() as folder:
        write_geometry(layers, Path(folder))


def _layer(level: str, letters: str, *shapes: shapely.Polygon) -> Layer:
    text = np.array([f"{letters}{number:04d}" for number in range(len(shapes))])
    same = np.full(len(shapes), "")
    return Layer(level, text, text, same, same, np.array(shapes, dtype=object))


if __name__ == "__main__":
    main()

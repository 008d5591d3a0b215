"""Published data that libpysal ships, with neighbours as this software has them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import libpysal
import numpy as np
import pyogrio
import shapely

from geo.neighbours import queen_polygons
from geo.weights import SpatialWeights, from_pairs

FOLDER = Path(libpysal.__path__[0]) / "examples"


@cache
def columbus() -> tuple[np.ndarray, SpatialWeights]:
    """Crime in 49 neighbourhoods of Columbus, Ohio, 1980 (Anselin 1988), and their queen neighbours."""
    geometry, fields = _read(FOLDER / "columbus" / "columbus.shp")
    return fields["CRIME"], queen_polygons(geometry, snap=1e-6)


@cache
def north_carolina() -> tuple[dict[str, np.ndarray], SpatialWeights]:
    """Sudden infant deaths in 100 counties of North Carolina (Cressie 1993), and their queen neighbours."""
    geometry, fields = _read(FOLDER / "sids2" / "sids2.shp")
    return fields, queen_polygons(geometry, snap=1e-6)


def _read(path: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    meta, _, wkb, data = pyogrio.raw.read(path)
    return shapely.from_wkb(wkb), dict(zip(map(str, meta["fields"]), data, strict=True))


def peer(weights: SpatialWeights) -> Any:
    """Return the same weights as libpysal has them."""
    neighbours = {i: weights.neighbours(i).tolist() for i in range(weights.n)}
    data = {i: weights.data[weights.indptr[i] : weights.indptr[i + 1]].tolist() for i in range(weights.n)}
    return libpysal.weights.W(neighbours, data, silence_warnings=True)


def any_weights(kind: str, seed: int, n: int) -> SpatialWeights:
    """Random directed weights: binary, row-standardised or general."""
    rng = np.random.default_rng(seed)
    weights = from_pairs(n, rng.integers(n, size=4 * n), rng.integers(n, size=4 * n))
    totals = np.bincount(weights.rows, weights=weights.data, minlength=n)
    data = {
        "binary": weights.data,
        "row-standardised": weights.data / totals[weights.rows],
        "general": rng.gamma(2, 1, weights.data.size),
    }[kind]
    return SpatialWeights(n=n, indptr=weights.indptr, indices=weights.indices, data=data)

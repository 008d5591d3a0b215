"""Published data that libpysal carries: infant deaths in North Carolina, homicides around St. Louis."""

from __future__ import annotations

from typing import Any

import libpysal
import numpy as np

from geo.weights import SpatialWeights, from_pairs


def sids() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sudden infant deaths, births and non-white births by county, 1974-78: Cressie & Chan (1989)."""
    table = libpysal.io.open(libpysal.examples.get_path("sids2.dbf"), "r")
    columns = [np.array(table.by_col(name), dtype=np.float64) for name in ("SID74", "BIR74", "NWBIR74")]
    table.close()
    return columns[0], columns[1], columns[2]


def homicides() -> tuple[np.ndarray, np.ndarray]:
    """Homicides and population by county, as in the documentation of `esda.smoothing`."""
    table = libpysal.io.open(libpysal.examples.get_path("stl_hom.csv"), "r")
    columns = np.array(table[:, 10], dtype=np.float64), np.array(table[:, 13], dtype=np.float64)
    table.close()
    return columns


def counties() -> list[str]:
    """FIPS codes of the counties of `sids`, in its order."""
    table = libpysal.io.open(libpysal.examples.get_path("sids2.dbf"), "r")
    codes = [str(code) for code in table.by_col("FIPS")]
    table.close()
    return codes


def neighbours(name: str, codes: list[str]) -> tuple[SpatialWeights, Any]:
    """Who borders whom, ours and libpysal's, in the order of codes: the files do not have the order of their tables."""
    file = libpysal.io.open(libpysal.examples.get_path(name), "r")
    theirs = file.read()
    file.close()
    theirs.id_order = codes
    order = {area: i for i, area in enumerate(codes)}
    start, end = np.array([(order[i], order[j]) for i in codes for j in theirs.neighbors[i]]).T
    return from_pairs(len(codes), start, end), theirs

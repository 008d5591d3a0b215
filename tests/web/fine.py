"""The tiny release with a level of hexagons so fine that it is sent in chunks."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from geo import grids
from tests.support import tiny_world as world
from tests.support.tiny import tiny_release
from zicht.areas import AreaList
from zicht.classes import ClassColumn, ClassKey, ClassTable
from zicht.deviations import DeviationColumn, DeviationKey, DeviationTable
from zicht.published import STATUSES, ColumnKey, HotspotClass, PublishedColumn, PublishedTable
from zicht.release import Release, open_release

LEVEL, RESOLUTION = "h3-11", 11
PERIODS = ("2024", "2025")
PARTS = ("rate", "count")
METHOD = "gi-star/rate/ring-1"
NAN = np.nan


def cell_areas(cell: np.ndarray, *, parent: int) -> AreaList:
    """Return cells as a release holds them, with parents of a resolution."""
    code, kind = grids.to_strings(cell), np.full(len(cell), "hex")
    bounds = np.round(shapely.bounds(grids.hex_polygons(cell, crs=4326)), 7)
    level = f"h3-{int(grids.resolutions(cell)[0])}"
    parents = grids.to_strings(grids.parents(cell, parent))
    return AreaList(level, code, code, parents, kind, np.round(grids.centres(cell), 7), bounds)


def descendants(cell: np.ndarray, resolution: int) -> np.ndarray:
    """Return all cells of a resolution that lie in some cells, ascending: a parent has seven children."""
    found = cell.astype(np.uint64)
    for finer in range(int(grids.resolutions(cell)[0]) + 1, resolution + 1):
        shift, size = np.uint64(3 * (15 - finer)), np.uint64(1 << 52)
        cleared = found & ~(np.uint64(7) << shift)
        found = ((cleared + size)[:, None] | (np.arange(7, dtype=np.uint64) << shift)).reshape(-1)
    return np.sort(found)


def value_column(code: np.ndarray, period: str, measure: str) -> PublishedColumn:
    """Return random figures of every status; what is hidden may have bounds."""
    rng = np.random.default_rng(int(period) + len(measure))
    status = rng.choice(STATUSES, len(code), p=(0.6, 0.3, 0.05, 0.05))
    value = np.where(status == "published", np.round(rng.gamma(1.2, 40, len(code)), 1), NAN)
    high = np.where(status == "suppressed", 9.0, value)
    key = ColumnKey(world.LABS, period, LEVEL, "", measure)
    return PublishedColumn(key, "per 10 000", code, status, value, np.where(status == "suppressed", 0.0, value), high)


def class_column(code: np.ndarray, period: str) -> ClassColumn:
    """Return random classes, each with its grounds."""
    rng = np.random.default_rng(int(period))
    label = rng.choice(("hot", "cold", "not_significant", "suppressed", "missing"), len(code))
    silent = np.isin(label, ("suppressed", "missing"))
    number = np.where(silent, NAN, np.round(rng.random(len(code)), 3))
    none, counts = np.full(len(code), NAN), np.full(len(code), 6)
    key = ClassKey(world.LABS, period, LEVEL, "", METHOD)
    assert set(label) <= set(HotspotClass)
    return ClassColumn(key, code, label, number, number, number, counts, counts - 4, none, none)


def deviation_column(code: np.ndarray) -> DeviationColumn:
    """Return comparisons of which every third is hidden."""
    hidden = np.arange(len(code)) % 3 == 0
    label = np.where(hidden, "suppressed", "comparable")
    ratio = np.where(hidden, NAN, 1.0 + np.arange(len(code)) % 10 / 10)
    key = DeviationKey(world.LABS, "2025", LEVEL, "", "country")
    return DeviationColumn(key, code, label, ratio, np.round(ratio * 0.9, 4), np.round(ratio * 1.1, 4), ratio, ratio)


def fine_release(folder: Path) -> Release:
    """Build it; nothing asks for the tiles of its fine level."""
    small = open_release(tiny_release(folder))
    shutil.copy(small.geometry_path("h3-8"), small.geometry_path(LEVEL))
    coarse = np.array([int(one, 16) for one in small.areas["h3-8"].code.tolist()], dtype=np.uint64)
    areas = cell_areas(descendants(coarse, RESOLUTION), parent=8)
    figures = [value_column(areas.code, period, part) for period in PERIODS for part in PARTS]
    entry = {
        "id": LEVEL, "family": "hex", "minzoom": 10, "maxzoom": 11, "name": {"nl": "Zeshoek", "en": "Hexagon"},
    }  # fmt: skip
    return replace(
        small,
        areas={**small.areas, LEVEL: areas},
        values=PublishedTable([*small.values, *figures]),
        classes=ClassTable([*small.classes, *(class_column(areas.code, period) for period in PERIODS)]),
        deviations=DeviationTable([deviation_column(areas.code)]),
        catalogue={**small.catalogue, "levels": [*small.catalogue["levels"], entry]},
    )

"""A small release in which everything can be counted by hand: 3 gemeenten, 6 wijken, 36 buurten."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from analysis.published.rates import rate_column
from zicht.figures import FigureColumn, FigureKey, FigureTable
from zicht.published import ColumnKey, Measure, PublishedColumn, PublishedTable

NAN = float("nan")
INDICATOR, PERIOD = "labs", "2024"
THRESHOLD, ROUNDING = 10, 5

GEMEENTEN = np.array([f"GM900{i}" for i in range(3)])
WIJKEN = np.array([f"WK900{i // 2}0{i % 2}" for i in range(6)])
BUURTEN = np.array([f"BU900{i // 12}0{i // 6 % 2}0{i % 6}" for i in range(36)])

AREAS = {
    "country": SimpleNamespace(code=np.array(["FL00"]), parent=np.array([""])),
    "gemeente": SimpleNamespace(code=GEMEENTEN, parent=np.full(3, "FL00")),
    "wijk": SimpleNamespace(code=WIJKEN, parent=np.repeat(GEMEENTEN, 2)),
    "buurt": SimpleNamespace(code=BUURTEN, parent=np.repeat(WIJKEN, 6)),
}


def column(level: str, measure: Measure, status, value, low, high) -> PublishedColumn:
    return PublishedColumn(
        ColumnKey(INDICATOR, PERIOD, level, "", measure),
        "labs",
        AREAS[level].code,
        np.asarray(status),
        np.asarray(value, dtype=float),
        np.asarray(low, dtype=float),
        np.asarray(high, dtype=float),
    )


def counts(level: str, true: np.ndarray, *, hide: bool = True) -> PublishedColumn:
    """Publish counts: below the threshold hidden within 1 to 14, else rounded with the bounds of rounding."""
    shown = (true >= THRESHOLD) | (true == 0) | (not hide)
    value = ROUNDING * np.floor(true / ROUNDING + 0.5)
    low = np.where(value > 0, np.maximum(value - 2, THRESHOLD if hide else 0), 0)
    return column(
        level,
        Measure.COUNT,
        np.where(shown, "published", "suppressed"),
        np.where(shown, value, NAN),
        np.where(shown, low, 1.0),
        np.where(shown, value + np.where(value > 0, 2, 0), 14.0),
    )


def exposures(level: str, value: np.ndarray) -> PublishedColumn:
    return column(level, Measure.EXPOSURE, np.full(value.size, "published"), value, value, value)


def table(true: np.ndarray, exposure: np.ndarray, *, hide: bool = True) -> PublishedTable:
    """Publish counts (36,) over exposures (36,) at every level."""
    columns = []
    for level, size in (("buurt", 1), ("wijk", 6), ("gemeente", 12), ("country", 36)):
        count = counts(level, true.reshape(-1, size).sum(axis=1), hide=hide)
        exposed = exposures(level, exposure.reshape(-1, size).sum(axis=1).astype(float))
        columns += [count, exposed, rate_column(count, exposed, per=1000, min_exposure=50, unit="per 1000")]
    return PublishedTable(columns)


def exact(true: np.ndarray, exposure: np.ndarray) -> PublishedTable:
    """Publish the same with every number as it is."""
    columns = []
    for level, size in (("buurt", 1), ("wijk", 6), ("gemeente", 12), ("country", 36)):
        number = true.reshape(-1, size).sum(axis=1)
        count = column(level, Measure.COUNT, np.full(number.size, "published"), number, number, number)
        exposed = exposures(level, exposure.reshape(-1, size).sum(axis=1).astype(float))
        columns += [count, exposed, rate_column(count, exposed, per=1000, min_exposure=50, unit="per 1000")]
    return PublishedTable(columns)


def figures(density: np.ndarray, size: np.ndarray) -> FigureTable:
    households = np.full(36, 100.0)
    named = {"address_density": density, "households": households, "inhabitants": households * size}
    return FigureTable(FigureColumn(FigureKey(name, "buurt"), BUURTEN, value) for name, value in named.items())


def some(seed: int, *, mean: float = 20.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw counts, exposures, densities and household sizes."""
    rng = np.random.default_rng(seed)
    exposure = rng.integers(200, 3000, 36).astype(float)
    density, size = rng.uniform(100, 4000, 36), rng.uniform(1.5, 3.0, 36)
    true = rng.poisson(exposure / exposure.mean() * mean * np.exp(rng.normal(0, 0.5, 36))).astype(float)
    return true, exposure, density, size

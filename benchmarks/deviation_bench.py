"""Deviations of one subject for a country of 12,237 buurten, half of them hidden, against all five references."""

from __future__ import annotations

import time
from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from analysis.published.deviations import Subject, deviation_maps
from analysis.published.rates import rate_column
from zicht.deviations import DeviationRule
from zicht.figures import FigureColumn, FigureKey, FigureTable
from zicht.published import ColumnKey, Measure, PublishedColumn, PublishedTable

Row = tuple[str, float, float, str]

BUURTEN, WIJKEN, GEMEENTEN = 12_237, 2_816, 393


def run() -> list[Row]:
    """Compare every buurt, wijk and gemeente."""
    rng = np.random.default_rng(1)
    codes = [np.array(["NL00"])] + [
        np.array([f"{name}{i:06d}" for i in range(size)])
        for name, size in (("GM", GEMEENTEN), ("WK", WIJKEN), ("BU", BUURTEN))
    ]
    within = [np.sort(rng.integers(0, len(above), len(code))) for above, code in pairwise(codes)]
    exposure = rng.lognormal(6.8, 0.9, BUURTEN).round()
    true = rng.poisson(exposure * 0.012 * rng.gamma(3.0, 1 / 3, BUURTEN)).astype(float)
    columns, areas = [], {}
    for at in (3, 2, 1, 0):
        level = ("country", "gemeente", "wijk", "buurt")[at]
        columns += _columns(level, codes[at], true, exposure)
        above = codes[at - 1][within[at - 1]] if at else np.array([""])
        areas[level] = SimpleNamespace(code=codes[at], parent=above)
        if at:
            true, exposure = (np.bincount(within[at - 1], part, len(codes[at - 1])) for part in (true, exposure))
    areas = {level: areas[level] for level in ("country", "gemeente", "wijk", "buurt")}
    figures = FigureTable(
        FigureColumn(FigureKey(name, level), area.code, rng.lognormal(middle, 0.6, len(area.code)))
        for level, area in areas.items()
        for name, middle in (("address_density", 6.5), ("inhabitants", 7.2), ("households", 6.4))
    )
    values, subjects, rule = PublishedTable(columns), [Subject("labs", 10)], DeviationRule()
    deviation_maps(values, figures, areas, subjects=subjects, rule=rule)
    start, cpu = time.perf_counter(), time.process_time()
    made = deviation_maps(values, figures, areas, subjects=subjects, rule=rule)
    wall, spent = time.perf_counter() - start, time.process_time() - cpu
    hidden = np.mean([(one.label == "suppressed").mean() for one in made if one.key.level == "buurt"])
    note = f"{len(made)} maps, {spent:.1f} s of CPU, {hidden:.0%} of the buurten hidden"
    return [("deviations of one subject, 12,237 buurten", wall, 0.0, note)]


def _columns(level: str, code: np.ndarray, true: np.ndarray, exposure: np.ndarray) -> list[PublishedColumn]:
    shown = (true == 0) | (true >= 10)
    value = 5 * np.floor(true / 5 + 0.5)
    low = np.where(shown, np.where(true == 0, 0, np.maximum(value - 2, 10)), 1)
    high = np.where(shown, value + 2 * (true > 0), 24)
    status = np.where(shown, "published", "suppressed")
    named = (
        (Measure.COUNT, status, np.where(shown, value, np.nan), low, high),
        (Measure.EXPOSURE, np.full(code.size, "published"), exposure, exposure, exposure),
    )
    count, exposed = (
        PublishedColumn(
            ColumnKey("labs", "2024", level, "", one), "labs", code, what, *(part.astype(float) for part in rest)
        )
        for one, what, *rest in named
    )
    return [count, exposed, rate_column(count, exposed, per=1000, min_exposure=50, unit="per 1000")]

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.published.hotspots import hotspots
from analysis.published.intervals import SumBounds
from analysis.published.rates import RATE_RESOLUTION, rate_column
from analysis.published.sums import rate_sums, sums_within_parents
from tests.analysis.published.oracles import column
from tests.analysis.statistics.oracles import ring
from zicht.classes import ClassColumn
from zicht.errors import AlignmentError
from zicht.published import Measure, PublishedColumn

inf = np.inf


def rounded(column_: PublishedColumn) -> PublishedColumn:
    """Published cells with an interval of two on both sides."""
    shown = column_.status == "published"
    return replace(
        column_, low=np.where(shown, column_.low - 2, column_.low), high=np.where(shown, column_.high + 2, column_.high)
    )


def test_what_is_left_of_a_parent_bounds_its_suppressed_children() -> None:
    child = rounded(column([20, 0, 0, 30, 0], [20, 12, 12, 30, inf]))
    parent = rounded(column([35, 0], [35, 40], level="wijk"))
    sums = sums_within_parents(child, parent, np.array([0, 0, 0, 1, 1]))
    assert sums.group.tolist() == [-1, 0, 0, -1, 1]
    assert sums.low.tolist() == [33 - 22, 0 - 32]
    assert sums.high.tolist() == [37 - 18, 40 - 28]
    assert (sums.weight == 1).all()


def test_children_without_a_number_open_the_lower_side_only() -> None:
    child = column([20, 0, 0], [20, 12, 0], status=np.array(["published", "suppressed", "missing"]))
    sums = sums_within_parents(child, column([35], [35], level="wijk"), np.zeros(3, dtype=np.int64))
    assert (sums.low.tolist(), sums.high.tolist()) == ([-inf], [15.0])


def test_a_parent_without_bounds_says_nothing_from_above() -> None:
    child = column([20, 0], [20, 12])
    sums = sums_within_parents(child, column([0], [inf], level="wijk"), np.array([0, -1]))
    assert sums.group.tolist() == [-1, -1]
    assert sums.high.tolist() == [inf]


def test_refusals_are_named() -> None:
    child, parent = column([1, 2], [1, 2]), column([3], [3], level="wijk")
    with pytest.raises(AlignmentError, match="does not exist"):
        sums_within_parents(child, parent, np.array([0, 1]))
    with pytest.raises(AlignmentError, match="same indicator"):
        sums_within_parents(child, replace(parent, key=replace(parent.key, period="2020")), np.array([0, 0]))
    with pytest.raises(AlignmentError, match="same indicator"):
        sums_within_parents(child, parent, np.array([0]))


def test_a_parent_that_counts_more_than_its_children_bounds_them_from_above_alone() -> None:
    child = column([10, 0], [10, np.inf], status=np.array(["published", "suppressed"]))
    parent = column([15], [15], level="wijk")
    whole = sums_within_parents(child, parent, np.zeros(2, dtype=np.int64))
    assert (whole.low.tolist(), whole.high.tolist()) == ([5.0], [5.0])
    more = sums_within_parents(child, parent, np.zeros(2, dtype=np.int64), complete=False)
    assert (more.low.tolist(), more.high.tolist()) == ([-np.inf], [5.0])


def test_bounds_of_rates_hold_for_every_count_that_fits() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        homes = rng.integers(300, 4000, 6).astype(np.float64)
        truth = rng.integers(0, 30, 6).astype(np.float64)
        hidden = truth < 12
        child = column(
            np.where(hidden, 0, truth), np.where(hidden, 12, truth), status=np.where(hidden, "suppressed", "published")
        )
        parent = column([truth.sum()], [truth.sum()], level="wijk")
        exposure = column(homes, homes, measure=Measure.EXPOSURE)
        exposure.status[5], exposure.value[5] = "suppressed", np.nan
        counts = sums_within_parents(child, parent, np.zeros(6, dtype=np.int64))
        sums = rate_sums(counts, child, exposure, per=10_000, resolution=RATE_RESOLUTION)
        rate = np.floor(10_000 * truth / homes / RATE_RESOLUTION + 0.5)
        inside = sums.group == 0
        assert np.array_equal(inside, hidden & (np.arange(6) < 5))
        if inside.any():
            total = (sums.weight * rate)[inside].sum()
            assert sums.low[0] - 1e-9 <= total <= sums.high[0] + 1e-9


def test_rates_and_their_sums_fit_the_map_of_rates() -> None:
    rng = np.random.default_rng(2)
    homes = rng.integers(500, 2000, 300).astype(np.float64)
    truth = rng.poisson(rng.gamma(3, 0.012, 300) * homes).astype(np.float64)
    truth[40:52] += 60
    hidden = truth < 12
    status = np.where(hidden, "suppressed", "published")
    child = column(np.where(hidden, 0, truth), np.where(hidden, 40, truth), status=status)
    parent_of = np.arange(300) // 10
    total = np.bincount(parent_of, truth)
    counts = sums_within_parents(child, column(total, total, level="wijk"), parent_of)
    exposure = column(homes, homes, measure=Measure.EXPOSURE)
    rate = rate_column(child, exposure, per=10_000, min_exposure=100, unit="per 10 000 homes")
    sums = rate_sums(counts, child, exposure, per=10_000, resolution=RATE_RESOLUTION)
    exact = np.floor(truth / homes * 10_000 / RATE_RESOLUTION + 0.5) * RATE_RESOLUTION

    def classes(some: PublishedColumn, known: SumBounds | None) -> ClassColumn:
        return hotspots(some, ring(300, 2), method="m", alpha=0.2, resolution=RATE_RESOLUTION, sums=known)

    with_sums, without = classes(rate, sums), classes(rate, None)
    right = classes(column(exact, exact, measure=Measure.RATE), None)
    assert (without.q_high >= with_sums.q_high).all()
    assert (with_sums.q_high >= right.q_high - 1e-8).all()
    assert (right.q_low >= with_sums.q_low - 1e-8).all()
    assert (with_sums.label == "hot").sum() > (without.label == "hot").sum()
    certain = np.isin(with_sums.label, ("hot", "cold", "not_significant"))
    assert (with_sums.label[certain] == right.label[certain]).all()

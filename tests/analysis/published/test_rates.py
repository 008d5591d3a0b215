from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.published.rates import RATE_RESOLUTION, rate_column
from zicht.errors import AlignmentError
from zicht.published import ColumnKey, Measure, PublishedColumn, PublishedTable

UNIT = "per 10 000 homes"
Cell = tuple[str, float, float, float]


def cells(*rows: Cell, measure: Measure = Measure.COUNT) -> PublishedColumn:
    """A column from (status, value, low, high)."""
    status, value, low, high = zip(*rows, strict=True)
    return PublishedColumn(
        key=ColumnKey("labs", "2021", "buurt", "", measure),
        unit="labs" if measure is Measure.COUNT else "homes",
        code=np.array([f"BU{i:04d}" for i in range(len(rows))]),
        status=np.array(status),
        value=np.array(value),
        low=np.array(low),
        high=np.array(high),
    )


def shown(value: float, low: float | None = None, high: float | None = None) -> Cell:
    return "published", value, value if low is None else low, value if high is None else high


nan = float("nan")
HIDDEN: Cell = ("suppressed", nan, 1.0, 11.0)
BARE: Cell = ("suppressed", nan, nan, nan)
MISSING: Cell = ("missing", nan, nan, nan)
NOTHING: Cell = ("not_applicable", nan, nan, nan)


def rate_of(count: Cell, exposure: Cell) -> PublishedColumn:
    denominators = cells(exposure, measure=Measure.EXPOSURE)
    return rate_column(cells(count), denominators, per=10_000, min_exposure=50, unit=UNIT)


def test_value_and_bounds_by_hand() -> None:
    # 20 (18 to 22) of 6,120 (6,118 to 6,122): 32.6797, from 29.4022 to 35.9595.
    rate = rate_of(shown(20, 18, 22), shown(6120, 6118, 6122))
    assert (rate.value[0], rate.low[0], rate.high[0]) == (32.7, 29.4, 36.0)
    assert rate.unit == UNIT
    assert rate.key == ColumnKey("labs", "2021", "buurt", "", Measure.RATE)


def test_half_is_rounded_up_and_exact_bounds_are_kept() -> None:
    assert rate_of(shown(1), shown(40_000)).value[0] == 0.3
    exact = rate_of(shown(5), shown(1000))
    assert (exact.low[0], exact.value[0], exact.high[0]) == (50, 50, 50)


def test_a_suppressed_count_keeps_its_interval() -> None:
    rate = rate_of(HIDDEN, shown(700, 698, 702))
    assert rate.status[0] == "suppressed"
    assert np.isnan(rate.value[0])
    assert (rate.low[0], rate.high[0]) == (14.2, 157.6)
    bare = rate_of(BARE, shown(700))
    assert (bare.status[0], np.isnan(bare.low[0]), np.isnan(bare.high[0])) == ("suppressed", True, True)


def test_a_suppressed_exposure_leaves_no_bounds() -> None:
    for count in (shown(20), HIDDEN):
        rate = rate_of(count, ("suppressed", nan, 60.0, 90.0))
        assert rate.status[0] == "suppressed"
        assert np.isnan([rate.value[0], rate.low[0], rate.high[0]]).all()


@pytest.mark.parametrize(
    ("count", "exposure", "status"),
    [
        (shown(20), shown(0), "not_applicable"),
        (HIDDEN, shown(0), "not_applicable"),
        (MISSING, shown(0), "not_applicable"),
        (shown(20), shown(49), "not_applicable"),
        (shown(20), shown(50), "published"),
        (shown(20), shown(50, 0, 52), "not_applicable"),
        (NOTHING, shown(900), "not_applicable"),
        (NOTHING, MISSING, "not_applicable"),
        (MISSING, shown(900), "missing"),
        (HIDDEN, MISSING, "missing"),
        (shown(20), MISSING, "missing"),
        (shown(0), shown(900), "published"),
    ],
)
def test_status_follows_the_stated_order(count: Cell, exposure: Cell, status: str) -> None:
    rate = rate_of(count, exposure)
    assert rate.status[0] == status
    assert np.isnan(rate.value[0]) == (status != "published")


@given(
    st.integers(0, 10**6),
    st.integers(0, 4),
    st.integers(60, 10**7),
    st.integers(0, 5),
    st.sampled_from([1, 1000, 10**4]),
)
@settings(max_examples=200)
def test_rate_is_the_rounded_fraction_and_lies_within_outward_bounds(
    count: int, spread: int, exposure: int, width: int, per: int
) -> None:
    low, high = max(count - spread, 0), count + spread
    rate = rate_column(
        cells(shown(count, low, high)),
        cells(shown(exposure, exposure - width, exposure + width), measure=Measure.EXPOSURE),
        per=per,
        min_exposure=50,
        unit=UNIT,
    )
    value, lowest, highest = (Fraction(round(part[0] * 10), 10) for part in (rate.value, rate.low, rate.high))
    assert abs(value - Fraction(per * count, exposure)) <= Fraction(1, 20)
    assert 0 <= Fraction(per * low, exposure + width) - lowest < Fraction(1, 10)
    assert 0 <= highest - Fraction(per * high, exposure - width) < Fraction(1, 10)
    assert rate.value[0] / RATE_RESOLUTION == pytest.approx(round(rate.value[0] / RATE_RESOLUTION))


def test_same_columns_give_the_same_bytes() -> None:
    rng = np.random.default_rng(1)
    rows = [shown(float(v)) for v in rng.integers(0, 900, 200)]
    homes = [shown(float(v)) for v in rng.integers(40, 9000, 200)]

    def built() -> bytes:
        count, exposure = cells(*rows), cells(*homes, measure=Measure.EXPOSURE)
        rate = rate_column(count, exposure, per=10_000, min_exposure=50, unit=UNIT)
        assert PublishedTable.from_arrow(PublishedTable([rate]).to_arrow()).column(rate.key).unit == UNIT
        return rate.value.tobytes() + rate.low.tobytes() + rate.high.tobytes()

    assert built() == built()


def test_columns_of_different_areas_are_refused() -> None:
    count, exposure = cells(shown(20)), cells(shown(900), measure=Measure.EXPOSURE)
    with pytest.raises(AlignmentError, match="same areas"):
        rate_column(count, replace(exposure, code=np.array(["BU9"])), per=1, min_exposure=1, unit=UNIT)
    elsewhere = replace(exposure, key=replace(exposure.key, level="wijk"))
    with pytest.raises(AlignmentError, match="same areas"):
        rate_column(count, elsewhere, per=1, min_exposure=1, unit=UNIT)

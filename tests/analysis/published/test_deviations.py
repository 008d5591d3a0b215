"""Deviations: every reference against a count by hand, and nothing that a hidden number could move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma

from analysis.published.bunching import bunching
from analysis.published.context import address_density, context_of, urbanity
from analysis.published.deviations import Subject, deviation_maps
from analysis.published.pools import Total, cells_of, pooled, rest_of
from analysis.published.rates import rate_column
from analysis.published.sums import sums_within_parents
from tests.analysis.published import deviation_world as world
from zicht.deviations import DeviationKey, DeviationRule, DeviationTable
from zicht.errors import ConfigError
from zicht.figures import FigureColumn, FigureKey, FigureTable
from zicht.published import ColumnKey, Measure, PublishedTable, Status

SUBJECT = Subject(world.INDICATOR, world.THRESHOLD)
RULE = DeviationRule(similar=5)
REFERENCES = ("country", "gemeente", "urbanity", "similar", "unexplained")


def maps(values: PublishedTable, figures: FigureTable, rule: DeviationRule = RULE, subject: Subject = SUBJECT):
    return DeviationTable(deviation_maps(values, figures, world.AREAS, subjects=[subject], rule=rule))


def one(table: DeviationTable, reference: str, level: str = "buurt"):
    return table.column(DeviationKey(world.INDICATOR, world.PERIOD, level, "", reference))


def garwood(count: float, tail: float) -> tuple[float, float]:
    return (gamma.ppf(tail, count) if count else 0.0), gamma.isf(tail, count + 1)


def by_hand(own, exposure: float, reference, reference_exposure: float) -> tuple[float, float]:
    """Divide exact limits of an area (96%) by exact limits of its reference (99%), at the bounds of both."""
    low, high = garwood(own[0], 0.02)[0] / exposure, garwood(own[1], 0.02)[1] / exposure
    least, most = garwood(reference[0], 0.005)[0], garwood(reference[1], 0.005)[1]
    return low / (most / reference_exposure), high / (least / reference_exposure)


@pytest.fixture(scope="module")
def plain():
    """A world in which nothing is hidden, but for rounding."""
    true, exposure, density, size = world.some(1, mean=60)
    return world.table(true, exposure, hide=False), exposure, density, size


def bounds(values: PublishedTable, level: str = "buurt") -> tuple[np.ndarray, np.ndarray]:
    column = values.column(ColumnKey(world.INDICATOR, world.PERIOD, level, "", Measure.COUNT))
    return column.low, column.high


@pytest.mark.parametrize("reference", ["country", "gemeente", "urbanity", "similar"])
def test_a_pool_is_counted_by_hand(plain, reference):
    values, exposure, density, size = plain
    found = one(maps(values, world.figures(density, size)), reference)
    low, high = bounds(values)
    scaled = np.column_stack([np.log1p(density), size])
    scaled = (scaled - scaled.mean(axis=0)) / scaled.std(axis=0)
    for i in range(36):
        if reference == "similar":
            far = ((scaled - scaled[i]) ** 2).sum(axis=1)
            pool = [j for j in np.argsort(far, kind="stable") if j != i][:5]
        else:
            kind = {
                "country": np.zeros(36),
                "gemeente": np.arange(36) // 12,
                "urbanity": np.digitize(density, [500, 1000, 1500, 2500]),
            }[reference]
            pool = [j for j in range(36) if j != i and kind[j] == kind[i]]
        total = [low[pool].sum(), high[pool].sum()]
        if reference in ("country", "gemeente"):
            whole = [part[0 if reference == "country" else i // 12] for part in bounds(values, reference)]
            total = [max(total[0], whole[0] - high[i]), min(total[1], whole[1] - low[i])]
        expected = by_hand((low[i], high[i]), exposure[i], total, exposure[pool].sum())
        assert found.low[i] == pytest.approx(expected[0], rel=1.01e-4, abs=1.01e-4)
        assert found.low[i] <= expected[0]
        assert found.high[i] == pytest.approx(expected[1], rel=1.01e-4, abs=1.01e-4)
        assert found.high[i] >= expected[1]
        assert found.expected_low[i] == pytest.approx(total[0] / exposure[pool].sum() * exposure[i], rel=1e-4, abs=1e-4)


def test_the_margins_and_the_false_discovery_rate_decide_the_class(plain):
    values, exposure, density, size = plain
    found = one(maps(values, world.figures(density, size)), "country")
    low, high = bounds(values)
    whole = [part[0] for part in bounds(values, "country")]

    rest = np.maximum(low.sum() - low, whole[0] - high), np.minimum(high.sum() - high, whole[1] - low)
    ratio = (exposure.sum() - exposure) / exposure

    def beyond(error: float, *, above: bool) -> np.ndarray:
        if above:
            return gamma.ppf(0.4 * error, low) / gamma.isf(0.1 * error, rest[1] + 1) * ratio > 1
        return gamma.isf(0.4 * error, high + 1) / gamma.ppf(0.1 * error, rest[0]) * ratio < 1

    for name in ("higher", "lower"):
        # The largest R at which R intervals lie beyond 1, tried one by one.
        sets = {r: np.flatnonzero(beyond(0.05 * r / 36, above=name == "higher")) for r in range(1, 37)}
        discovered = next((sets[r] for r in range(36, 0, -1) if sets[r].size >= r), np.empty(0))
        assert np.flatnonzero(found.label == name).tolist() == discovered.tolist()
        assert discovered.size > 0
    for i in np.flatnonzero(~np.isin(found.label, ["higher", "lower"])):
        inside = found.low[i] >= 0.5 and found.high[i] <= 2
        assert found.label[i] == ("comparable" if inside else "too_uncertain")
    assert len(set(found.label)) == 4


def test_what_the_regression_explains_does_not_deviate():
    rng = np.random.default_rng(5)
    exposure = rng.uniform(2000, 6000, 36)
    density, size = rng.uniform(100, 4000, 36), rng.uniform(1.5, 3.0, 36)
    mean = exposure * 0.05 * np.exp(0.9 * (np.log1p(density) - np.log1p(density).mean()))
    true = np.rint(mean)
    true[7] *= 3
    table = maps(world.table(true, exposure, hide=False), world.figures(density, size))
    found, country = one(table, "unexplained"), one(table, "country")
    assert np.flatnonzero(found.label == "higher").tolist() == [7]
    assert (country.label == "higher").sum() > 3
    assert found.ratio[7] == pytest.approx(3, rel=0.15)
    others = np.delete(np.arange(36), 7)
    assert np.abs(np.log(found.ratio[others])).max() < 0.25


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.data())
def test_a_hidden_number_moves_nothing(seed, data):
    true, exposure, density, size = world.some(seed)
    figures = world.figures(density, size)
    hidden = np.flatnonzero((true < world.THRESHOLD) & (true > 0))
    other = true.copy()
    for at in hidden.tolist():
        other[at] = data.draw(st.integers(1, world.THRESHOLD - 1))
    # Sums of hidden numbers stay, as the published parents say they do.
    values = world.table(true, exposure)
    columns = {column.key: column for column in world.table(other, exposure)}
    again = PublishedTable(columns[column.key] if column.key.level == "buurt" else column for column in values)
    first, second = (maps(table, figures).to_arrow() for table in (values, again))
    assert first.equals(second)
    for column in maps(values, figures):
        if column.key.level == "buurt":
            assert (column.label[hidden] == "suppressed").all()
            assert np.isnan(column.ratio[hidden]).all()
            assert np.isnan(column.expected_low[hidden]).all()


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.25, 4.0]))
def test_the_unit_of_exposure_decides_nothing(seed, scale):
    true, exposure, density, size = world.some(seed)
    figures = world.figures(density, size)
    exposure = exposure * 4
    first = maps(world.table(true, exposure), figures)
    second = maps(world.table(true, exposure * scale), figures)
    for column, other in zip(first, second, strict=True):
        shown = np.isfinite(column.ratio) & np.isfinite(other.ratio)
        assert np.allclose(column.ratio[shown], other.ratio[shown], rtol=1e-3, atol=2e-4)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_the_interval_holds_the_one_that_the_true_numbers_would_give(seed):
    true, exposure, density, size = world.some(seed)
    figures = world.figures(density, size)
    published, truth = maps(world.table(true, exposure), figures), maps(world.exact(true, exposure), figures)
    for reference in ("country", "gemeente", "urbanity", "similar"):
        column, known = one(published, reference), one(truth, reference)
        both = np.isfinite(column.low) & np.isfinite(known.low)
        assert both.sum() > 10
        high, inner = (np.where(np.isnan(part), np.inf, part)[both] for part in (column.high, known.high))
        assert (column.low[both] <= known.low[both]).all()
        assert (high >= inner).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_the_bounds_of_a_pool_hold_its_true_count(seed, likes):
    true, exposure, _, _ = world.some(seed, mean=12)
    values = world.table(true, exposure)

    def column(level: str, measure: Measure = Measure.COUNT):
        return values.column(ColumnKey(world.INDICATOR, world.PERIOD, level, "", measure))

    sums = sums_within_parents(column("buurt"), column("wijk"), np.arange(36) // 6)
    cells = cells_of(column("buurt"), column("buurt", Measure.EXPOSURE), sums)
    assert (cells.low <= true).all()
    assert (true <= cells.high).all()
    rng = np.random.default_rng(seed)
    members = np.array([rng.choice(36, likes, replace=False) for _ in range(9)])
    pool = pooled(cells, np.repeat(np.arange(9), likes), members.ravel(), 9)
    truth = true[members].sum(axis=1)
    assert (pool.low <= truth).all()
    assert (truth <= pool.high).all()
    assert np.allclose(pool.exposure_low, exposure[members].sum(axis=1))
    alone = cells.high[members].sum(axis=1)
    assert (pool.high <= alone + 1e-9).all()
    gemeente = column("gemeente")
    total = Total(np.nan_to_num(gemeente.low, nan=0.0), np.nan_to_num(gemeente.high, nan=np.inf))
    rest = rest_of(cells, np.arange(36) // 12, 3, total)
    left = true.reshape(3, 12).sum(axis=1).repeat(12) - true
    shown = cells.shown
    assert (rest.low[shown] <= left[shown]).all()
    assert (left[shown] <= rest.high[shown]).all()


def test_a_parent_narrows_what_hides_in_it():
    true = np.full(36, 20.0)
    true[:2] = (3, 4)
    values = world.table(true, np.full(36, 1000.0))
    columns = [
        values.column(ColumnKey(world.INDICATOR, world.PERIOD, level, "", Measure.COUNT)) for level in ("buurt", "wijk")
    ]
    exposure = values.column(ColumnKey(world.INDICATOR, world.PERIOD, "buurt", "", Measure.EXPOSURE))
    cells = cells_of(columns[0], exposure, sums_within_parents(*columns, np.arange(36) // 6))
    # The wijk is 83..87 and its four shown buurten 18..22 each: the two hidden ones hold 87 - 72 = 15 at most together.
    assert columns[1].high[0] == 87
    assert cells.high[:2].tolist() == [14, 14]
    both = pooled(cells, np.array([0, 0]), np.array([0, 1]), 1)
    assert (both.low[0], both.high[0]) == (2, 15)


def test_a_hidden_country_leaves_the_areas_themselves():
    true, exposure, density, size = world.some(3, mean=40)
    values = PublishedTable(column for column in world.table(true, exposure) if column.key.level != "country")
    found = one(maps(values, world.figures(density, size)), "country")
    with_total = one(maps(world.table(true, exposure), world.figures(density, size)), "country")
    shown = np.isfinite(found.low)
    assert (found.low[shown] <= with_total.low[shown] + 1e-9).all()
    assert set(found.label) <= {"higher", "comparable", "lower", "too_uncertain", "suppressed"}


def test_records_without_a_buurt_are_not_taken_for_those_of_the_other_buurten():
    true, exposure, density, size = world.some(4, mean=40)
    values = world.table(true, exposure, hide=False)
    # The country counts 500 more, of which no buurt is known.
    key = ColumnKey(world.INDICATOR, world.PERIOD, "country", "", Measure.COUNT)
    whole = values.column(key)
    more = replace(whole, value=whole.value + 500, low=whole.low + 500, high=whole.high + 500)
    values = PublishedTable(more if column.key == key else column for column in values)
    figures = world.figures(density, size)
    known = one(maps(values, figures, subject=replace(SUBJECT, unplaced=True)), "country")
    low, _ = bounds(values)
    assert np.allclose(known.expected_low / exposure, (low.sum() - low) / (exposure.sum() - exposure), rtol=2e-4)


def test_too_few_areas_give_no_map_and_no_context_gives_no_likes():
    true, exposure, density, size = world.some(2, mean=40)
    table = maps(world.table(true, exposure), FigureTable(()))
    assert {key.reference for key in table.keys()} == {"country", "gemeente"}
    assert {key.level for key in table.keys()} == {"buurt"}
    many = maps(world.table(true, exposure), world.figures(density, size), replace(RULE, similar=13))
    assert "similar" not in {key.reference for key in many.keys()}
    flat = maps(world.table(true, exposure), world.figures(np.full(36, 900.0), size))
    assert "unexplained" not in {key.reference for key in flat.keys()}
    nothing = world.table(np.zeros(36), exposure)
    assert len(maps(nothing, world.figures(density, size))) == 0


def test_an_area_that_is_its_whole_gemeente_has_nothing_to_be_compared_with():
    true, exposure, density, size = world.some(6, mean=60)
    exposure[12:23] = 0
    true[12:23] = 0
    values = world.table(true, exposure, hide=False)
    found = one(maps(values, world.figures(density, size)), "gemeente")
    assert found.label[23] == "not_applicable"
    assert (found.label[12:23] == "not_applicable").all()


def test_a_hidden_exposure_hides_the_comparison_though_the_count_is_shown():
    true, exposure, density, size = world.some(7, mean=60)
    values = world.table(true, exposure, hide=False)
    key = ColumnKey(world.INDICATOR, world.PERIOD, "buurt", "", Measure.EXPOSURE)
    open_ = values.column(key)
    hidden = np.arange(36) < 3
    number = np.where(hidden, np.nan, open_.value)
    exposed = replace(
        open_,
        status=np.where(hidden, "suppressed", open_.status),
        value=number,
        low=np.where(hidden, 100.0, open_.low),
        high=np.where(hidden, 4000.0, open_.high),
    )
    count = values.column(replace(key, measure=Measure.COUNT))
    rate = rate_column(count, exposed, per=1000, min_exposure=50, unit="per 1000")
    changed = {column.key: column for column in (exposed, rate)}
    table = maps(PublishedTable(changed.get(c.key, c) for c in values), world.figures(density, size))
    for reference in ("country", "gemeente", "urbanity", "similar", "unexplained"):
        found = one(table, reference)
        assert found.label[:3].tolist() == ["suppressed"] * 3
        assert np.isnan(found.low[:3]).all()
        assert np.isfinite(found.low[3:]).all()


def test_events_that_come_in_bunches_widen_the_interval():
    true, exposure, density, size = world.some(8, mean=60)
    rng = np.random.default_rng(8)
    plain = list(world.table(true, exposure, hide=False))
    years = [
        replace(world.counts("buurt", 6 * rng.poisson(true / 6), hide=False), key=_year(year))
        for year in range(2018, 2023)
    ]
    bunched = PublishedTable([*plain, *years])
    assert bunching(PublishedTable(plain), world.INDICATOR) == 1
    assert bunching(bunched, world.INDICATOR) == pytest.approx(6, rel=0.35)
    figures = world.figures(density, size)
    one_by_one, together = (one(maps(values, figures), "country") for values in (PublishedTable(plain), bunched))
    assert ((together.high - together.low) > 1.5 * (one_by_one.high - one_by_one.low)).all()


def _year(year: int) -> ColumnKey:
    return ColumnKey(world.INDICATOR, str(year), "buurt", "", Measure.COUNT)


def test_independent_years_have_no_bunches_whatever_the_rounding():
    rng = np.random.default_rng(3)
    found = [
        bunching(
            PublishedTable(
                replace(world.counts("buurt", rng.poisson(12.0, 36).astype(float), hide=False), key=_year(year))
                for year in range(2019, 2024)
            ),
            world.INDICATOR,
        )
        for _ in range(20)
    ]
    assert np.mean(found) < 1.12


def test_urbanity_has_the_classes_of_statistics_netherlands():
    density = np.array([2500, 2499, 1500, 1499, 1000, 999, 500, 499, np.nan])
    assert urbanity(density).tolist() == [1, 2, 2, 3, 3, 4, 4, 5, -1]


def test_addresses_over_the_surface_stand_in_for_a_density_that_is_not_given():
    codes = world.BUURTEN[:3]
    table = FigureTable(
        FigureColumn(FigureKey(name, "buurt"), codes, np.array(value))
        for name, value in {
            "address_density": [700.0, np.nan, np.nan],
            "addresses": [9.0, np.nan, 50.0],
            "homes": [1.0, 100.0, 1.0],
            "area": [1.0, 0.5, 0.0],
        }.items()
    )
    assert address_density(table, "buurt", 3).tolist() == [700, 200, pytest.approx(np.nan, nan_ok=True)]


def test_a_context_indicator_is_its_published_rate_and_nothing_of_a_hidden_one():
    true, exposure, _, _ = world.some(1)
    values = world.table(true, exposure)
    key = ColumnKey("other", "2020-2024", "buurt", "", Measure.RATE)
    names, context = context_of(key, (world.INDICATOR, "density"), figures=FigureTable(()), values=values, count=36)
    rate = values.column(ColumnKey(world.INDICATOR, "2024", "buurt", "", Measure.RATE))
    assert names == (world.INDICATOR,)
    assert np.array_equal(np.isnan(context[:, 0]), rate.status != Status.PUBLISHED)


@pytest.mark.parametrize(
    "name",
    ["p_n_w_al", "P_WEST_AL", "p_marokko", "percentage_niet_westerse_migratieachtergrond", "herkomst", "ethnicity",
     "aantal_inwoners_geboren_buiten_nederland", "nationaliteit", "p_over_nw", "birthplace", "religie"],
)  # fmt: skip
def test_a_figure_about_origin_is_refused_by_its_name(name):
    with pytest.raises(ConfigError, match="origin of people"):
        DeviationRule(context=(name,))
    with pytest.raises(ConfigError, match="origin of people"):
        FigureColumn(FigureKey(name, "buurt"), world.BUURTEN, np.zeros(36))


@pytest.mark.parametrize(
    "name", ["density", "terrace", "benefit-dependence", "youth-care", "surface", "total", "homes"]
)
def test_other_figures_are_not(name):
    assert DeviationRule(context=(name,)).context == (name,)

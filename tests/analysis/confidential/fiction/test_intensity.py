"""Draws: means, variances, and who can be drawn."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.confidential.fiction.intensity import (
    Profile,
    draw_counts,
    draw_dates,
    draw_distinct,
    draw_members,
    draw_years,
    expected,
    make_pool,
    relative_risks,
)


def test_expected_adds_up_to_the_rate_and_follows_context(context):
    profile = Profile(rate=0.02, deprivation=0.5, urbanity=-0.3, coast=1.0)
    mean = expected(context.homes, profile, context)
    assert mean.sum() == pytest.approx(0.02 * context.homes.sum())
    score = 0.5 * context.deprivation - 0.3 * context.urbanity + context.coast
    ratio = mean / np.maximum(context.homes, 1) / np.exp(score)
    assert np.allclose(ratio[context.homes > 0], ratio[context.homes > 0][0])


def test_nothing_exposed_gives_nothing(context):
    assert not expected(np.zeros(len(context)), Profile(rate=1.0), context).any()


@pytest.mark.parametrize("dispersion", [0.0, 0.3])
def test_counts_are_negative_binomial(dispersion):
    drawn = draw_counts(np.full(60_000, 12.0), dispersion, np.random.default_rng(1))
    assert drawn.mean() == pytest.approx(12.0, rel=0.02)
    assert drawn.var() == pytest.approx(12.0 + dispersion * 144.0, rel=0.05)


def test_risks_are_one_where_nothing_is_planted(context):
    codes = [str(context.code[3]), str(context.code[9])]
    risk = relative_risks(context, {codes[0]: 5.0, codes[1]: 2.5})
    assert risk[3] == 5.0
    assert risk[9] == 2.5
    assert np.delete(risk, [3, 9]).tolist() == [1.0] * (len(context) - 2)


@given(
    buurt=st.lists(st.integers(0, 6), max_size=40),
    count=st.lists(st.integers(0, 9), min_size=7, max_size=7),
    seed=st.integers(0, 1000),
)
def test_members_are_drawn_in_their_own_buurt(buurt, count, seed):
    of, wanted = np.array(buurt, dtype=np.int64), np.array(count)
    eligible = np.arange(len(of)) % 3 != 0
    pool = make_pool(of, eligible, 7)
    assert pool.size.tolist() == [int(((of == at) & eligible).sum()) for at in range(7)]
    drawn = draw_members(pool, wanted, np.random.default_rng(seed), again=0.3)
    assert eligible[drawn].all()
    assert np.array_equal(np.bincount(of[drawn], minlength=7), np.where(pool.size > 0, wanted, 0))
    distinct = draw_distinct(pool, wanted, np.random.default_rng(seed))
    assert len(set(distinct.tolist())) == len(distinct)
    assert eligible[distinct].all()
    assert np.array_equal(np.bincount(of[distinct], minlength=7), np.minimum(pool.size, wanted))


def test_again_repeats_the_one_before_within_a_buurt():
    of = np.repeat([0, 1], 1000)
    pool = make_pool(of, np.ones(2000, dtype=bool), 2)
    count = np.array([500, 500])
    assert len(set(draw_members(pool, count, np.random.default_rng(0), again=1.0).tolist())) == 2
    some = draw_members(pool, count, np.random.default_rng(0), again=0.5)
    none = draw_members(pool, count, np.random.default_rng(0), again=0.0)
    assert (some[1:] == some[:-1]).mean() == pytest.approx(0.5, abs=0.05)
    assert (none[1:] == none[:-1]).mean() < 0.01


def test_every_day_of_every_year_can_be_drawn():
    drawn = draw_dates(60_000, range(2023, 2025), np.random.default_rng(3)).astype(dt.date)
    days = {dt.date(2023, 1, 1) + dt.timedelta(days=at) for at in range(365 + 366)}
    assert set(drawn.tolist()) == days


def test_growth_shifts_events_to_later_years():
    years = draw_years(40_000, range(2021, 2026), np.random.default_rng(3), growth=0.2)
    share = np.bincount(years - 2021) / len(years)
    expected_share = 1.2 ** np.arange(5) / (1.2 ** np.arange(5)).sum()
    assert np.allclose(share, expected_share, atol=0.01)

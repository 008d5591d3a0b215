"""What the demo shows: on the fictional province itself, with the seed of the demo."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analysis.confidential.fiction.places import touching
from tests.analysis.confidential.fiction.support import good, per_buurt

THRESHOLD = 10


def published(count):
    return (count >= THRESHOLD) | (count == 0)


def by_code(province, records, name, digits):
    code = province.boundaries.layers["buurt"].code
    count = per_buurt(province, good(records, name))
    names, of = np.unique([one[2 : 2 + digits] for one in code], return_inverse=True)
    return dict(zip(names.tolist(), np.bincount(of, weights=count).tolist(), strict=True))


def test_the_default_view_is_mostly_published_and_not_wholly(province, province_records):
    """Suspicious transactions per buurt in five years: the indicator, period and level the demo opens with."""
    count = per_buurt(province, good(province_records, "suspicious_transactions"))
    assert len(count) == 450
    assert 0.6 <= published(count).mean() <= 0.96
    # "Not hot" can only be said where nobody in the neighbourhood is suppressed.
    neighbours = touching(province.boundaries.layers["buurt"].geometry)
    whole = [published(count[[at, *near]]).all() for at, near in enumerate(neighbours)]
    assert np.mean(whole) > 0.3


def test_its_hotspots_are_published(province, province_records, province_plan):
    count = per_buurt(province, good(province_records, "suspicious_transactions"))
    code = province.boundaries.layers["buurt"].code
    for spot in province_plan.hotspots["suspicious_transactions"]:
        assert published(count[np.isin(code, spot.buurten)]).all()


def test_its_hotspots_can_be_told_from_chance(province, province_records, province_plan):
    """Neighbourhood means of the rate against 20,000 neighbourhoods of the same size drawn at random."""
    buurten = province.boundaries.layers["buurt"]
    register = province.addresses
    count = per_buurt(province, good(province_records, "suspicious_transactions"))
    residents = np.bincount(np.searchsorted(buurten.code, register.buurt), weights=register.residents, minlength=450)
    shown = published(count)
    rate = count / np.maximum(residents, 1)
    planted = [code for spot in province_plan.hotspots["suspicious_transactions"] for code in spot.buurten]
    rng = np.random.default_rng(0)
    found = 0
    for at, near in enumerate(touching(buurten.geometry)):
        if buurten.code[at] in planted and shown[[at, *near]].all():
            draws = rng.choice(rate[shown], size=(20_000, len(near))).sum(axis=1)
            found += bool((draws >= rate[near].sum()).mean() < 0.001)
    assert found >= 5


def test_laboratories_are_hidden_in_buurten_and_seen_in_gemeenten(province, province_records):
    assert len(good(province_records, "drug_labs")) == pytest.approx(250, rel=0.3)
    buurten = np.array(list(by_code(province, province_records, "drug_labs", 8).values()))
    wijken = np.array(list(by_code(province, province_records, "drug_labs", 6).values()))
    gemeenten = np.array(list(by_code(province, province_records, "drug_labs", 4).values()))
    assert (buurten >= THRESHOLD).mean() < 0.03
    assert 0 < (wijken >= THRESHOLD).mean() < 0.3
    assert (gemeenten >= THRESHOLD).mean() >= 0.5


def test_most_parks_are_published_and_one_is_far_above(province, province_records, province_plan):
    park = province_records["addresses"].select("address_id", "park")
    natural = province_records["park_registrations"].filter((pl.col("kind") == "natural") & (pl.col("year") == 2025))
    count = dict(natural.join(park, on="address_id").group_by("park").len().iter_rows())
    assert set(count) <= set(province.boundaries.layers["park"].code.tolist())
    assert len(count) >= 20
    numbers = np.array(list(count.values()))
    assert np.mean(numbers >= THRESHOLD) > 0.6
    assert numbers.max() < 300
    size = dict(park.filter(pl.col("park") != "").group_by("park").len().iter_rows())
    rate = {one: count[one] / size[one] for one in count}
    second = sorted(rate.values())[-2]
    assert rate[province_plan.park] > 2 * second


def test_its_size_is_that_of_the_issue(province_records):
    assert len(province_records["persons"]) == pytest.approx(150_000, rel=0.05)
    assert len(province_records["addresses"]) == pytest.approx(70_000, rel=0.1)
    assert len(province_records["businesses"]) == pytest.approx(9_000, rel=0.1)

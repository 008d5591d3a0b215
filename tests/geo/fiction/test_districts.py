"""Police districts of the fictional country: few, in one piece, about equally large, and named by their shores."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.fiction import SEED, FictionalCountry, Size, make_country
from geo.fiction.districts import TOUCHING, _balanced
from geo.fiction.names import Kind


@pytest.fixture(scope="module", params=[SEED, 0, 7])
def country(request: pytest.FixtureRequest, province: FictionalCountry) -> FictionalCountry:
    return province if request.param == SEED else make_country(size=Size.PROVINCE, seed=request.param)


def test_each_gemeente_lies_in_one_of_four_districts(country: FictionalCountry) -> None:
    district, gemeente = (country.boundaries.layers[level] for level in ("district", "gemeente"))
    assert district.code.tolist() == [f"PD900{at}" for at in range(1, 5)]
    assert set(gemeente.parent.tolist()) == set(district.code.tolist())
    assert np.unique(gemeente.parent, return_counts=True)[1].min() >= 2


def test_a_district_is_in_one_piece_but_for_water(country: FictionalCountry) -> None:
    gemeente = country.boundaries.layers["gemeente"]
    for code in np.unique(gemeente.parent).tolist():
        shapes = gemeente.geometry[gemeente.parent == code]
        near = shapely.distance(shapes[:, None], shapes[None, :]) <= 2_000.0
        reached = np.linalg.matrix_power(near.astype(np.int64), len(shapes)) > 0
        assert reached.all(), code


def test_districts_are_named_after_their_shores_and_not_after_a_gemeente(country: FictionalCountry) -> None:
    layers = country.boundaries.layers
    for name in layers["district"].name.tolist():
        ending = next(one for one in Kind.REGION.value.split() if name.endswith(one))
        assert not any(one.startswith(name.removesuffix(ending)) for one in layers["gemeente"].name.tolist())


def test_figures_are_the_sums_of_the_gemeenten(province: FictionalCountry) -> None:
    district, gemeente = (province.boundaries.layers[level] for level in ("district", "gemeente"))
    for name, values in district.attributes.items():
        own = [gemeente.attributes[name][gemeente.parent == code].sum() for code in district.code.tolist()]
        assert values.tolist() == own


def test_a_gemeente_changes_sides_only_where_both_districts_stay_whole() -> None:
    # Four in a row, of which the first three are one district: the third may leave, the second may not.
    row = np.array([[0, 1], [1, 2], [2, 3]])
    assert _balanced(np.array([0, 0, 0, 1]), row, np.full(4, 10.0)).tolist() == [0, 0, 1, 1]
    # Across the last one as well, but a move would leave one behind that is joined to nothing of its own.
    ring = np.array([[0, 1], [1, 2], [1, 3]])
    assert _balanced(np.array([0, 0, 0, 1]), ring, np.full(4, 10.0)).tolist() == [0, 0, 0, 1]
    assert TOUCHING > 0

"""The register: every address strictly inside its buurt and park, the promised totals, made from boundaries alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.areas import BoundarySet
from geo.fiction import SEED, FictionalCountry, make_addresses, read_boundaries
from geo.fiction.addresses import pseudonyms
from zicht.errors import AlignmentError


def test_totals_are_as_promised(province: FictionalCountry) -> None:
    register = province.addresses
    assert (register.use == "home").sum() == 64_000
    assert 5_000 <= (register.use == "business").sum() <= 7_000
    assert 69_000 <= len(register) <= 77_000
    assert 147_000 <= register.residents.sum() <= 154_000


def test_every_address_is_strictly_inside_its_buurt(province: FictionalCountry) -> None:
    register, layer = province.addresses, province.boundaries.layers["buurt"]
    shapes = layer.geometry[np.searchsorted(layer.code, register.buurt)]
    assert (layer.code[np.searchsorted(layer.code, register.buurt)] == register.buurt).all()
    assert shapely.contains_xy(shapes, register.x, register.y).all()
    away = shapely.distance(
        shapely.boundary(layer.geometry)[np.searchsorted(layer.code, register.buurt)],
        shapely.points(register.x, register.y),
    )
    assert away.min() > 0.05


def test_recreation_is_inside_its_park_and_nothing_else_is(province: FictionalCountry) -> None:
    register, parks = province.addresses, province.boundaries.layers["park"]
    points = shapely.points(register.x, register.y)
    inside = register.park != ""
    assert np.array_equal(inside, register.use == "recreation")
    own = np.searchsorted(parks.code, register.park[inside])
    assert shapely.contains_properly(parks.geometry[own], points[inside]).all()
    assert (parks.parent[own] == register.buurt[inside]).all()
    assert not shapely.intersects(points[~inside], shapely.union_all(parks.geometry)).any()


def test_parks_have_as_many_addresses_as_their_attribute_says(province: FictionalCountry) -> None:
    parks = province.boundaries.layers["park"]
    counts = [int((province.addresses.park == code).sum()) for code in parks.code]
    assert counts == parks.attributes["addresses"].astype(int).tolist()


def test_two_parks_stack_hundreds_of_objects_on_one_point(province: FictionalCountry) -> None:
    register = province.addresses
    heights = []
    for code in province.boundaries.layers["park"].code:
        own = register.park == code
        stacks = np.unique(np.column_stack([register.x[own], register.y[own]]), axis=0, return_counts=True)[1]
        heights.append(int(stacks.max()))
    assert sorted(heights)[-2] >= 200
    assert sorted(heights)[-3] <= 10


def test_identifiers_are_unique_pseudonyms(province: FictionalCountry) -> None:
    ids = province.addresses.address_id
    assert len(set(ids.tolist())) == len(ids)
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in ids[::500])


def test_households_vary_and_some_homes_are_vacant(province: FictionalCountry) -> None:
    register = province.addresses
    sizes = np.bincount(register.residents[register.use == "home"]) / 64_000
    assert len(sizes) == 7
    assert 0.02 < sizes[0] < 0.05
    assert sizes[1:3].sum() > 0.5
    assert (register.residents[register.use == "business"] == 0).all()
    assert 0 < (register.residents[register.use == "recreation"] > 0).mean() < 0.3


def test_addresses_are_clustered(province: FictionalCountry) -> None:
    square = np.floor(province.addresses.x / 500) * 1e6 + np.floor(province.addresses.y / 500)
    counts = np.sort(np.unique(square, return_counts=True)[1])[::-1]
    land = shapely.area(province.boundaries.layers["country"].geometry[0]) / 500**2
    # A tenth of the land holds most addresses; spread evenly it would hold a tenth.
    assert counts[: int(land / 10)].sum() > 0.8 * counts.sum()


def test_the_register_follows_from_the_boundary_file_alone(province: FictionalCountry, committed: Path) -> None:
    register = make_addresses(read_boundaries(committed), seed=SEED)
    for column in ("address_id", "x", "y", "buurt", "use", "park", "residents"):
        assert np.array_equal(getattr(register, column), getattr(province.addresses, column)), column


def test_the_way_a_ring_is_stored_does_not_matter(province: FictionalCountry) -> None:
    layers = dict(province.boundaries.layers)
    for level in ("buurt", "park"):
        layers[level] = replace(layers[level], geometry=shapely.reverse(layers[level].geometry))
    register = make_addresses(BoundarySet("2025", "test", layers), seed=SEED)
    assert np.array_equal(register.x, province.addresses.x)
    assert np.array_equal(register.residents, province.addresses.residents)


def test_another_seed_moves_addresses_but_keeps_homes(province: FictionalCountry) -> None:
    other = make_addresses(province.boundaries, seed=SEED + 1)
    assert not set(other.address_id.tolist()) & set(province.addresses.address_id.tolist())
    assert (other.use == "home").sum() == 64_000


def test_a_country_without_parks_has_no_recreation(province: FictionalCountry) -> None:
    layers = {level: layer for level, layer in province.boundaries.layers.items() if level != "park"}
    register = make_addresses(BoundarySet("2025", "test", layers), seed=1)
    assert set(register.use.tolist()) == {"home", "business"}


def test_boundaries_are_not_changed(province: FictionalCountry) -> None:
    before = {name: values.copy() for name, values in province.boundaries.layers["buurt"].attributes.items()}
    make_addresses(province.boundaries, seed=3)
    for name, values in before.items():
        assert np.array_equal(values, province.boundaries.layers["buurt"].attributes[name])


def test_columns_of_different_length_are_refused(province: FictionalCountry) -> None:
    with pytest.raises(AlignmentError, match="different lengths"):
        replace(province.addresses, x=province.addresses.x[:-1])


def test_pseudonyms_come_from_the_generator() -> None:
    one, two = pseudonyms(3, np.random.default_rng(1)), pseudonyms(3, np.random.default_rng(1))
    assert one.tolist() == two.tolist()
    assert one.dtype == np.dtype("U32")

"""The province as a whole: counts, exact coverage, hierarchy, figures, determinism, a place where nothing is."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

from geo.fiction import SEED, FictionalCountry, Size, make_country
from geo.fiction.figures import round_to_five

PARENTS = [("buurt", "wijk"), ("wijk", "gemeente"), ("gemeente", "district"), ("district", "country")]


def _wkb(country: FictionalCountry) -> dict[str, list[bytes]]:
    shapes = {level: layer.geometry for level, layer in country.boundaries.layers.items()} | {
        "water": country.water.geometry
    }
    return {level: shapely.to_wkb(geometry).tolist() for level, geometry in shapes.items()}


def test_the_province_has_the_promised_number_of_areas(province: FictionalCountry) -> None:
    counts = {level: len(layer) for level, layer in province.boundaries.layers.items()}
    assert counts == {"country": 1, "district": 4, "gemeente": 12, "wijk": 90, "buurt": 450, "park": 24}


def test_codes_have_the_form_of_their_level(province: FictionalCountry) -> None:
    layers = province.boundaries.layers
    assert layers["country"].code.tolist() == ["FL00"]
    assert layers["gemeente"].code.tolist() == [f"GM{9001 + at}" for at in range(12)]
    for level, above, digits in (("wijk", "gemeente", 4), ("buurt", "wijk", 6)):
        layer = layers[level]
        assert all(code[2 : 2 + digits] == parent[2:] for code, parent in zip(layer.code, layer.parent, strict=True))
        assert set(layer.parent.tolist()) == set(layers[above].code.tolist())


@pytest.mark.parametrize("level", ["district", "gemeente", "wijk", "buurt"])
def test_areas_tile_the_land_without_gap_or_overlap(province: FictionalCountry, level: str) -> None:
    shapes = province.boundaries.layers[level].geometry
    assert shapely.is_valid(shapes).all()
    assert not shapely.is_empty(shapes).any()
    assert shapely.coverage_is_valid(shapes)


def test_land_and_water_tile_the_territory_together(province: FictionalCountry) -> None:
    everything = np.concatenate([province.boundaries.layers["buurt"].geometry, province.water.geometry])
    assert shapely.coverage_is_valid(everything)
    whole = shapely.union_all(everything)
    assert shapely.area(whole) == pytest.approx(shapely.area(everything).sum(), rel=1e-12)


@pytest.mark.parametrize(("fine", "coarse"), PARENTS)
def test_parents_are_exactly_the_union_of_their_children(province: FictionalCountry, fine: str, coarse: str) -> None:
    children, parents = province.boundaries.layers[fine], province.boundaries.layers[coarse]
    for code, shape in zip(parents.code, parents.geometry, strict=True):
        union = shapely.union_all(children.geometry[children.parent == code])
        assert shapely.area(shapely.symmetric_difference(union, shape)) < 1e-3


def test_an_island_makes_its_gemeente_multipart(province: FictionalCountry) -> None:
    parts = shapely.get_num_geometries(province.boundaries.layers["gemeente"].geometry)
    assert parts.max() > 1


def test_towns_have_small_buurten_and_the_country_large_ones(province: FictionalCountry) -> None:
    layer = province.boundaries.layers["buurt"]
    hectares = shapely.area(layer.geometry) / 1e4
    assert np.median(hectares) < 60
    assert np.percentile(hectares, 90) > 500
    dense = layer.attributes["homes"] / hectares > 5
    assert dense.sum() > 200
    assert np.median(hectares[dense]) < 30


def test_borders_are_drawn_in_detail(province: FictionalCountry) -> None:
    vertices = shapely.get_num_coordinates(province.boundaries.layers["buurt"].geometry)
    assert 60 <= np.median(vertices) <= 150


def test_coordinates_are_whole_decimetres(province: FictionalCountry) -> None:
    points = shapely.get_coordinates(province.boundaries.layers["buurt"].geometry)
    assert np.array_equal(points, np.round(points, 1))


def test_the_province_lies_in_rd_where_no_land_is(province: FictionalCountry) -> None:
    west, south, east, north = shapely.total_bounds(province.water.geometry)
    assert 0 < west < east < 300_000
    assert 300_000 < south < north < 629_000


def test_no_real_gemeente_is_near(province: FictionalCountry, shared_data: object) -> None:
    real = geopandas.read_file(f"{shared_data}/boundaries/cbs_gemeente_2017_rd.geojson")
    distance = shapely.distance(province.boundaries.layers["country"].geometry[0], real.geometry.to_numpy())
    assert distance.min() > 20_000


def test_parks_lie_inside_the_land_of_one_buurt(province: FictionalCountry) -> None:
    parks, buurten = province.boundaries.layers["park"], province.boundaries.layers["buurt"]
    home = buurten.geometry[np.searchsorted(buurten.code, parks.parent)]
    assert shapely.contains_properly(home, parks.geometry).all()
    assert shapely.is_valid(parks.geometry).all()
    hectares = shapely.area(parks.geometry) / 1e4
    assert ((hectares >= 4) & (hectares <= 30)).all()
    addresses = parks.attributes["addresses"]
    assert ((addresses >= 60) & (addresses <= 500)).all()


def test_most_parks_lie_near_sea_or_lake(province: FictionalCountry) -> None:
    wide = province.water.geometry[np.isin(province.water.kind, ["sea", "lake"])]
    away = shapely.distance(province.boundaries.layers["park"].geometry, shapely.union_all(wide))
    assert np.mean(away < 1_500) > 0.5


def test_there_are_a_sea_lakes_a_river_and_a_canal(province: FictionalCountry) -> None:
    water = province.water
    assert set(water.kind.tolist()) == {"sea", "lake", "river", "canal"}
    names = {kind: set(water.name[water.kind == kind].tolist()) for kind in set(water.kind.tolist())}
    assert len(names["lake"]) >= 2
    assert [len(names[kind]) for kind in ("sea", "river", "canal")] == [1, 1, 1]


def test_figures_are_rounded_where_the_publisher_rounds(province: FictionalCountry) -> None:
    layers, register = province.boundaries.layers, province.addresses
    exact = np.bincount(np.searchsorted(layers["buurt"].code, register.buurt), register.residents, 450)
    assert np.array_equal(layers["buurt"].attributes["inhabitants"], round_to_five(exact))
    gemeente = np.array(
        [
            int(register.residents[np.char.startswith(register.buurt, "BU" + code[2:])].sum())
            for code in layers["gemeente"].code
        ]
    )
    assert np.array_equal(layers["gemeente"].attributes["inhabitants"], gemeente)
    assert layers["country"].attributes["inhabitants"][0] == register.residents.sum()
    wijken = layers["wijk"].attributes["inhabitants"]
    assert (wijken % 5 == 0).all()
    assert wijken.sum() != register.residents.sum()


@pytest.mark.parametrize("level", ["district", "gemeente", "wijk", "buurt"])
def test_homes_are_exact_at_every_level(province: FictionalCountry, level: str) -> None:
    homes = province.boundaries.layers[level].attributes["homes"]
    assert homes.sum() == 64_000
    assert (homes >= 1).all()


def test_the_working_ages_are_a_share_of_all(province: FictionalCountry) -> None:
    for level in ("country", "gemeente"):
        attributes = province.boundaries.layers[level].attributes
        share = attributes["inhabitants_15_64"] / attributes["inhabitants"]
        assert ((share > 0.6) & (share < 0.68)).all()


def test_the_same_seed_gives_the_same_bytes(province: FictionalCountry) -> None:
    again = make_country(size=Size.PROVINCE, seed=SEED)
    assert _wkb(again) == _wkb(province)
    assert again.addresses.x.tobytes() == province.addresses.x.tobytes()
    assert again.addresses.address_id.tolist() == province.addresses.address_id.tolist()


@pytest.mark.parametrize("seed", [0, 7])
def test_another_seed_gives_another_province_that_is_as_good(province: FictionalCountry, seed: int) -> None:
    other = make_country(size=Size.PROVINCE, seed=seed)
    assert _wkb(other)["buurt"] != _wkb(province)["buurt"]
    assert {level: len(layer) for level, layer in other.boundaries.layers.items()} == {
        level: len(layer) for level, layer in province.boundaries.layers.items()
    }
    everything = np.concatenate([other.boundaries.layers["buurt"].geometry, other.water.geometry])
    assert shapely.is_valid(everything).all()
    assert shapely.coverage_is_valid(everything)


@pytest.mark.slow
def test_the_national_size_has_as_many_areas_as_the_netherlands() -> None:
    country = make_country(size=Size.NATIONAL, seed=SEED)
    layers = country.boundaries.layers
    assert {level: len(layers[level]) for level in ("gemeente", "wijk", "buurt")} == {
        "gemeente": 345,
        "wijk": 3_400,
        "buurt": 14_500,
    }
    for level in ("gemeente", "wijk", "buurt"):
        assert shapely.is_valid(layers[level].geometry).all()
        assert shapely.coverage_is_valid(layers[level].geometry)
    assert len(country.addresses) > 2_000_000

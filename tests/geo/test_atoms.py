from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.areas import RD
from geo.atoms import build_structure
from geo.grids import from_strings, hex_polygons
from tests.support.tiny_world import layers as tiny_layers
from zicht.structure import Structure


@pytest.fixture(scope="module")
def layers():
    return {layer.level: layer for layer in tiny_layers()}


@pytest.fixture(scope="module")
def finest(layers):
    return sorted(level for level in layers if level.startswith("h3-"))[-1]


def places(structure: Structure) -> set[tuple[str, int, int]]:
    return set(
        zip(
            structure.administrative_level.tolist(),
            structure.administrative_fid.tolist(),
            structure.hex_fid.tolist(),
            strict=True,
        )
    )


def random_points(layers, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    west, south, east, north = shapely.total_bounds(layers["buurt"].geometry)
    rng = np.random.default_rng(seed)
    return rng.uniform(west, east, n), rng.uniform(south, north, n)


def test_atoms_are_the_pairs_that_meet(layers, finest):
    structure = build_structure(layers)
    hexes = hex_polygons(from_strings(layers[finest].code), crs=RD)
    expected = {
        (level, area, cell)
        for level in ("buurt", "park")
        for area, polygon in enumerate(layers[level].geometry)
        for cell in range(len(hexes))
        if polygon is not None and shapely.intersects(polygon, hexes[cell])
    }
    assert places(structure) == expected
    assert set(structure.hex_level) == {finest}


def test_every_point_in_the_country_lies_in_an_atom(layers, finest):
    structure = build_structure(layers)
    x, y = random_points(layers, 3_000, 1)
    hexes = hex_polygons(from_strings(layers[finest].code), crs=RD)
    point = shapely.points(x, y)
    known = places(structure)
    inside = 0
    for one in point:
        buurt = [k for k, area in enumerate(layers["buurt"].geometry) if area is not None and area.intersects(one)]
        park = [k for k, area in enumerate(layers["park"].geometry) if area is not None and area.intersects(one)]
        cell = [k for k, polygon in enumerate(hexes) if polygon.intersects(one)]
        if buurt:
            inside += 1
            assert cell
            assert ("park", park[0], cell[0]) in known if park else ("buurt", buurt[0], cell[0]) in known
    assert inside > 1_000


def test_capacities_count_the_points_of_the_register_once(layers):
    x, y = random_points(layers, 2_000, 2)
    homes = np.arange(len(x)) % 3 == 0
    standing = {"addresses": np.ones(len(x), dtype=bool), "homes": homes}
    structure = build_structure(layers, points=(x, y), standing=standing)
    point = shapely.points(x, y)
    country = shapely.union_all([area for area in layers["buurt"].geometry if area is not None])
    inside = shapely.intersects(country, point)
    assert structure.capacity["addresses"].sum() == inside.sum()
    assert structure.capacity["homes"].sum() == (inside & homes).sum()
    parks = shapely.union_all([area for area in layers["park"].geometry if area is not None])
    at_park = structure.administrative_level == "park"
    assert structure.capacity["addresses"][at_park].sum() == (inside & shapely.intersects(parks, point)).sum()


def test_without_hexes_an_atom_lies_in_the_country(layers):
    administrative = {level: layer for level, layer in layers.items() if not level.startswith("h3-")}
    structure = build_structure(administrative)
    assert set(structure.hex_level) == {"country"}
    assert (structure.hex_fid == 0).all()
    drawn = sum(area is not None for level in ("buurt", "park") for area in layers[level].geometry)
    assert len(structure) == drawn


def test_gemeenten_have_an_atom_for_what_is_known_no_better(layers):
    points = random_points(layers, 200, 5)
    plain = build_structure(layers, points=points)
    assert not plain.unplaced.any()
    structure = build_structure(layers, points=points, unplaced=True)
    assert places(structure) >= places(plain)
    last = slice(len(plain), None)
    assert structure.administrative_level[last].tolist() == ["gemeente"] * len(layers["gemeente"])
    assert structure.administrative_fid[last].tolist() == list(range(len(layers["gemeente"])))
    assert set(structure.hex_level[last].tolist()) == {"country"}
    assert structure.unplaced.tolist() == [False] * len(plain) + [True] * len(layers["gemeente"])
    assert structure.capacity["addresses"].tolist() == [*plain.capacity["addresses"], *[0] * len(layers["gemeente"])]


def test_the_same_layers_give_the_same_atoms_whatever_the_order_of_the_points(layers, tmp_path):
    x, y = random_points(layers, 500, 3)
    order = np.random.default_rng(4).permutation(len(x))
    for name, points in (("one", (x, y)), ("two", (x[order], y[order]))):
        build_structure(layers, points=points).write(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()

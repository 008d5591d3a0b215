"""Make a fictional country: the steps, on one screen."""

from __future__ import annotations

import numpy as np
import shapely

from geo.areas import BoundarySet, FloatArray, Layer, ObjectArray, StrArray
from geo.fiction.addresses import make_addresses
from geo.fiction.country import COUNTRY, EDITION, SOURCE, FictionalCountry, Size, Waters
from geo.fiction.districts import draw_districts
from geo.fiction.figures import choose_works, count_by, register_figures, round_to_five, share_homes
from geo.fiction.landscape import CANAL, LAKE, RIVER, SEA, make_landscape
from geo.fiction.naming import Names, name_territory
from geo.fiction.parks import Parks, draw_parks
from geo.fiction.plan import PLANS
from geo.fiction.territory import Territory, make_territory
from geo.regions import Members, with_regions


def make_country(*, size: Size, seed: int) -> FictionalCountry:
    """Make a fictional country; the same size and seed give the same bytes.

    Args:
        size: Province or national.
        seed: Seed of everything random, at least 0.

    Returns:
        The country.
    """
    plan = PLANS[size]
    land = make_landscape(plan, np.random.default_rng([seed, 1]))
    territory = make_territory(land, seed=seed)
    works = choose_works(territory, seed=seed)
    names = name_territory(territory, land, works=works, seed=seed)
    homes = share_homes(territory, works, homes=plan.homes, seed=seed)
    parks = draw_parks(territory, count=plan.parks, seed=seed)
    bare = _boundaries(territory, names, parks, {"homes": homes.astype(np.float64)})
    districts = draw_districts(bare.layers["gemeente"], territory, count=plan.districts, seed=seed)
    register = make_addresses(bare, seed=seed)
    figures = register_figures(register, territory.buurt)
    boundaries = _boundaries(territory, names, parks, figures, districts)
    return FictionalCountry(boundaries, _waters(territory, names), register)


def _boundaries(
    territory: Territory,
    names: Names,
    parks: Parks,
    figures: dict[str, FloatArray],
    districts: Members | None = None,
) -> BoundarySet:
    """Put areas, names and figures into layers: figures rounded at buurt and wijk, exact above."""
    wijk_code, gemeente_code = territory.wijk, territory.gemeente
    in_wijk, in_gemeente = wijk_code[territory.wijk_of], gemeente_code[territory.gemeente_of[territory.wijk_of]]
    by_wijk = {name: count_by(wijk_code, in_wijk, values) for name, values in figures.items()}
    by_gemeente = {name: count_by(gemeente_code, in_gemeente, values) for name, values in figures.items()}
    total = {name: np.array([values.sum()]) for name, values in figures.items()}
    whole = np.array([shapely.coverage_union_all(territory.gemeente_shape)])
    above = np.repeat(COUNTRY[0], len(gemeente_code))
    gemeente = _layer("gemeente", gemeente_code, names.gemeente, above, territory.gemeente_shape, by_gemeente)
    members = {"district": districts} if districts else {}
    layers = {
        "country": _layer("country", np.array(COUNTRY[:1]), np.array(COUNTRY[1:]), np.array([""]), whole, total),
        **with_regions(gemeente, members, sources=dict.fromkeys(members, SOURCE)),
        "wijk": _layer(
            "wijk", wijk_code, names.wijk, gemeente_code[territory.gemeente_of], territory.wijk_shape, _rounded(by_wijk)
        ),
        "buurt": _layer("buurt", territory.buurt, names.buurt, in_wijk, territory.buurt_shape, _rounded(figures)),
        "park": _layer(
            "park",
            parks.code,
            parks.name,
            parks.buurt,
            parks.geometry,
            {"addresses": parks.addresses.astype(np.float64)},
        ),
    }
    return BoundarySet(EDITION, SOURCE, layers)


def _rounded(figures: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Round persons and households to five; homes stay exact, as in the publisher's figures."""
    return {name: values if name == "homes" else round_to_five(values) for name, values in figures.items()}


def _layer(
    level: str, code: StrArray, name: StrArray, parent: StrArray, geometry: ObjectArray, figures: dict[str, FloatArray]
) -> Layer:
    kind = np.repeat("park" if level == "park" else "area", len(code))
    return Layer(level, code, name, parent, kind, geometry, figures)


def _waters(territory: Territory, names: Names) -> Waters:
    word = {SEA: "sea", LAKE: "lake", RIVER: "river", CANAL: "canal"}
    kind = np.array([word[int(one)] for one in territory.water_kind])
    return Waters(names.water, kind, territory.gemeente[territory.water_gemeente], territory.water_shape)

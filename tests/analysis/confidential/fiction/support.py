"""A country of square buurten: enough places to test records on, and quick to make."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from analysis.confidential.fiction.places import Places
from analysis.confidential.fiction.pseudonyms import pseudonyms
from geo.areas import BoundarySet, Layer
from geo.fiction.country import AddressRegister

SIDE = 900.0
WEST, SOUTH = 30_000.0, 500_000.0


def _layer(level, code, parent, geometry, kind="area"):
    code = np.asarray(code)
    return Layer(
        level=level,
        code=code,
        name=np.asarray([f"naam {one}" for one in code]),
        parent=np.asarray(parent),
        kind=np.full(len(code), kind),
        geometry=np.asarray(geometry, dtype=object),
        attributes={},
    )


def square_country(*, columns: int = 30, rows: int = 15, homes: int = 64_000, parks: int = 24, seed: int = 5):
    """Squares of 900 m; wijken of five in a row; sizes lognormal, so that some buurten are small."""
    rng = np.random.default_rng(seed)
    count = columns * rows
    number = np.arange(count)
    code = [f"BU90{at // 45:02d}{at // 5 % 9:02d}{at % 5:02d}" for at in number]
    wijk = [f"WK{one[2:8]}" for one in code]
    west, south = WEST + number % columns * SIDE, SOUTH + number // columns * SIDE
    box = shapely.box(west, south, west + SIDE, south + SIDE)
    park_of = np.sort(rng.choice(number, size=parks, replace=False))
    park = [f"PK90{at:02d}" for at in range(parks)]
    wijken = sorted(set(wijk))
    gemeenten = sorted({f"GM{one[2:6]}" for one in wijken})
    layers = {
        "country": _layer("country", ["FL00"], [""], [shapely.union_all(box)]),
        "gemeente": _layer("gemeente", gemeenten, ["FL00"] * len(gemeenten), [None] * len(gemeenten)),
        "wijk": _layer("wijk", wijken, [f"GM{one[2:6]}" for one in wijken], [None] * len(wijken)),
        "buurt": _layer("buurt", code, wijk, box),
        "park": _layer("park", park, [code[at] for at in park_of], box[park_of], "park"),
    }
    size = rng.lognormal(0.0, 0.7, size=count)
    of_home = rng.choice(count, size=homes, p=size / size.sum())
    of_business = rng.choice(count, size=homes // 16, p=size / size.sum())
    objects = rng.integers(40, 180, size=parks)
    buurt = np.concatenate([of_home, of_business, np.repeat(park_of, objects)])
    use = np.repeat(["home", "business", "recreation"], [homes, homes // 16, objects.sum()])
    of_park = np.concatenate([np.full(homes + homes // 16, ""), np.repeat(park, objects)])
    at_home = rng.choice([0, 1, 2, 3, 4, 7], size=len(use), p=[0.03, 0.33, 0.32, 0.14, 0.16, 0.02])
    at_park = np.where(rng.random(len(use)) < 0.09, rng.integers(1, 4, size=len(use)), 0)
    residents = np.where(use == "home", at_home, np.where(use == "recreation", at_park, 0))
    order = np.argsort(buurt, kind="stable")
    register = AddressRegister(
        address_id=np.asarray(pseudonyms(len(use), rng).to_list()),
        x=west[buurt[order]] + rng.uniform(1, SIDE - 1, size=len(use)),
        y=south[buurt[order]] + rng.uniform(1, SIDE - 1, size=len(use)),
        buurt=np.asarray(code)[buurt][order],
        use=use[order],
        park=of_park[order],
        residents=residents[order].astype(np.int64),
    )
    boundaries = BoundarySet(edition="2025", source="squares", layers=layers)
    return Places(boundaries, register)


def good(records, name, years=range(2021, 2026)):
    """The rows of a table without the bad ones, with the year."""
    table = records[name].unique(maintain_order=True)
    if "date" in table.columns:
        table = table.with_columns(pl.col("date").dt.year().cast(pl.Int64).alias("year"))
    if "address_id" in table.columns:
        table = table.join(records["addresses"].select("address_id"), on="address_id", how="semi")
    return table.filter(pl.col("year").is_in(list(years))) if "year" in table.columns else table


def per_buurt(places, table):
    """Count the rows of a table by buurt, by hand: address -> buurt -> position."""
    buurt = dict(zip(places.addresses.address_id.tolist(), places.addresses.buurt.tolist(), strict=True))
    position = {code: at for at, code in enumerate(places.boundaries.layers["buurt"].code.tolist())}
    count = np.zeros(len(position))
    for address in table["address_id"]:
        count[position[buurt[address]]] += 1
    return count

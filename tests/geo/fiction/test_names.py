"""Names are invented: none equals the name of a real place, save generic words."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import geopandas
import numpy as np
import pandas
import pytest

from geo.fiction import FictionalCountry
from geo.fiction.names import DENIED, GENERIC, Kind, invent


@pytest.fixture(scope="module")
def real_names(shared_data: Path) -> set[str]:
    """Names of gemeenten, wijken and buurten of several years, and of real vacation parks, in lower case."""
    data = shared_data
    names: set[str] = set()
    gpkg = data / "boundaries" / "cbs_wijkenbuurten_2015_rd.gpkg"
    for layer, column in (("gemeenten", "GM_NAAM"), ("wijken", "WK_NAAM"), ("buurten", "BU_NAAM")):
        names |= set(geopandas.read_file(gpkg, layer=layer, ignore_geometry=True)[column].dropna())
    recent = pandas.read_parquet(data / "boundaries" / "cbs_buurt_2016_fullres_wof_rd.parquet", columns=["BU_NAAM"])
    names |= set(recent["BU_NAAM"].dropna())
    names |= set(pandas.read_csv(data / "kerncijfers" / "politie47018_WijkenEnBuurten.csv")["Title"].str.strip())
    parks = json.loads((data / "vacation" / "vakantieparken_nl_2026.json").read_text(encoding="utf-8"))
    names |= {park["park"] for park in parks} | {park["city"] for park in parks}
    return {name.lower() for name in names}


def test_no_name_of_the_province_is_real(province: FictionalCountry, real_names: set[str]) -> None:
    assert len(real_names) > 15_000
    allowed = {name.lower() for name in GENERIC}
    for level in ("district", "gemeente", "wijk", "buurt", "park"):
        invented = {str(name).lower() for name in province.boundaries.layers[level].name}
        assert invented & real_names <= (allowed if level == "buurt" else set())
    assert not {str(name).lower() for name in province.water.name} & real_names


@pytest.mark.parametrize("kind", list(Kind))
def test_no_compound_of_the_syllables_is_real(kind: Kind, real_names: set[str]) -> None:
    every = set(islice(invent(kind, np.random.default_rng(1)), 5_000))
    assert not {name.lower() for name in every} & real_names


def test_denied_names_are_never_given() -> None:
    given = {name for kind in Kind for name in islice(invent(kind, np.random.default_rng(2)), 10_000)}
    assert not given & DENIED
    assert len(given) > 3_000


def test_denied_names_would_otherwise_be_made() -> None:
    stems = {
        name[: -len(ending)]
        for name in DENIED
        for kind in Kind
        for ending in kind.value.split()
        if name.endswith(ending)
    }
    given = " ".join(islice(invent(Kind.TOWN, np.random.default_rng(3)), 2_000))
    assert sum(stem in given for stem in stems) >= len(DENIED) - 2


def test_taken_names_are_left_out_and_names_never_run_out() -> None:
    first = next(invent(Kind.LAKE, np.random.default_rng(4)))
    others = list(islice(invent(Kind.LAKE, np.random.default_rng(4), taken=frozenset({first})), 4_000))
    assert first not in others
    assert len(others) == 4_000


@pytest.mark.parametrize(("level", "within"), [("gemeente", 2), ("wijk", 6), ("buurt", 6), ("park", 2)])
def test_names_are_unique_within_their_gemeente(province: FictionalCountry, level: str, within: int) -> None:
    layer = province.boundaries.layers[level]
    pairs = [(code[2:within], name) for code, name in zip(layer.code, layer.name, strict=True)]
    assert len(set(pairs)) == len(layer)
    assert all(name for _, name in pairs)


def test_every_gemeente_has_one_centre(province: FictionalCountry) -> None:
    buurten = province.boundaries.layers["buurt"]
    centres = buurten.code[buurten.name == "Centrum"]
    assert sorted({code[2:6] for code in centres}) == sorted({code[2:6] for code in buurten.code})

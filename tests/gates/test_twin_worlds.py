"""Twin worlds: two deliveries that differ in everything hidden and agree in the published table look the same.

The second world has other pseudonyms under another key, its rows in another order, other values in every column that
no indicator uses, and drug laboratories moved between suppressed areas. Every served byte must be identical.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analysis.confidential.aggregate import AreaIndex, count
from analysis.confidential.contracts import read_sources
from analysis.confidential.disclosure.protection import Geography
from analysis.confidential.indicators import read_themes
from analysis.confidential.observations import Places, observe
from analysis.confidential.optional_levels import with_optional_levels
from analysis.confidential.pipeline import Inputs, atoms, publish
from analysis.confidential.records import read_records
from tests.gates.crawl import served
from tests.gates.world import Tables, build_world, write_world
from web.app import create_app
from zicht.build import PACKAGE, places
from zicht.demo import KEY
from zicht.published import PublishedTable
from zicht.recipe import read_recipe
from zicht.release import open_release
from zicht.spots import SpotTable

OTHER_KEY = "another-key-for-the-twin-of-this-world"
SEED = 7
MOVES = 5


def renamed(column: pl.Series) -> pl.Series:
    """Replace every pseudonym by another one, the same everywhere."""
    once = column.drop_nulls().unique()
    other = [hashlib.blake2b(value.encode(), digest_size=16, person=b"twin").hexdigest() for value in once]
    return column.replace_strict(once, pl.Series(other, dtype=pl.String), default=None, return_dtype=pl.String)


def disguised(table: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Give a table other pseudonyms and another order."""
    for name, kind in table.schema.items():
        sample = table[name].drop_nulls().head(1)
        if kind == pl.String and len(sample) and len(sample[0]) == 32:
            table = table.with_columns(renamed(table[name]).alias(name))
    return table.sample(fraction=1.0, shuffle=True, seed=seed)


class Labs:
    """The one indicator whose hidden counts are changed, counted outside any release."""

    def __init__(self, folder: Path, demo: Path, tables: Tables) -> None:
        self.folder = folder
        recipe = read_recipe(write_world(folder, demo, tables))
        self.sources = read_sources(PACKAGE / "sources")
        layers, _ = places(recipe)
        themes = with_optional_levels(read_themes(PACKAGE / "themes", self.sources), tuple(layers))
        self.indicator = next(i for theme in themes for i in theme.indicators if i.id == "drug-labs-dismantled")
        drugs = next(theme for theme in themes if self.indicator in theme.indicators)
        # Hotspot windows take longer to check: they are asked after only where nothing else changed.
        self.plain = replace(self.indicator, spots=None)
        self.inputs = Inputs(
            records=folder / "records",
            key=KEY,
            pattern_key=KEY,
            sources=self.sources,
            themes=(replace(drugs, indicators=(self.plain,)),),
            layers=layers,
            places=Places(layers["buurt"], layers["park"], max(recipe.hexes)),
            neighbours={},
            years=recipe.years,
        )
        self.register = read_records(folder / "records", self.sources["addresses"], key=KEY).rows
        self.geography = Geography(layers, atoms(self.inputs, {"addresses": self.register}), KEY)

    def observed(self, labs: pl.DataFrame):
        """Place the laboratories."""
        labs.write_parquet(self.folder / "records" / "drug_labs.parquet")
        records = read_records(self.folder / "records", self.sources["drug-labs"], key=KEY)
        return observe(records, places=self.inputs.places, register=self.register, years=self.inputs.years)

    def published(self, labs: pl.DataFrame) -> PublishedTable:
        """Return what would be published of them."""
        observed = {self.indicator.source: self.observed(labs)}
        return PublishedTable(publish(observed, self.inputs, self.geography)[0])

    def spots(self, labs: pl.DataFrame) -> SpotTable:
        """Return the hotspot windows that would be published of them."""
        observed = {self.indicator.source: self.observed(labs)}
        theme = replace(self.inputs.themes[0], indicators=(self.indicator,))
        return SpotTable(publish(observed, replace(self.inputs, themes=(theme,)), self.geography)[2])

    def counts(self, labs: pl.DataFrame) -> list[np.ndarray]:
        """Return what is counted of them, also at levels that are not published."""
        found = count(
            self.observed(labs),
            replace(self.plain, levels=("gemeente", "wijk", "buurt", "h3-6", "h3-8")),
            index=AreaIndex(self.inputs.layers),
            years=self.inputs.years,
        )
        return [table.count for table in found]


@pytest.fixture(scope="module")
def moved(tmp_path_factory, demo: Path, tables: Tables) -> Tables:
    """The records with laboratories moved, so that hidden counts change and nothing published does."""
    labs = Labs(tmp_path_factory.mktemp("labs") / "world", demo, tables)
    rng = np.random.default_rng(SEED)
    table = tables["drug_labs"].sort("event_id", "date")
    before, counted = labs.published(table).to_arrow(), labs.counts(table)
    told = labs.spots(table).to_arrow()
    assert told.num_rows
    homes = tables["addresses"]["address_id"].sort()
    done = 0
    for _ in range(400):
        row, target = int(rng.integers(len(table))), str(homes[int(rng.integers(len(homes)))])
        index = pl.int_range(len(table), eager=True)
        tried = table.with_columns(
            address_id=pl.when(index == row).then(pl.lit(target)).otherwise(pl.col("address_id"))
        )
        if labs.published(tried).to_arrow().equals(before) and labs.spots(tried).to_arrow().equals(told):
            table, done = tried, done + 1
        if done == MOVES:
            break
    assert done == MOVES, "no laboratory could be moved without a trace"
    changed = [not np.array_equal(one, other) for one, other in zip(counted, labs.counts(table), strict=True)]
    assert sum(changed) >= 3, "hidden counts did not change"
    return {**tables, "drug_labs": table}


@pytest.fixture(scope="module")
def twin(tmp_path_factory, demo: Path, moved: Tables) -> Path:
    """The release of the second world."""
    other = {name: disguised(table, SEED + position) for position, (name, table) in enumerate(moved.items())}
    if "persons" in other:
        other["persons"] = other["persons"].with_columns(age=(pl.col("age") + 1))
    return build_world(tmp_path_factory.mktemp("gates") / "two", demo, other, key=OTHER_KEY)


def test_every_file_of_both_releases_is_the_same(world, twin):
    files = sorted(path.relative_to(world) for path in world.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(twin) for path in twin.rglob("*") if path.is_file())
    for name in files:
        assert (world / name).read_bytes() == (twin / name).read_bytes(), name


def test_every_served_byte_of_both_worlds_is_the_same(world, twin):
    answers = [served(create_app(release), release) for release in (open_release(world), open_release(twin))]
    compared = 0
    for one, other in zip(*answers, strict=True):
        assert one == other, one[0]
        compared += 1
    assert compared > 500


def test_a_world_that_differs_in_what_is_published_does_not_look_the_same(tmp_path, demo, tables, world):
    fewer = {**tables, "drug_labs": tables["drug_labs"].sort("event_id").head(len(tables["drug_labs"]) // 2)}
    other = build_world(tmp_path / "other", demo, fewer)
    assert open_release(other).id != open_release(world).id

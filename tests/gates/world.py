"""A world to look at through the gates: the demo's records, a few themes, and the release that is built from them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from analysis.confidential.fiction.records import write_records
from zicht.build import PACKAGE, build
from zicht.config import Settings
from zicht.demo import KEY, RECIPE
from zicht.recipe import read_recipe

THEMES = ("drugs", "vakantieparken")
Tables = Mapping[str, pl.DataFrame]


def read_tables(folder: Path) -> Tables:
    """Read every record of a demo."""
    return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def write_world(folder: Path, demo: Path, tables: Tables) -> Path:
    """Write a world and return its build file."""
    folder.mkdir(parents=True)
    for name in ("boundaries.gpkg", "population.tif"):
        shutil.copyfile(demo / name, folder / name)
    for name in THEMES:
        (folder / "themes").mkdir(exist_ok=True)
        shutil.copyfile(PACKAGE / "themes" / f"{name}.toml", folder / "themes" / f"{name}.toml")
    write_records(tables, folder / "records")
    text = RECIPE.replace('records = "records"', 'records = "records"\nthemes = "themes"')
    recipe = folder / "world.toml"
    recipe.write_text(text, encoding="utf-8")
    return recipe


def build_world(folder: Path, demo: Path, tables: Tables, *, key: str = KEY) -> Path:
    """Build the release of a world."""
    recipe = write_world(folder, demo, tables)
    settings = Settings(key=key, pattern_key=KEY)
    build(read_recipe(recipe), settings=settings, out=folder / "release", progress=lambda _: None)
    return folder / "release"

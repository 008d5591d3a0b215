"""`zicht build CONFIG.toml --out DIR`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from zicht.build import build as build_release
from zicht.commands._progress import progress
from zicht.commands._targets import NewFile, NewFolder
from zicht.config import read_settings
from zicht.recipe import read_recipe


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=NewFolder(), help="The release folder to make or replace.")
@click.option(
    "--report",
    type=NewFile(),
    help="Also write, for the owners of the indicators alone, what protection cost (.html or .json). CONFIDENTIAL.",
)
@click.option(
    "--ledger",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A release that the same readers hold already, beside those of CONFIG; once for each, oldest first.",
)
def build(config: Path, out: Path, report: Path | None, ledger: tuple[Path, ...]) -> None:
    """Build a release from records and boundaries.

    CONFIG is a build file; docs/reference/build-file.md describes it. Pseudonyms are keyed with ZICHT_KEY, and
    suppressions are chosen with ZICHT_PATTERN_KEY (or the same). An interrupted build leaves the old release as it was.
    """
    tell = progress()
    settings = read_settings(Path.cwd())
    recipe = read_recipe(config)
    recipe = replace(recipe, ledger=(*recipe.ledger, *ledger))
    identity = build_release(recipe, settings=settings, out=out, progress=tell, report=report)
    tell(f"release {identity[:12]} is in {out}")

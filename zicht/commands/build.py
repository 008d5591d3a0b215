"""`zicht build CONFIG.toml --out DIR`."""

from __future__ import annotations

from pathlib import Path

import click

from zicht.build import build as build_release
from zicht.commands._progress import progress
from zicht.config import read_settings
from zicht.recipe import read_recipe


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The release folder to make or replace.")
def build(config: Path, out: Path) -> None:
    """Build a release from records and boundaries.

    CONFIG is a build file; docs/reference/build-file.md describes it. Pseudonyms are keyed with ZICHT_KEY. An
    interrupted build leaves the old release as it was.
    """
    report = progress()
    identity = build_release(read_recipe(config), settings=read_settings(Path.cwd()), out=out, progress=report)
    report(f"release {identity[:12]} is in {out}")

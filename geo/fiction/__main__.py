"""Make the committed boundaries and population raster again: `python -m geo.fiction --out FOLDER`."""

from __future__ import annotations

from pathlib import Path

import click

from geo.fiction.boundary_file import write_boundaries
from geo.fiction.country import SEED, Size
from geo.fiction.make import make_country
from geo.fiction.population_raster import write_population_raster


@click.command(name="python -m geo.fiction")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write to.")
@click.option("--seed", default=SEED, show_default=True, help="Another seed makes another country.")
@click.option("--size", type=click.Choice([size.value for size in Size]), default="province", show_default=True)
def main(out: Path, seed: int, size: str) -> None:
    """Write fictional_2025.gpkg and fictional_2025_population_100m.tif."""
    country = make_country(size=Size(size), seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    write_boundaries(country, out / "fictional_2025.gpkg")
    write_population_raster(country, out / "fictional_2025_population_100m.tif")


if __name__ == "__main__":
    main()

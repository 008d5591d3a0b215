"""`zicht boundaries import FILE --edition YEAR`."""

from __future__ import annotations

from pathlib import Path

import click

from geo.boundaries import import_boundaries
from zicht.config import read_settings


@click.group()
def boundaries() -> None:
    """Import editions of CBS boundaries."""


@boundaries.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--edition", required=True, help="The year of the edition: codes are reused between editions.")
@click.option("--out", type=click.Path(path_type=Path), help="Target file; by default in the folder of boundaries.")
@click.option("--reproject", is_flag=True, help="Transform coordinates to RD New (EPSG:28992) where they are not.")
@click.option("--repair", is_flag=True, help="Repair invalid polygons, naming each one.")
@click.option("--remainders", is_flag=True, help="Make named cells for areas that the publisher left out.")
def import_(file: Path, edition: str, out: Path | None, reproject: bool, repair: bool, remainders: bool) -> None:
    """Check a CBS Wijk- en Buurtkaart (GeoPackage) and keep it as an edition.

    Nothing is repaired, moved or dropped in silence: what is, is named in the report.
    """
    target = out or read_settings(Path.cwd()).boundaries / f"cbs_{edition}.gpkg"
    report = import_boundaries(
        file, edition=edition, out=target, reproject=reproject, repair=repair, remainders=remainders
    )
    click.echo(str(report))
    click.echo(f"written to {target}")

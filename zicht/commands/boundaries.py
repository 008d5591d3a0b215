"""`zicht boundaries import FILE --edition YEAR`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from geo.boundaries import import_boundaries, read_codes
from zicht.commands._targets import NewFile
from zicht.config import read_settings

#: A year, and which version of it; it stands in the name of the file that is kept.
_EDITION = re.compile(r"(19|20)\d\d([._-]?[0-9A-Za-z]+)?")


@click.group()
def boundaries() -> None:
    """Import editions of CBS boundaries."""


@boundaries.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--edition", required=True, help="The year of the edition: codes are reused between editions.")
@click.option("--out", type=NewFile(parents=True), help="Target file; by default in the folder of boundaries.")
@click.option("--reproject", is_flag=True, help="Transform coordinates to RD New (EPSG:28992) where they are not.")
@click.option(
    "--repair", is_flag=True, help="Repair invalid polygons and cut areas that lie on one another, naming each."
)
@click.option(
    "--park-radius", type=float, metavar="METRES", help="Draw a disc of at most this radius where a park is a point."
)
@click.option("--remainders", is_flag=True, help="Make named cells for areas that the publisher left out.")
@click.option(
    "--names",
    multiple=True,
    metavar="LEVEL=FILE[#LAYER]",
    help="GeoJSON or TopoJSON with the publisher's codes and names of a level, to name what the file lost.",
)
def import_(
    file: Path,
    edition: str,
    out: Path | None,
    reproject: bool,
    repair: bool,
    park_radius: float | None,
    remainders: bool,
    names: tuple[str, ...],
) -> None:
    """Check a CBS Wijk- en Buurtkaart (GeoPackage) and keep it as an edition.

    Nothing is repaired, moved or dropped in silence: what is, is named in the report.
    """
    if not _EDITION.fullmatch(edition):
        raise click.BadParameter(
            f"{edition!r} does not begin with a year, such as 2024 or 2024_v1.", param_hint="--edition"
        )
    target = out or read_settings(Path.cwd()).boundaries / f"cbs_{edition}.gpkg"
    report = import_boundaries(
        file,
        edition=edition,
        out=target,
        reproject=reproject,
        repair=repair,
        park_radius=park_radius,
        remainders=remainders or bool(names),
        expected=dict(_names(entry) for entry in names),
    )
    click.echo(str(report))
    click.echo(f"written to {target}")


def _names(entry: str) -> tuple[str, dict[str, str]]:
    level, separator, place = entry.partition("=")
    path, _, layer = place.partition("#")
    if not separator or level not in ("gemeente", "wijk", "buurt"):
        raise click.BadParameter("Write LEVEL=FILE or LEVEL=FILE#LAYER, with LEVEL gemeente, wijk or buurt.")
    return level, read_codes(Path(path), layer)

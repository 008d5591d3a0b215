"""`zicht density EVENTS.csv AREA --x X --y Y --bandwidth METRES --out FILE.tif`."""

from __future__ import annotations

import os
from pathlib import Path

import click
import numpy as np

from analysis.confidential.points.density import Bandwidths, FloatArray, Window, kernel_density
from analysis.confidential.points.raster import WARNING, window_of, write_density
from analysis.tables.files import read_sheet
from analysis.tables.sheet import lines_of, numbers
from geo.vector_files import layer_names, read_features
from zicht.commands._progress import progress
from zicht.commands._targets import NewFile
from zicht.errors import SchemaError

_PATH = click.Path(path_type=Path)
_ABOVE_0 = click.FloatRange(min=0, min_open=True)


@click.command()
@click.argument("events", type=_PATH, metavar="EVENTS.csv")
@click.argument("area", type=_PATH, metavar="AREA")
@click.option("--x", required=True, metavar="X", help="Column of the RD x coordinate, in metres.")
@click.option("--y", required=True, metavar="Y", help="Column of the RD y coordinate, in metres.")
@click.option("--bandwidth", required=True, type=_ABOVE_0, help="Distance over which an event is spread, in metres.")
@click.option("--cell", type=_ABOVE_0, default=100.0, show_default=True, help="Width of a cell, in metres.")
@click.option("--fixed", is_flag=True, help="One bandwidth for all, not smaller where events are dense.")
@click.option(
    "--widest", type=click.FloatRange(min=1), default=5.0, show_default=True, help="Largest bandwidth, in bandwidths."
)
@click.option("--layer", help="Layer of AREA, where it has several.")
@click.option("--skip-outside", is_flag=True, help="Leave events outside the area out, instead of refusing them.")
@click.option("--out", required=True, type=NewFile(), help="GeoTIFF to write or replace.")
def density(
    events: Path,
    area: Path,
    *,
    x: str,
    y: str,
    bandwidth: float,
    cell: float,
    fixed: bool,
    widest: float,
    layer: str | None,
    skip_outside: bool,
    out: Path,
) -> None:
    """Draw where records lie dense, as a raster of events per cell.

    The raster tells where records lie: it is as confidential as they are, and no part of a release. EVENTS.csv has one
    row an event; AREA holds the polygons of the study area in RD (EPSG:28992). Edges are corrected: the raster adds up
    to the number of events.
    """
    report = progress()
    if not out.parent.is_dir():
        raise SchemaError("There is no such folder.", where=str(out.parent), remedy="Make it, or name another.")
    window = _window(area, layer, cell)
    points, left_out = _points(events, x, y, window, skip_outside=skip_outside)
    kind = Bandwidths.FIXED if fixed else Bandwidths.ADAPTIVE
    amount = kernel_density(points, window, bandwidth=bandwidth, bandwidths=kind, widest=widest)
    _write(out, amount, window)
    report(f"{len(points)} events on {np.count_nonzero(window.inside)} cells; {left_out} left out.")
    report(WARNING)


def _window(area: Path, layer: str | None, cell: float) -> Window:
    names = layer_names(area)
    if layer is None and len(names) != 1:
        raise SchemaError(f"The file has {len(names)} layers.", where=area.name, remedy=f"Say --layer: {names}.")
    return window_of(read_features(area, layer or names[0], []).geometry, cell=cell)


def _points(events: Path, x: str, y: str, window: Window, *, skip_outside: bool) -> tuple[FloatArray, int]:
    sheet = read_sheet(events)
    points = np.column_stack([numbers(sheet, x, option="--x"), numbers(sheet, y, option="--y")])
    inside = window.contains(points)
    outside = np.flatnonzero(~inside).tolist()
    if outside and not skip_outside:
        raise SchemaError(
            f"{len(outside)} events lie outside the area.",
            where=f"{sheet.where}, {lines_of(sheet, outside)}",
            remedy="Widen the area, or leave them out with --skip-outside.",
        )
    return points[inside], len(outside)


def _write(out: Path, amount: FloatArray, window: Window) -> None:
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial.tif")
    try:
        write_density(partial, amount, window)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)

"""A release so small that a test builds it in a second, and so real that everything can be served from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from geo.neighbours import h3_rings, queen
from geo.parquet import write_areas
from tests.support import tiny_world as world
from tests.support.tiny_catalogue import catalogue, quality
from tiles.build import write_geometry
from zicht.classes import ClassTable
from zicht.deviations import FILE as DEVIATIONS
from zicht.deviations import DeviationTable
from zicht.neighbours import Neighbourhood, write_neighbours
from zicht.published import PublishedTable
from zicht.release import canonical_json, write_release

#: What a test may change: the part as it is goes in, the part as it should be comes out.
Change = Callable[[Any], Any]

PARTS = ("manifest", "layers", "values", "classes", "neighbours", "catalogue", "quality", "deviations")


def tiny_release(folder: Path, **changes: Change) -> Path:
    """Build the tiny release.

    Args:
        folder: The release folder to make.
        changes: By name of a part ("manifest", "catalogue", "quality": JSON content; "layers": tuple of `Layer`;
            "values": `PublishedTable`; "classes": `ClassTable`; "neighbours": list of
            `Neighbourhood`, of which an empty one writes no file; "deviations": `DeviationTable`, of which there
            are none unless added, as in older releases), a function from the part to its replacement.

    Returns:
        The folder.
    """
    unknown = sorted(set(changes) - set(PARTS))
    if unknown:
        raise TypeError(f"A tiny release has no part {unknown[0]!r}.")
    write_release(folder, manifest=_changed(changes, "manifest", _manifest()), fill=partial(_fill, changes=changes))
    return folder


def _changed(changes: Mapping[str, Change], part: str, content: Any) -> Any:
    return changes[part](content) if part in changes else content


def _manifest() -> dict[str, Any]:
    return {
        "edition": "fictional-2025",
        "protection": "primary",
        "levels": list(world.LEVELS),
        "periods": list(world.PERIODS),
        "parameters": {"threshold": world.THRESHOLD},
        "software": {"zicht": "0.1.0"},
    }


def _fill(folder: Path, *, changes: Mapping[str, Change]) -> None:
    layers = _changed(changes, "layers", world.layers())
    by_level = {layer.level: layer for layer in layers}
    columns = {column.key: column for column in world.columns(by_level)}
    values = _changed(changes, "values", PublishedTable(columns.values()))
    classes = _changed(changes, "classes", ClassTable(world.classes(by_level, columns)))
    zooms = write_geometry(layers, folder / "geometry")
    values.write(folder / "values.parquet")
    classes.write(folder / "classes.parquet")
    deviations = _changed(changes, "deviations", DeviationTable(()))
    if len(deviations):
        deviations.write(folder / DEVIATIONS)
    write_areas(by_level, folder / "areas.parquet")
    neighbours = _changed(changes, "neighbours", _neighbours(by_level))
    if neighbours:
        write_neighbours(neighbours, folder / "neighbours.parquet")
    _write(folder / "catalogue.json", _changed(changes, "catalogue", catalogue(layers, zooms)))
    _write(folder / "quality.json", _changed(changes, "quality", quality()))


def _neighbours(by_level: Mapping[str, Any]) -> list[Neighbourhood]:
    found = []
    for level, method in world.METHODS.items():
        weights = h3_rings(by_level[level].code) if level.startswith("h3-") else queen(by_level[level])
        found.append(Neighbourhood(level, method.rsplit("/", 1)[1], weights.indptr, weights.indices))
    return found


def _write(path: Path, content: Any) -> None:
    path.write_bytes(canonical_json(content))

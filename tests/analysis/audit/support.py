"""Releases as small as a test needs: areas by their parents, atoms by their two areas, counts by their truth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zicht._tables import write_parquet
from zicht.areas import COLUMNS
from zicht.classes import ClassTable
from zicht.published import ColumnKey, Measure, PublishedColumn, PublishedTable, Status
from zicht.release import Release, canonical_json, open_release, write_release
from zicht.spots import SpotColumn, SpotTable
from zicht.structure import Structure

RULE = {"threshold": 10, "margin": 2, "rounding": 1, "zeros": "publish", "min_exposure": 0, "capacity": None}

#: Codes of the areas of a level, each with the position of its parent in the level above.
Levels = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Small:
    """A small release to be.

    Args:
        levels: By level but the country, coarsest first in each family, (n,) position of each area's parent.
        atoms: (level, fid, hex level, hex fid) of every atom.
        shown: By (indicator, period, level), what each cell shows: a count, None where it is hidden, "-" where it is
            missing, or (low, high) where it is hidden within bounds.
        rules: By indicator, what differs from `RULE`, and "part_of" and "nature".
        capacity: By name, what each atom holds.
        edition: The edition of the boundaries.
        more: Columns as they are.
        manifest: What else the manifest says.
    """

    levels: Levels
    atoms: Sequence[tuple[str, int, str, int]]
    shown: Mapping[tuple[str, str, str], Sequence[Any]]
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    capacity: Mapping[str, Sequence[int]] = field(default_factory=dict)
    edition: str = "2025"
    more: Sequence[PublishedColumn] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    spots: Sequence[SpotColumn] = ()

    def structure(self) -> Structure:
        level, fid, hexagon, hex_fid = zip(*self.atoms, strict=True)
        return Structure(
            np.array(level),
            np.array(fid, dtype=np.int64),
            np.array(hexagon),
            np.array(hex_fid, dtype=np.int64),
            {name: np.array(value, dtype=np.int64) for name, value in self.capacity.items()},
        )

    def codes(self, level: str) -> list[str]:
        if level == "country":
            return ["NL00"]
        return [f"{level[:1].upper()}{level[-1:]}{at:04d}" for at in range(len(self.levels[level]))]

    def write(self, folder: Path) -> Path:
        manifest = {"edition": self.edition, "protection": "joint", "levels": ["country", *self.levels], "periods": []}
        write_release(folder, manifest={**manifest, **self.manifest}, fill=partial(_fill, self))
        return folder

    def open(self, folder: Path) -> Release:
        return open_release(self.write(folder))


def _fill(small: Small, folder: Path) -> None:
    write_parquet(_areas(small), folder / "areas.parquet")
    PublishedTable([*(column(small, *key) for key in small.shown), *small.more]).write(folder / "values.parquet")
    ClassTable(()).write(folder / "classes.parquet")
    small.structure().write(folder / "structure.parquet")
    if small.spots:
        SpotTable(small.spots).write(folder / "spots.parquet")
    (folder / "catalogue.json").write_bytes(canonical_json({"indicators": _indicators(small)}))
    (folder / "quality.json").write_bytes(canonical_json({}))


def _areas(small: Small) -> pa.Table:
    rows = []
    for level in ("country", *small.levels):
        chain = [name for name in small.levels if name.startswith("h3-") == level.startswith("h3-")]
        above = "country" if level == "country" or chain[0] == level else chain[chain.index(level) - 1]
        codes, parents = small.codes(level), small.codes(above)
        for fid, code in enumerate(codes):
            parent = "" if level == "country" else parents[small.levels[level][fid]]
            rows.append((level, fid, code, code, parent, "area", *[float("nan")] * 6))
    return pa.table(dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))


def column(small: Small, indicator: str, period: str, level: str) -> PublishedColumn:
    cells = small.shown[indicator, period, level]
    status = [Status.MISSING if c == "-" else Status.SUPPRESSED if _hidden(c) else Status.PUBLISHED for c in cells]
    value = [float("nan") if c == "-" or _hidden(c) else float(c) for c in cells]
    low = [float(c[0]) if isinstance(c, tuple) else v for c, v in zip(cells, value, strict=True)]
    high = [float(c[1]) if isinstance(c, tuple) else v for c, v in zip(cells, value, strict=True)]
    base = {**RULE, **small.rules.get(indicator, {})}["rounding"]
    shown = [v == v and v > 0 for v in value]
    low = [v - base // 2 if s else v for v, s in zip(low, shown, strict=True)]
    high = [v + (base - 1) // 2 if s else v for v, s in zip(high, shown, strict=True)]
    return PublishedColumn(
        ColumnKey(indicator, period, level, "", Measure.COUNT.value),
        "events",
        np.array(small.codes(level)),
        np.array([s.value for s in status]),
        np.array(value),
        np.array(low),
        np.array(high),
    )


def _hidden(cell: Any) -> bool:
    return cell is None or isinstance(cell, tuple)


def _indicators(small: Small) -> list[dict[str, Any]]:
    names = dict.fromkeys([*(key[0] for key in small.shown), *(column.key.indicator for column in small.more)])
    found = []
    for name in names:
        own = dict(small.rules.get(name, {}))
        entry = {"id": name, "nature": own.pop("nature", "event"), "measure": "count"}
        if "part_of" in own:
            entry["part_of"] = own.pop("part_of")
        if "sum_of" in own:
            entry["sum_of"] = own.pop("sum_of")
        if "spots" in own:
            entry["spots"] = own.pop("spots")
        if "source" in own:
            entry["source"] = {"id": own.pop("source")}
        if "amount_of" in own:
            entry |= {"measure": "amount", "amount_of": own.pop("amount_of")}
            found.append({**entry, "disclosure": own})
            continue
        found.append({**entry, "disclosure": {**RULE, **own}})
    return found


def stated(folder: Path) -> dict[str, Any]:
    """Return the certificate as it is on disk."""
    return dict(json.loads((folder / "attestations" / "audit.json").read_bytes()))


def table(path: Path) -> pa.Table:
    return pq.read_table(path)

"""Small hand-made layers, sources and indicators for tests of the confidential rooms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from analysis.confidential.contracts import ColumnContract, ColumnType, Place, Source
from analysis.confidential.indicators import DisclosureRule, Indicator, Nature
from geo.areas import Layer

BOTH = {"nl": "tekst", "en": "text"}


def layer(level: str, codes: list[str], parents: list[str], **attributes: list[float]) -> Layer:
    """Make a layer without polygons."""
    return Layer(
        level=level,
        code=np.array(codes),
        name=np.array([f"naam van {code}" for code in codes]),
        parent=np.array(parents),
        kind=np.full(len(codes), "area"),
        geometry=np.full(len(codes), None, dtype=object),
        attributes={name: np.array(values, dtype=float) for name, values in attributes.items()},
    )


def tree() -> Mapping[str, Layer]:
    """One country, two gemeenten, three wijken, six buurten."""
    return {
        "country": layer("country", ["FL00"], [""]),
        "gemeente": layer("gemeente", ["GM9001", "GM9002"], ["FL00", "FL00"]),
        "wijk": layer("wijk", ["WK900101", "WK900102", "WK900201"], ["GM9001", "GM9001", "GM9002"]),
        "buurt": layer(
            "buurt",
            ["BU90010101", "BU90010102", "BU90010201", "BU90010202", "BU90020101", "BU90020102"],
            ["WK900101", "WK900101", "WK900102", "WK900102", "WK900201", "WK900201"],
            inhabitants=[1000, 500, 0, float("nan"), 40, 2000],
        ),
    }


def source(**changes: object) -> Source:
    """Make a source of events with a pseudonym, a year and coordinates."""
    columns = {
        "event_id": ColumnContract("event_id", ColumnType.PSEUDONYM),
        "owner_id": ColumnContract("owner_id", ColumnType.PSEUDONYM),
        "year": ColumnContract("year", ColumnType.INTEGER, minimum=1900, maximum=2100),
        "kind": ColumnContract("kind", ColumnType.CATEGORY, values=("lab", "store")),
        "x": ColumnContract("x", ColumnType.NUMBER, nullable=True),
        "y": ColumnContract("y", ColumnType.NUMBER, nullable=True),
    }
    defaults: dict[str, object] = {
        "id": "events",
        "file": "events.parquet",
        "name": BOTH,
        "owner": "Gemeente Verzonnen",
        "legal_basis": BOTH,
        "purpose": BOTH,
        "unit": BOTH,
        "contributor": "owner_id",
        "key": ("event_id",),
        "place": Place(x="x", y="y"),
        "period_column": "year",
        "columns": columns,
    }
    return Source(**(defaults | changes))  # type: ignore[arg-type]


def events(size: int, **changes: list[object]) -> pl.DataFrame:
    """Make rows that meet the contract of `source`."""
    return pl.DataFrame(
        {
            "event_id": [f"{i:032x}" for i in range(size)],
            "owner_id": [f"{i:032x}" for i in range(size)],
            "year": [2021] * size,
            "kind": ["lab"] * size,
            "x": [155000.0] * size,
            "y": [463000.0] * size,
        }
        | changes
    )


def indicator(**changes: object) -> Indicator:
    """Make an indicator of events."""
    defaults: dict[str, object] = {
        "id": "labs",
        "theme": "drugs",
        "source": "events",
        **dict.fromkeys(("name", "definition", "numerator", "unit", "caveats"), BOTH),
        "where": {},
        "nature": Nature.EVENT,
        "levels": ("gemeente", "wijk", "buurt"),
        "years": True,
        "total": True,
        "exposure": None,
        "disclosure": DisclosureRule(),
        "hotspots": None,
    }
    return Indicator(**(defaults | changes))  # type: ignore[arg-type]

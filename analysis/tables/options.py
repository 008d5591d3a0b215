"""The options that methods share, each declared once: its type, default, range and meaning.

A method names the options it takes (`Method.options`); the command refuses any other. An option is added by one field
here; the command line and the reference page follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from math import isnan

from analysis.statistics.mann_kendall import Significance
from analysis.statistics.multiple_testing import Correction
from analysis.statistics.scan import Rates, ScanModel
from analysis.statistics.standardised_ratio import LimitKind
from analysis.tables.errors import CallError
from geo.proximity import Kernel


@dataclass(frozen=True, slots=True)
class Range:
    """What an option may be, and what it means.

    Args:
        text: The meaning, one phrase with the unit.
        least: Smallest value, None for no bound.
        most: Largest value, None for no bound.
        open_ends: Whether the bounds themselves are excluded.
    """

    text: str
    least: float | None = None
    most: float | None = None
    open_ends: bool = False


def meaning(
    text: str, *, least: float | None = None, most: float | None = None, open_ends: bool = False
) -> Mapping[str, Range]:
    """Return what a field of options says of itself, as the metadata of the field."""
    return {"range": Range(text, least, most, open_ends)}


class Contiguity(StrEnum):
    """When two polygons are neighbours."""

    QUEEN = "queen"
    ROOK = "rook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a method may be told besides its columns. Each method takes some of these."""

    alpha: float = field(
        default=0.05, metadata=meaning("false discovery rate of the map", least=0, most=1, open_ends=True)
    )
    correction: Correction = field(
        default=Correction.BENJAMINI_HOCHBERG, metadata=meaning("how p-values are adjusted for being many")
    )
    draws: int = field(
        default=9999, metadata=meaning("random permutations, where p-values are not exact", least=1, most=10_000_000)
    )
    model: ScanModel = field(
        default=ScanModel.POISSON,
        metadata=meaning("cases among an exposure, or among a population of which each is a case or not"),
    )
    clusters: Rates = field(
        default=Rates.HIGH, metadata=meaning("clusters of more cases than expected, of fewer, or both")
    )
    max_share: float = field(
        default=0.5, metadata=meaning("largest share of the exposure in a circle", least=1e-9, most=1)
    )
    max_areas: int | None = field(
        default=None, metadata=meaning("most areas in a circle; no limit unless said", least=1)
    )
    max_periods: int | None = field(
        default=None, metadata=meaning("most periods in a cluster; half of them unless said", least=1)
    )
    most: int | None = field(default=None, metadata=meaning("most clusters to write; all unless said", least=1))
    replicates: int = field(
        default=999, metadata=meaning("maps dealt out by chance to compare with", least=1, most=1_000_000)
    )
    gumbel: bool = field(
        default=False, metadata=meaning("p of a Gumbel distribution fitted to the replicates, not their rank")
    )
    interval: float | None = field(
        default=None, metadata=meaning("events at most so far apart in time are close, in days or units of P", least=0)
    )
    seed: int = field(
        default=0, metadata=meaning("seed of everything random; the same seed gives the same bytes", least=0)
    )
    confidence: float = field(
        default=0.95, metadata=meaning("confidence of both limits together", least=0, most=1, open_ends=True)
    )
    limits: LimitKind = field(
        default=LimitKind.EXACT, metadata=meaning("limits that never promise too much, or narrower ones")
    )
    rate: float | None = field(
        default=None,
        metadata=meaning(
            "reference rate, events per unit of E; that of the whole table unless said; 1 where E is expected events",
            least=0,
            open_ends=True,
        ),
    )
    dispersion: float | None = field(
        default=None,
        metadata=meaning("how much counts vary beyond Poisson; estimated unless said; 0 is Poisson", least=0),
    )
    significance: Significance = field(
        default=Significance.NORMAL,
        metadata=meaning("p by the normal approximation, or exact for series up to 10 periods without ties"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourOptions:
    """How neighbours are made. Options of None are given by the source of neighbours where it needs them."""

    k: int | None = field(
        default=None, metadata=meaning("with --x --y: so many nearest areas are neighbours, 8 unless said", least=1)
    )
    distance: float | None = field(
        default=None,
        metadata=meaning(
            "with --x --y: areas (knox: events) at most so far apart are near, in units of X",
            least=0,
            open_ends=True,
        ),
    )
    kernel: Kernel | None = field(
        default=None,
        metadata=meaning(
            "with --x --y: weights fall with distance within --distance, or within that of the nearest but k"
        ),
    )
    contiguity: Contiguity | None = field(
        default=None, metadata=meaning("with GEOFILE: a shared point (queen, unless said) or length (rook)")
    )
    snap: float | None = field(
        default=None,
        metadata=meaning(
            "with GEOFILE: borders so close are the same, in its units; see the docs", least=0, open_ends=True
        ),
    )
    geo_id: str | None = field(
        default=None, metadata=meaning("with GEOFILE: its field of ids; the name of the id column unless said")
    )
    layer: str | None = field(default=None, metadata=meaning("with GEOFILE: its layer, where it has several"))
    row_standardise: bool = field(default=False, metadata=meaning("divide the weights of each area by their sum"))
    directed: bool = field(default=False, metadata=meaning("with --neighbours: pairs given one way only are meant so"))
    symmetric: bool = field(default=False, metadata=meaning("with --neighbours: link both ways what is given one way"))


def check(options: Options | NeighbourOptions) -> None:
    """Check that every option lies within its range.

    Raises:
        CallError: One does not; the message says which and what it may be.
    """
    for item in fields(options):
        value, allowed = getattr(options, item.name), item.metadata["range"]
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        low = allowed.least is not None and (value < allowed.least or (allowed.open_ends and value == allowed.least))
        high = allowed.most is not None and (value > allowed.most or (allowed.open_ends and value == allowed.most))
        if low or high or isnan(value):
            raise CallError("The option is out of range.", where=flag(item.name), remedy=f"It is {stated(allowed)}.")


def stated(allowed: Range) -> str:
    """Return a range in words: "above 0 and below 1"."""
    above, below = ("above", "below") if allowed.open_ends else ("at least", "at most")
    parts = [f"{above} {allowed.least:g}"] if allowed.least is not None else []
    parts += [f"{below} {allowed.most:g}"] if allowed.most is not None else []
    return " and ".join(parts) or "any"


def flag(name: str) -> str:
    """Return the spelling on the command line: "row_standardise" gives "--row-standardise"."""
    return f"--{name.replace('_', '-')}"

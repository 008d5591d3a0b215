"""Deviations as they stand in `deviations.parquet`: how each area compares with what, functions of a release alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa

from zicht._tables import ColumnTable, floats, nullable, repeated, texts
from zicht.errors import AlignmentError, ConfigError
from zicht.figures import refuse_origin
from zicht.published import FloatArray, StrArray

FILE = "deviations.parquet"

SCHEMA = pa.schema(
    [
        ("indicator", pa.string()),
        ("period", pa.string()),
        ("level", pa.string()),
        ("category", pa.string()),
        ("reference", pa.string()),
        ("code", pa.string()),
        ("class", pa.string()),
        ("ratio", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("expected_low", pa.float64()),
        ("expected_high", pa.float64()),
    ]
)


class Reference(StrEnum):
    """What an area is compared with, in the order in which a reader meets them."""

    COUNTRY = "country"
    GEMEENTE = "gemeente"
    URBANITY = "urbanity"
    SIMILAR = "similar"
    UNEXPLAINED = "unexplained"


class DeviationLabel(StrEnum):
    """What a comparison says of one area. `too_uncertain` is never a weaker `comparable`: it is not knowing."""

    HIGHER = "higher"
    COMPARABLE = "comparable"
    LOWER = "lower"
    TOO_UNCERTAIN = "too_uncertain"
    SUPPRESSED = "suppressed"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


#: Context that is made of public figures; any other name is that of an indicator of a context theme.
FIGURES = ("density", "household_size", "working_age")


@dataclass(frozen=True, slots=True)
class DeviationRule:
    """How areas are compared.

    Args:
        context: What areas are alike in: names of `FIGURES`, and ids of context indicators.
        similar: How many similar areas.
        margin: Smallest ratio that would matter, above 1.
        confidence: Of the interval of one area, between 0 and 1.
        alpha: False discovery rate of the classes of a map, both tails together, between 0 and 1.

    Raises:
        ConfigError: A value is out of its range, a name occurs twice, or is about the origin of people.
    """

    context: tuple[str, ...] = ("density", "household_size")
    similar: int = 20
    margin: float = 2.0
    confidence: float = 0.95
    alpha: float = 0.05

    def __post_init__(self) -> None:
        for name in self.context:
            refuse_origin(name, where="deviations, context")
        if len(set(self.context)) != len(self.context):
            raise ConfigError("A figure is named twice.", where="deviations, context")
        right = self.similar >= 1 and 1 < self.margin < np.inf and 0 < self.confidence < 1 and 0 < self.alpha < 1
        if not right:
            raise ConfigError(
                "A number is out of its range.",
                where="deviations",
                remedy="similar is at least 1, margin above 1, confidence and alpha lie between 0 and 1.",
            )

    def content(self) -> dict[str, Any]:
        """Return the rule as it stands in the catalogue."""
        return {**asdict(self), "context": list(self.context)}


def rule_of(raw: Mapping[str, Any], *, where: str = "deviations") -> DeviationRule:
    """Read a rule from a build file or a catalogue.

    Raises:
        ConfigError: An entry is unknown, of the wrong kind or out of its range.
    """
    known = set(DeviationRule.__dataclass_fields__)
    unknown = sorted(set(raw) - known)
    if unknown:
        raise ConfigError(f"There is no entry {unknown[0]!r}.", where=where, remedy=f"Known: {sorted(known)}.")
    try:
        numbers: dict[str, Any] = {name: float(raw[name]) for name in ("margin", "confidence", "alpha") if name in raw}
        numbers |= {"similar": int(raw["similar"])} if "similar" in raw else {}
        context = tuple(str(name) for name in raw.get("context", DeviationRule().context))
    except (TypeError, ValueError):
        raise ConfigError("An entry is of the wrong kind.", where=where) from None
    return DeviationRule(context=context, **numbers)


@dataclass(frozen=True, slots=True, order=True)
class DeviationKey:
    """The name of one map of deviations. `reference` is a member of `Reference`."""

    indicator: str
    period: str
    level: str
    category: str
    reference: str


@dataclass(frozen=True, slots=True, eq=False)
class DeviationColumn:
    """How every area of one level compares with its reference, in ascending order of area code.

    Args:
        key: Which map.
        code: (n,) area codes.
        label: (n,) members of `DeviationLabel`.
        ratio: (n,) the rate over that of the reference; NaN where there is none.
        low: (n,) lower limit for this area by itself, rounding and hidden numbers included; NaN likewise.
        high: (n,) upper limit; NaN where there is none, also where nothing bounds the ratio above.
        expected_low: (n,) events at the reference's rate, as few as its published numbers allow; NaN likewise.
        expected_high: (n,) as many; NaN where nothing bounds them.

    Raises:
        AlignmentError: Lengths differ, a class is unknown, an area without a number of its own carries one here, or an
            interval does not hold its ratio.
    """

    key: DeviationKey
    code: StrArray
    label: StrArray
    ratio: FloatArray
    low: FloatArray
    high: FloatArray
    expected_low: FloatArray
    expected_high: FloatArray

    def __post_init__(self) -> None:
        where = "/".join((self.key.indicator, self.key.period, self.key.level, self.key.reference))
        numbers = (self.ratio, self.low, self.high, self.expected_low, self.expected_high)
        if any(len(part) != len(self.code) for part in (self.label, *numbers)):
            raise AlignmentError("The parts of a column of deviations have different lengths.", where=where)
        if not np.isin(self.label, tuple(DeviationLabel)).all() or self.key.reference not in tuple(Reference):
            raise AlignmentError("A class or a reference is not one of the known ones.", where=where)
        silent = np.isin(self.label, (DeviationLabel.SUPPRESSED, DeviationLabel.MISSING, DeviationLabel.NOT_APPLICABLE))
        if any(np.isfinite(part[silent]).any() for part in numbers):
            raise AlignmentError("An area that is not compared carries a number.", where=where)
        if np.any(self.ratio < self.low) or np.any(self.ratio > self.high) or np.any(self.low > self.high):
            raise AlignmentError("An interval does not hold its ratio.", where=where)


class DeviationTable(ColumnTable[DeviationKey, DeviationColumn]):
    """Every map of deviations of a release (`deviations.parquet`)."""

    __slots__ = ()

    schema = SCHEMA
    names = ("indicator", "period", "level", "category", "reference")

    @staticmethod
    def _rows(column: DeviationColumn) -> dict[str, Any]:
        return {
            **repeated(column.key, DeviationTable.names, len(column.code)),
            "code": column.code,
            "class": column.label,
            **{name: nullable(getattr(column, name)) for name in NUMBERS},
        }

    @staticmethod
    def _column(key: tuple[str, ...], rows: pa.Table) -> DeviationColumn:
        return DeviationColumn(
            DeviationKey(*key),
            texts(rows["code"]),
            texts(rows["class"]),
            **{name: floats(rows[name]) for name in NUMBERS},
        )


#: The numbers of a column, in the order of the file.
NUMBERS = ("ratio", "low", "high", "expected_low", "expected_high")

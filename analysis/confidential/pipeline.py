"""The way from records to published values, on one screen.

read and check -> observe (place in time and space) -> count -> protect, a system at a time -> redact -> exposure and
rate -> hotspots -> deviations. Everything after `redact` sees published columns only.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from analysis.confidential.amounts import AmountPublisher
from analysis.confidential.comparing import compare, figures_of
from analysis.confidential.contracts import Source
from analysis.confidential.disclosure.ledger import Ledger
from analysis.confidential.disclosure.losses import Loss
from analysis.confidential.disclosure.protection import Geography, Plan
from analysis.confidential.exposures import exposure_column, exposure_years
from analysis.confidential.indicators import Indicator, Nature, Theme
from analysis.confidential.observations import ObservationTable, Places, observe
from analysis.confidential.publisher import Done, Publisher
from analysis.confidential.quality import quality_report
from analysis.confidential.records import CheckedRecords, read_records
from analysis.confidential.zonings import AtomPlaces, Compared, compare_zonings
from analysis.published.above import nearest_above
from analysis.published.maps import class_map, method_names
from analysis.published.rates import rate_column
from geo.areas import Layer
from geo.atoms import build_structure
from geo.weights import SpatialWeights
from zicht.classes import ClassColumn, ClassTable
from zicht.deviations import DeviationRule, DeviationTable
from zicht.errors import ConfigError
from zicht.figures import FigureTable
from zicht.published import ColumnKey, PublishedColumn, PublishedTable
from zicht.spots import SpotColumn, SpotTable
from zicht.structure import Structure

Progress = Callable[[str], None]


def _quiet(step: str) -> None:
    """Tell nobody."""


#: The source whose points say where anything can stand.
REGISTER = "addresses"


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Everything a release of values is made from.

    Args:
        records: Folder with the files of the sources.
        key: Secret for pseudonyms.
        pattern_key: Secret that the choice of suppressions is drawn with.
        sources: Contracts by id.
        themes: Themes with their indicators.
        layers: Layers by level, coarse to fine, with public figures as attributes.
        places: What points are placed in.
        neighbours: Neighbourhoods by level, with the name that goes into the method ("queen", "h3-ring-1").
        years: Years of the release.
        ledger: What was published before.
        deviations: How areas are compared.
    """

    records: Path
    key: str
    pattern_key: str
    sources: Mapping[str, Source]
    themes: tuple[Theme, ...]
    layers: Mapping[str, Layer]
    places: Places
    neighbours: Mapping[str, tuple[str, SpatialWeights]]
    years: range
    ledger: Ledger = field(default_factory=Ledger)
    deviations: DeviationRule = field(default_factory=DeviationRule)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Every indicator of every theme."""
        return tuple(indicator for theme in self.themes for indicator in theme.indicators)

    @property
    def counts(self) -> tuple[Indicator, ...]:
        """Every indicator that counts."""
        return tuple(indicator for indicator in self.indicators if indicator.amount is None)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What may leave: published values, classes made of them, the atoms to audit them by, and the quality report.

    `losses` is the exception: what protection cost, for the owners of the indicators alone.
    """

    values: PublishedTable
    classes: ClassTable
    structure: Structure
    quality: Mapping[str, Any]
    losses: tuple[Loss, ...]
    spots: SpotTable = field(default_factory=lambda: SpotTable(()))
    agreements: tuple[Compared, ...] = ()
    deviations: DeviationTable = field(default_factory=lambda: DeviationTable(()))
    figures: FigureTable = field(default_factory=lambda: FigureTable(()))


def run(inputs: Inputs, *, progress: Progress) -> Outcome:
    """Carry records to published values.

    Args:
        inputs: See `Inputs`.
        progress: Told what is being done; never a number from a record.
    """
    registers = read_registers(inputs)
    observed = observe_all(inputs, registers, progress)
    progress("cutting the areas into atoms")
    geography = Geography(inputs.layers, atoms(inputs, registers), inputs.pattern_key)
    progress("counting and protecting")
    columns, lost, spots = publish(observed, inputs, geography, progress=progress)
    counts = PublishedTable(columns)
    progress("amounts")
    amounts = add_up(observed, inputs, counts)
    progress("exposures and rates")
    values = PublishedTable([*counts, *amounts, *with_rates(counts, inputs)])
    progress("hotspots")
    classes = ClassTable(classify(values, inputs))
    places = AtomPlaces(inputs.layers, geography.structure)
    progress("deviations")
    figures = figures_of(inputs.layers)
    return Outcome(
        values=values,
        classes=classes,
        deviations=compare(values, figures, themes=inputs.themes, layers=inputs.layers, rule=inputs.deviations),
        figures=figures,
        structure=geography.structure,
        quality=quality_report(observed.values(), years=inputs.years),
        losses=lost,
        spots=SpotTable(spots),
        agreements=tuple(compare_zonings(values, classes, inputs.indicators, places)),
    )


def read_registers(inputs: Inputs) -> Mapping[str, pl.DataFrame]:
    """Read every address register that a source is placed by."""
    names = {_register(inputs.sources[indicator.source]) for indicator in inputs.indicators} - {""}
    return {name: read_records(inputs.records, inputs.sources[name], key=inputs.key).rows for name in sorted(names)}


def observe_all(
    inputs: Inputs, registers: Mapping[str, pl.DataFrame], progress: Progress
) -> Mapping[str, ObservationTable]:
    """Read, check and place every source that an indicator uses."""
    observed = {}
    for name in sorted({indicator.source for indicator in inputs.indicators}):
        progress(f"reading {name}")
        records = read_records(inputs.records, inputs.sources[name], key=inputs.key)
        observed[name] = _observe(records, registers, inputs)
    return observed


def atoms(inputs: Inputs, registers: Mapping[str, pl.DataFrame]) -> Structure:
    """Cut the layers into atoms, and count what stands in each by the public register of addresses, if there is one."""
    register = registers.get(REGISTER)
    unplaced = any(indicator.disclosure.unplaced for indicator in inputs.indicators)
    if register is None:
        return build_structure(inputs.layers, unplaced=unplaced)
    standing = {"addresses": np.ones(len(register), dtype=np.bool_)}
    if "use" in register.columns:
        standing["homes"] = (register["use"] == "home").to_numpy()
    points = (register["x"].to_numpy(), register["y"].to_numpy())
    return build_structure(inputs.layers, points=points, standing=standing, unplaced=unplaced)


def _register(source: Source) -> str:
    return source.place.register if source.place else ""


def _observe(records: CheckedRecords, registers: Mapping[str, pl.DataFrame], inputs: Inputs) -> ObservationTable:
    register = registers.get(_register(records.source))
    return observe(records, places=inputs.places, register=register, years=inputs.years)


def publish(
    observed: Mapping[str, ObservationTable], inputs: Inputs, geography: Geography, *, progress: Progress = _quiet
) -> tuple[tuple[PublishedColumn, ...], tuple[Loss, ...], tuple[SpotColumn, ...]]:
    """Count every indicator, protect each system of counts that add up, and round what is shown.

    Returns:
        The published columns, (confidential) what protection cost, and the hotspot windows.
    """
    for indicator in inputs.indicators:
        _check_unplaced(indicator, inputs.sources[indicator.source])
        unknown = [level for level in indicator.levels if level not in inputs.layers]
        if unknown:
            raise ConfigError(
                f"{indicator.id!r} asks for level {unknown[0]!r}, which the release does not have.",
                remedy=f"Levels of this release: {', '.join(inputs.layers)}.",
            )
    publisher = Publisher(inputs.counts, inputs.layers, inputs.years, geography, inputs.ledger)
    chains = publisher.chains()
    finished = itertools.count(1)

    def made(chain: tuple[Plan, ...]) -> tuple[Done, ...]:
        parts = publisher.publish(chain, observed[chain[0].whole.source])
        periods = ", ".join(dict.fromkeys(plan.period.name for plan in chain))
        progress(f"protected {next(finished)} of {len(chains)}: {chain[0].whole.id} {periods}")
        return parts

    # Counting and searching are array operations and compiled loops that let other threads run.
    with ThreadPoolExecutor() as pool:
        done = [one for parts in pool.map(made, chains) for one in parts]
    columns, lost, spots = (tuple(one for part in parts for one in part) for parts in zip(*done, strict=True))
    return columns, lost, spots


def _check_unplaced(indicator: Indicator, source: Source) -> None:
    if indicator.disclosure.unplaced and not (source.place and source.place.gemeente):
        raise ConfigError(
            f"{indicator.id!r} counts records of which only the gemeente is known, but {source.id!r} names none.",
            where=f"source {source.id}",
            remedy="Write `gemeente` in the place of the source contract, or leave `unplaced` out of the theme file.",
        )


def add_up(
    observed: Mapping[str, ObservationTable], inputs: Inputs, counts: PublishedTable
) -> Iterator[PublishedColumn]:
    """Return the published columns of every amount, chosen beside the published counts."""
    publisher = AmountPublisher(inputs.layers, inputs.years, inputs.pattern_key, counts, inputs.ledger)
    return publisher.publish_all(inputs.indicators, observed)


def with_rates(counts: PublishedTable, inputs: Inputs) -> Iterator[PublishedColumn]:
    """Yield the exposure and rate columns that belong to published counts."""
    indicators = {indicator.id: indicator for indicator in inputs.indicators}
    for column in counts:
        indicator = indicators[column.key.indicator]
        rule = indicator.exposure
        if rule is None:
            continue
        exposure = exposure_column(column, rule, layers=inputs.layers, nature=indicator.nature, counts=counts)
        if exposure is None:
            continue
        years = exposure_years(rule, indicator.nature, column.key.period)
        smallest = indicator.disclosure.min_exposure * years
        yield exposure
        yield rate_column(column, exposure, per=rule.per, min_exposure=smallest, unit=rate_unit(indicator)["en"])


def rate_unit(indicator: Indicator) -> Mapping[str, str]:
    """Return the unit of an indicator's rate in every language.

    Raises:
        ConfigError: The indicator has no exposure.
    """
    if indicator.exposure is None:
        raise ConfigError(f"{indicator.id!r} has no exposure.")
    per = f"{indicator.exposure.per:,}"
    name = indicator.exposure.name
    yearly = indicator.nature is Nature.EVENT and not indicator.exposure.indicator
    return {
        "nl": f"per {per.replace(',', '.')} {name['nl']}" + (" per jaar" if yearly else ""),
        "en": f"per {per} {name['en']}" + (" per year" if yearly else ""),
    }


def classify(values: PublishedTable, inputs: Inputs) -> list[ClassColumn]:
    """Return the hotspot maps: functions of published values and of the neighbourhoods alone."""
    tasks = [
        (indicator, indicator.hotspots.alpha, key, method)
        for indicator in inputs.indicators
        for key in values.keys()
        if indicator.hotspots is not None
        and (key.indicator, key.measure) == (indicator.id, indicator.hotspots.measure)
        and key.level in indicator.hotspots.levels
        for method in method_names(key.measure, inputs.neighbours[key.level][0])
    ]

    def made(task: tuple[Indicator, float, ColumnKey, str]) -> ClassColumn:
        indicator, alpha, key, method = task
        return class_map(
            values,
            key,
            weights=inputs.neighbours[key.level][1],
            method=method,
            alpha=alpha,
            per=indicator.exposure.per if indicator.exposure else 1,
            above=nearest_above(values, key, inputs.layers, unplaced=indicator.disclosure.unplaced),
        )

    # Nearly all the time is spent in array operations that let other threads run.
    with ThreadPoolExecutor() as pool:
        return list(pool.map(made, tasks))

"""The build file: what a release is made from. Paths in it are relative to the file itself.

```toml
fictional = true
publisher = "..."
title = { nl = "...", en = "..." }
description = { nl = "...", en = "..." }
notices = [{ nl = "...", en = "..." }]
records = "records"                 # folder with the files of the sources
sources = "sources"                 # folder with source contracts; those of Zicht itself by default
themes = "themes"                   # folder with themes; those of Zicht itself by default
years = [2021, 2025]                # first and last
hexes = [6, 7, 8, 9]                # H3 resolutions

[boundaries]
file = "boundaries.gpkg"
edition = "2025"
source = "..."
country = { code = "FL00", name = "..." }
remainders = false                  # make named cells for areas that the publisher left out
park_radius = 150                   # optional: draw a disc of at most so many metres where a park is a point
repair = false                      # repair invalid polygons, cut areas that lie on one another, and tell of each
population = "population.tif"       # optional raster for the exposure of hexes

province = { file = "provinces.csv" }   # optional: which gemeente lies in which province
district = { file = "districts.csv" }   # optional: the same for police districts

[boundaries.names.buurt]            # optional, for remainders: what the publisher's areas are called, a file a level
file = "buurten.topojson"           # GeoJSON or TopoJSON with statcode and statnaam, features without geometry included
layer = "buurt_2015"                # object in a TopoJSON file

[deviations]                        # optional: how areas are compared; these are the defaults
context = ["density", "household_size"]
similar = 20
margin = 2.0
confidence = 0.95
alpha = 0.05

[ledger]
releases = ["../release-2024"]      # what the same readers hold already, oldest first

[audience]                          # left out for the public
id = "riec"
name = { nl = "...", en = "..." }
disclosure = { threshold = 5 }      # what differs from the theme files, for all indicators
indicators.drug-labs-dismantled = { threshold = 3 }     # and for one

[default]
indicator = "..."
period = "2021-2025"
level = "buurt"
layer = "hotspot"
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zicht.audience import Audience
from zicht.config import read_toml
from zicht.deviations import DeviationRule, rule_of
from zicht.errors import ConfigError, ReleaseError

LANGUAGES = ("nl", "en")
TEXTS = ("title", "description", "notices", "publisher", "fictional", "default")
INPUTS = ("records", "sources", "themes", "years", "hexes", "boundaries", "ledger", "audience", "deviations")
#: Levels between the country and the gemeenten, for which a table of gemeenten may be given.
REGIONS = ("province", "district")
ENTRIES = frozenset(TEXTS + INPUTS)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A build file, read and checked; see the module for the entries.

    `rules` is what the audience's disclosure rules change: under "" for all indicators, else by indicator.
    """

    path: Path
    fictional: bool
    publisher: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    notices: tuple[Mapping[str, str], ...]
    records: Path
    sources: Path | None
    themes: Path | None
    years: range
    hexes: tuple[int, ...]
    boundaries: Path
    edition: str
    boundary_source: str
    country: tuple[str, str]
    remainders: bool
    repair: bool
    park_radius: float | None
    names: Mapping[str, tuple[Path, str]]
    regions: Mapping[str, Path]
    population: Path | None
    default: Mapping[str, str]
    ledger: tuple[Path, ...] = ()
    audience: Audience | None = None
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    deviations: DeviationRule = field(default_factory=DeviationRule)


def read_recipe(path: Path) -> Recipe:
    """Read a build file.

    Raises:
        ConfigError: An entry is missing, unknown or of the wrong kind.
    """
    raw = read_toml(path)
    where = str(path)
    unknown = sorted(set(raw) - ENTRIES)
    if unknown:
        raise ConfigError(f"There is no entry {unknown[0]!r}.", where=where, remedy=f"Known: {sorted(ENTRIES)}.")
    try:
        return _recipe(raw, path)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"An entry is missing or of the wrong kind: {error}.", where=where) from None


def _recipe(raw: Mapping[str, Any], path: Path) -> Recipe:
    beside = path.absolute().parent
    boundaries = raw["boundaries"]
    first, last = (int(year) for year in raw["years"])
    if last < first:
        raise ConfigError("The last year comes before the first.", where=str(path))
    return Recipe(
        path=path.absolute(),
        fictional=bool(raw.get("fictional", False)),
        publisher=str(raw["publisher"]),
        title=_text(raw["title"], path),
        description=_text(raw["description"], path),
        notices=tuple(_text(notice, path) for notice in raw.get("notices", [])),
        records=beside / raw["records"],
        sources=beside / raw["sources"] if "sources" in raw else None,
        themes=beside / raw["themes"] if "themes" in raw else None,
        years=range(first, last + 1),
        hexes=tuple(sorted(int(item) for item in raw.get("hexes", []))),
        boundaries=beside / boundaries["file"],
        edition=str(boundaries["edition"]),
        boundary_source=str(boundaries["source"]),
        country=(str(boundaries["country"]["code"]), str(boundaries["country"]["name"])),
        remainders=bool(boundaries.get("remainders", False)),
        repair=bool(boundaries.get("repair", False)),
        park_radius=float(boundaries["park_radius"]) if "park_radius" in boundaries else None,
        names={
            str(level): (beside / entry["file"], str(entry.get("layer", "")))
            for level, entry in boundaries.get("names", {}).items()
        },
        regions={level: beside / boundaries[level]["file"] for level in REGIONS if level in boundaries},
        population=beside / boundaries["population"] if "population" in boundaries else None,
        default={name: str(raw["default"][name]) for name in ("indicator", "period", "level", "layer")},
        ledger=tuple(beside / name for name in _only(raw.get("ledger", {}), ("releases",), path).get("releases", [])),
        deviations=rule_of(raw.get("deviations", {}), where=f"{path}, deviations"),
        **_audience(raw, path),
    )


def _audience(raw: Mapping[str, Any], path: Path) -> dict[str, Any]:
    if "audience" not in raw:
        return {}
    entries = _only(raw["audience"], ("id", "name", "disclosure", "indicators"), path)
    try:
        audience = Audience(str(entries["id"]), _text(entries["name"], path))
    except ReleaseError as error:
        raise ConfigError(error.problem, where=f"{path}, audience") from None
    rules = {"": dict(entries.get("disclosure", {}))}
    return {
        "audience": audience,
        "rules": rules | {str(name): dict(rule) for name, rule in entries.get("indicators", {}).items()},
    }


def _only(entries: Mapping[str, Any], known: tuple[str, ...], path: Path) -> Mapping[str, Any]:
    unknown = sorted(set(entries) - set(known))
    if unknown:
        raise ConfigError(f"There is no entry {unknown[0]!r}.", where=str(path), remedy=f"Known: {sorted(known)}.")
    return entries


def _text(value: Mapping[str, str], path: Path) -> dict[str, str]:
    if any(not str(value.get(language, "")).strip() for language in LANGUAGES):
        raise ConfigError(f"A text needs {' and '.join(LANGUAGES)}.", where=str(path))
    return {language: str(value[language]) for language in LANGUAGES}

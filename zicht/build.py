"""The composition root: the only module that knows the confidential rooms and the tiles.

places -> pipeline -> release folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from analysis.confidential.audiences import for_audience
from analysis.confidential.catalogue import catalogue
from analysis.confidential.contracts import Source, read_sources
from analysis.confidential.disclosure.ledger import Ledger, read_ledger
from analysis.confidential.disclosure.losses import loss_page, loss_report
from analysis.confidential.indicators import Theme, read_themes
from analysis.confidential.observations import Places
from analysis.confidential.optional_levels import with_optional_levels
from analysis.confidential.pipeline import Inputs, Outcome, run
from analysis.published.maps import method_names
from geo.areas import RD, BoundarySet, Layer
from geo.boundaries import load, read_codes
from geo.families import HEX, resolution
from geo.grids import from_strings, hex_layers, hex_polygons
from geo.neighbours import h3_rings, queen
from geo.parquet import write_areas
from geo.rasters import zonal_sums
from geo.weights import SpatialWeights
from tiles.build import write_geometry
from zicht import __version__
from zicht.areas import read_areas
from zicht.audience import check_earlier, missing_from
from zicht.config import Settings
from zicht.deviations import FILE as DEVIATIONS
from zicht.errors import AlignmentError, ConfigError
from zicht.figures import FILE as FIGURES
from zicht.neighbours import FILE as NEIGHBOURS
from zicht.neighbours import Neighbourhood, write_neighbours
from zicht.recipe import Recipe
from zicht.release import AGREEMENT, Release, canonical_json, open_release, write_release
from zicht.report_page import check_target, write_report
from zicht.spots import FILE as SPOTS
from zicht.structure import FILE as STRUCTURE

Progress = Callable[[str], None]
PACKAGE = Path(__file__).resolve().parents[1] / "analysis" / "confidential"

LEVEL_NAMES: Mapping[str, Mapping[str, str]] = {
    "country": {"nl": "Heel het gebied", "en": "Whole area"},
    "province": {"nl": "Provincie", "en": "Province"},
    "district": {"nl": "Politiedistrict", "en": "Police district"},
    "gemeente": {"nl": "Gemeente", "en": "Municipality (gemeente)"},
    "wijk": {"nl": "Wijk", "en": "District (wijk)"},
    "buurt": {"nl": "Buurt", "en": "Neighbourhood (buurt)"},
    "park": {"nl": "Vakantiepark", "en": "Vacation park"},
}


def build(recipe: Recipe, *, settings: Settings, out: Path, progress: Progress, report: Path | None = None) -> str:
    """Build a release.

    Args:
        recipe: What to build.
        settings: The key that pseudonyms are keyed with.
        out: The release folder to make or replace.
        progress: Told what is being done.
        report: Where to write, for the owners of the indicators alone, what protection cost; never in the release.

    Returns:
        The id of the release.

    Raises:
        ConfigError: There is no key, or the recipe contradicts itself.
        ZichtError: Whatever is wrong with a source, a boundary or the target.
    """
    if report is not None:
        check_target(report, release=out)
    if not settings.key:
        raise ConfigError(
            "There is no key for pseudonyms.", where="ZICHT_KEY", remedy="Set ZICHT_KEY to at least 32 characters."
        )
    sources = read_sources(recipe.sources or PACKAGE / "sources")
    themes = read_themes(recipe.themes or PACKAGE / "themes", sources)
    themes = for_audience(themes, recipe.rules, where=str(recipe.path))
    progress("reading boundaries")
    layers, boundaries = places(recipe, progress=progress)
    themes = with_optional_levels(themes, tuple(layers))
    progress("neighbourhoods")
    neighbours = neighbourhoods(layers, themes)
    inputs = Inputs(
        records=recipe.records,
        key=settings.key,
        pattern_key=settings.pattern_key or settings.key,
        sources=sources,
        themes=themes,
        layers=layers,
        places=Places(layers["buurt"], layers.get("park"), max(recipe.hexes, default=9), layers["gemeente"]),
        neighbours=neighbours,
        years=recipe.years,
        ledger=earlier_releases(recipe, layers, boundaries.edition, progress),
        deviations=recipe.deviations,
    )
    outcome = run(inputs, progress=progress)
    texts = _catalogue(recipe, themes, sources, neighbours)

    def fill(folder: Path) -> None:
        _write_data(folder, layers=layers, outcome=outcome, texts=texts, progress=progress)
        if neighbours:
            write_neighbours(_links(neighbours), folder / NEIGHBOURS)

    made = write_release(out, manifest=_manifest(recipe, layers, boundaries, themes, inputs.ledger), fill=fill)
    if report is not None:
        content = loss_report(outcome.losses, inputs.indicators, levels=list(layers), share=settings.lead_share)
        write_report(report, content=content, html=loss_page(content), release=out)
    return made


def places(recipe: Recipe, *, progress: Progress | None = None) -> tuple[Mapping[str, Layer], BoundarySet]:
    """Return the layers of a release, administrative first and then hexes, with their public figures.

    Args:
        recipe: What to build.
        progress: Told what was repaired, where the recipe asks for that.
    """
    boundaries, report = load(
        recipe.boundaries,
        edition=recipe.edition,
        source=recipe.boundary_source,
        country=recipe.country,
        repair=recipe.repair,
        park_radius=recipe.park_radius,
        remainders=recipe.remainders,
        expected={level: read_codes(path, layer) for level, (path, layer) in recipe.names.items()},
        regions=recipe.regions,
    )
    if progress is not None:
        for line in report.mended():
            progress(line)
    hexes = hex_layers(recipe.hexes, boundaries) if recipe.hexes else {}
    if recipe.population is not None:
        hexes = {level: _with_population(layer, recipe.population) for level, layer in hexes.items()}
    return {**boundaries.layers, **hexes}, boundaries


def _with_population(layer: Layer, raster: Path) -> Layer:
    polygons = hex_polygons(from_strings(layer.code), crs=RD)
    return replace(layer, attributes={**layer.attributes, **zonal_sums(raster, polygons, crs=RD)})


def earlier_releases(recipe: Recipe, layers: Mapping[str, Layer], edition: str, progress: Progress) -> Ledger:
    """Read what the releases of the ledger publish.

    Raises:
        AlignmentError: One is of another edition of boundaries, or of other areas.
        ConfigError: One was protected beside a release that is not in the ledger, or does not state its rules.
        UnprotectedError: One is not for the readers of this release.
    """
    earlier = []
    for path in recipe.ledger:
        progress(f"reading the earlier release {path.name}")
        earlier.append(open_release(path))
    check_earlier(recipe.audience, earlier, where=str(recipe.path))
    missing = missing_from((), earlier)
    if missing:
        raise ConfigError(
            f"An earlier release was protected beside release {missing[0][:12]}, which is not in the ledger.",
            where=str(recipe.path),
            remedy="Name every release that readers hold, oldest first.",
        )
    _check_places(earlier, layers, edition)
    return read_ledger(earlier)


def _check_places(earlier: Sequence[Release], layers: Mapping[str, Layer], edition: str) -> None:
    for release in earlier:
        if release.manifest["edition"] != edition:
            raise AlignmentError(
                f"An earlier release is of the boundaries of {release.manifest['edition']}, this one of {edition}.",
                where=release.short_id,
                remedy="Publish the same years for one edition only, and leave releases of other years out.",
            )
        for level in sorted(set(release.areas) & set(layers)):
            if release.areas[level].code.tolist() != layers[level].code.tolist():
                raise AlignmentError("An earlier release has other areas.", where=f"{release.short_id}, {level}")


def neighbourhoods(layers: Mapping[str, Layer], themes: tuple[Theme, ...]) -> Mapping[str, tuple[str, SpatialWeights]]:
    """Return the neighbourhood of every level that an indicator wants a hotspot map of."""
    rules = [indicator.hotspots for theme in themes for indicator in theme.indicators if indicator.hotspots]
    wanted = dict.fromkeys(level for rule in rules for level in rule.levels)
    return {
        level: ("h3-ring-1", h3_rings(layers[level].code)) if level.startswith(HEX) else ("queen", queen(layers[level]))
        for level in wanted
    }


def _links(neighbours: Mapping[str, tuple[str, SpatialWeights]]) -> list[Neighbourhood]:
    return [Neighbourhood(level, name, w.indptr, w.indices) for level, (name, w) in sorted(neighbours.items())]


def _catalogue(
    recipe: Recipe,
    themes: tuple[Theme, ...],
    sources: Mapping[str, Source],
    neighbours: Mapping[str, tuple[str, SpatialWeights]],
) -> dict[str, Any]:
    methods = {
        indicator.id: {
            level: method_names(indicator.hotspots.measure, neighbours[level][0])[0]
            for level in indicator.hotspots.levels
        }
        for theme in themes
        for indicator in theme.indicators
        if indicator.hotspots
    }
    public = {"nl": recipe.boundary_source, "en": recipe.boundary_source}
    return {
        **catalogue(themes, sources, years=recipe.years, methods=methods, exposure_source=public),
        "fictional": recipe.fictional,
        "publisher": recipe.publisher,
        "title": recipe.title,
        "description": recipe.description,
        "notices": list(recipe.notices),
        "default": recipe.default,
        "deviations": recipe.deviations.content(),
        "boundaries": {"edition": recipe.edition, "source": recipe.boundary_source},
    }


def _write_data(
    folder: Path, *, layers: Mapping[str, Layer], outcome: Outcome, texts: dict[str, Any], progress: Progress
) -> None:
    progress("writing areas and values")
    write_areas(layers, folder / "areas.parquet")
    outcome.values.write(folder / "values.parquet")
    outcome.classes.write(folder / "classes.parquet")
    outcome.structure.write(folder / STRUCTURE)
    if len(outcome.deviations):
        outcome.deviations.write(folder / DEVIATIONS)
        outcome.figures.write(folder / FIGURES)
    if len(outcome.spots):
        outcome.spots.write(folder / SPOTS)
    if outcome.agreements:
        (folder / AGREEMENT).write_bytes(canonical_json({"indicators": list(_agreements(outcome))}))
    (folder / "quality.json").write_bytes(canonical_json(outcome.quality))
    progress("drawing tiles")
    zooms = write_geometry(layers.values(), folder / "geometry", progress=progress)
    levels = [_level(name, zooms.get(name)) for name in layers]
    complete = {**texts, "levels": levels, "bounds": _bounds(folder / "areas.parquet")}
    (folder / "catalogue.json").write_bytes(canonical_json(complete))


def _agreements(outcome: Outcome) -> Iterator[dict[str, Any]]:
    for one in outcome.agreements:
        pairs = [pair.content() for pair in one.agreements]
        yield {"indicator": one.indicator, "period": one.period, "maps": pairs}


def _level(level: str, zooms: Any) -> dict[str, Any]:
    hexes = level.startswith(HEX)
    name = LEVEL_NAMES.get(level) or {
        "nl": f"Zeshoek (H3, maat {resolution(level)})",
        "en": f"Hexagon (H3, resolution {resolution(level)})",
    }
    return {
        "id": level,
        "name": name,
        "family": "hex" if hexes else "park" if level == "park" else "administrative",
        "minzoom": None if zooms is None else zooms.minzoom,
        "maxzoom": None if zooms is None else zooms.maxzoom,
    }


def _bounds(path: Path) -> list[float]:
    box = read_areas(path)["gemeente"].bounds
    west, south = np.nanmin(box[:, :2], axis=0)
    east, north = np.nanmax(box[:, 2:], axis=0)
    return [round(float(side), 6) for side in (west, south, east, north)]


def _manifest(
    recipe: Recipe,
    layers: Mapping[str, Layer],
    boundaries: BoundarySet,
    themes: tuple[Theme, ...],
    ledger: Ledger,
) -> dict[str, Any]:
    return {
        **({"ledger": list(ledger.ids)} if ledger.ids else {}),
        **({"audience": recipe.audience.content()} if recipe.audience else {}),
        "title": recipe.title,
        "edition": boundaries.edition,
        "boundaries": boundaries.source,
        "protection": "joint",
        "levels": list(layers),
        "years": [recipe.years.start, recipe.years.stop - 1],
        "sources": sorted({indicator.source for theme in themes for indicator in theme.indicators}),
        "parameters": {"hexes": list(recipe.hexes), "remainders": recipe.remainders, "repair": recipe.repair}
        | ({"park_radius": recipe.park_radius} if recipe.park_radius is not None else {}),
        "software": {"zicht": __version__},
    }

"""The catalogue and the quality report of the tiny release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from geo.areas import Layer
from tests.support import tiny_world as world
from tiles.coverage import project
from tiles.scheme import ZoomRange, degrees

Text = dict[str, str]


def text(nl: str, en: str) -> Text:
    """Return a text in both languages."""
    return {"nl": nl, "en": en}


def catalogue(layers: Sequence[Layer], zooms: Mapping[str, ZoomRange]) -> dict[str, Any]:
    """Return the content of `catalogue.json`."""
    west, south, east, north = project(layers[0]).bounds()
    return {
        "title": text("Zicht op Waterland-Oost", "A view of Waterland-Oost"),
        "description": text("Een klein verzonnen land om mee te proeven.", "A small invented country to test with."),
        "publisher": "Proefbureau Waterland-Oost",
        "fictional": True,
        "notices": [text("Fictieve gegevens", "Fictional data")],
        "bounds": np.round([*degrees(west, south), *degrees(east, north)], 6).tolist(),
        "default": {"indicator": world.LABS, "period": "2024-2025", "level": "buurt", "layer": "hotspot"},
        "levels": [_level(level, zooms.get(level)) for level in world.LEVELS],
        "themes": _themes(),
        "indicators": [_labs(), _residents(), _fines()],
    }


def _level(level: str, zooms: ZoomRange | None) -> dict[str, Any]:
    names = {
        "country": text("Land", "Country"),
        "gemeente": text("Gemeenten", "Municipalities"),
        "wijk": text("Wijken", "Districts"),
        "buurt": text("Buurten", "Neighbourhoods"),
        "park": text("Vakantieparken", "Vacation parks"),
        "h3-7": text("Zeshoeken van 5 km²", "Hexagons of 5 km²"),
        "h3-8": text("Zeshoeken van 0,7 km²", "Hexagons of 0.7 km²"),
    }
    family = "hex" if level.startswith("h3-") else "park" if level == "park" else "administrative"
    return {
        "id": level,
        "name": names[level],
        "family": family,
        "minzoom": zooms.minzoom if zooms else None,
        "maxzoom": zooms.maxzoom if zooms else None,
    }


def _themes() -> list[dict[str, Any]]:
    return [
        {
            "id": "drugs",
            "name": text("Drugs en geld", "Drugs and money"),
            "description": text("Productie van drugs en opgelegde boetes.", "Production of drugs and fines imposed."),
        },
        {
            "id": "parks",
            "name": text("Vakantieparken", "Vacation parks"),
            "description": text("Wonen op vakantieparken.", "Living at vacation parks."),
        },
    ]


def _indicator(identifier: str, theme: str, levels: Sequence[str], **parts: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "theme": theme,
        "caveats": text("Een patroon, geen bewijs.", "A pattern, no proof."),
        "measure": "count",
        "levels": list(levels),
        "periods": list(world.PERIODS),
        "rate": None,
        "source": {
            "id": "inspections",
            "name": text("Controles Waterland-Oost", "Inspections Waterland-Oost"),
            "owner": "Proefbureau Waterland-Oost",
            "legal_basis": text("Proefwet, artikel 1", "Test Act, section 1"),
            "purpose": text("Proeven van de kaart", "Testing the map"),
        },
        "disclosure": {"threshold": world.THRESHOLD, "rounding": 1, "zeros": "publish", "min_exposure": 0},
        "hotspots": None,
        **parts,
    }


def _labs() -> dict[str, Any]:
    return _indicator(
        world.LABS,
        "drugs",
        world.LABS_LEVELS,
        name=text("Ontmantelde drugslabs", "Drug labs dismantled"),
        definition=text("Aantal ontmantelde labs.", "Number of laboratories dismantled."),
        numerator=text("Ontmantelingen", "Dismantlings"),
        unit=text("ontmantelde labs", "dismantled laboratories"),
        nature="event",
        rate={
            "unit": text("labs per 10.000 woningen per jaar", "laboratories per 10 000 homes per year"),
            "exposure": text("woningen", "homes"),
            "per": 10_000,
            "years": {period: world.years_in(period) for period in world.PERIODS},
            "exposure_source": text("Verzonnen woningregister", "Invented register of homes"),
        },
        hotspots={"method": dict(world.METHODS), "alpha": 0.05},
    )


def _residents() -> dict[str, Any]:
    return _indicator(
        world.RESIDENTS,
        "parks",
        world.RESIDENTS_LEVELS,
        name=text("Ingeschrevenen op vakantieparken", "Persons registered at vacation parks"),
        definition=text("Personen ingeschreven op een park.", "Persons registered at a park."),
        numerator=text("Ingeschreven personen", "Registered persons"),
        unit=text("ingeschreven personen", "registered persons"),
        nature="stock",
    )


def _fines() -> dict[str, Any]:
    return _indicator(
        world.FINES,
        "drugs",
        world.FINES_LEVELS,
        name=text("Opgelegde boetes", "Fines imposed"),
        definition=text("Som van opgelegde boetes.", "Sum of fines imposed."),
        numerator=text("Boetes", "Fines"),
        unit=text("euro", "euro"),
        nature="event",
        measure="amount",
    )


def quality() -> dict[str, Any]:
    """Return the content of `quality.json`: one source, with a count of every kind and one suppressed."""
    cells = [
        _cell("read", None, 812),
        _cell("used", None, 790),
        _cell("unplaced", text("Geen adres gevonden", "No address found"), 16),
        _cell("rejected", text("Datum buiten de periode", "Date outside the period"), 6),
        _cell("rejected", text("Dubbele regel", "Duplicate row"), None),
    ]
    source = {
        "id": "inspections",
        "name": text("Controles Waterland-Oost", "Inspections Waterland-Oost"),
        "periods": list(world.PERIODS),
        "cells": cells,
    }
    return {"threshold": world.THRESHOLD, "sources": [source]}


def _cell(what: str, reason: Text | None, value: int | None) -> dict[str, Any]:
    bounds = (value, value) if value is not None else (0, world.THRESHOLD - 1)
    status = "suppressed" if value is None else "published"
    return {"what": what, "reason": reason, "status": status, "value": value, "low": bounds[0], "high": bounds[1]}

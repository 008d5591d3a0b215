"""Write the boundaries of a fictional country as a GeoPackage in the column layout of CBS, and read it back.

Layers politiedistricten, gemeenten, wijken, buurten (the last three with rows for land and rows with `water` = JA),
parken and wateren; EPSG:28992.
Unique is (code, water), as in the real files. The time of last change is fixed: the same country gives the same file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas
import pyogrio
import shapely

from geo.areas import RD, BoundarySet, Layer, ObjectArray, StrArray
from geo.cbs_columns import REGIONS
from geo.fiction.country import COUNTRY, EDITION, SOURCE, FictionalCountry, IntArray
from geo.fiction.density import mean_density, surrounding_density, urbanity
from geo.fiction.parks import park_definition
from geo.packages import append_layer, settle
from geo.regions import located_members, with_regions
from zicht.errors import BoundaryError

#: Time of last change written into every file.
LAST_CHANGE = "2025-01-01T00:00:00.000Z"

#: What rows of water hold for every figure: not known.
UNKNOWN = -99_999_999

#: Column of each attribute in the file.
FIGURES = {
    "inhabitants": "aantal_inwoners",
    "inhabitants_15_64": "aantal_inwoners_15_64",
    "households": "aantal_huishoudens",
    "homes": "aantal_woningen",
}

_LAYER = {"gemeente": "gemeenten", "wijk": "wijken", "buurt": "buurten"}
_DISTRICTS = REGIONS["district"]
_LETTERS = {"gemeente": "GM", "wijk": "WK", "buurt": "BU"}
_WATER_SUFFIX = {"gemeente": "", "wijk": "99", "buurt": "9997"}


def write_boundaries(country: FictionalCountry, path: Path) -> None:
    """Write the boundaries; an existing file is replaced.

    Args:
        country: The fictional country.
        path: GeoPackage to write.
    """
    path.unlink(missing_ok=True)
    append_layer(path, _DISTRICTS, _district_table(country.boundaries))
    density = surrounding_density(country.addresses)
    for level, layer in _LAYER.items():
        digits = len(str(country.boundaries.layers[level].code[0])) - 2
        code = _LETTERS[level] + pandas.Series(country.addresses.buurt).str.slice(2, 2 + digits)
        mean = mean_density(density, code.to_numpy(dtype=np.str_), country.boundaries.layers[level].code)
        append_layer(path, layer, _area_table(country, level, mean))
    append_layer(path, "parken", _park_table(country.boundaries.layers["park"]))
    append_layer(path, "wateren", _water_table(country))
    settle(path, moment=LAST_CHANGE)


def read_boundaries(path: Path) -> BoundarySet:
    """Read boundaries that `write_boundaries` wrote.

    Args:
        path: GeoPackage of a fictional country.

    Returns:
        Layers country, district, gemeente, wijk, buurt and park, land only.

    Raises:
        BoundaryError: The file cannot be read.
    """
    try:
        tables = {level: geopandas.read_file(path, layer=layer) for level, layer in _LAYER.items()}
        districts = geopandas.read_file(path, layer=_DISTRICTS)
        parks = geopandas.read_file(path, layer="parken")
    except pyogrio.errors.DataSourceError as error:
        raise BoundaryError(
            "The boundaries of the fictional country cannot be read.",
            where=str(path),
            remedy="Make them again with `python -m geo.fiction --out FOLDER`.",
        ) from error
    layers = {level: _area_layer(level, table) for level, table in tables.items()}
    park_figures = {"addresses": parks["adressen"].to_numpy(dtype=np.float64)}
    layers["park"] = _layer("park", parks, "parkcode", "parknaam", _text(parks, "buurtcode"), park_figures)
    none = np.repeat("", len(districts))
    drawn = _layer("district", districts, "districtcode", "districtnaam", none, {})
    members = {"district": located_members(drawn, layers["gemeente"], where=f"{path}, layer {_DISTRICTS}")}
    upper = with_regions(layers["gemeente"], members, sources={"district": str(path)})
    whole = {"country": _country_layer(layers["gemeente"]), **upper}
    return BoundarySet(EDITION, SOURCE, whole | {**layers, "gemeente": upper["gemeente"]})


def _area_table(country: FictionalCountry, level: str, density: IntArray) -> geopandas.GeoDataFrame:
    """Rows of land, then one row of water for each gemeente that has any."""
    layer = country.boundaries.layers[level]
    figures = {column: layer.attributes[name].astype(np.int64) for name, column in FIGURES.items()}
    land = pandas.DataFrame(_codes(country.boundaries, level, layer.code))
    land["water"], land["jaar"] = "NEE", int(country.boundaries.edition)
    land["omgevingsadressendichtheid"], land["stedelijkheid_adressen_per_km2"] = density, urbanity(density)
    land = land.assign(**figures)
    water = _water_rows(country, level, list(land.columns))
    geometry = np.concatenate([layer.geometry, water.pop("geometry").to_numpy()])
    hectares = np.round(shapely.area(geometry) / 1e4).astype(np.int64)
    table = pandas.concat([land, water], ignore_index=True)
    dry = table["water"].to_numpy() == "NEE"
    table["oppervlakte_totaal_in_ha"] = hectares
    table["oppervlakte_land_in_ha"] = np.where(dry, hectares, 0)
    table["oppervlakte_water_in_ha"] = np.where(dry, 0, hectares)
    return geopandas.GeoDataFrame(table, geometry=_multi(geometry), crs=RD)


def _codes(boundaries: BoundarySet, level: str, code: StrArray) -> dict[str, Any]:
    """Code and name of areas, and the codes above them, in the publisher's columns."""
    named = {one: dict(zip(layer.code, layer.name, strict=True)) for one, layer in boundaries.layers.items()}
    gemeente = ["GM" + one[2:6] for one in code]
    columns: dict[str, Any] = {}
    if level == "buurt":
        columns |= {"buurtcode": code, "buurtnaam": [named["buurt"].get(one, "") for one in code]}
    if level in ("buurt", "wijk"):
        wijk = ["WK" + one[2:8] for one in code]
        columns |= {"wijkcode": wijk, "wijknaam": [named["wijk"].get(one, "") for one in wijk]}
    return columns | {"gemeentecode": gemeente, "gemeentenaam": [named["gemeente"][one] for one in gemeente]}


def _water_rows(country: FictionalCountry, level: str, columns: list[str]) -> pandas.DataFrame:
    gemeenten, at = np.unique(country.water.gemeente, return_inverse=True)
    code = np.array([_LETTERS[level] + one[2:] + _WATER_SUFFIX[level] for one in gemeenten])
    rows = pandas.DataFrame(_codes(country.boundaries, level, code)).reindex(columns=columns, fill_value=UNKNOWN)
    rows["water"], rows["jaar"] = "JA", int(country.boundaries.edition)
    rows["geometry"] = [shapely.coverage_union_all(country.water.geometry[at == one]) for one in range(len(gemeenten))]
    return rows


def _district_table(boundaries: BoundarySet) -> geopandas.GeoDataFrame:
    layer = boundaries.layers["district"]
    columns = {"districtcode": layer.code, "districtnaam": layer.name, "jaar": int(boundaries.edition)}
    figures = {column: layer.attributes[name].astype(np.int64) for name, column in FIGURES.items()}
    return geopandas.GeoDataFrame({**columns, **figures}, geometry=_multi(layer.geometry), crs=RD)


def _park_table(parks: Layer) -> geopandas.GeoDataFrame:
    columns = {
        "parkcode": parks.code,
        "parknaam": parks.name,
        "buurtcode": parks.parent,
        "adressen": parks.attributes["addresses"].astype(np.int64),
        "definitie": [park_definition(str(code)) for code in parks.code],
        "bron": "fictief",
    }
    return geopandas.GeoDataFrame(columns, geometry=_multi(parks.geometry), crs=RD)


def _water_table(country: FictionalCountry) -> geopandas.GeoDataFrame:
    water = country.water
    columns = {"waternaam": water.name, "soort": water.kind, "gemeentecode": water.gemeente}
    return geopandas.GeoDataFrame(columns, geometry=_multi(water.geometry), crs=RD)


def _multi(geometry: ObjectArray) -> ObjectArray:
    """Make every geometry a multipolygon, as a layer holds one type only."""
    parts, index = shapely.get_parts(geometry, return_index=True)
    return np.asarray(shapely.multipolygons(parts, indices=index), dtype=object)


def _area_layer(level: str, table: geopandas.GeoDataFrame) -> Layer:
    land = table[table["water"] == "NEE"]
    parent = {"gemeente": None, "wijk": "gemeentecode", "buurt": "wijkcode"}[level]
    above = _text(land, parent) if parent else np.repeat(COUNTRY[0], len(land))
    figures = {name: land[column].to_numpy(dtype=np.float64) for name, column in FIGURES.items()}
    return _layer(level, land, f"{level}code", f"{level}naam", above, figures)


def _layer(level: str, table: geopandas.GeoDataFrame, code: str, name: str, parent: StrArray, figures: Any) -> Layer:
    shape = table.geometry.to_numpy().copy()
    single = shapely.get_num_geometries(shape) == 1
    shape[single] = shapely.get_geometry(shape[single], 0)
    kind = np.repeat("park" if level == "park" else "area", len(table))
    return Layer(level, _text(table, code), _text(table, name), parent, kind, np.asarray(shape, dtype=object), figures)


def _text(table: geopandas.GeoDataFrame, column: str) -> StrArray:
    return np.asarray(table[column].to_numpy(dtype=np.str_))


def _country_layer(gemeenten: Layer) -> Layer:
    whole = np.array([shapely.coverage_union_all(gemeenten.geometry)], dtype=object)
    figures = {name: np.array([values.sum()]) for name, values in gemeenten.attributes.items()}
    code, name = np.array(COUNTRY[:1]), np.array(COUNTRY[1:])
    return Layer("country", code, name, np.array([""]), np.array(["area"]), whole, figures)

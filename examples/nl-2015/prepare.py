"""Make the records and the build file of the example `nl-2015` from a folder of public data.

Conventions: coordinates become RD metres; every row of a source becomes one row of records, none is left out here, so
that the build accounts for each; every record carries the year of the areas (2015), whatever year its point is of. A
park that could only be placed at the centre of its town gets no coordinates: the centre is not where the park is, and a
dozen such rows would make a cluster that does not exist. A pseudonym is the hash of a row's content and position, so
the same files give the same records.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import string
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click
import polars as pl
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geo.projection import to_rd
from zicht.config import read_settings
from zicht.errors import ConfigError, SchemaError, SourceError, ZichtError

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "nl-2015.template.toml"

#: The year of the areas, which every record carries.
NOMINAL_YEAR = 2015

BOUNDARIES = "boundaries/cbs_wijkenbuurten_2015_rd.gpkg"
WIJK_NAMES = "boundaries/cbs_wijk_2015_rd.geojson"
BUURT_NAMES = "boundaries/cbs_buurt_2015_rd.topojson"
ANTENNAS = "points/antenneregister_nl_2016.parquet"
CAMP_SITES = "vacation/osm_camp_caravan_sites_nl_2026.csv"
VACATION_PARKS = "vacation/vakantieparken_nl_2026.json"
DWELLINGS = "points/sdcspatial_dwellings_rd.parquet"
FILES = (BOUNDARIES, WIJK_NAMES, BUURT_NAMES, ANTENNAS, CAMP_SITES, VACATION_PARKS, DWELLINGS)

#: How the supplier says that a park was found, and what the records call it.
POSITIONS: Mapping[str, str] = {
    "Gevonden": "geocoded",
    "Gevonden via OSM-bulkmatch": "matched",
    "Plaatscentrum - parkadres niet gevonden": "town-centre",
}
#: CBS codes and names of the provinces, and the safety regions (column VR of the boundaries) that lie in each. In 2015
#: no safety region lay in two provinces.
PROVINCES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "PV20": ("Groningen", ("groningen",)),
    "PV21": ("Fryslân", ("friesland",)),
    "PV22": ("Drenthe", ("drenthe",)),
    "PV23": ("Overijssel", ("ijsselland", "twente")),
    "PV24": ("Flevoland", ("flevoland",)),
    "PV25": ("Gelderland", ("noord-oost-gelderland", "gelderland-midden", "gelderland-zuid")),
    "PV26": ("Utrecht", ("utrecht",)),
    "PV27": (
        "Noord-Holland",
        (
            "noord-holland-noord",
            "zaanstreek-waterland",
            "kennemerland",
            "amsterdam-amstelland",
            "gooi_en_vechtstreek",
        ),
    ),
    "PV28": ("Zuid-Holland", ("hollands_midden", "haaglanden", "rotterdam-rijnmond", "zuid-holland-zuid")),
    "PV29": ("Zeeland", ("zeeland",)),
    "PV30": ("Noord-Brabant", ("midden-west-brabant", "brabant-noord", "zuidoost-brabant")),
    "PV31": ("Limburg", ("limburg-noord", "zuid-limburg")),
}
SITE_KINDS: Mapping[str, str] = {"campsites": "camp", "caravansites": "caravan"}


def antennas(raw: pl.DataFrame) -> pl.DataFrame:
    """Make records of the antenna register: one row an antenna, the first at each point marked.

    Args:
        raw: (n,) rows with `X`, `Y` (RD metres) and `TOEPASSING`.
    """
    return raw.select(
        pseudonyms(raw, "antenna").alias("antenna_id"),
        _year(),
        application="TOEPASSING",
        first_at_point=pl.struct("X", "Y").is_first_distinct(),
        x=pl.col("X").cast(pl.Float64),
        y=pl.col("Y").cast(pl.Float64),
    )


def camp_sites(raw: pl.DataFrame) -> pl.DataFrame:
    """Make records of camp and caravan sites.

    Args:
        raw: (n,) rows with `lon`, `lat` (WGS 84 degrees) and `source_file`.

    Raises:
        SchemaError: A row comes from a file that is not known.
    """
    x, y = to_rd(raw["lon"].to_numpy(), raw["lat"].to_numpy())
    return raw.select(
        pseudonyms(raw, "camp-site").alias("site_id"),
        _year(),
        _renamed(raw["source_file"], SITE_KINDS, where=CAMP_SITES).alias("kind"),
        pl.Series("x", x),
        pl.Series("y", y),
    )


def vacation_parks(raw: pl.DataFrame) -> pl.DataFrame:
    """Make records of vacation parks; those placed at the centre of their town get no coordinates.

    Args:
        raw: (n,) rows with `longitude`, `latitude` (WGS 84 degrees) and `geocode_status`.

    Raises:
        SchemaError: A status is not known.
    """
    x, y = to_rd(raw["longitude"].to_numpy(), raw["latitude"].to_numpy())
    position = _renamed(raw["geocode_status"], POSITIONS, where=VACATION_PARKS).alias("position")
    placed = pl.lit(position != "town-centre")
    return raw.select(
        pseudonyms(raw, "vacation-park").alias("park_id"),
        _year(),
        position,
        x=pl.when(placed).then(pl.Series(x)),
        y=pl.when(placed).then(pl.Series(y)),
    )


def dwellings(raw: pl.DataFrame) -> pl.DataFrame:
    """Make records of dwellings with the simulated attribute; the simulated amounts are left behind.

    Args:
        raw: (n,) rows with `x`, `y` (RD metres) and the boolean `unemployed`.
    """
    return raw.select(
        pseudonyms(raw, "dwelling").alias("dwelling_id"),
        _year(),
        simulated="unemployed",
        x=pl.col("x").cast(pl.Float64),
        y=pl.col("y").cast(pl.Float64),
    )


def pseudonyms(raw: pl.DataFrame, kind: str) -> pl.Series:
    """Return a pseudonym for each row: a hash of its kind, position and content.

    Args:
        raw: (n,) rows.
        kind: What a row is, so that sources cannot be linked by position.
    """
    rows = raw.select(pl.struct(pl.all()).struct.json_encode()).to_series()
    return pl.Series(
        [
            hashlib.blake2b(f"{kind}|{at}|{content}".encode(), digest_size=16).hexdigest()
            for at, content in enumerate(rows)
        ],
        dtype=pl.String,
    )


def _year() -> pl.Expr:
    return pl.lit(NOMINAL_YEAR, dtype=pl.Int64).alias("year")


def _renamed(column: pl.Series, words: Mapping[str, str], *, where: str) -> pl.Series:
    unknown = sorted(set(column.to_list()) - set(words))
    if unknown:
        raise SchemaError(
            f"The column {column.name!r} holds {unknown[0]!r}, which is not known.",
            where=where,
            remedy=f"Known: {', '.join(words)}. Use the edition of the file that data/README.md names.",
        )
    return column.replace_strict(words, return_dtype=pl.String)


#: Records -> the file they are made from, how it is read, the columns it must have, and how the records are made.
SOURCES: Mapping[
    str, tuple[str, Callable[[Path], pl.DataFrame], tuple[str, ...], Callable[[pl.DataFrame], pl.DataFrame]]
] = {
    "antennas": (ANTENNAS, pl.read_parquet, ("X", "Y", "TOEPASSING"), antennas),
    "camp_sites": (
        CAMP_SITES,
        lambda path: pl.read_csv(path, infer_schema_length=None),
        ("lon", "lat", "source_file"),
        camp_sites,
    ),
    "vacation_parks": (
        VACATION_PARKS,
        lambda path: pl.read_json(path, infer_schema_length=None),
        ("longitude", "latitude", "geocode_status"),
        vacation_parks,
    ),
    "dwellings": (DWELLINGS, pl.read_parquet, ("x", "y", "unemployed"), dwellings),
}


def prepare(data: Path | None, out: Path) -> Path:
    """Write the records and the build file of the example.

    Args:
        data: Folder of public data; see `FILES` for what it must hold.
        out: Where `records/`, `provinces.csv` and `nl-2015.toml` are written; made if it is not there.

    Returns:
        The build file.

    Raises:
        ConfigError: There is no such folder, or it is incomplete.
        SourceError: A file is damaged, or not the edition that this example knows.
    """
    root = data_root(data)
    tables = {name: make(_read(root / file, read, columns)) for name, (file, read, columns, make) in SOURCES.items()}
    (out / "records").mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.write_parquet(out / "records" / f"{name}.parquet", compression="zstd", statistics=False)
    (out / "provinces.csv").write_text(provinces(root / BOUNDARIES), encoding="utf-8")
    recipe = out / "nl-2015.toml"
    recipe.write_text(build_file(root), encoding="utf-8")
    return recipe


def data_root(data: Path | None) -> Path:
    """Check that the public data is there, and return its folder as an absolute path.

    Raises:
        ConfigError: No folder is named, or files are missing from it.
    """
    if data is None:
        raise ConfigError(
            "There is no folder of public data.",
            where="ZICHT_DATA_ROOT",
            remedy="Name it with --data, with ZICHT_DATA_ROOT, or as data_root in zicht.toml.",
        )
    missing = [name for name in FILES if not (data / name).is_file()]
    if missing:
        raise ConfigError(
            f"{len(missing)} of {len(FILES)} files are missing: {', '.join(missing)}.",
            where=str(data),
            remedy="examples/nl-2015/README.md says where they come from.",
        )
    return data.absolute()


def provinces(boundaries: Path) -> str:
    """Return the table of gemeenten by province, as CSV: the file names the safety region of each gemeente.

    Args:
        boundaries: The GeoPackage with a layer `gemeenten` that has a column `VR`.

    Raises:
        SourceError: The layer or the column is not there.
        SchemaError: A safety region is not known.
    """
    try:
        gemeenten = pyogrio.read_dataframe(
            boundaries, layer="gemeenten", columns=["GM_CODE", "VR"], read_geometry=False
        ).sort_values("GM_CODE")
        codes, regions = gemeenten["GM_CODE"].tolist(), gemeenten["VR"].tolist()
    except (DataSourceError, DataLayerError, KeyError) as error:
        raise SourceError("There is no layer gemeenten with VR.", where=str(boundaries)) from error
    of = {region: (code, name) for code, (name, inside) in PROVINCES.items() for region in inside}
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("gemeentecode", "provinciecode", "provincienaam"))
    for gemeente, region in zip(codes, regions, strict=True):
        if region not in of:
            raise SchemaError(f"The safety region {region!r} of {gemeente} is not known.", where=str(boundaries))
        table.writerow((gemeente, *of[region]))
    return text.getvalue()


def build_file(root: Path) -> str:
    """Fill in the paths of the build file."""
    paths = {
        "sources": HERE / "sources",
        "themes": HERE / "themes",
        "boundaries": root / BOUNDARIES,
        "wijk_names": root / WIJK_NAMES,
        "buurt_names": root / BUURT_NAMES,
    }
    # A JSON text is a TOML text too.
    quoted = {name: json.dumps(path.as_posix()) for name, path in paths.items()}
    return string.Template(TEMPLATE.read_text(encoding="utf-8")).substitute(quoted)


def _read(path: Path, read: Callable[[Path], pl.DataFrame], columns: tuple[str, ...]) -> pl.DataFrame:
    try:
        table = read(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError("The file is damaged.", where=str(path), remedy="Fetch it again.") from error
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise SchemaError(f"Columns are missing: {', '.join(missing)}.", where=str(path), remedy="Fetch it again.")
    return table


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Folder of public data; ZICHT_DATA_ROOT by default.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Where records and build file are written.")
def main(data: Path | None, out: Path) -> None:
    """Make the records and the build file of the example nl-2015."""
    recipe = prepare(data or read_settings(Path.cwd()).data_root, out)
    click.echo(f"written: {recipe}\nnow: zicht build {recipe} --out {out / 'release'}", err=True)


if __name__ == "__main__":
    try:
        main()
    except ZichtError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(1)

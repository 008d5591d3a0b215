"""The places and numbers of the tiny release: two gemeenten, four wijken, twelve buurten, two parks and some hexes.

Nothing in it is random and nothing of it exists: the shapes lie in open water and the names are invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import cos, sin

import numpy as np
import shapely

from geo.areas import BoundarySet, FloatArray, Layer, ObjectArray, StrArray
from geo.grids import hex_layers
from zicht.classes import ClassColumn, ClassKey
from zicht.published import ColumnKey, HotspotClass, Measure, PublishedColumn, Status

PERIODS = ("2024", "2025", "2024-2025")
LEVELS = ("country", "gemeente", "wijk", "buurt", "park", "h3-7", "h3-8")
ADMINISTRATIVE = ("country", "gemeente", "wijk", "buurt")

#: South-west corner of the country in RD metres, and the mesh of its buurten.
CORNER = (150_000.0, 530_000.0)
MESH = 2_000.0

LABS, RESIDENTS, FINES = "drug-labs", "park-residents", "fines"
LABS_LEVELS = ("country", "gemeente", "wijk", "buurt", "h3-7", "h3-8")
RESIDENTS_LEVELS = ("country", "gemeente", "wijk", "buurt", "park")
FINES_LEVELS = ADMINISTRATIVE

THRESHOLD = 5

#: Buurten where fewer than the threshold were counted, nobody counted, or nothing can be counted.
SMALL = ("BU90010102", "BU90010103")
UNKNOWN = "BU90010202"
UNINHABITED = "BU90020203"

_NAMES = {
    "FL00": "Waterland-Oost",
    "GM9001": "Zilverdijk",
    "GM9002": "Rietmeer",
    "PK9001": "Park De Drie Eenden",
    "PK9002": "Recreatiepark 't Lange Riet",
}
_PARTS = ("Kern", "Veen", "Haven")


def layers() -> tuple[Layer, ...]:
    """Return every layer, coarsest first, hexes last."""
    buurten = _buurten()
    geometry = np.array([*buurten.values()], dtype=object)
    codes = np.array([*buurten])
    wijken, wijk_shape = _dissolved(codes, geometry, "WK", 6)
    gemeenten, gemeente_shape = _dissolved(codes, geometry, "GM", 4)
    whole = shapely.union_all(geometry)
    country = _layer("country", np.array(["FL00"]), np.array([""]), np.array([whole], dtype=object))
    return (
        country,
        _layer("gemeente", gemeenten, np.full(2, "FL00"), gemeente_shape),
        _layer("wijk", wijken, _parents(wijken, "GM", 4), wijk_shape),
        _layer("buurt", codes, _parents(codes, "WK", 6), geometry),
        _parks(),
        *_hexes(country),
    )


def _layer(level: str, code: StrArray, parent: StrArray, geometry: ObjectArray, kind: str = "area") -> Layer:
    name = np.array([_name(text) for text in code.tolist()])
    homes = np.array([_homes(text) for text in code.tolist()], dtype=np.float64)
    return Layer(level, code, name, parent, np.full(len(code), kind), geometry, {"homes": homes})


def _name(code: str) -> str:
    if code.startswith("WK"):
        return f"{_NAMES['GM' + code[2:6]]} {'Noord' if code.endswith('1') else 'Zuid'}"
    if code.startswith("BU"):
        return f"{_name('WK' + code[2:8])} {_PARTS[int(code[-1]) - 1]}"
    return _NAMES.get(code, code)


def _parents(codes: StrArray, prefix: str, digits: int) -> StrArray:
    return np.array([prefix + code[2 : 2 + digits] for code in codes.tolist()])


def _dissolved(codes: StrArray, geometry: ObjectArray, prefix: str, digits: int) -> tuple[StrArray, ObjectArray]:
    parents = _parents(codes, prefix, digits)
    unique = np.unique(parents)
    return unique, np.array([shapely.coverage_union_all(geometry[parents == code]) for code in unique], dtype=object)


def _node(column: float, row: float) -> tuple[float, float]:
    # A smooth wave moves every node and every point between nodes, so that no border is straight.
    wave_x, wave_y = 260 * sin(2.3 * row + 1.1 * column), 240 * cos(1.9 * column - 0.7 * row)
    return round(CORNER[0] + MESH * column + wave_x, 3), round(CORNER[1] + MESH * row + wave_y, 3)


def _cell(column: int, row: int) -> shapely.Polygon:
    quarters = (0.0, 0.25, 0.5, 0.75)
    ring = [_node(column + step, row) for step in quarters]
    ring += [_node(column + 1, row + step) for step in quarters]
    ring += [_node(column + 1 - step, row + 1) for step in quarters]
    ring += [_node(column, row + 1 - step) for step in quarters]
    return shapely.polygons(ring)


def _buurten() -> Mapping[str, shapely.Geometry]:
    """Return the buurten by code: one has a lake, the last one an island and no homes."""
    shapes = {}
    for column in range(4):
        for row in range(3):
            shapes[f"BU90{column // 2 + 1:02d}{column % 2 + 1:02d}{row + 1:02d}"] = _cell(column, row)
    lake = shapely.buffer(shapely.centroid(shapes["BU90010102"]), 350, quad_segs=3)
    shapes["BU90010102"] = shapely.difference(shapes["BU90010102"], lake)
    island = shapely.buffer(shapely.points(*_node(4.6, 2.6)), 300, quad_segs=4)
    shapes["BU90020203"] = shapely.multipolygons([shapes["BU90020203"], island])
    return dict(sorted(shapes.items()))


def _parks() -> Layer:
    spots = [_node(0.5, 0.4), _node(3.4, 1.5)]
    shapes = [
        shapely.polygons([(x - 150, y - 90), (x + 170, y - 60), (x + 120, y + 110), (x - 130, y + 80)])
        for x, y in spots
    ]
    parents = np.array(["BU90010101", "BU90020202"])
    return _layer("park", np.array(["PK9001", "PK9002"]), parents, np.array(shapes, dtype=object), kind="park")


def _hexes(country: Layer) -> Iterator[Layer]:
    for layer in hex_layers([7, 8], BoundarySet("fictional-2025", "invented", {"country": country})).values():
        homes = np.array([_homes(code) for code in layer.code.tolist()], dtype=np.float64)
        yield replace(layer, attributes={"homes": homes})


def _within(code: str) -> list[str]:
    """Return the buurten of an administrative area, or the area itself where it is none."""
    if code[:2] not in {"FL", "GM", "WK"}:
        return [code]
    return [buurt for buurt in _buurten() if code == "FL00" or buurt[2:].startswith(code[2:])]


def _homes(code: str) -> int:
    return sum(0 if part == UNINHABITED else 400 + sum(part.encode()) * 7 % 900 for part in _within(code))


def columns(world: Mapping[str, Layer]) -> Iterator[PublishedColumn]:
    """Yield every published column of the tiny release: all four statuses occur in each indicator at buurt level.

    The buurten add up to the wijken, the wijken to the gemeenten and those to the country.
    """
    for period in PERIODS:
        for level in LABS_LEVELS:
            yield from _labs(world[level], period)
        for level in RESIDENTS_LEVELS:
            yield _numbers(world[level], RESIDENTS, period, Measure.COUNT, "registered persons", scale=3)
        for level in FINES_LEVELS:
            yield _numbers(world[level], FINES, period, Measure.AMOUNT, "euro", scale=1250)


def _labs(layer: Layer, period: str) -> Iterator[PublishedColumn]:
    count = _numbers(layer, LABS, period, Measure.COUNT, "dismantled laboratories", scale=1)
    years = years_in(period)
    homes = layer.attributes["homes"] * years
    published = np.full(len(layer), Status.PUBLISHED.value)
    unit = "homes" if years == 1 else f"homes summed over {years} years"
    yield _column(layer, LABS, period, Measure.EXPOSURE, unit, published, homes, homes, homes)
    status = np.where(homes == 0, Status.NOT_APPLICABLE, count.status)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, low, high = (
            np.where(homes == 0, np.nan, rounded(10_000 * part / homes * 10) / 10)
            for part, rounded in ((count.value, np.rint), (count.low, np.floor), (count.high, np.ceil))
        )
    yield count
    unit = "laboratories per 10 000 homes per year"
    yield _column(layer, LABS, period, Measure.RATE, unit, status, value, low, high)


def years_in(period: str) -> int:
    """Return how many years a period of this world holds."""
    return 2 if "-" in period else 1


def _numbers(layer: Layer, indicator: str, period: str, measure: Measure, unit: str, *, scale: int) -> PublishedColumn:
    true = np.array([_true_number(code, indicator, period) for code in layer.code.tolist()], dtype=np.float64)
    status = np.where((true > 0) & (true < THRESHOLD), Status.SUPPRESSED, Status.PUBLISHED).astype("U16")
    status[layer.code == UNKNOWN] = Status.MISSING
    status[layer.code == UNINHABITED] = Status.NOT_APPLICABLE
    shown, hidden = status == Status.PUBLISHED, status == Status.SUPPRESSED
    value = np.where(shown, true * scale, np.nan)
    low = np.where(hidden, scale, value)
    high = np.where(hidden, (THRESHOLD - 1) * scale, value)
    return _column(layer, indicator, period, measure, unit, status, value, low, high)


def _true_number(code: str, indicator: str, period: str) -> int:
    years = PERIODS[:2] if "-" in period else (period,)
    return sum(_of_year(part, f"{part}/{indicator}/{year}") for part in _within(code) for year in years)


def _of_year(code: str, seed: str) -> int:
    if code in {UNKNOWN, UNINHABITED}:
        return 0
    digits = sum(byte * place for place, byte in enumerate(seed.encode(), start=1))
    # One hex in nine has too few, as have the small buurten: two a year stay below the threshold over both years.
    small = code in SMALL or (code.startswith("88") and sum(code.encode()) % 9 == 0)
    return 2 if small else 6 + digits * 13 % 37


def _column(
    layer: Layer,
    indicator: str,
    period: str,
    measure: Measure,
    unit: str,
    status: StrArray,
    value: FloatArray,
    low: FloatArray,
    high: FloatArray,
) -> PublishedColumn:
    key = ColumnKey(indicator, period, layer.level, "", measure.value)
    return PublishedColumn(key, unit, layer.code, status.astype(np.str_), value, low, high)


METHODS = {"wijk": "gi-star/rate/queen", "buurt": "gi-star/rate/queen", "h3-8": "gi-star/rate/ring-1"}


def classes(world: Mapping[str, Layer], published: Mapping[ColumnKey, PublishedColumn]) -> Iterator[ClassColumn]:
    """Yield a hotspot map of the rate for every level that has one; all classes occur at buurt level."""
    for period in PERIODS:
        for level, method in METHODS.items():
            rate = published[ColumnKey(LABS, period, level, "", Measure.RATE.value)]
            yield _classes(world[level], rate, ClassKey(LABS, period, level, "", method))


def _classes(layer: Layer, rate: PublishedColumn, key: ClassKey) -> ClassColumn:
    shown = rate.status == Status.PUBLISHED
    cycle = (
        HotspotClass.HOT,
        HotspotClass.NOT_SIGNIFICANT,
        HotspotClass.COLD,
        HotspotClass.UNDETERMINED,
        HotspotClass.PROBABLE,
    )
    rank = np.cumsum(shown) - 1
    label = np.where(shown, np.array([member.value for member in cycle])[rank % 5], rate.status).astype(np.str_)
    unsure = (HotspotClass.UNDETERMINED, HotspotClass.PROBABLE)
    sure = shown & ~np.isin(label, unsure)
    z = np.where(sure, np.choose(rank % 5, [3.1, 0.2, -2.8, 0.0, 0.0]), np.nan)
    q_low = np.where(shown, np.choose(rank % 5, [0.004, 0.6, 0.01, 0.03, 0.02]), np.nan)
    q_high = np.where(shown, np.choose(rank % 5, [0.004, 0.6, 0.01, 0.4, 0.3]), np.nan)
    hidden = np.where(np.isin(label, unsure), 1, 0)
    return ClassColumn(
        key, layer.code, label, z, q_low, q_high, np.full(len(layer), 4), hidden, *np.full((2, len(layer)), np.nan)
    )

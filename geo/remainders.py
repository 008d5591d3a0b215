"""Named cells for areas that a publisher lost, so that no buurt is an orphan and no point of a wijk is nowhere.

Conventions. A *missing area* (its children exist, it does not) gets its own code, the name "Ontbrekende wijk WK...",
and the union of its children. A *remainder* (a part of a wijk or gemeente that no finer area covers) gets a code that
no publisher can give: the finer level's prefix, the parent's digits, and "REST" ("BU166904REST" in "WK166904"): CBS
codes have ten characters at most, this has twelve or more, and it sorts after its siblings. Figures of both are unknown
(NaN).

When is an uncovered part a lost area, and not the sliver that simplification leaves between two versions of a border?
The 2015 edition, simplified to 5% level by level, has 1,071 uncovered parts above 2,000 m2. The two that are lost
buurten have 10.3 and 0.84 km2 and inscribed circles of 755 and 241 m; of the others none reaches 0.11 km2 or 90 m. Both
bounds below must be met; each lies between the two groups with room on either side. A buurt in a town is smaller than
such slivers. It can be told from them where the levels of a file share their borders, as publishers draw them: then
hardly any wijk has an uncovered part at all, and one that is as wide as a street is long enough to be a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import shapely

from geo.areas import Layer, ObjectArray, StrArray
from geo.polygons import polygonal

#: Smallest area in square metres of an uncovered part that becomes a remainder, where borders were simplified.
MINIMUM_AREA = 250_000.0
#: Smallest radius in metres of the largest circle inside such a part.
MINIMUM_RADIUS = 120.0
#: The same where the levels share their borders.
SHARED_AREA = 2_000.0
SHARED_RADIUS = 10.0
#: Levels share their borders where at most this share of the coarse areas, or one of them, has such a part open. In the
#: edition of 2015 it is one in twelve.
SHARED_MOST = 0.01

_PREFIX: Mapping[str, str] = MappingProxyType({"gemeente": "GM", "wijk": "WK", "buurt": "BU"})


@dataclass(frozen=True, slots=True)
class Remainder:
    """A cell that was made because the publisher's area is not there.

    Args:
        level: "gemeente", "wijk" or "buurt".
        code: Its code.
        name: Its name.
        parent: Code in the coarser level.
        area: Square metres; 0 where nothing of it can be seen.
        reason: Why it was made, as a sentence.
        geometry: A polygon in RD, or None.
    """

    level: str
    code: str
    name: str
    parent: str
    area: float
    reason: str
    geometry: shapely.Geometry | None


def missing_parents(
    fine: Layer, coarse: Layer, grandparent: Mapping[str, str], expected: Mapping[str, str] = MappingProxyType({})
) -> list[Remainder]:
    """Make the areas of the coarse level that the fine one refers to and that are not there.

    Args:
        fine: For instance the buurten.
        coarse: For instance the wijken.
        grandparent: Code of a missing area -> code of its parent.
        expected: Code -> name of every coarse area that the publisher has, as far as known.

    Returns:
        One remainder for each missing code, in ascending order.
    """
    made = []
    for code in np.unique(fine.parent[~np.isin(fine.parent, coarse.code)]):
        children = fine.geometry[(fine.parent == code) & ~shapely.is_missing(fine.geometry)]
        geometry = polygonal(shapely.union_all(children)) if len(children) else None
        made.append(
            Remainder(
                level=coarse.level,
                code=str(code),
                name=expected.get(str(code), f"Ontbrekende {coarse.level} {code}"),
                parent=grandparent[str(code)],
                area=0.0 if geometry is None else float(geometry.area),
                reason=f"Missing in the file; drawn from what it holds at level {fine.level} ({len(children)}).",
                geometry=geometry,
            )
        )
    return made


@dataclass(frozen=True, slots=True)
class Gaps:
    """What no fine area covers.

    Args:
        lost: Code of the coarse area -> uncovered polygon, for those with a part that is no sliver. A coarse area
            without any fine one keeps every uncovered part, however small: nothing else would stand for it.
        slivers: Code of the coarse area -> square metres of parts of `SHARED_AREA` and more that may be slivers.
    """

    lost: Mapping[str, shapely.Geometry]
    slivers: Mapping[str, float]


def uncovered(coarse: Layer, fine: Layer) -> Gaps:
    """Find what no fine area covers, and tell lost areas from slivers.

    Args:
        coarse: For instance the wijken.
        fine: For instance the buurten.
    """
    parts = _open_parts(coarse, fine)
    childless = set(coarse.code[~np.isin(coarse.code, fine.parent)].tolist())
    places = {
        code: [part for part in found if code in childless or is_lost_area(part, SHARED_AREA, SHARED_RADIUS)]
        for code, found in parts.items()
    }
    opened = sum(bool(found) for code, found in places.items() if code not in childless)
    if opened > max(1, SHARED_MOST * len(coarse)):
        places = {
            code: [part for part in found if code in childless or is_lost_area(part)] for code, found in places.items()
        }
    lost = {code: polygonal(shapely.union_all(found)) for code, found in places.items() if found}
    rest = {code: sum(part.area for part in found if part.area >= SHARED_AREA) for code, found in parts.items()}
    slivers = {code: area - (lost[code].area if code in lost else 0.0) for code, area in rest.items()}
    return Gaps(lost, {code: area for code, area in slivers.items() if area >= SHARED_AREA})


def _open_parts(coarse: Layer, fine: Layer) -> dict[str, list[shapely.Polygon]]:
    """Return the uncovered parts of the coarse areas that have any of some size, or have no fine area."""
    gap = shapely.union_all(coarse.geometry).difference(shapely.union_all(fine.geometry))
    gaps = shapely.get_parts(gap)
    tree = shapely.STRtree(gaps)
    wide = gaps[shapely.area(gaps) >= SHARED_AREA]
    childless = ~np.isin(coarse.code, fine.parent) & ~shapely.is_missing(coarse.geometry)
    suspect = np.unique(shapely.STRtree(coarse.geometry).query(wide, predicate="intersects")[1])
    found = {}
    for at in np.union1d(suspect, np.flatnonzero(childless)):
        geometry = coarse.geometry[at]
        rest = shapely.union_all(shapely.intersection(gaps[tree.query(geometry, predicate="intersects")], geometry))
        found[str(coarse.code[at])] = [part for part in shapely.get_parts(polygonal(rest)) if not part.is_empty]
    return found


def is_lost_area(part: shapely.Geometry, area: float = MINIMUM_AREA, radius: float = MINIMUM_RADIUS) -> bool:
    """Tell a lost area from a sliver: its area and its largest inscribed circle both pass their bounds.

    Args:
        part: An uncovered part, in RD.
        area: Smallest area in square metres.
        radius: Smallest radius of the circle in metres.
    """
    if part.geom_type != "Polygon" or part.area < area:
        return False
    return bool(shapely.maximum_inscribed_circle(part, tolerance=1.0).length >= radius)


def rest_code(level: str, parent: str) -> str:
    """Return the code of the remainder of a parent: prefix, the parent's digits, "REST"."""
    return f"{_PREFIX[level]}{parent[2:]}REST"


def remainders_within(
    coarse: Layer, fine: Layer, expected: Mapping[str, str], parent_of: Mapping[str, str]
) -> list[Remainder]:
    """Make the areas of the fine level that are missing inside the coarse one.

    Args:
        coarse: For instance the wijken.
        fine: For instance the buurten.
        expected: Code -> name of every fine area that the publisher has, as far as known.
        parent_of: Code of an expected area -> code of its coarse area.

    Returns:
        First the expected areas that are missing, under their own code and name: the only one of its coarse area takes
        what is uncovered there, several share no polygon. Then what is uncovered and claimed by nobody, under a code
        ending in "REST". Ascending by code.
    """
    open_parts = dict(uncovered(coarse, fine).lost)
    lost = sorted(set(expected) - set(fine.code.tolist()))
    claims = [parent_of[code] for code in lost]
    made = [
        _lost(
            fine.level,
            code,
            expected[code],
            parent,
            open_parts.pop(parent, None) if claims.count(parent) == 1 else None,
        )
        for code, parent in zip(lost, claims, strict=True)
    ]
    names = dict(zip(coarse.code.tolist(), coarse.name.tolist(), strict=True))
    made += [_rest(coarse.level, fine.level, parent, names[parent], part) for parent, part in open_parts.items()]
    return sorted(made, key=lambda one: one.code)


def _lost(level: str, code: str, name: str, parent: str, geometry: shapely.Geometry | None) -> Remainder:
    seen = "drawn as what is uncovered in its parent" if geometry is not None else "without a polygon of its own"
    area = 0.0 if geometry is None else float(geometry.area)
    return Remainder(level, code, name, parent, area, f"Expected, but missing in the file; {seen}.", geometry)


def _rest(above: str, level: str, parent: str, name: str, geometry: shapely.Geometry) -> Remainder:
    reason = f"No area of level {level} covers this part of {above} {parent}."
    return Remainder(
        level, rest_code(level, parent), f"Rest van {above} {name}", parent, float(geometry.area), reason, geometry
    )


def with_remainders(layer: Layer, made: Iterable[Remainder]) -> Layer:
    """Return the layer with remainders added, sorted by code again, their figures NaN."""
    extra = list(made)
    if not extra:
        return layer
    code = np.concatenate([layer.code, [one.code for one in extra]])
    order = np.argsort(code, kind="stable")
    unknown = np.full(len(extra), np.nan)
    return Layer(
        level=layer.level,
        code=code[order],
        name=_joined(layer.name, [one.name for one in extra], order),
        parent=_joined(layer.parent, [one.parent for one in extra], order),
        kind=_joined(layer.kind, ["remainder"] * len(extra), order),
        geometry=np.concatenate([layer.geometry, _objects([one.geometry for one in extra])])[order],
        attributes={name: np.concatenate([values, unknown])[order] for name, values in layer.attributes.items()},
    )


def _joined(first: StrArray, second: list[str], order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> StrArray:
    return np.asarray(np.concatenate([first, np.array(second, dtype=np.str_)])[order])


def _objects(values: list[shapely.Geometry | None]) -> ObjectArray:
    out = np.full(len(values), None, dtype=object)
    out[:] = values
    return out

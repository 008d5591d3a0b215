"""What hotspot windows tell, checked first against what the release says of how they were made.

A flag tells that the hexes of a candidate hold at least its critical count. Silence tells at most that they hold less;
it may also mean that there were too few holders, or that a flag would have told too much. So a reader who takes every
silence at its word knows the most, and is the one that is asked. A candidate that was covered tells nothing. The order
is told by the statuses: a candidate that overlaps a flagged one is silent only where it came before it.

Candidates and critical counts must follow from public figures. Critical counts are computed again here; that a
candidate was drawn without looking at counts can be checked where its exposure stands in the atoms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import gammainc

from analysis.audit.errors import ContradictionError, LayoutError
from analysis.audit.knowledge import Column, Known
from analysis.audit.network import IntArray
from analysis.audit.rules import Rule
from zicht.areas import AreaList
from zicht.release import Release
from zicht.spots import SpotColumn
from zicht.structure import COUNTRY

#: By indicator and period, the hotspot windows that releases tell of.
Told = Mapping[tuple[str, str], tuple[SpotColumn, ...]]

#: How far a share may be off by rounding in the file.
NEAR = 1e-9


def read_spots(release: Release, rules: Mapping[str, Rule], counts: Mapping[Column, Known]) -> Told:
    """Return the hotspot windows of a release.

    Raises:
        LayoutError: They are not what the release says that they are.
    """
    stated = {entry["id"]: entry.get("spots") for entry in release.catalogue["indicators"]}
    found: dict[tuple[str, str], tuple[SpotColumn, ...]] = {}
    for column in release.spots:
        key = (column.key.indicator, column.key.period)
        where = "/".join((*key, column.key.level))
        country = counts.get((*key, COUNTRY))
        if not stated.get(key[0]) or country is None or not country.published[0]:
            raise LayoutError("Hotspot windows need a rule in the catalogue and a country total.", where=where)
        _check_places(column, release.areas, where)
        alpha, top = float(stated[key[0]]["alpha"]), int(country.high[0])
        least = critical_counts(column.share * top, goal=rules[key[0]].goal, alpha=alpha)
        if not np.array_equal(_raised(least, column.critical), column.critical):
            raise LayoutError("The critical counts do not follow from what is published.", where=where)
        found[key] = (*found.get(key, ()), column)
    return found


def _raised(least: IntArray, stated: IntArray) -> IntArray:
    """Return the first steps of critical counts, each an eighth more than the one before, that reach what is stated."""
    found = least.copy()
    while (below := found < stated).any():
        found[below] += np.maximum(found[below] // 8, 1)
    return found


def critical_counts(expected: np.ndarray[tuple[int], np.dtype[np.float64]], *, goal: int, alpha: float) -> IntArray:
    """Return (n,) the smallest count that a candidate is flagged at.

    It is above threshold and margin, so that silence leaves that much; and so large that a Poisson number with the
    expected value is rarely as large: with probability alpha over the number of candidates (Bonferroni) at most.

    Args:
        expected: (n,) expected counts.
        goal: Threshold and margin.
        alpha: Chance of any false flag that is accepted.
    """
    critical = np.full(len(expected), goal + 1, dtype=np.int64)
    # P(Poisson(e) >= c) is the regularised lower incomplete gamma function P(c, e).
    while True:
        common = gammainc(critical, expected) > alpha / max(len(expected), 1)
        if not common.any():
            return critical
        critical = critical + common


def joined(newest: Told, earlier: Sequence[Told]) -> Told:
    """Return the hotspot windows of all releases together."""
    found: dict[tuple[str, str], tuple[SpotColumn, ...]] = dict(newest)
    for told in earlier:
        for key, columns in told.items():
            found[key] = (*found.get(key, ()), *columns)
    return found


def _check_places(column: SpotColumn, areas: Mapping[str, AreaList], where: str) -> None:
    if column.key.level not in areas:
        raise LayoutError(f"The release has no areas of level {column.key.level!r}.", where=where)
    known = set(areas[column.key.level].code.tolist())
    if any(not known.issuperset(members) for members in column.hexes):
        raise ContradictionError("A hotspot window has a hex that the release does not have.", where=where)

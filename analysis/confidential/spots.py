"""From the records of one indicator to its hotspot windows: draw, count, ask, and check before they are offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from scipy.sparse import coo_array

from analysis.confidential.aggregate import CountTable, holder_keys, holdings
from analysis.confidential.contracts import Source
from analysis.confidential.definitions import Indicator
from analysis.confidential.disclosure.flow import IntArray
from analysis.confidential.disclosure.primary import primary
from analysis.confidential.disclosure.protection import Geography
from analysis.confidential.disclosure.spot_check import SpotCheck, fids
from analysis.confidential.disclosure.spots import Candidates, candidates, critical_counts, offer, spot_column
from analysis.confidential.spot_rules import HEXES, SpotRule
from geo.areas import FloatArray, Layer, StrArray
from zicht.errors import ConfigError
from zicht.published import PublishedColumn, Status
from zicht.spots import SpotColumn
from zicht.structure import COUNTRY, Structure


def spots_of(
    indicator: Indicator,
    period: str,
    rows: pl.DataFrame,
    fid: IntArray,
    *,
    source: Source,
    counts: Sequence[PublishedColumn],
    geography: Geography,
) -> SpotColumn:
    """Return the hotspot windows of one indicator and period.

    Args:
        indicator: An indicator with a rule for them.
        period: Name of the period.
        rows: The units counted.
        fid: (units,) position of the hex of each, at the level of the rule.
        source: What the units come from.
        counts: The published counts of the indicator and period, one column a level.
        geography: The places.

    Raises:
        ConfigError: The release lacks what the rule asks for, or the country's total is not shown.
        InfeasibleError: Even without a flag too much would be told.
    """
    rule = _rule(indicator, geography.layers)
    layer, where = geography.layers[rule.level], f"{indicator.id}, {period}"
    drawn = candidates(rule, layer.code, exposure_of(rule, layer, geography.structure, geography.layers))
    top = _country(counts, where)
    goal = indicator.disclosure.goal
    critical = critical_counts(drawn.share, top, goal=goal, alpha=rule.alpha)
    counted = _count(indicator, period, drawn, fid, holder_keys(rows, source))
    qualifies = (counted.count >= critical) & ~primary(counted, indicator.disclosure)
    room = geography.capacity(indicator.disclosure, where=indicator.id)
    check = SpotCheck(geography.layers, geography.structure, room, counts, indicator.disclosure, drawn, critical)
    status, _ = offer(drawn, qualifies, suspect=check.suspect, where=where)
    where_most = gemeenten(drawn, geography)
    return spot_column(drawn, layer.code, critical, status, indicator=indicator.id, period=period, gemeente=where_most)


def gemeenten(drawn: Candidates, geography: Geography) -> StrArray:
    """Return (n,) the code of the gemeente that most of the addresses, or else atoms, of each candidate lie in."""
    layers, atoms = geography.layers, geography.structure
    if "gemeente" not in layers:
        return np.full(len(drawn), "")
    inside, holder = fids(atoms, drawn.level, layers), fids(atoms, "gemeente", layers)
    # An atom without an address still says where a place without any lies.
    weight = atoms.capacity.get("addresses", np.zeros(len(atoms))) + 1e-6
    known = (inside >= 0) & (holder >= 0)
    shape = (len(layers[drawn.level]), len(layers["gemeente"]))
    total = coo_array((weight[known], (inside[known], holder[known])), shape=shape).tocsr()
    most = [int(total[members].sum(axis=0).argmax()) for members in drawn.members]
    return np.asarray(layers["gemeente"].code[np.array(most, dtype=np.int64)])


def exposure_of(rule: SpotRule, layer: Layer, structure: Structure, layers: Mapping[str, Layer]) -> FloatArray:
    """Return the public figure of every hex: counted in the atoms where they have it, so that anybody can check it.

    Raises:
        ConfigError: Nobody knows the figure.
    """
    if rule.exposure == HEXES:
        return np.ones(len(layer))
    if rule.exposure in structure.capacity:
        at = fids(structure, rule.level, layers)
        here = at >= 0
        total = np.bincount(at[here], weights=structure.capacity[rule.exposure][here], minlength=len(layer))
        return total.astype(np.float64)
    if rule.exposure not in layer.attributes:
        raise ConfigError(
            f"Hotspot windows ask for {rule.exposure!r}, which no hex of {rule.level} has.",
            remedy="Name a public figure of the hexes, or of the register of addresses.",
        )
    return np.asarray(layer.attributes[rule.exposure], dtype=np.float64)


def _rule(indicator: Indicator, layers: Mapping[str, Layer]) -> SpotRule:
    if indicator.spots is None or indicator.spots.level not in layers:
        raise ConfigError(
            f"{indicator.id!r} asks for hotspot windows of a level that the release does not have.",
            remedy=f"Levels of this release: {', '.join(layers)}.",
        )
    return indicator.spots


def _country(counts: Sequence[PublishedColumn], where: str) -> int:
    for column in counts:
        if column.key.level == COUNTRY and column.status[0] == Status.PUBLISHED:
            return int(column.high[0])
    raise ConfigError(
        "Hotspot windows need the total of the country, which is hidden.",
        where=where,
        remedy="Leave [indicators.spots] out of the theme file, or count more years together.",
    )


def _count(indicator: Indicator, period: str, drawn: Candidates, fid: IntArray, keys: IntArray) -> CountTable:
    """Count units and holders of every candidate; candidates overlap."""
    order = np.argsort(fid, kind="stable")
    sorted_fid = fid[order]
    inside = [
        np.concatenate([order[slice(*np.searchsorted(sorted_fid, [hexagon, hexagon + 1]))] for hexagon in members])
        for members in drawn.members
    ]
    candidate = np.repeat(np.arange(len(drawn)), [len(one) for one in inside])
    unit = np.concatenate([*inside, np.empty(0, dtype=np.int64)]).astype(np.int64)
    counted = holdings(candidate, keys[unit], size=len(drawn), k=indicator.disclosure.holdings)
    return CountTable(indicator.id, period, drawn.level, drawn.code, *counted)

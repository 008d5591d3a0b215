"""Hotspot windows: candidates from public figures, the walk that flags them, and the check before they are offered.

Three things are public: the candidates and their order (geometry and exposure), their critical counts (from exposure
and the *published* total of the country), and how the walk goes. What a flag or a silence tells is checked with all
counts that are published beside it. Where the flags would tell too much, one of them is withheld and the candidate
stays silent: so silence tells nothing for sure, and whoever takes it to tell that the count is below critical is
protected too. Every table in which that is so walks to the same statuses, without anything withheld.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from analysis.confidential.disclosure.flow import IntArray
from analysis.confidential.spot_rules import SpotRule
from geo.areas import FloatArray, StrArray
from geo.disks import discs, outline
from zicht.errors import InfeasibleError
from zicht.spots import SpotColumn, SpotKey, SpotStatus

BoolArray = NDArray[np.bool_]

#: Decimals of a share in the release: critical counts follow from what stands there.
DECIMALS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What is fixed before anything is counted.

    Args:
        level: Level of the hexes.
        code: (n,) code of the hex in the middle, in the order in which candidates are asked.
        members: (n,) positions of their hexes, ascending.
        exposure: (n,) public figure of each.
        share: (n,) part of the exposure of all hexes.
    """

    level: str
    code: StrArray
    members: tuple[IntArray, ...]
    exposure: FloatArray
    share: FloatArray

    def __len__(self) -> int:
        return len(self.members)


def candidates(rule: SpotRule, code: StrArray, exposure: FloatArray) -> Candidates:
    """Draw the candidates from public figures alone: small discs first, then in an order nobody chose.

    Args:
        rule: The rule of the hotspot windows.
        code: (hexes,) codes of all hexes of the level, ascending.
        exposure: (hexes,) public figure of each; NaN counts as 0.
    """
    known = np.nan_to_num(exposure, nan=0.0)
    found = discs(code, known, amount=rule.amount, rings=rule.rings)
    order = sorted(found, key=lambda at: (len(found[at]), hashlib.sha256(str(code[at]).encode()).digest()))
    members = tuple(found[at] for at in order)
    held = np.array([known[one].sum() for one in members], dtype=np.float64)
    share = np.round(held / max(float(known.sum()), 1.0), DECIMALS)
    return Candidates(rule.level, code[order], members, held, np.minimum(share, 1.0))


def critical_counts(share: FloatArray, top: int, *, goal: int, alpha: float) -> IntArray:
    """Return (n,) the smallest count at which each candidate is flagged.

    Args:
        share: (n,) part of the exposure of the country.
        top: The most that the published total of the country can be.
        goal: Threshold and margin: silence must leave that much.
        alpha: Chance of any false flag (Bonferroni), if units were spread as the exposure is.
    """
    if not len(share):
        return np.zeros(0, dtype=np.int64)
    mean = share * top
    rare = np.asarray(poisson.isf(alpha / len(share), mean), dtype=np.float64)
    least = np.where(mean > 0, np.nan_to_num(rare), 0).astype(np.int64) + 1
    return np.maximum(least, goal + 1)


#: By what part of itself a critical count is raised.
STEP = 8


def raised(
    critical: IntArray, *, failing: Callable[[StrArray, IntArray], IntArray | None], top: int, where: str
) -> IntArray:
    """Raise critical counts until all candidates may be silent, so that windows can be offered whatever is hidden.

    Silence of each of several candidates can contradict a published total, or leave too little beside it. Nothing but
    published counts has a say in it, so it tells nothing, and it may be known.

    Args:
        critical: (n,) the smallest counts at which candidates are flagged.
        failing: Given statuses and critical counts, None where they may be published; else the candidates over what
            would be told.
        top: The most that the published total of the country can be.
        where: For errors.

    Returns:
        (n,) critical counts, none smaller than before.

    Raises:
        InfeasibleError: Too much would be told without any window.
    """
    found = critical.copy()
    silent = np.full(len(found), SpotStatus.SILENT.value, dtype="U7")
    while (over := failing(silent, found)) is not None:
        low = over[found[over] <= top]
        # Where those over it tell no more, it is others that crowd it.
        more = low if len(low) else np.flatnonzero(found <= top)
        if not len(more):
            raise InfeasibleError("The published counts tell too much, with or without windows.", where=where)
        found[more] += np.maximum(found[more] // STEP, 1)
    return found


def walk(drawn: Candidates, qualifies: BoolArray) -> StrArray:
    """Ask the candidates in their order: flag one that qualifies and overlaps none flagged before it.

    Args:
        drawn: The candidates.
        qualifies: (n,) whether each holds its critical count, by enough holders, and is not withheld.
    """
    taken = np.zeros(1 + max((int(one.max()) for one in drawn.members), default=0), dtype=np.bool_)
    status = np.full(len(drawn), SpotStatus.SILENT.value, dtype="U7")
    for at, members in enumerate(drawn.members):
        if taken[members].any():
            status[at] = SpotStatus.COVERED.value
        elif qualifies[at]:
            status[at] = SpotStatus.FLAGGED.value
            taken[members] = True
    return status


def offer(
    drawn: Candidates,
    qualifies: BoolArray,
    *,
    near_failing: Callable[[StrArray], IntArray | None],
    where: str,
) -> tuple[StrArray, int]:
    """Decide which candidates are flagged, so that what is hidden stays hidden.

    Args:
        drawn: The candidates.
        qualifies: (n,) whether each holds its critical count, by enough holders.
        near_failing: Given statuses, None where they may be published; else the candidates near what would be told.
        where: For errors.

    Returns:
        The statuses, and how many flags were withheld (confidential).

    Raises:
        InfeasibleError: Even without a flag too much would be told; not by the critical counts of `raised`.
    """
    allowed = qualifies.copy()
    withheld = 0
    while True:
        status = walk(drawn, allowed)
        near = near_failing(status)
        if near is None:
            return status, withheld
        flagged = np.flatnonzero(status == SpotStatus.FLAGGED)
        if not len(flagged):
            raise InfeasibleError("Hotspot windows would tell too much, whichever are flagged.", where=where)
        close = np.intersect1d(flagged, near)
        allowed[close[-1] if len(close) else flagged[-1]] = False
        withheld += 1


def spot_column(
    drawn: Candidates,
    code: StrArray,
    critical: IntArray,
    status: StrArray,
    *,
    indicator: str,
    period: str,
    gemeente: StrArray,
) -> SpotColumn:
    """Return what is published; `code` are the codes of all hexes of the level."""
    hexes = tuple(tuple(code[members].tolist()) for members in drawn.members)
    flagged = status == SpotStatus.FLAGGED
    return SpotColumn(
        key=SpotKey(indicator, period, drawn.level),
        spot=drawn.code,
        hexes=hexes,
        exposure=drawn.exposure,
        share=drawn.share,
        critical=critical,
        status=status,
        gemeente=gemeente,
        outline=tuple(outline(one) if said else () for one, said in zip(hexes, flagged, strict=True)),
    )

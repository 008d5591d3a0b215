"""What a reader believes once numbers were revised, so that releases contradict each other.

The newest release is believed. An earlier figure is believed as well, unless it takes part in a contradiction: where
more must enter a set of cells than can leave it, the earlier figures at the border of that set are left out, and the
rest is tried again. So what is audited lies between the newest release alone and all of them, and is as much as fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.audit.arcs import Kind
from analysis.audit.evidence import Evidence
from analysis.audit.flow import circulation
from analysis.audit.knowledge import Column, Known
from analysis.audit.layout import Plan
from analysis.audit.network import UNLIMITED, IntArray
from analysis.audit.rule import contradiction
from analysis.audit.system import System, system


@dataclass(frozen=True, slots=True, eq=False)
class Believed:
    """What a reader believes.

    Args:
        counts: By column.
        set_aside: How many earlier figures cannot be true beside the rest, and are not in it.
    """

    counts: dict[Column, Known]
    set_aside: int


def reconciled(plan: Plan, held: Evidence) -> tuple[System, Believed]:
    """Return one system with as much of the earlier releases as fits the newest.

    Raises:
        ContradictionError: The newest release contradicts itself.
    """
    counts, aside = dict(held.counts), 0
    while True:
        made = system(plan, held.places, counts, held.rules)
        _, border = circulation(made.network())
        if not len(border):
            return made, Believed(counts, aside)
        found = _set_aside(made, border, counts, held.newest)
        if not found:
            raise contradiction(made, held.places, border)
        aside += found


def _set_aside(made: System, border: IntArray, counts: dict[Column, Known], newest: Mapping[Column, Known]) -> int:
    """Leave out what earlier releases tell of the cells at a border; return of how many."""
    found = 0
    cells = border[np.isin(made.arcs.kind[border], (Kind.CELL, Kind.CATEGORY))]
    for at in np.unique(made.arcs.column[cells]).tolist():
        column = made.columns[at]
        if column not in counts:
            continue
        fid = made.arcs.fid[cells[made.arcs.column[cells] == at]]
        known, new = counts[column], newest.get(column, _nothing(len(counts[column].low)))
        more = np.zeros(len(known.low), dtype=np.bool_)
        more[fid] = (known.low[fid] > new.low[fid]) | (known.high[fid] < new.high[fid])
        found += int(more.sum())
        counts[column] = replace(
            known,
            low=np.where(more, new.low, known.low),
            high=np.where(more, new.high, known.high),
            published=np.where(more, new.published, known.published),
            small=np.where(more, new.small, known.small),
        )
    return found


def _nothing(size: int) -> Known:
    no = np.zeros(size, dtype=np.bool_)
    return Known(np.zeros(size, dtype=np.int64), np.full(size, UNLIMITED), no, no, no)

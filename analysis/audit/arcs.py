"""The arcs of one system: for each number a reader may ask after, what it stands for and what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import numpy as np

from analysis.audit.knowledge import Known
from analysis.audit.network import UNLIMITED, BoolArray, IntArray


class Kind(IntEnum):
    """What an arc stands for."""

    CELL = 0  #: A cell of the table.
    CATEGORY = 1  #: A cell of a year, or of a part, of the table.
    REST = 2  #: What is left of a cell beside its published categories, or of the country beside its areas.
    ATOM = 3  #: A piece of an area and a hex.


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Arcs of one system, each (n,).

    Args:
        tail: Node it leaves.
        head: Node it enters.
        low: Least count.
        high: Largest count.
        kind: Members of `Kind`.
        column: Position in the columns of the system; -1 for atoms.
        fid: Position of the area in its level, or of the atom; -1 for what lies in none of the areas.
        published: Whether it is shown.
        suppressed: Whether it is hidden by the release.
        small: Whether it is shown below the threshold.
        capacity: What can be there at most.
        goal: Threshold and margin of its indicator.
        container: Low end of the smallest published cell that contains it; `UNLIMITED` where none is.
    """

    tail: IntArray
    head: IntArray
    low: IntArray
    high: IntArray
    kind: IntArray
    column: IntArray
    fid: IntArray
    published: BoolArray
    suppressed: BoolArray
    small: BoolArray
    capacity: IntArray
    goal: IntArray
    container: IntArray

    def __len__(self) -> int:
        return len(self.tail)


def arcs(
    *,
    tail: IntArray,
    head: IntArray,
    kind: Kind,
    capacity: IntArray,
    goal: int,
    column: int = -1,
    known: Known | None = None,
    fid: IntArray | None = None,
    container: IntArray | None = None,
) -> Arcs:
    """Return arcs of one kind, known by themselves or not at all.

    A capacity of 0 is public: such an arc carries 0, whatever its status, unless it is shown to carry something.
    """
    count = len(tail)
    nothing = np.zeros(count, dtype=np.bool_)
    low = np.zeros(count, dtype=np.int64) if known is None else known.low
    high = np.full(count, UNLIMITED, dtype=np.int64) if known is None else known.high
    published = nothing if known is None else known.published
    return Arcs(
        tail=np.asarray(tail, dtype=np.int64),
        head=np.asarray(head, dtype=np.int64),
        low=np.where((capacity == 0) & ~published, 0, low),
        high=np.minimum(high, capacity),
        kind=np.full(count, kind, dtype=np.int64),
        column=np.full(count, column, dtype=np.int64),
        fid=np.arange(count, dtype=np.int64) if fid is None else fid,
        published=published,
        suppressed=nothing if known is None else known.suppressed,
        small=nothing if known is None else known.small,
        capacity=capacity,
        goal=np.full(count, goal, dtype=np.int64),
        container=np.full(count, UNLIMITED, dtype=np.int64) if container is None else container,
    )


def stack(blocks: Sequence[Arcs]) -> Arcs:
    """Return the arcs of all blocks, in their order."""
    parts: dict[str, Any] = {
        field.name: np.concatenate([getattr(block, field.name) for block in blocks]) for field in fields(Arcs)
    }
    return Arcs(**parts)

"""What a reader knows as a network: every number is the flow through an arc, and at every node as much leaves as comes.

A half-arc is an arc seen from one of its ends: `2 * arc` leads from tail to head and its residual is what the flow may
still grow; `2 * arc + 1` leads back and its residual is what the flow may still shrink (Ahuja, Magnanti and Orlin 1993,
section 2.4). The other half of a half-arc `h` is `h ^ 1`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zicht.errors import AlignmentError

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: Stands for "no upper limit". Sums of real counts stay far below half of it.
UNLIMITED = 1 << 60


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A circulation: arcs between nodes, each with the least and the most that may flow through it.

    Args:
        nodes: Number of nodes.
        tail: (n,) node each arc leaves.
        head: (n,) node each arc enters.
        low: (n,) least flow, at least 0.
        high: (n,) most flow, at least `low`; `UNLIMITED` where there is no limit.

    Raises:
        AlignmentError: Lengths differ, a node does not exist, or a limit is negative or below its counterpart.
    """

    nodes: int
    tail: IntArray
    head: IntArray
    low: IntArray
    high: IntArray

    def __post_init__(self) -> None:
        if len({len(part) for part in (self.tail, self.head, self.low, self.high)}) != 1:
            raise AlignmentError("The columns of the arcs have different lengths.", where="network")
        if len(self) == 0:
            return
        ends = np.concatenate([self.tail, self.head])
        if ends.min() < 0 or ends.max() >= self.nodes:
            raise AlignmentError("An arc ends at a node that does not exist.", where="network")
        if self.low.min() < 0 or np.any(self.low > self.high) or self.high.max() > UNLIMITED:
            raise AlignmentError("A limit of an arc is negative, too large, or below its counterpart.", where="network")

    def __len__(self) -> int:
        return len(self.tail)


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """The half-arcs of a network by the node they leave; arcs whose flow is fixed are left out.

    Args:
        start: (nodes + 1,) where the half-arcs of each node begin.
        half: (m,) half-arcs.
        far: (m,) the node at the other end of each.
    """

    start: IntArray
    half: NDArray[np.int32]
    far: NDArray[np.int32]


def halves(network: Network) -> Halves:
    """Return the half-arcs of a network, in ascending order at every node."""
    free = np.flatnonzero(network.low < network.high)
    half = np.concatenate([2 * free, 2 * free + 1])
    near = np.concatenate([network.tail[free], network.head[free]])
    far = np.concatenate([network.head[free], network.tail[free]])
    order = np.lexsort((half, near))
    start = np.concatenate([[0], np.cumsum(np.bincount(near, minlength=network.nodes))])
    return Halves(start.astype(np.int64), half[order].astype(np.int32), far[order].astype(np.int32))


def residual(network: Network, flow: IntArray) -> IntArray:
    """Return (2 n,) the residual of every half-arc under a flow."""
    both = np.empty(2 * len(network), dtype=np.int64)
    both[0::2] = network.high - flow
    both[1::2] = flow - network.low
    return both


def surplus(network: Network, flow: IntArray) -> IntArray:
    """Return (nodes,) what comes in less what goes out, 0 everywhere for a circulation."""
    inward = np.zeros(network.nodes, dtype=np.int64)
    np.add.at(inward, network.head, flow)
    np.subtract.at(inward, network.tail, flow)
    return inward

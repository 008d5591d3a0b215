"""Which published cell to hide when a search fails: the cheapest in the cut that stopped it.

A search that finds no path has run dry on one side: the nodes that it reached there, and the arcs without room that
leave them, are a cut. Any path has to cross it, so one of its published cells must be hidden. Taking the cheapest is
quick and may lead into a dead end; the clean-up shows again what was hidden in vain. The price is drawn with a secret
key, since a reader who could recompute the search could undo it (minimality attack).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analysis.confidential.disclosure.flow import DRY, SEARCH, SINK, SOURCE, Graph, IntArray, Scratch, room

FloatArray = NDArray[np.float64]


@njit(cache=True, nogil=True)
def cheapest_in_cut(
    g: Graph,
    s: Scratch,
    flow: IntArray,
    low: IntArray,
    high: IntArray,
    published: NDArray[np.bool_],
    floor: IntArray,
    price: FloatArray,
    skip: int,
) -> int:
    """Return the cheapest published cell that would lead out of the nodes the last search reached, or -1.

    Args:
        g: The arcs.
        s: Memory of the search that failed; it is asked once.
        flow: (arcs,) current flow.
        low: (arcs,) least flow.
        high: (arcs,) largest flow.
        published: (arcs,) true where the arc is a published cell, which may be hidden at its price.
        floor: (arcs,) least flow of an arc once it is hidden.
        price: (arcs,) price of hiding; infinite where it may not be.
        skip: The arc that was asked.
    """
    side = SOURCE if s.state[DRY] > 0 else SINK
    best = -1
    least = np.inf
    for node in s.queue[side, : abs(s.state[DRY])]:
        # A node with many steps had many turns.
        if s.place[side, node] < 0:
            continue
        s.place[side, node] = -1
        for k in range(g.start[node], g.start[node + 1]):
            step = g.step[k] ^ side
            arc = step >> 1
            if arc == skip or not published[arc] or price[arc] >= least or s.mark[side, g.other[k]] == s.state[SEARCH]:
                continue
            # Against the arc, hiding helps only where the cell could hold less than it does.
            if room(step, flow, low, high) <= 0 and (step & 1 == 0 or flow[arc] > floor[arc]):
                best, least = arc, price[arc]
    return best

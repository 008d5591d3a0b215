"""What a reader knows of the sums in a window of a breakdown, everything outside it as it truly is."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csc_array, csr_array, eye_array, vstack

from analysis.confidential.disclosure.breakdown import Breakdown
from analysis.confidential.disclosure.breakdown_program import Rows
from analysis.confidential.disclosure.flow import UNLIMITED, IntArray


def rows_of(breakdown: Breakdown, inside: csc_array, window: IntArray) -> tuple[Rows, csr_array]:
    """Return the sums that something is known of, and the atoms of the window that each holds.

    Args:
        breakdown: The members.
        inside: (cells, atoms) which atoms each cell holds.
        window: Positions of atoms, in ascending order.
    """
    atoms = breakdown.system.atoms.start + window
    within = inside[:, window].tocsr()
    touched = np.flatnonzero(np.diff(within.indptr))
    # An atom of the total has a limit of its own; those of the parts are limits of columns.
    single = np.flatnonzero(breakdown.limit[0, atoms] < UNLIMITED)
    cells = np.concatenate([touched, atoms[single]])
    lines = vstack([within[touched], eye_array(len(window), dtype=np.int64, format="csr")[single]]).tocsr()
    low, high = breakdown.known()
    hideable = breakdown.published & np.isfinite(breakdown.price)
    blocks = []
    for member in range(len(breakdown.truth)):
        at = cells if member == 0 else touched
        outside = breakdown.truth[member, at] - lines[: len(at)] @ breakdown.truth[member, atoms]
        free, floor, limit = hideable[member, at], breakdown.floor[member, at], breakdown.limit[member, at]
        least, most = low[member, at], high[member, at]
        blocks.append(
            (
                at,
                np.full(len(at), member - 1),
                least - outside,
                np.where(most < UNLIMITED, most - outside, UNLIMITED),
                np.where(free, np.maximum(least - floor, 0), 0),
                np.where(free, np.maximum(limit - most, 0), 0),
                np.where(free, breakdown.price[member, at], 0.0),
                np.arange(len(at)),
            )
        )
    columns = [np.concatenate(column) for column in zip(*blocks, strict=True)]
    kept = (columns[2] > 0) | (columns[3] < UNLIMITED)
    return Rows(*(column[kept] for column in columns[:-1])), lines[columns[-1][kept]]

"""The loops of a scan, compiled; imported only where a scan is run, because a public server has no numba.

A cell of the table of cases in and out of a window with o observed and e expected adds e h(o / e - 1) to the
log-likelihood ratio, h(u) = (1 + u) log(1 + u) - u, and h(u) <= u^2 / 2 for u >= 0, h(u) <= u^2 for -1 <= u <= 0.
So the ratio is at most (c - E)^2 times a number that depends on the window alone: a replicate needs a logarithm only
where its count is further from E than its best ratio so far allows. That comparison is done in the counts' own
precision with a margin of 1e-6, wider than the rounding of float32.

Replicates lie side by side (the last axis), so that a window grows by one row of contiguous numbers. Time is held as
running totals over the periods, with a row of zeros before the first.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

#: Share by which a bound is widened, so that rounding cannot hide a window.
MARGIN = 1e-6

#: A window that expects less than this share of all cases, or all but this share, has no ratio: it is rounding.
NOTHING = 1e-14


@njit(cache=True, nogil=True, error_model="numpy")
def _cell(observed, expected):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return observed * log(observed / expected), 0 where nothing was observed."""
    if observed <= 0.0:
        return 0.0
    return observed * math.log(observed / expected)


@njit(cache=True, nogil=True, error_model="numpy")
def ratio(count, expected, total, odds):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return the log-likelihood ratio of a window.

    `odds` is non-cases per case under the null for the Bernoulli model, 0 for the Poisson model.
    """
    found = _cell(count, expected) + _cell(total - count, total - expected)
    if odds > 0.0:
        inside, outside = expected * odds, (total - expected) * odds
        found += _cell(inside + expected - count, inside) + _cell(outside + count - expected, outside)
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _reach(expected, total, odds, up):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return the distance from the expected number at which the bound on the ratio is 1."""
    more, less = (0.5, 1.0) if up else (1.0, 0.5)
    scale = more / expected + less / (total - expected)
    if odds > 0.0:
        scale += less / (expected * odds) + more / ((total - expected) * odds)
    return 1.0 / math.sqrt(scale)


@njit(cache=True, nogil=True, error_model="numpy")
def _add(row, more):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add to a row; a function of its own, because the compiler makes wide instructions of it only then."""
    for b in range(row.size):
        row[b] += more[b]


# Ones are added in single precision, of which most fit one instruction, and in any order: a sum of at most 2^24 ones
# is exact, so unlike other fast arithmetic this cannot change an answer.
@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz"})
def _any_beyond(high, low, edge, reach, root):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return whether high - low - edge > reach * root anywhere."""
    found = np.float32(0)
    for b in range(root.size):
        found += np.float32(1) if high[b] - low[b] - edge > reach * root[b] else np.float32(0)
    return found > 0


@njit(cache=True, nogil=True, error_model="numpy")
def maxima(visit, indptr, members, closes, expected, counts, total, longest, odds, up, down, least):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return the largest ratio of each replicate over all windows.

    visit: the centres in an order that goes from neighbour to neighbour, as their areas do in memory; expected: (n, T)
    and counts: (n, T, B) are running totals over the periods; total: cases a replicate; longest: most periods;
    up, down: whether rates above or below the rest count; least: fewest cases of a high window.
    """
    periods, size, number = expected.shape[1], counts.shape[2], counts.dtype.type
    best = np.zeros(size)
    root = np.zeros(size, dtype=counts.dtype)
    held = np.zeros((periods + 1, size), dtype=counts.dtype)
    sums = np.zeros(periods + 1)
    for centre in visit:
        held[:] = 0
        sums[:] = 0.0
        for at in range(indptr[centre], indptr[centre + 1]):
            area = members[at]
            for end in range(1, periods + 1):
                sums[end] += expected[area, end - 1]
                _add(held[end], counts[area, end - 1])
            if not closes[at]:
                continue
            for start in range(periods):
                for end in range(start + 1, min(start + longest, periods) + 1):
                    e, first, last = sums[end] - sums[start], held[start], held[end]
                    if e <= NOTHING * total or e >= total * (1.0 - NOTHING):
                        continue
                    if up:
                        reach = number(_reach(e, total, odds, True) * (1.0 - MARGIN))
                        if _any_beyond(last, first, number(e * (1.0 - MARGIN)), reach, root):
                            _improve(last, first, e, total, odds, least, True, best, root)
                    if down:
                        # The count is below e by more than reach * root: the same comparison with everything negated.
                        reach = number(_reach(e, total, odds, False) * (1.0 - MARGIN))
                        if _any_beyond(first, last, number(-e * (1.0 + MARGIN)), reach, root):
                            _improve(last, first, e, total, odds, 0.0, False, best, root)
    return best


@njit(cache=True, nogil=True, error_model="numpy")
def _improve(last, first, e, total, odds, least, up, best, root):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Take the ratio of one window into the best of each replicate."""
    reach = _reach(e, total, odds, up) * (1.0 - MARGIN)
    for b in range(len(best)):
        count = np.float64(last[b] - first[b])
        far = count - e if up else e - count
        if far > 0.0 and count >= least and far * far >= reach * reach * best[b]:
            found = ratio(count, e, total, odds)
            if found > best[b]:
                best[b] = found
                root[b] = math.sqrt(found)


@njit(cache=True, nogil=True, error_model="numpy")
def best_windows(indptr, members, closes, expected, counts, total, longest, odds, up, down, least):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return (ratio, areas, first period, end of the last) of each centre's best window; the first found of equals.

    expected and counts: (n, T) running totals over the periods. Ratios equal to within 1e-12 are equal.
    """
    centres, periods = len(indptr) - 1, expected.shape[1]
    best = np.zeros(centres)
    where = np.zeros((centres, 3), dtype=np.int64)
    held = np.zeros((periods + 1, 2))
    for centre in range(centres):
        held[:] = 0.0
        for at in range(indptr[centre], indptr[centre + 1]):
            area = members[at]
            for end in range(1, periods + 1):
                held[end, 0] += counts[area, end - 1]
                held[end, 1] += expected[area, end - 1]
            if not closes[at]:
                continue
            for start in range(periods):
                for end in range(start + 1, min(start + longest, periods) + 1):
                    count, e = held[end, 0] - held[start, 0], held[end, 1] - held[start, 1]
                    if e <= NOTHING * total or e >= total * (1.0 - NOTHING):
                        continue
                    if (up and count > e and count >= least) or (down and count < e):
                        found = ratio(count, e, total, odds)
                        if found > best[centre] * (1.0 + 1e-12):
                            best[centre] = found
                            where[centre, 0] = at - indptr[centre] + 1
                            where[centre, 1] = start
                            where[centre, 2] = end
    return best, where

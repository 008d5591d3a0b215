"""Knox's test of space-time interaction: are events that are near in space also near in time, more than chance gives?

X counts the pairs of events that are close in both. If the times were dealt out over the places by chance, with S pairs
close in space and T close in time among the N = n (n - 1) / 2 pairs,

    E X = S T / N
    E X^2 = E X + 4 s t / (n (n - 1) (n - 2)) + 4 (S (S - 1) - 2 s) (T (T - 1) - 2 t) / (n (n - 1) (n - 2) (n - 3))

with s and t the pairs of close pairs that share an event, sum of d (d - 1) / 2 over the numbers d of events close to
each event. The p-value is that of permuted times; the Poisson p-value with mean E X, Knox's own, is right only where
both kinds of closeness are rare.

Conventions: a pair is close if its distance is at most the distance given, and its times differ by at most the interval
given; one part in 1e9 more is still equal. The observed order is one of the R + 1 possibilities and counts in both
tails: P(>=) = (r + 1) / (R + 1); mid-p = (larger + (tied + 1) / 2) / (R + 1). z is NaN where X cannot vary.
The test does not know that a population shifts: areas that grow while others shrink look like interaction.

Knox (1964), Applied Statistics 13, 25-29; Barton & David (1966), "The random intersection of two graphs", in F.N. David
(ed.), Research Papers in Statistics, 445-459 (the variance); Mantel (1967), Cancer Research 27, 209-220 (permutation).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy.spatial import cKDTree
from scipy.stats import poisson

from analysis.statistics.errors import CostError, StatisticError
from analysis.statistics.limits import DEFAULT_LIMITS, Limits
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray, IntArray

#: Share by which a distance or an interval may be exceeded and still be equal.
TIE = 1e-9

#: Bytes that a pair takes while it is counted.
PAIR_BYTES = 48


@dataclass(frozen=True, slots=True)
class KnoxResult:
    """Space-time interaction of events.

    Args:
        events: n, number of events.
        near: S, pairs close in space.
        soon: T, pairs close in time.
        both: X, pairs close in both.
        expected: E X if times were dealt out by chance.
        variance: Variance of X likewise.
        z: (X - E X) / standard deviation; NaN where X cannot vary.
        p_upper: P(at least X) by permutation, 1 / (permutations + 1) to 1; NaN without permutations.
        p_lower: P(at most X), likewise.
        p_mid: P(more than X) + P(X) / 2, likewise.
        p_poisson: P(at least X) of a Poisson number with mean E X.
    """

    events: int
    near: int
    soon: int
    both: int
    expected: float
    variance: float
    z: float
    p_upper: float
    p_lower: float
    p_mid: float
    p_poisson: float


def knox(
    coordinates: FloatArray,
    times: FloatArray,
    *,
    distance: float,
    interval: float,
    rng: np.random.Generator,
    permutations: int = 999,
    limits: Limits = DEFAULT_LIMITS,
) -> KnoxResult:
    """Test whether events close in space are close in time more often than chance gives.

    Args:
        coordinates: (n, d) the place of each event, finite.
        times: (n,) the time of each event, finite.
        distance: Largest distance of a pair that is close in space, at least 0, in the unit of the coordinates.
        interval: Largest difference of a pair that is close in time, at least 0, in the unit of the times.
        rng: Source of randomness of the permutations.
        permutations: Times the times are dealt out anew, at least 0.
        limits: Memory that the pairs may take.

    Returns:
        Numbers of pairs, their expectation and variance, and p-values.

    Raises:
        StatisticError: Fewer than three events, lengths that differ, a value that is not finite, or a limit below 0.
        CostError: There are too many pairs close in space.
    """
    points, when = _checked(coordinates, times)
    if not (distance >= 0 and interval >= 0 and np.isfinite(distance) and np.isfinite(interval)):
        raise StatisticError("The distance and the interval must be finite and at least 0.")
    if permutations < 0:
        raise StatisticError("The number of permutations must be at least 0.")
    first, second = _near_pairs(points, distance * (1 + TIE), limits)
    latest = interval * (1 + TIE)
    both = _soon(when, first, second, latest)
    near_degrees = np.bincount(np.concatenate([first, second]), minlength=len(points))
    soon_degrees = _soon_degrees(when, latest)
    expected, variance = permutation_moments(near_degrees, soon_degrees)
    drawn = np.array([_soon(rng.permutation(when), first, second, latest) for _ in range(permutations)], dtype=np.int64)
    upper, lower, mid = _tails(drawn, both)
    return KnoxResult(
        events=len(points),
        near=len(first),
        soon=int(soon_degrees.sum()) // 2,
        both=both,
        expected=expected,
        variance=variance,
        z=(both - expected) / float(np.sqrt(variance)) if variance > 0 else float("nan"),
        p_upper=upper,
        p_lower=lower,
        p_mid=mid,
        p_poisson=float(poisson.sf(both - 1, expected)),
    )


def permutation_moments(near: IntArray, soon: IntArray) -> tuple[float, float]:
    """Compute the mean and variance of the number of pairs close in both, over all permutations.

    Args:
        near: (n,) number of events close in space to each event, n at least 3.
        soon: (n,) number of events close in time to each event.

    Returns:
        Mean and variance; the variance is 0 where the number cannot vary.
    """
    # Whole numbers of any size: the variance is a small difference of large terms.
    n = len(near)
    space, time = int(near.sum()) // 2, int(soon.sum()) // 2
    share_space, share_time = (sum(d * (d - 1) // 2 for d in degrees.tolist()) for degrees in (near, soon))
    apart_space, apart_time = space * (space - 1) - 2 * share_space, time * (time - 1) - 2 * share_time
    pairs, triples, fours = n * (n - 1) // 2, n * (n - 1) * (n - 2), n * (n - 1) * (n - 2) * (n - 3)
    rest = (4 * apart_space * apart_time, fours) if fours else (0, 1)
    whole = pairs * pairs * triples * rest[1]
    square = (
        space * time * pairs * triples * rest[1]
        + 4 * share_space * share_time * pairs * pairs * rest[1]
        + rest[0] * pairs * pairs * triples
        - space * space * time * time * triples * rest[1]
    )
    return space * time / pairs, square / whole


def _checked(coordinates: FloatArray, times: FloatArray) -> tuple[FloatArray, FloatArray]:
    points, when = np.asarray(coordinates, dtype=np.float64), np.asarray(times, dtype=np.float64)
    if points.ndim != 2 or when.shape != (len(points),):
        raise StatisticError(f"There are {when.size} times for coordinates of shape {points.shape}.")
    if len(points) < 3:
        raise StatisticError("A test of interaction needs at least three events.")
    for wrong, problem in (
        (~np.isfinite(points).all(axis=1), "A coordinate is not a finite number."),
        (~np.isfinite(when), "A time is not a finite number."),
    ):
        if wrong.any():
            raise StatisticError(problem, where=f"event {np.argmax(wrong)}")
    return points, when


def _near_pairs(points: FloatArray, distance: float, limits: Limits) -> tuple[IntArray, IntArray]:
    tree: Any = cKDTree(points)
    count = (int(tree.count_neighbors(tree, distance)) - len(points)) // 2
    if count * PAIR_BYTES > limits.memory:
        raise CostError(
            f"{count} pairs are close in space, too many to hold.", remedy="Give a smaller distance or fewer events."
        )
    pairs = tree.query_pairs(distance, output_type="ndarray")
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)


def _soon(when: FloatArray, first: IntArray, second: IntArray, latest: float) -> int:
    return int(np.count_nonzero(np.abs(when[first] - when[second]) <= latest))


def _soon_degrees(when: FloatArray, latest: float) -> IntArray:
    ordered = np.sort(when)
    upto = np.searchsorted(ordered, ordered + latest, side="right")
    since = np.searchsorted(ordered, ordered - latest, side="left")
    return np.asarray(upto - since - 1)


def _tails(drawn: IntArray, both: int) -> tuple[float, float, float]:
    if drawn.size == 0:
        return float("nan"), float("nan"), float("nan")
    larger, tied = np.count_nonzero(drawn > both), np.count_nonzero(drawn == both) + 1
    count = drawn.size + 1
    return (larger + tied) / count, (count - larger) / count, (larger + tied / 2) / count


_COLUMNS = MappingProxyType(
    {
        "events": "number of events",
        "near": "pairs of events close in space",
        "soon": "pairs of events close in time",
        "both": "pairs close in both",
        "expected": "pairs close in both if times were dealt out by chance",
        "variance": "variance of that number",
        "z": "(both - expected) / standard deviation; empty where the number cannot vary",
        "p_upper": "P(at least as many) by permutation of the times, 0 to 1",
        "p_lower": "P(at most as many) by permutation of the times, 0 to 1",
        "p_mid": "P(more) + P(equal) / 2, 0 to 1",
        "p_poisson": "P(at least as many) of a Poisson number with that expectation, 0 to 1",
    }
)

STATISTICS = (
    Statistic("knox", "Knox space-time interaction", "Knox (1964), Applied Statistics 13, 25-29", knox, _COLUMNS),
)

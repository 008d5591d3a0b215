"""Permutation of a whole map: what chance gives for a statistic of all areas together.

The n values are dealt out over the n areas R times. All global statistics here are functions of two sums over the
permuted values x: the cross product x'Wy (y is x, or a second variable that stays) and sum_i (w_i. + w_.i) x_i^2.

Conventions: the observed map is one of the R + 1 possibilities and counts in both tails, as in `permutation`.
Differences below 1e-12 of the scale are ties. Where nothing varies every permutation ties and P is 1.

Cliff & Ord (1981), Spatial Processes: Models and Applications, Pion, pp. 63-65.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from analysis.statistics.errors import StatisticError
from analysis.statistics.permutation import CHUNK, TIE, drawn_tails
from analysis.statistics.tails import FloatArray, Tails
from analysis.statistics.weight_sums import as_matrix
from geo.weights import SpatialWeights

#: From the cross product and the weighted squares to a statistic that orders maps as the global one does.
Ordering = Callable[[FloatArray, FloatArray], FloatArray]


def map_tails(
    values: FloatArray,
    weights: SpatialWeights,
    statistic: Ordering,
    *,
    scale: float,
    fixed: FloatArray | None = None,
    rng: np.random.Generator,
    draws: int,
) -> Tails:
    """Test a statistic of the whole map against permutations of its values.

    Args:
        values: (n,) finite numbers; deviations keep more digits than raw values.
        weights: Weights among the n areas.
        statistic: Of arrays of cross products and of weighted squares, one for each map.
        scale: Size of what is added up: differences below 1e-12 of it are ties.
        fixed: (n,) a second variable x that stays while y = `values` is dealt out, in x'Wy.
        rng: Source of randomness.
        draws: R, at least 1.

    Returns:
        (1,) tails.

    Raises:
        StatisticError: There are no draws.
    """
    if draws < 1:
        raise StatisticError("At least one draw is needed.")
    observed = float(statistic(*_sums(values[None, :], weights, fixed))[0])
    tie, larger, tied = TIE * scale, 0, 0
    for maps in _permuted(values, rng, draws):
        found = statistic(*_sums(maps, weights, fixed))
        larger += int(np.count_nonzero(found > observed + tie))
        tied += int(np.count_nonzero(np.abs(found - observed) <= tie))
    return drawn_tails(np.array([float(larger)]), np.array([float(tied)]), draws)


def _sums(maps: FloatArray, weights: SpatialWeights, fixed: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    matrix = as_matrix(weights)
    lags = (matrix @ maps.T).T
    start = maps if fixed is None else fixed[None, :]
    both = np.asarray(matrix.sum(axis=0)).ravel() + np.asarray(matrix.sum(axis=1)).ravel()
    return np.asarray((start * lags).sum(axis=1)), np.asarray((maps**2) @ both)


def _permuted(values: FloatArray, rng: np.random.Generator, draws: int) -> Iterator[FloatArray]:
    step = max(1, CHUNK // max(values.size, 1))
    for start in range(0, draws, step):
        rows = np.tile(values, (min(step, draws - start), 1))
        yield rng.permuted(rows, axis=1)

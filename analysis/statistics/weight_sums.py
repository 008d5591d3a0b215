"""The sums of weights that moments of global statistics need.

    S0 = sum_ij w_ij     S1 = sum_ij (w_ij + w_ji)^2 / 2     S2 = sum_i (w_i. + w_.i)^2

Cliff & Ord (1981), Spatial Processes: Models and Applications, Pion, p. 19.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse

from analysis.statistics.tails import FloatArray
from geo.weights import SpatialWeights


@dataclass(frozen=True, slots=True, eq=False)
class WeightSums:
    """Sums of one set of weights.

    Args:
        s0: Sum of all weights.
        s1: Half the sum of squares of what links two areas either way.
        s2: Sum of squares of `both`.
        both: (n,) row sum plus column sum of each area.
    """

    s0: float
    s1: float
    s2: float
    both: FloatArray

    @classmethod
    def of(cls, weights: SpatialWeights) -> WeightSums:
        """Add up weights."""
        matrix = as_matrix(weights)
        there_and_back = (matrix + matrix.T).data
        ends = np.concatenate([weights.rows, weights.indices])
        both = np.bincount(ends, weights=np.tile(weights.data, 2), minlength=weights.n).astype(np.float64)
        return cls(
            s0=float(weights.data.sum()),
            s1=float((there_and_back**2).sum() / 2),
            s2=float((both**2).sum()),
            both=both,
        )


def as_matrix(weights: SpatialWeights) -> scipy.sparse.csr_matrix:
    """Return weights as an (n, n) sparse matrix."""
    return scipy.sparse.csr_matrix((weights.data, weights.indices, weights.indptr), shape=(weights.n, weights.n))

"""Regression of counts that are known only within an interval: rounded ones, and hidden ones with their bounds.

    log E[O_i] = log exposure_i + b_0 + b_1 x_i1 + ...        Var[O_i] = mu_i + phi mu_i^2

A shown count lies in its interval of rounding: its likelihood is P(l <= O <= h). A hidden one is not just any count
between its bounds: everything below the threshold is hidden, and of what is at least the threshold only a share s, to
protect a neighbour. Its likelihood is P(l <= O < t) + s P(t <= O <= h), and s is estimated too. Taking the interval
alone would overrate hidden areas, leaving them out would leave out the small counts and overrate all, and a midpoint in
their place would be a number nobody published. How far the bounds themselves depend on the count is not modelled.

Conventions: the constant is added here. Every interval is finite. Sums over it follow from the ratio of consecutive
probabilities, f(o+1) / f(o) = (1 + phi o) mu / ((1 + phi mu) (o + 1)), Poisson for phi = 0, so no tail is subtracted
from another. Newton's method for the coefficients, in turn with phi and s, each maximising the same likelihood; a phi
below `SMALLEST` is 0. The covariance is the inverse of the summed outer products of the scores, so that what is hidden
widens it; phi and s are taken as known in it.

Dempster, Laird & Rubin (1977), JRSS B 39, 1-38 (incomplete data); Heitjan & Rubin (1991), Annals of Statistics 19,
2244-2253 (coarsening that depends on the value); Lawless (1987), Canadian Journal of Statistics 15, 209-225 (NB2);
Berndt, Hall, Hall & Hausman (1974), Annals of Economic and Social Measurement 3, 653-665 (outer products).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.optimize
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from analysis.statistics._checks import BoolArray, counts, numbers, refuse
from analysis.statistics._design import COLLINEAR
from analysis.statistics.errors import StatisticError
from analysis.statistics.tails import FloatArray

#: The dispersion is looked for between these; at the first counts are Poisson.
SMALLEST, LARGEST = 1e-5, 1e2

#: Rounds of either iteration before it gives up.
ROUNDS = 200

#: Change of every linear predictor at which the coefficients stand still.
STILL = 1e-7

#: Change of phi, relative to itself, and of s at which the turns end.
SETTLED = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class IntervalRegression:
    """A fitted regression of counts known within intervals.

    Args:
        coefficients: (p,) on the log scale, the constant first, for covariates as given.
        covariance: (p, p) of the coefficients.
        expected: (n,) fitted counts.
        standard_error: (n,) of the logarithm of the fitted counts.
        dispersion: phi, 0 for Poisson.
        hidden_share: s, the share of counts of at least the threshold that is hidden.
    """

    coefficients: FloatArray
    covariance: FloatArray
    expected: FloatArray
    standard_error: FloatArray
    dispersion: float
    hidden_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What is known of counts within their intervals.

    Args:
        log_probability: (n,) of the interval, hidden counts from the threshold on weighted by their share.
        mean: (n,) conditional mean.
        variance: (n,) conditional variance.
        large: (n,) conditional probability of at least the threshold; of hidden counts alone.
    """

    log_probability: FloatArray
    mean: FloatArray
    variance: FloatArray
    large: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Counts known within intervals.

    Args:
        low: (n,) lower bounds.
        high: (n,) upper bounds.
        split: (n,) where the part starts that is hidden by chance; above the interval where the count is shown.
    """

    low: FloatArray
    high: FloatArray
    split: FloatArray

    def moments(self, mean: FloatArray, dispersion: float, share: float) -> Moments:
        """Return the moments of counts of these means within their intervals.

        Args:
            mean: (n,) positive means.
            dispersion: phi, 0 or more.
            share: Share of hidden counts among those from the split on.
        """
        # Compiled code is imported where it runs: a public server reads this module and has no numba.
        from analysis.statistics._interval_kernel import interval_sums

        first = _log_probability(self.low, mean, dispersion)
        sums = interval_sums(self.low, self.high, self.split, mean, dispersion, share)
        mean_step = sums[1] / sums[0]
        return Moments(
            log_probability=first + np.log(sums[0]),
            mean=self.low + mean_step,
            variance=np.maximum(sums[2] / sums[0] - mean_step**2, 0.0),
            large=sums[3] / sums[0],
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    intervals: Intervals
    hidden: BoolArray
    exposure: FloatArray
    columns: FloatArray

    def mean(self, beta: FloatArray) -> FloatArray:
        return np.asarray(self.exposure * np.exp(np.clip(self.columns @ beta, -100.0, 100.0)))

    def log_likelihood(self, beta: FloatArray, phi: float, share: float) -> float:
        return float(self.intervals.moments(self.mean(beta), phi, share).log_probability.sum())


def interval_regression(
    low: NDArray[Any],
    high: NDArray[Any],
    covariates: NDArray[Any],
    exposure: NDArray[Any],
    *,
    hidden: BoolArray | None = None,
    threshold: int = 0,
) -> IntervalRegression:
    """Fit a negative binomial regression to counts that are known within intervals.

    Args:
        low: (n,) whole lower bounds, not negative.
        high: (n,) whole upper bounds, at least `low`.
        covariates: (n, q) finite numbers without a constant column; q may be 0.
        exposure: (n,) positive exposures.
        hidden: (n,) which counts are hidden; none unless given.
        threshold: Hidden is everything below it, and a share of what is not.

    Returns:
        The fit.

    Raises:
        StatisticError: The input is refused, covariates are constant or collinear, there are too few areas, nothing can
            have been counted anywhere, or the fit does not settle.
    """
    least, most = counts(low, "lower bounds"), counts(high, "upper bounds")
    unseen = np.zeros(least.shape, dtype=np.bool_) if hidden is None else np.asarray(hidden, dtype=np.bool_)
    columns, back = _design(covariates, least.size)
    exposed = numbers(exposure, "exposures", shape=least.shape)
    refuse(exposed <= 0, "The exposure is not positive.", remedy="Leave areas without exposure out.")
    if most.shape != least.shape or unseen.shape != least.shape:
        raise StatisticError("Bounds, and what is hidden, are of different lengths.")
    refuse(most < least, "A lower bound is above its upper bound.")
    if not most.any():
        raise StatisticError("Nothing can have been counted anywhere, so no rate can be compared.")
    split = np.where(unseen, float(threshold), most + 1)
    data = _Data(Intervals(least, most, split), unseen, exposed, columns)
    beta, phi, share = _alternated(data)
    return _result(data, beta, phi, share, back)


def _log_probability(count: FloatArray, mean: FloatArray, phi: float) -> FloatArray:
    if phi == 0:
        return np.asarray(xlogy(count, mean) - mean - gammaln(count + 1))
    size = 1 / phi
    products = gammaln(count + size) - gammaln(size) - gammaln(count + 1)
    return np.asarray(products + xlogy(count, phi * mean / (1 + phi * mean)) - size * np.log1p(phi * mean))


def _design(covariates: NDArray[Any], count: int) -> tuple[FloatArray, FloatArray]:
    # A constant and the covariates, centred and scaled; and the way back to those as given.
    table = numbers(covariates, "covariates")
    if table.ndim != 2 or len(table) != count:
        raise StatisticError(f"The covariates are a table of {count} areas by covariates.")
    if count <= table.shape[1] + 1:
        raise StatisticError(f"There are {count} areas for {table.shape[1] + 1} columns.", remedy="Use fewer.")
    centre, spread = table.mean(axis=0), table.std(axis=0)
    flat = spread <= COLLINEAR * np.abs(table).max(axis=0, initial=0.0)
    columns = np.column_stack([np.ones(count), (table - centre) / np.where(flat, 1.0, spread)])
    if flat.any() or np.linalg.matrix_rank(columns, tol=1e-6 * np.sqrt(count)) < columns.shape[1]:
        raise StatisticError("A covariate is constant or a combination of others.", remedy="Leave it out.")
    back = np.diag(np.concatenate([[1.0], 1 / spread]))
    back[0, 1:] = -centre / spread
    return columns, back


def _alternated(data: _Data) -> tuple[FloatArray, float, float]:
    low, high = data.intervals.low, data.intervals.high
    middle = low + (high - low) / np.where(data.hidden, 4, 2)
    beta = np.zeros(data.columns.shape[1])
    beta[0] = np.log(max(float(middle.sum()), 1.0) / data.exposure.sum())
    phi, share = 0.5, 0.5 if data.hidden.any() else 0.0
    for _ in range(ROUNDS):
        beta = _fitted(data, beta, phi, share)
        before = (phi, share)
        share = _hidden_share(data, beta, phi, share)
        phi = _dispersion(data, beta, phi, share)
        if abs(phi - before[0]) <= SETTLED * max(phi, SMALLEST) and abs(share - before[1]) <= SETTLED:
            return _fitted(data, beta, phi, share), phi, share
    raise _unsettled()


def _fitted(data: _Data, beta: FloatArray, phi: float, share: float) -> FloatArray:
    before = data.log_likelihood(beta, phi, share)
    for _ in range(ROUNDS):
        mean = data.mean(beta)
        found = data.intervals.moments(mean, phi, share)
        score = (found.mean - mean) / (1 + phi * mean)
        fall = mean - found.variance / (1 + phi * mean) + phi * mean * score
        # Far from the fit the likelihood may bend the wrong way: no area weighs less than a little.
        weight = np.maximum(fall, 0.02 * mean) / (1 + phi * mean)
        step = np.linalg.solve(_products(data.columns, weight), np.einsum("ij,i->j", data.columns, score))
        after = data.log_likelihood(beta + step, phi, share)
        while not after >= before - 1e-9 * (abs(before) + 1) and np.abs(step).max() > STILL:
            step = step / 2
            after = data.log_likelihood(beta + step, phi, share)
        beta, before = beta + step, after
        if np.abs(data.columns @ step).max() <= STILL:
            return np.asarray(beta)
    raise _unsettled()


def _products(columns: FloatArray, weight: FloatArray) -> FloatArray:
    # Added up in one order, whatever number of threads a matrix product would take: same inputs, same bytes.
    return np.asarray(np.einsum("ij,ik->jk", weight[:, None] * columns, columns))


def _hidden_share(data: _Data, beta: FloatArray, phi: float, share: float) -> float:
    # One step of expectation and maximisation: of the counts of at least the threshold, how many are hidden.
    if not data.hidden.any():
        return 0.0
    large = float(data.intervals.moments(data.mean(beta), phi, share).large[data.hidden].sum())
    shown = int(np.sum(~data.hidden & (data.intervals.low > 0)))
    return large / max(large + shown, 1.0)


def _dispersion(data: _Data, beta: FloatArray, phi: float, share: float) -> float:
    middle = np.log(max(phi, SMALLEST))
    mean = data.mean(beta)

    def lack(at: float) -> float:
        return -float(data.intervals.moments(mean, float(np.exp(at)), share).log_probability.sum())

    near = (max(middle - 1, np.log(SMALLEST)), min(middle + 1, np.log(LARGEST)))
    found = scipy.optimize.minimize_scalar(lack, bounds=near, method="bounded", options={"xatol": SETTLED / 4})
    after = float(np.exp(found.x))
    if after >= 0.9 * LARGEST:
        raise StatisticError("The dispersion has no bound.", remedy="Look for an area of its own kind.")
    return 0.0 if after <= 2 * SMALLEST else after


def _result(data: _Data, beta: FloatArray, phi: float, share: float, back: FloatArray) -> IntervalRegression:
    mean = data.mean(beta)
    score = (data.intervals.moments(mean, phi, share).mean - mean) / (1 + phi * mean)
    covariance = np.linalg.pinv(_products(data.columns, score**2), hermitian=True)
    variance = np.einsum("ij,jk,ik->i", data.columns, covariance, data.columns)
    return IntervalRegression(
        coefficients=back @ beta,
        covariance=back @ covariance @ back.T,
        expected=mean,
        standard_error=np.sqrt(np.maximum(variance, 0.0)),
        dispersion=phi,
        hidden_share=share,
    )


def _unsettled() -> StatisticError:
    return StatisticError("The regression does not settle.", remedy="Look for a covariate with extreme values.")

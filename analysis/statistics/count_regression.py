"""Expected counts adjusted for covariates: Poisson and negative binomial (NB2) regression with an exposure.

    log E[O_i] = log exposure_i + b_0 + b_1 x_i1 + ...      Var[O_i] = mu_i + phi mu_i^2   (phi = 0: Poisson)

Fitted by iteratively reweighted least squares; the dispersion phi by moments or by maximum likelihood, alternating with
the coefficients until both stand still.

Conventions: the constant is added here. Standard errors are from the expected information at the estimated phi, phi
taken as known (in NB2 the coefficients and phi are orthogonal). A phi that would be negative is 0: the fit is then
Poisson. With a constant, Poisson fits add up to the counts; negative binomial ones need not. Refused by name: collinear
or constant covariates, covariates that separate areas with nothing counted, areas without exposure.

McCullagh & Nelder (1989), Generalized Linear Models, 2nd ed., 40-43, 193-208; Lawless (1987), Canadian Journal of
Statistics 15, 209-225; Breslow (1984), Applied Statistics 33, 38-44.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.statistics._design import Design, checked_design
from analysis.statistics._negative_binomial import deviance, likelihood_dispersion, log_likelihood, moment_dispersion
from analysis.statistics.errors import StatisticError
from analysis.statistics.registry import Statistic
from analysis.statistics.tails import FloatArray

#: Rounds of either iteration before it gives up; a fit that exists takes about ten.
ROUNDS = 200

#: Relative change of the deviance, and of phi, at which an iteration stands still.
STILL = 1e-12


class Dispersion(StrEnum):
    """What is assumed of the variance beyond Poisson, and how it is estimated."""

    POISSON = "poisson"
    MOMENTS = "moments"
    MAXIMUM_LIKELIHOOD = "maximum-likelihood"


@dataclass(frozen=True, slots=True, eq=False)
class CountRegression:
    """A fitted regression of counts.

    Args:
        names: (p,) of the coefficients, the intercept first.
        coefficients: (p,) on the log scale, for the covariates as they were given.
        standard_errors: (p,) of the coefficients.
        covariance: (p, p) of the coefficients.
        expected: (n,) fitted counts.
        dispersion: phi, 0 for Poisson.
        log_likelihood: Of the counts at the fit, constants included.
        deviance: Twice the log-likelihood that the fit lacks.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    standard_errors: FloatArray
    covariance: FloatArray
    expected: FloatArray
    dispersion: float
    log_likelihood: float
    deviance: float


def count_regression(
    counts: NDArray[Any],
    covariates: NDArray[Any],
    exposure: NDArray[Any],
    *,
    names: Sequence[str],
    dispersion: Dispersion = Dispersion.MOMENTS,
) -> CountRegression:
    """Fit a regression of counts over exposures on covariates, and give the counts it expects.

    Args:
        counts: (n,) whole counts, not negative, not all 0.
        covariates: (n, q) numbers without a constant column; q may be 0.
        exposure: (n,) positive exposures.
        names: (q,) names of the covariates.
        dispersion: Poisson, or negative binomial with its dispersion by moments or maximum likelihood.

    Returns:
        The fit.

    Raises:
        StatisticError: The input is refused (see the module), or the fit does not settle.
    """
    design = checked_design(counts, covariates, exposure, names)
    phi, beta = 0.0, _weighted_fit(design, 0.0, None)
    if dispersion is not Dispersion.POISSON:
        phi, beta = _alternated(design, dispersion, beta)
    mean = _mean(design, beta)
    weight = mean / (1 + phi * mean)
    information = design.columns.T @ (weight[:, None] * design.columns)
    back = _back(design)
    covariance = back @ np.linalg.inv(information) @ back.T
    return CountRegression(
        names=design.names,
        coefficients=back @ beta,
        standard_errors=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        expected=mean,
        dispersion=phi,
        log_likelihood=log_likelihood(design.count, mean, phi),
        deviance=deviance(design.count, mean, phi),
    )


def _alternated(design: Design, dispersion: Dispersion, beta: FloatArray) -> tuple[float, FloatArray]:
    phi, freedom = 0.0, len(design.count) - len(design.names)
    if freedom == 0:
        raise StatisticError("With as many covariates as areas no dispersion is left to estimate.")
    for _ in range(ROUNDS):
        mean = _mean(design, beta)
        if dispersion is Dispersion.MOMENTS:
            after = moment_dispersion(design.count, mean, freedom)
        else:
            after = likelihood_dispersion(design.count, mean)
        if abs(after - phi) <= STILL * after:
            return after, beta
        phi, beta = after, _weighted_fit(design, after, beta)
    raise _unsettled()


def _weighted_fit(design: Design, phi: float, beta: FloatArray | None) -> FloatArray:
    # Without a start: the overall rate. A step that makes the fit worse is halved.
    if beta is None:
        beta = np.zeros(len(design.names))
        beta[0] = float(np.log(design.count.sum() / design.exposure.sum()))
    before = deviance(design.count, _mean(design, beta), phi)
    for _ in range(ROUNDS):
        step = _step(design, phi, beta)
        after = deviance(design.count, _mean(design, beta + step), phi)
        while not after <= before + STILL * (abs(before) + 1) and np.abs(step).max() > STILL:
            step = step / 2
            after = deviance(design.count, _mean(design, beta + step), phi)
        beta = beta + step
        # The deviance is flat at its least, so the coefficients are asked to stand still too.
        if abs(after - before) <= STILL * (abs(after) + 1) and np.abs(step).max() <= np.sqrt(STILL):
            return beta
        before = after
    raise _unsettled()


def _step(design: Design, phi: float, beta: FloatArray) -> FloatArray:
    mean = _mean(design, beta)
    root = np.sqrt(mean / (1 + phi * mean))
    working = root * (design.count - mean) / mean
    return np.asarray(np.linalg.lstsq(root[:, None] * design.columns, working, rcond=None)[0], dtype=np.float64)


def _mean(design: Design, beta: FloatArray) -> FloatArray:
    # Bounded, so that a step too far is seen as a bad one and halved instead of overflowing.
    return np.asarray(design.exposure * np.exp(np.clip(design.columns @ beta, -300.0, 300.0)))


def _back(design: Design) -> FloatArray:
    # From coefficients of centred and scaled columns to those of the covariates as given.
    back = np.diag(1 / design.scale)
    back[0, 1:] = -design.centre[1:] / design.scale[1:]
    return back


def _unsettled() -> StatisticError:
    return StatisticError("The regression does not settle.", remedy="Look for a covariate with extreme values.")


STATISTICS = (
    Statistic(
        "count-regression",
        "Expected counts adjusted for covariates (Poisson or negative binomial regression)",
        "McCullagh & Nelder (1989), Generalized Linear Models, 193-208; Lawless (1987), Can. J. Statistics 15, 209-225",
        count_regression,
        {"expected": "fitted count at the area's exposure and covariates, in events"},
    ),
)

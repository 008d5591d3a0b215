from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from analysis.statistics import _negative_binomial as law
from analysis.statistics.count_regression import CountRegression, Dispersion, count_regression
from analysis.statistics.errors import StatisticError

# Dobson (1990), An Introduction to Generalized Linear Models, p. 93: the example in R's documentation of glm.
TRIAL = np.array([18, 17, 15, 20, 10, 20, 25, 13, 12])
OUTCOME, TREATMENT = np.tile([0, 1, 2], 3), np.repeat([0, 1, 2], 3)

# Breslow & Day (1987): coronary deaths of British doctors, smokers first, by five classes of age.
DOCTORS = np.array([32, 104, 206, 186, 102, 2, 12, 28, 28, 31])
PERSON_YEARS = np.array([52407, 43248, 28612, 12663, 5317, 18790, 10673, 5710, 2585, 1462])

# Rodriguez (1993): deaths and exposures of children by age, in three cohorts; the example of Stata's nbreg.
COHORTS = np.array(
    [168, 48, 63, 89, 102, 81, 40, 197, 48, 62, 81, 97, 103, 39, 195, 55, 58, 85, 87, 70, 10]
)  # fmt: skip
EXPOSED = np.array(
    [278.4, 538.8, 794.4, 1550.8, 3006.0, 8743.5, 14270.0, 403.2, 786.0, 1165.3, 2294.8, 4500.5, 13201.5, 19525.0,
     495.3, 956.7, 1381.4, 2604.5, 4618.5, 9814.5, 5802.5]
)  # fmt: skip
COHORT = np.repeat([0, 1, 2], 7)


def dummies(group: np.ndarray) -> np.ndarray:
    return (group[:, None] == np.unique(group)[1:]).astype(np.float64)


def fitted(seed: int, dispersion: Dispersion, phi: float = 0.7, n: int = 60) -> tuple[CountRegression, tuple]:
    rng = np.random.default_rng(seed)
    covariates = rng.normal(3, 2, (n, 2))
    exposure = rng.gamma(2, 50, n)
    mean = exposure * np.exp(-3 + 0.2 * covariates[:, 0] - 0.1 * covariates[:, 1])
    counts = rng.negative_binomial(1 / phi, 1 / (1 + phi * mean))
    fit = count_regression(counts, covariates, exposure, names=["x", "y"], dispersion=dispersion)
    return fit, (counts, np.column_stack([np.ones(n), covariates]), exposure)


def test_the_trial_that_r_prints() -> None:
    fit = count_regression(
        TRIAL,
        np.hstack([dummies(OUTCOME), dummies(TREATMENT)]),
        np.ones(9),
        names=["outcome2", "outcome3", "treatment2", "treatment3"],
        dispersion=Dispersion.POISSON,
    )
    assert fit.coefficients == pytest.approx([3.045, -0.4543, -0.2930, 0, 0], abs=5e-4)
    assert fit.standard_errors == pytest.approx([0.1709, 0.2022, 0.1927, 0.2, 0.2], abs=5e-5)
    assert fit.deviance == pytest.approx(5.1291, abs=5e-5)
    assert fit.names == ("intercept", "outcome2", "outcome3", "treatment2", "treatment3")


def test_the_doctors_that_stata_prints() -> None:
    age, smokes = np.tile(np.arange(5), 2), np.repeat([1.0, 0.0], 5)
    covariates = np.column_stack([smokes, dummies(age)])
    names = ["smokes", "age2", "age3", "age4", "age5"]
    fit = count_regression(DOCTORS, covariates, PERSON_YEARS, names=names, dispersion=Dispersion.POISSON)
    ratios = np.exp(fit.coefficients)
    assert ratios == pytest.approx([0.0003636, 1.425519, 4.410584, 13.8392, 28.51678, 40.45121], rel=2e-4)
    assert ratios[1:] * fit.standard_errors[1:] == pytest.approx(
        [0.1530638, 0.8605197, 2.542638, 5.269878, 7.775511], rel=1e-6
    )
    assert fit.log_likelihood == pytest.approx(-33.600153, abs=1e-6)


def test_the_cohorts_that_stata_prints() -> None:
    fit = count_regression(
        COHORTS, dummies(COHORT), EXPOSED, names=["second", "third"], dispersion=Dispersion.MAXIMUM_LIKELIHOOD
    )
    assert fit.coefficients == pytest.approx([-2.086731, -0.2676187, -0.4573957], abs=1e-6)
    assert fit.dispersion == pytest.approx(1.811212, abs=1e-6)
    assert fit.log_likelihood == pytest.approx(-131.3799, abs=5e-5)
    # Stata's errors are from the observed information, ours from the expected one: close, not equal.
    assert fit.standard_errors == pytest.approx([0.511856, 0.7237203, 0.7236651], rel=5e-3)
    poisson = count_regression(
        COHORTS, dummies(COHORT), EXPOSED, names=["second", "third"], dispersion=Dispersion.POISSON
    )
    assert poisson.deviance == pytest.approx(4190.69, abs=5e-3)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dispersion", [Dispersion.POISSON, Dispersion.MAXIMUM_LIKELIHOOD])
def test_no_other_coefficients_are_likelier(seed: int, dispersion: Dispersion) -> None:
    fit, (counts, columns, exposure) = fitted(seed, dispersion)
    poisson = dispersion is Dispersion.POISSON

    def lacking(at: np.ndarray) -> float:
        mean = exposure * np.exp(columns @ at[:3])
        if poisson:
            return -float(stats.poisson(mean).logpmf(counts).sum())
        size = np.exp(-at[3])
        return -float(stats.nbinom(size, size / (size + mean)).logpmf(counts).sum())

    start = np.concatenate([fit.coefficients, [] if poisson else [np.log(fit.dispersion)]])
    assert lacking(start) == pytest.approx(-fit.log_likelihood, rel=1e-10)
    best = optimize.minimize(lacking, start + 0.05, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10,
                                                                                   "maxiter": 4000})  # fmt: skip
    assert fit.log_likelihood >= -best.fun - 1e-8
    assert fit.coefficients == pytest.approx(best.x[:3], abs=2e-5)


@pytest.mark.parametrize("dispersion", list(Dispersion))
def test_errors_are_from_the_expected_information(dispersion: Dispersion) -> None:
    fit, (_, columns, _) = fitted(1, dispersion)
    weight = fit.expected / (1 + fit.dispersion * fit.expected)
    inverse = np.linalg.inv(columns.T @ np.diag(weight) @ columns)
    assert fit.covariance == pytest.approx(inverse, rel=1e-6, abs=1e-12)
    assert fit.standard_errors == pytest.approx(np.sqrt(np.diag(inverse)))


@pytest.mark.parametrize("seed", range(4))
def test_moments_make_pearson_equal_its_degrees_of_freedom(seed: int) -> None:
    fit, (counts, _, _) = fitted(seed, Dispersion.MOMENTS)
    variance = fit.expected + fit.dispersion * fit.expected**2
    assert float(np.sum((counts - fit.expected) ** 2 / variance)) == pytest.approx(57)


@pytest.mark.parametrize("seed", range(4))
def test_the_score_is_zero_at_every_fit(seed: int) -> None:
    for dispersion in Dispersion:
        fit, (counts, columns, _) = fitted(seed, dispersion)
        score = columns.T @ ((counts - fit.expected) / (1 + fit.dispersion * fit.expected))
        assert score == pytest.approx(0, abs=1e-5)
    poisson, (counts, _, _) = fitted(seed, Dispersion.POISSON)
    assert poisson.expected.sum() == pytest.approx(counts.sum())


def test_dispersion_is_found_again() -> None:
    for dispersion in (Dispersion.MOMENTS, Dispersion.MAXIMUM_LIKELIHOOD):
        fit, _ = fitted(5, dispersion, phi=0.5, n=4000)
        assert fit.dispersion == pytest.approx(0.5, abs=0.06)
        assert fit.coefficients == pytest.approx([-3, 0.2, -0.1], abs=0.06)


def test_counts_more_alike_than_chance_have_no_dispersion() -> None:
    counts, exposure = np.array([5, 5, 5, 6, 5, 5]), np.ones(6)
    fits = [count_regression(counts, np.empty((6, 0)), exposure, names=[], dispersion=d) for d in Dispersion]
    for fit in fits:
        assert fit.dispersion == 0
        assert fit.expected == pytest.approx(31 / 6)


def test_no_covariates_give_the_overall_rate() -> None:
    fit = count_regression(
        np.array([1, 4, 2]), np.empty((3, 0)), np.array([10.0, 20.0, 40.0]), names=[], dispersion=Dispersion.POISSON
    )
    assert fit.expected == pytest.approx(np.array([10, 20, 40]) * 0.1)
    assert fit.standard_errors == pytest.approx([1 / np.sqrt(7)])


@given(st.integers(0, 3), st.sampled_from(list(Dispersion)), st.floats(0.01, 100), st.floats(-1e4, 1e4))
@settings(max_examples=20, deadline=None)
def test_units_of_covariates_and_exposure_do_not_matter(
    seed: int, dispersion: Dispersion, factor: float, shift: float
) -> None:
    fit, (counts, columns, exposure) = fitted(seed, dispersion)
    other = count_regression(
        counts, columns[:, 1:] * factor + shift, exposure * factor, names=["x", "y"], dispersion=dispersion
    )
    assert other.expected == pytest.approx(fit.expected, rel=1e-6)
    assert other.dispersion == pytest.approx(fit.dispersion, rel=1e-5, abs=1e-9)
    assert other.coefficients[1:] * factor == pytest.approx(fit.coefficients[1:], rel=1e-5)


def test_order_does_not_matter() -> None:
    fit, (counts, columns, exposure) = fitted(2, Dispersion.MOMENTS)
    order = np.random.default_rng(0).permutation(len(counts))
    other = count_regression(counts[order], columns[order][:, 1:], exposure[order], names=["x", "y"])
    assert other.expected == pytest.approx(fit.expected[order], rel=1e-8)


@pytest.mark.parametrize("phi", [1e-7, 1e-3, 0.3, 40.0])
def test_the_law_is_that_of_scipy(phi: float) -> None:
    rng = np.random.default_rng(0)
    mean = rng.gamma(1, 5, 200)
    counts = rng.poisson(mean).astype(np.float64)
    peer = stats.nbinom(1 / phi, 1 / (1 + phi * mean))
    assert law.log_likelihood(counts, mean, phi) == pytest.approx(peer.logpmf(counts).sum(), rel=1e-7)
    saturated = law.log_likelihood(counts, np.maximum(counts, 1e-300), phi)
    assert law.deviance(counts, mean, phi) == pytest.approx(2 * (saturated - law.log_likelihood(counts, mean, phi)))


def test_the_score_of_the_dispersion_is_the_slope_of_the_likelihood() -> None:
    rng = np.random.default_rng(3)
    mean = rng.gamma(1, 5, 300)
    counts = rng.negative_binomial(0.5, 0.5 / (0.5 + mean)).astype(np.float64)
    found = law.likelihood_dispersion(counts, mean)
    best = optimize.minimize_scalar(lambda phi: -law.log_likelihood(counts, mean, phi), bounds=(0.1, 10))
    assert found == pytest.approx(best.x, rel=1e-4)


@pytest.mark.parametrize("a", ["1e-9", "3e-5", "0.0009999", "0.001", "0.4", "70"])
def test_the_score_keeps_its_digits_near_poisson(a: str) -> None:
    with localcontext() as context:
        context.prec = 60
        exact = ((1 + Decimal(a)).ln() - Decimal(a) / (1 + Decimal(a))) / Decimal(a) ** 2
    assert law._log_excess(np.array([float(a)]))[0] == pytest.approx(float(exact), rel=1e-9)


def refusal(counts: list[float], covariates: list[list[float]], exposure: list[float], names: list[str]) -> str:
    table = np.array(covariates, dtype=np.float64).T
    with pytest.raises(StatisticError) as found:
        count_regression(np.array(counts), table, np.array(exposure), names=names)
    return str(found.value)


ONE = [1.0] * 6


def test_collinear_and_constant_covariates_are_named() -> None:
    x = [1.0, 2, 3, 4, 5, 7]
    y = [0.0, 1, 0, 2, 1, 1]
    mixed = [2 * a - b + 3 for a, b in zip(x, y, strict=True)]
    assert refusal([1, 2, 3, 1, 2, 3], [x, y, mixed], ONE, ["x", "y", "mixed"]).startswith("mixed: A covariate is")
    assert refusal([1, 2, 3, 1, 2, 3], [x, [0.1] * 6], ONE, ["x", "flat"]).startswith("flat: A covariate is constant")
    almost = [a + 1e-4 * b for a, b in zip(x, y, strict=True)]
    table = np.array([x, almost]).T
    count_regression(np.array([1, 2, 3, 1, 2, 3]), table, np.ones(6), names=["x", "almost"])


def test_separation_is_named_and_only_separation() -> None:
    x = [1.0, 2, 3, 4, 5, 7]
    harbour = [0.0, 0, 0, 0, 1, 1]  # nothing was counted in a harbour
    told = refusal([1, 2, 3, 1, 0, 0], [x, harbour], ONE, ["x", "harbour"])
    assert told.startswith("harbour: These covariates separate")
    both = [[0.0, 0, 0, 0, 1, 0], [0.0, 0, 0, 0, 1, 2]]  # where x - y is negative nothing was counted
    assert "x, y: These covariates separate" in refusal([1, 2, 3, 1, 1, 0], both, ONE, ["x", "y"])
    # The same zero direction where something was counted, but of both signs elsewhere: a likeliest fit exists.
    fit = count_regression(
        np.array([1, 2, 3, 1, 0, 0]), np.array([[0.0, 0, 0, 0, 1, -1]]).T, np.ones(6), names=["tide"],
        dispersion=Dispersion.POISSON,
    )  # fmt: skip
    assert fit.coefficients[1] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("counts", "covariates", "exposure", "names", "problem"),
    [
        ([1, 2, 3], [[1, 2, 4]], [1, 1, 0], ["x"], "area 2: The exposure is not positive"),
        ([1, 2, 3], [[1, 2, 4]], [1, -1, 1], ["x"], "area 1: The exposure is not positive"),
        ([1, 2.5, 3], [[1, 2, 4]], [1, 1, 1], ["x"], "area 1: The counts hold a value that is no whole number"),
        ([1, -2, 3], [[1, 2, 4]], [1, 1, 1], ["x"], "area 1: The counts hold a negative value"),
        ([1, 2, 3], [[1, np.nan, 4]], [1, 1, 1], ["x"], "area 1, column 0: The covariates hold"),
        ([0, 0, 0], [[1, 2, 4]], [1, 1, 1], ["x"], "Nothing was counted"),
        ([1, 2, 3], [[1, 2, 4]], [1, 1, 1], ["x", "y"], "2 names for covariates of shape"),
        ([1, 2], [[1, 2], [2, 5]], [1, 1], ["x", "y"], "2 areas for 3 columns"),
        ([1, 2], [[1, 2]], [1, 1], ["x"], "no dispersion is left"),
        ([1, 2], [[1, 2]], [1, 1, 1], ["x"], "shape"),
    ],
)
def test_other_refusals(
    counts: list[float], covariates: list[list[float]], exposure: list[float], names: list[str], problem: str
) -> None:
    assert problem in refusal(counts, covariates, exposure, names)

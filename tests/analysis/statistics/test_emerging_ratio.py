from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.emerging import EmergingClass, emerging_classes
from analysis.statistics.emerging_ratio import emerging_ratio
from analysis.statistics.errors import StatisticError
from analysis.statistics.mann_kendall import mann_kendall
from analysis.statistics.multiple_testing import adjusted
from analysis.statistics.neighbourhood_ratio import map_dispersion, neighbourhood_ratio
from tests.analysis.statistics.oracles import ring
from tests.analysis.statistics.planted import honeycomb


def test_planted_histories_are_recognised() -> None:
    weights = honeycomb(40)
    n, periods = weights.n, 12
    rng = np.random.default_rng(5)
    risk = np.ones((n, periods))
    histories = {
        205: np.full(periods, 6.0),
        225: np.array([1.0] * 11 + [8]),
        610: np.array([1.0] * 7 + [8] * 5),
        630: np.linspace(5, 15, periods),
        1128: np.array([7.0] * 11 + [1]),
        1148: np.array([7, 1] * 4 + [1, 7, 1, 7.0]),
    }
    for centre, history in histories.items():
        risk[[centre, *weights.neighbours(centre)]] = history
    counts = rng.poisson(3 * risk)
    found = emerging_ratio(counts, np.ones((n, periods)), weights)
    assert [str(found.label[centre]) for centre in histories] == [
        EmergingClass.PERSISTENT_HOT,
        EmergingClass.NEW_HOT,
        EmergingClass.CONSECUTIVE_HOT,
        EmergingClass.INTENSIFYING_HOT,
        EmergingClass.HISTORICAL_HOT,
        EmergingClass.SPORADIC_HOT,
    ]


def test_every_step_one_at_a_time() -> None:
    rng = np.random.default_rng(2)
    weights = ring(90, 1)
    exposure = rng.gamma(3, 10, (90, 5))
    counts = rng.poisson(exposure * 0.3)
    counts[4:7] += np.array([0, 9, 15, 22, 30])
    found = emerging_ratio(counts, exposure, weights, alpha=0.2)
    expected = exposure * counts.sum() / exposure.sum()
    phi = map_dispersion(counts.ravel(), expected.ravel())
    assert found.dispersion == pytest.approx(phi)
    slices = [neighbourhood_ratio(counts[:, t], expected[:, t], weights, dispersion=phi) for t in range(5)]
    upper = adjusted(np.concatenate([part.tails.upper for part in slices])).reshape(5, 90).T
    lower = adjusted(np.concatenate([part.tails.lower for part in slices])).reshape(5, 90).T
    states = np.where(upper <= 0.1, 1, np.where(lower <= 0.1, -1, 0))
    assert np.array_equal(found.states, states)
    assert (states == 1).any()
    ratio = np.stack([part.ratio for part in slices], axis=1)
    test = mann_kendall(ratio)
    direction = np.where(adjusted(test.p) <= 0.2, np.sign(test.s), 0)
    assert np.array_equal(found.label, emerging_classes(states, direction))


def test_the_reference_is_the_whole_cube() -> None:
    # Every area rises alike: with a reference per period nothing would be hot.
    counts = np.tile(np.array([1, 1, 1, 9, 9, 9]), (40, 1))
    found = emerging_ratio(counts, np.ones((40, 6)), ring(40, 2))
    assert found.ratio[0] == pytest.approx([0.2] * 3 + [1.8] * 3)


def test_null_cubes_are_quiet() -> None:
    weights = honeycomb(12)
    rng = np.random.default_rng(0)
    false = 0
    for _ in range(40):
        mean = rng.lognormal(0, 1, (weights.n, 1)) * np.ones(8)
        counts = rng.negative_binomial(2, 2 / (2 + mean))
        false += bool((emerging_ratio(counts, mean, weights).states != 0).any())
    assert false / 40 <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / 40)


def test_a_neighbourhood_without_exposure_is_neither() -> None:
    counts, exposure = np.ones((6, 4)), np.ones((6, 4))
    exposure[:3, 1] = counts[:3, 1] = 0
    found = emerging_ratio(counts, exposure, ring(6))
    assert np.isnan(found.ratio[1, 1])
    assert found.states[1, 1] == 0
    assert found.label[1] == EmergingClass.NO_PATTERN


def test_refusals() -> None:
    with pytest.raises(StatisticError, match="Nothing was counted"):
        emerging_ratio(np.zeros((4, 3)), np.ones((4, 3)), ring(4))
    with pytest.raises(StatisticError, match="table of 5 areas by periods"):
        emerging_ratio(np.ones((4, 3)), np.ones((4, 3)), ring(5))
    with pytest.raises(StatisticError, match="area 1, column 2: There are events where the exposure is zero"):
        emerging_ratio(np.ones((4, 3)), np.where(np.arange(12).reshape(4, 3) == 5, 0, 1), ring(4))
    with pytest.raises(StatisticError, match="at least 3 periods"):
        emerging_ratio(np.ones((4, 2)), np.ones((4, 2)), ring(4))
    with pytest.raises(StatisticError, match="false discovery rate lies strictly"):
        emerging_ratio(np.ones((4, 3)), np.ones((4, 3)), ring(4), alpha=1.0)

"""Rules on concentration: worked cells, boundaries, linear measures by hand, and refusals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.confidential.disclosure.rules.dominance import dominated
from analysis.confidential.disclosure.rules.holdings import checked
from analysis.confidential.disclosure.rules.p_percent import too_close
from analysis.confidential.disclosure.rules.pq import posterior_too_close
from zicht.errors import AlignmentError

CELLS = st.lists(st.lists(st.integers(0, 60), max_size=6), min_size=1, max_size=8)


def table(cells: list[list[int]], depth: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return the totals and the largest holdings of cells given as lists of holdings."""
    ordered = [sorted(cell, reverse=True) for cell in cells]
    largest = [(cell + [0] * depth)[:depth] for cell in ordered]
    return np.array([sum(cell) for cell in cells]), np.array(largest)


@pytest.mark.parametrize(
    ("cell", "n", "k", "expected"),
    [
        ([90, 10], 1, 90, False),  # exactly k% is allowed
        ([91, 9], 1, 90, True),
        ([50, 40, 10], 2, 90, False),
        ([50, 41, 9], 2, 90, True),
        ([50, 41, 9], 1, 90, False),
        ([30, 30, 30, 10], 3, 85, True),
        ([5], 1, 90, True),  # one holding is everything
        ([5, 5], 2, 90, True),
        ([], 2, 90, False),
        ([0, 0], 2, 90, False),
    ],
)
def test_dominance(cell, n, k, expected):
    assert dominated(*table([cell]), n=n, k=k).tolist() == [expected]


@pytest.mark.parametrize(
    ("cell", "p", "expected"),
    [
        ([100, 50, 10], 10, False),  # an error of exactly p% is allowed
        ([100, 50, 9], 10, True),
        ([100, 50, 5, 4], 10, True),
        ([100, 99], 10, True),
        ([100], 10, True),
        ([1, 1, 1], 100, False),
        ([], 10, False),
        ([0, 0, 0], 10, False),
    ],
)
def test_p_percent(cell, p, expected):
    assert too_close(*table([cell]), p=p).tolist() == [expected]


def test_the_published_default_of_acro_finds_what_it_should():
    # (n, k) = (2, 90) and p = 10: two large holdings among small ones, and a market of equals.
    cells = [[700, 250, 30, 20], [100] * 10]
    assert dominated(*table(cells), n=2, k=90).tolist() == [True, False]
    assert too_close(*table(cells), p=10).tolist() == [True, False]


@given(CELLS, st.integers(1, 3), st.integers(1, 99))
def test_dominance_is_the_sum_of_the_largest(cells, n, k):
    by_hand = [sum(cell) > 0 and Fraction(sum(sorted(cell)[::-1][:n]), sum(cell)) > Fraction(k, 100) for cell in cells]
    assert dominated(*table(cells), n=n, k=k).tolist() == by_hand


@given(CELLS, st.integers(1, 100))
def test_p_percent_is_what_the_second_largest_can_estimate(cells, p):
    by_hand = []
    for cell in cells:
        largest, second, *_ = [*sorted(cell)[::-1], 0, 0]
        estimate = sum(cell) - second  # the most that the largest can hold, as the second largest sees it
        by_hand.append(Fraction(estimate - largest) < Fraction(p * largest, 100))
    assert too_close(*table(cells), p=p).tolist() == by_hand


@given(CELLS, st.integers(1, 49), st.integers(50, 100))
def test_pq_depends_on_the_ratio_and_is_p_percent_at_q_100(cells, p, q):
    known = posterior_too_close(*table(cells), p=p, q=q)
    assert np.array_equal(known, posterior_too_close(*table(cells), p=p / 2, q=q / 2))
    assert np.array_equal(posterior_too_close(*table(cells), p=p, q=100), too_close(*table(cells), p=p))
    assert not (too_close(*table(cells), p=p) & ~known).any()  # prior knowledge only makes it worse


def test_pq_at_its_boundary():
    assert posterior_too_close(*table([[100, 50, 20]]), p=10, q=50).tolist() == [False]
    assert posterior_too_close(*table([[100, 50, 19]]), p=10, q=50).tolist() == [True]


@pytest.mark.parametrize(
    ("value", "largest"),
    [
        ([10], [[10]]),  # too few
        ([10, 4], [[5, 5]]),  # not for every cell
        ([10], [5]),
        ([10], [[4, 6]]),  # ascending
        ([10], [[8, 3]]),  # more than the cell
        ([10], [[5, -1]]),
        ([-1], [[0, 0]]),
        ([float("nan")], [[1, 1]]),
        ([10], [[float("nan"), 1]]),
        ([10], [[6, float("nan")]]),
    ],
)
def test_holdings_that_are_no_parts_of_their_cells_are_refused(value, largest):
    with pytest.raises(AlignmentError):
        checked(np.array(value), np.array(largest), needed=2)


def test_amounts_that_differ_in_their_last_bits_are_accepted():
    total, _ = checked(np.array([0.3]), np.array([[0.2, 0.1]]), needed=2)
    assert total.tolist() == [0.3]

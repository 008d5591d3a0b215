"""The bounds of the flow are those of whole-number programming, on systems of every kind."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.audit.bounds import lower_bounds, upper_bounds
from analysis.audit.flow import circulation
from analysis.audit.network import UNLIMITED, Network, surplus
from analysis.audit.report import audit
from tests.analysis.audit import worlds
from tests.analysis.audit.oracle import Program
from tests.analysis.audit.support import Small


def found(small: Small, **options):
    """The intervals of the audit by name."""
    with tempfile.TemporaryDirectory() as folder:
        report = audit(small.open(Path(folder) / "release"), full=True, intervals=True, **options)
    return {
        (i.name.kind, i.name.indicator, i.name.period, i.name.level, i.name.code, i.name.hexagon): i
        for system in report.systems
        for i in system.intervals
    }


def compare(small: Small, program: Program):
    intervals = found(small)
    rows = {**program.atoms(), **program.hidden(), **program.rests()}
    expected = {name: program.interval(row) for name, row in rows.items()}
    for name, (low, high) in expected.items():
        if name in intervals:
            assert (intervals[name].low, intervals[name].high) == (low, high), name
            assert intervals[name].exact
        else:
            assert (low, high) == (0, 0), name
    assert {name for name in intervals if name[4] != "elsewhere"} <= set(expected)


@settings(max_examples=80)
@given(worlds.single())
def test_every_interval_of_one_period_is_that_of_whole_number_programming(small):
    compare(small, Program(small, "x", "2021"))


@pytest.mark.slow
@settings(max_examples=3000)
@given(worlds.single())
def test_every_interval_of_thousands_of_systems_is_that_of_whole_number_programming(small):
    compare(small, Program(small, "x", "2021"))


@settings(max_examples=60)
@given(worlds.yearly())
def test_every_interval_of_a_window_and_its_years_is_that_of_whole_number_programming(made):
    small, years = made
    window = next(key[1] for key in small.shown if "-" in key[1])
    compare(small, Program(small, "x", window, years=years))


@settings(max_examples=60)
@given(worlds.partly())
def test_every_interval_of_an_indicator_and_its_parts_is_that_of_whole_number_programming(small):
    parts = tuple(name for name in small.rules if name != "x")
    compare(small, Program(small, "x", "2021", parts=parts))


@st.composite
def networks(draw):
    nodes, size = draw(st.integers(2, 6)), draw(st.integers(1, 14))
    ends = [[draw(st.integers(0, nodes - 1)) for _ in range(size)] for _ in range(2)]
    low = [draw(st.sampled_from([0, 0, 1, 3])) for _ in range(size)]
    high = [draw(st.sampled_from([least, least + 2, least + 7, UNLIMITED])) for least in low]
    return Network(nodes, *(np.array(part, dtype=np.int64) for part in (*ends, low, high)))


def balanced(network, flow):
    within = (network.low <= flow).all() and (flow <= network.high).all()
    return within and not surplus(network, flow).any()


@settings(max_examples=200)
@given(networks(), st.integers(0, 9))
def test_every_search_ends_with_a_flow_within_the_limits_and_keeps_its_promise(network, reach):
    flow, border = circulation(network)
    if len(border):
        # A set that cannot be balanced falls into pieces, of which one at least cannot.
        assert any(_unbalanced(network, inside) for inside in _pieces(network, border))
        return
    assert balanced(network, flow)
    targets = np.arange(len(network))
    full = upper_bounds(network, flow, targets, np.full(len(network), UNLIMITED))
    part = upper_bounds(network, full.flow, targets, np.full(len(network), reach))
    least = lower_bounds(network, part.flow, targets)
    for result in (full, part, least):
        assert balanced(network, result.flow)
        assert (least.bound <= result.flow).all()
        assert (result.flow <= full.bound).all()
    assert (np.minimum(part.bound, reach) == np.minimum(full.bound, reach)).all()
    assert (part.bound[part.exact] == full.bound[part.exact]).all()


def _unbalanced(network, inside):
    outward = inside[network.tail] & ~inside[network.head]
    inward = ~inside[network.tail] & inside[network.head]
    gain = network.low[inward].sum() - network.high[outward].sum()
    loss = network.low[outward].sum() - network.high[inward].sum()
    return max(gain, loss) > 0


def _pieces(network, border):
    """Yield the sets of nodes that are joined without crossing the border."""
    keep = np.setdiff1d(np.arange(len(network)), border)
    for node in range(network.nodes):
        inside = np.arange(network.nodes) == node
        for _ in range(network.nodes):
            for tail, head in zip(network.tail[keep], network.head[keep], strict=True):
                inside[[tail, head]] = inside[tail] | inside[head]
        yield inside

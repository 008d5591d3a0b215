"""Rates that tell more than the counts under them are read as any reader would read them."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.audit.derived import sharpened
from analysis.audit.errors import ContradictionError
from analysis.audit.knowledge import known
from analysis.audit.network import UNLIMITED
from analysis.audit.report import audit
from analysis.audit.rules import Rule
from tests.analysis.audit.support import Small
from zicht.published import ColumnKey, PublishedColumn

NAN = float("nan")
RULE = Rule(10, 2, 5, zeros_shown=True, capacity_of="", capacity_each=0, is_event=True, part_of="")
HOMES = [6120.0, 3000.0, 4000.0]


def column(measure, value, low, high, *, level="buurt", codes=("A", "B", "C")):
    status = np.where(np.isnan(value), "suppressed", "published")
    key = ColumnKey("x", "2021", level, "", measure)
    return PublishedColumn(key, "", np.array(codes), status, np.array(value), np.array(low), np.array(high))


def homes():
    return column("exposure", HOMES, HOMES, HOMES)


def rates(value, low, high):
    per = [None if homes == 0 else 10_000 / homes for homes in HOMES]
    return column(
        "rate",
        *([round(v * p, 4) if v == v else NAN for v, p in zip(part, per, strict=True)] for part in (value, low, high)),
    )


COUNTS = column("count", [20, 15, NAN], [18, 13, NAN], [22, 17, NAN])


def bounds(rate):
    found = sharpened(known(COUNTS, RULE), COUNTS, rate, homes())
    return list(zip(found.low.tolist(), found.high.tolist(), strict=True))


def test_rates_of_published_counts_tell_nothing():
    assert bounds(rates([20, 15, NAN], [18, 13, NAN], [22, 17, NAN])) == [(18, 22), (13, 17), (1, UNLIMITED)]


def test_a_rate_of_the_true_count_gives_it_away():
    # Homes 6,120 and a count shown as 20: a rate of 21 by 6,120 tells 21. The other cells show the factor.
    value = np.array([20.0, 15, 30, 40])
    codes, many = ("A", "B", "C", "D"), [6120.0, 3000.0, 4000.0, 5000.0]
    count = column("count", value, value - 2, value + 2, codes=codes)
    true = np.array([21.0, 15, 30, 40]) * 10_000 / many
    low, high = ((value + step) * 10_000 / many for step in (-2, 2))
    rate = column("rate", true, low, high, codes=codes)
    found = sharpened(known(count, RULE), count, rate, column("exposure", many, many, many, codes=codes))
    assert (found.low[0], found.high[0]) == (21, 21)


def test_a_rate_where_the_count_is_hidden_gives_it_away():
    assert bounds(rates([20, 15, 7], [18, 13, 7], [22, 17, 7]))[2] == (7, 7)


def test_bounds_of_a_hidden_rate_bound_its_count():
    assert bounds(rates([20, 15, NAN], [18, 13, 1], [22, 17, 9]))[2] == (1, 9)


def test_a_rate_that_no_count_has_is_refused():
    with pytest.raises(ContradictionError, match=r"rates.*: C"):
        bounds(rates([20, 15, 7.5], [18, 13, 7.5], [22, 17, 7.5]))


def test_a_release_whose_rates_bound_hidden_counts_does_not_hold(tmp_path):
    cells = [30, None, None]
    shown = {("x", "2021", "country"): [100], ("x", "2021", "buurt"): cells}
    plain = Small({"buurt": [0] * 3}, [("buurt", i, "country", 0) for i in range(3)], shown)
    codes = plain.codes("buurt")
    more = (
        column("exposure", HOMES, HOMES, HOMES, codes=codes),
        column("rate", [30 / 6120, NAN, NAN], [30 / 6120, 1 / 3000, NAN], [30 / 6120, 9 / 3000, NAN], codes=codes),
    )
    loud = Small(plain.levels, plain.atoms, shown, more=more)
    assert audit(plain.open(tmp_path / "plain")).holds
    assert not audit(loud.open(tmp_path / "loud")).holds

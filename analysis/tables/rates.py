"""Rates of any table: empirical Bayes, standardised ratios, and ratios of neighbourhoods."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from analysis.statistics.empirical_bayes import empirical_bayes, local_empirical_bayes
from analysis.statistics.multiple_testing import two_sided_q
from analysis.statistics.neighbourhood_ratio import neighbourhood_ratio
from analysis.statistics.standardisation import crude_expected
from analysis.statistics.standardised_ratio import sir
from analysis.statistics.tails import FloatArray
from analysis.tables.calling import called
from analysis.tables.method import Column, Method, Need, TableInput, TableOutput, given


def smoothed(data: TableInput) -> TableOutput:
    """Draw every rate towards the rate of the whole table, by as much as the area is small.

    Where neighbours are given, rates are drawn towards that of the area and its neighbours instead; only who is linked
    counts, and an island keeps its own rate. Where rates differ no more than chance would make them, every eb is the
    rate they are drawn to. An area with exposure 0 and column 0 has no rate; its eb is the rate of the table, or that
    of its neighbours if any of them is exposed. Refused with its line: a negative number, and events without exposure.
    """
    events, exposed = _counted(data)
    if data.weights is None:
        found, toward = empirical_bayes(events, exposed), "the whole table"
    else:
        found, toward = local_empirical_bayes(events, exposed, data.weights), "each area and its neighbours"
    notes = [f"Rates are drawn towards that of {toward}."]
    if not np.nanmax(found.variance) > 0:
        notes.append("Rates differ no more than chance would make them: every eb is the rate it is drawn to.")
    return TableOutput({"id": data.ids, "rate": found.rate, "eb": found.estimate}, tuple(notes))


def standardised(data: TableInput) -> TableOutput:
    """Compare what was counted in every area with what is expected at one rate, with exact limits.

    Expected events are E times the rate of the whole table, or times `--rate`; with `--rate 1` E holds expected events.
    Expected events are taken as known. An area with exposure 0 and column 0 has no ratio, limits, p and q. Refused with
    its line: a negative number, a count that is not whole, and events without exposure.
    """
    events, exposed = _counted(data)
    options, expected = data.options, _expected(data, events, exposed)
    found = sir(events, expected, confidence=options.confidence, kind=options.limits)
    q = two_sided_q(found.tails, correction=options.correction)
    columns: dict[str, Column] = {
        "id": data.ids,
        "observed": events.astype(np.int64),
        "expected": expected,
        "sir": found.ratio,
        "low": found.low,
        "high": found.high,
        "p_upper": found.tails.upper,
        "p_lower": found.tails.lower,
        "p_mid": found.tails.mid,
        "q": q,
        "class": called(found.tails, q, options.alpha, low="lower", high="higher"),
    }
    return TableOutput(columns)


def around(data: TableInput) -> TableOutput:
    """Compare what was counted in every area and its neighbours with what is expected there: where risk is high or low.

    Expected events are E times the rate of the whole table, or times `--rate`; with `--rate 1` E holds expected events.
    Counts may vary more than Poisson: how much is estimated from the table, and said. In a small table a cluster is
    itself much of that variation and can hide; `--dispersion` says how much there is. Only who is linked counts; an
    island is its own neighbourhood. A neighbourhood with exposure 0 has no ratio, p and q. Refused with its line: a
    negative number, a count that is not whole, and events without exposure.
    """
    events, exposed = _counted(data)
    expected = _expected(data, events, exposed)
    phi = data.options.dispersion
    # Expected events of one's own were not estimated from this table.
    estimated = 1 if data.options.rate is None else 0
    few = phi is None and np.count_nonzero(expected) <= estimated
    data.refuse(np.full(len(data), few), "Too few areas have expected events to estimate a dispersion.")
    found = neighbourhood_ratio(events, expected, given(data.weights), dispersion=phi, estimated=estimated)
    q = two_sided_q(found.tails, correction=data.options.correction)
    columns: dict[str, Column] = {
        "id": data.ids,
        "observed": found.observed.astype(np.int64),
        "expected": found.expected,
        "ratio": found.ratio,
        "p_upper": found.tails.upper,
        "p_lower": found.tails.lower,
        "p_mid": found.tails.mid,
        "q": q,
        "class": called(found.tails, q, data.options.alpha, low="cold", high="hot"),
    }
    return TableOutput(columns, (f"The dispersion of counts beyond Poisson is {found.dispersion:.3g}.",))


def _expected(data: TableInput, events: FloatArray, exposed: FloatArray) -> FloatArray:
    data.refuse(events != np.floor(events), "A count is no whole number.")
    rate = data.options.rate
    return crude_expected(events, exposed) if rate is None else np.asarray(exposed * rate)


def _counted(data: TableInput) -> tuple[FloatArray, FloatArray]:
    events, exposed = given(data.column), given(data.exposure)
    data.refuse(events < 0, "A count is negative.")
    data.refuse(exposed < 0, "An exposure is negative.")
    data.refuse((exposed == 0) & (events > 0), "There are events where the exposure is 0.", remedy="Correct either.")
    data.refuse(np.full(len(data), not exposed.any()), "The exposure is 0 everywhere.")
    return events, exposed


_EB = MappingProxyType(
    {
        "id": "the area",
        "rate": "C divided by E, in events per unit of E, 0 or more; empty where E is 0",
        "eb": "the rate drawn towards the others, in events per unit of E, 0 or more; empty where nobody is exposed",
    }
)
_SIR = MappingProxyType(
    {
        "id": "the area",
        "observed": "C, in events",
        "expected": "events at the reference rate, 0 or more",
        "sir": "observed divided by expected, 0 or more; empty where nothing is expected",
        "low": "lower limit of sir at `--confidence`, 0 or more; likewise",
        "high": "upper limit of sir at `--confidence`; likewise",
        "p_upper": "P(count at least as large) by the Poisson distribution, 0 to 1; likewise",
        "p_lower": "P(count at most as large), likewise",
        "p_mid": "P(larger) + P(equal) / 2, likewise",
        "q": "false discovery rate at which the area is called: each tail adjusted over the map, twice the smaller",
        "class": "higher or lower where q is at most alpha, not_significant, or not_applicable without expected events",
    }
)
_AROUND = MappingProxyType(
    {
        "id": "the area",
        "observed": "events in the area and its neighbours",
        "expected": "events at the reference rate in the same areas, 0 or more",
        "ratio": "observed divided by expected, 0 or more; empty where nothing is expected",
        "p_upper": "P(count at least as large) by the law of a sum of negative binomial counts, 0 to 1; likewise",
        "p_lower": "P(count at most as large), likewise",
        "p_mid": "P(larger) + P(equal) / 2, likewise",
        "q": "false discovery rate at which the area is called: each tail adjusted over the map, twice the smaller",
        "class": "hot or cold where q is at most alpha, not_significant, or not_applicable without expected events",
    }
)
_NEEDS = frozenset({Need.COLUMN, Need.EXPOSURE})

METHODS = (
    Method(
        "empirical-bayes",
        "Empirical Bayes rates",
        ("empirical-bayes", "local-empirical-bayes"),
        _NEEDS,
        _EB,
        smoothed,
        takes=frozenset({Need.NEIGHBOURS}),
    ),
    Method(
        "sir",
        "Standardised ratio (SIR): observed over expected",
        ("sir", "expected-counts"),
        _NEEDS,
        _SIR,
        standardised,
        options=("alpha", "correction", "confidence", "limits", "rate"),
    ),
    Method(
        "neighbourhood-ratio",
        "Neighbourhood observed over expected",
        ("neighbourhood-ratio", "expected-counts"),
        _NEEDS | {Need.NEIGHBOURS},
        _AROUND,
        around,
        options=("alpha", "correction", "rate", "dispersion"),
    ),
)

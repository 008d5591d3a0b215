"""The tables of deviations and figures refuse what must not be in a release, and come back as they went."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.web.compared import CODES, column
from zicht.deviations import DeviationRule, DeviationTable, rule_of
from zicht.errors import AlignmentError, ConfigError
from zicht.figures import FigureColumn, FigureKey, FigureTable

NAN = float("nan")


def test_tables_come_back_as_they_went(tmp_path):
    figures = FigureTable([FigureColumn(FigureKey("homes", "buurt"), CODES, np.array([NAN, *range(11)]))])
    for table in (DeviationTable([column("similar"), column("country", 3)]), figures):
        table.write(tmp_path / "one.parquet")
        type(table).read(tmp_path / "one.parquet").write(tmp_path / "two.parquet")
        assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    with pytest.raises(AlignmentError, match="nothing of inhabitants"):
        figures.column(FigureKey("inhabitants", "buurt"))


def with_number(name: str, value: float, at: int):
    good = column("similar")
    numbers = getattr(good, name).copy()
    numbers[at] = value
    return replace(good, **{name: numbers})


@pytest.mark.parametrize("name", ["ratio", "low", "high", "expected_low", "expected_high"])
def test_a_hidden_area_carries_no_number(name):
    with pytest.raises(AlignmentError, match="not compared carries a number"):
        with_number(name, 1.0, 1)


@pytest.mark.parametrize(("name", "value"), [("ratio", 0.9), ("ratio", 2.7), ("low", 2.7), ("high", 1.1)])
def test_an_interval_holds_its_ratio(name, value):
    with pytest.raises(AlignmentError, match="does not hold its ratio"):
        with_number(name, value, 0)


def test_unknown_classes_references_and_lengths_are_refused():
    good = column("similar")
    with pytest.raises(AlignmentError, match="known ones"):
        replace(good, label=np.where(good.label == "higher", "much higher", good.label))
    with pytest.raises(AlignmentError, match="known ones"):
        replace(good, key=replace(good.key, reference="last year"))
    with pytest.raises(AlignmentError, match="different lengths"):
        replace(good, ratio=good.ratio[1:])


@pytest.mark.parametrize(
    ("code", "value"),
    [(CODES[::-1], np.zeros(12)), (CODES, np.zeros(11)), (CODES, np.full(12, -1)), (CODES, np.full(12, np.inf))],
)
def test_a_figure_that_is_none_is_refused(code, value):
    with pytest.raises(AlignmentError):
        FigureColumn(FigureKey("homes", "buurt"), code, value)


def test_a_rule_is_read_from_what_it_writes():
    rule = DeviationRule(context=("density", "youth-care"), similar=7, margin=1.5, confidence=0.9, alpha=0.1)
    assert rule_of(rule.content()) == rule
    assert rule_of({}) == DeviationRule()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"neighbours": 3}, "no entry 'neighbours'"),
        ({"similar": "many"}, "wrong kind"),
        ({"similar": 0}, "out of its range"),
        ({"margin": 1.0}, "out of its range"),
        ({"confidence": 1.0}, "out of its range"),
        ({"alpha": 0.0}, "out of its range"),
        ({"context": ["density", "density"]}, "twice"),
        ({"context": ["p_n_w_al"]}, "origin of people"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(raw, message):
    with pytest.raises(ConfigError, match=message):
        rule_of(raw)

"""`zicht stats empirical-bayes`, `sir` and `mann-kendall` as a person meets them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from analysis.statistics.empirical_bayes import empirical_bayes, local_empirical_bayes
from analysis.statistics.mann_kendall import Significance, mann_kendall
from analysis.statistics.neighbourhood_ratio import neighbourhood_ratio
from analysis.statistics.sen_slope import sen_slope
from analysis.statistics.standardised_ratio import LimitKind, sir
from geo.weights import from_pairs
from tests.zicht.stats_tables import Desk, both_ways, column
from zicht.cli import FAILED, WRONG_CALL

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "statistics-of-a-table.md"
TABLE = "id,c,e\n01,10,100\n02,0,100\n03,5,200\n04,40,250\n"
EVENTS, EXPOSED = np.array([10.0, 0, 5, 40]), np.array([100.0, 100, 200, 250])


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def rates(desk, method, table=TABLE, *more):
    return desk.run(method, desk.table(table), "--column", "c", "--exposure", "e", *more)


def test_rates_are_drawn_towards_the_table(desk, capsys):
    rows = rates(desk, "empirical-bayes")
    assert list(rows[0]) == ["id", "rate", "eb"]
    assert [row["id"] for row in rows] == ["01", "02", "03", "04"]
    found = empirical_bayes(EVENTS, EXPOSED)
    assert column(rows, "rate") == found.rate.tolist()
    assert column(rows, "eb") == found.estimate.tolist()
    assert "drawn towards that of the whole table" in capsys.readouterr().err


def test_rates_are_drawn_towards_neighbours_where_there_are_any(desk, capsys):
    pairs = desk.pairs(both_ways(("01", "02"), ("02", "03")))
    rows = rates(desk, "empirical-bayes", TABLE, "--neighbours", pairs)
    links = from_pairs(4, np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1]))
    assert column(rows, "eb") == local_empirical_bayes(EVENTS, EXPOSED, links).estimate.tolist()
    assert rows[3]["eb"] == rows[3]["rate"] == "0.16"
    assert "each area and its neighbours" in capsys.readouterr().err


def test_an_area_without_exposure_has_no_rate(desk):
    rows = rates(desk, "empirical-bayes", TABLE + "05,0,0\n")
    assert rows[4]["rate"] == ""
    assert float(rows[4]["eb"]) == pytest.approx(55 / 650)
    rows = rates(desk, "sir", TABLE + "05,0,0\n")
    assert [rows[4][name] for name in ("sir", "low", "high", "p_upper", "p_lower", "p_mid", "q")] == [""] * 7
    assert rows[4]["class"] == "not_applicable"


def test_rates_that_differ_by_chance_alone_are_reported(desk, capsys):
    rows = rates(desk, "empirical-bayes", "id,c,e\na,5,100\nb,5,100\nc,6,100\n")
    assert column(rows, "eb") == pytest.approx([16 / 300] * 3)
    assert "no more than chance" in capsys.readouterr().err


def test_ratios_are_those_of_the_library(desk):
    rows = rates(desk, "sir")
    assert list(rows[0]) == [
        "id", "observed", "expected", "sir", "low", "high", "p_upper", "p_lower", "p_mid", "q", "class",
    ]  # fmt: skip
    expected = EXPOSED * (55 / 650)
    found = sir(EVENTS, expected)
    assert column(rows, "expected") == expected.tolist()
    assert column(rows, "sir") == found.ratio.tolist()
    assert column(rows, "low") == found.low.tolist()
    assert column(rows, "high") == found.high.tolist()
    assert column(rows, "p_mid") == found.tails.mid.tolist()
    assert [row["class"] for row in rows] == ["not_significant", "lower", "lower", "higher"]
    assert [row["observed"] for row in rows] == ["10", "0", "5", "40"]


def test_ratios_to_a_rate_of_ones_own(desk):
    rows = rates(desk, "sir", TABLE, "--rate", "0.1", "--limits", "mid-p", "--confidence", "0.9")
    found = sir(EVENTS, EXPOSED * 0.1, confidence=0.9, kind=LimitKind.MID_P)
    assert column(rows, "expected") == (EXPOSED * 0.1).tolist()
    assert column(rows, "high") == found.high.tolist()
    rows = rates(desk, "sir", "id,c,e\na,4,3.3\n", "--rate", "1")
    assert float(rows[0]["sir"]) == pytest.approx(4 / 3.3)
    assert float(rows[0]["low"]) == pytest.approx(0.3303, abs=1e-4)


def test_a_table_without_events_expects_none(desk):
    rows = rates(desk, "sir", "id,c,e\na,0,3\nb,0,5\n")
    assert {row["class"] for row in rows} == {"not_applicable"}
    assert column(rates(desk, "empirical-bayes", "id,c,e\na,0,3\nb,0,5\n"), "eb") == [0, 0]


@pytest.mark.parametrize("method", ["empirical-bayes", "sir"])
@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,1,2\nb,-3,4\n", "table.csv, line 3 (id 'b'): A count is negative"),
        ("a,1,2\nb,3,-4\n", "table.csv, line 3 (id 'b'): An exposure is negative"),
        ("a,1,0\nb,3,4\n", "table.csv, line 2 (id 'a'): There are events where the exposure is 0"),
        ("a,0,0\nb,0,0\n", "The exposure is 0 everywhere"),
        ("a,NaN,1\nb,1,1\n", "Column 'c' is not a finite number in 1 row"),
        ("a,1,inf\nb,1,1\n", "Column 'e' is not a finite number in 1 row"),
        ("a,,1\nb,1,1\n", "Column 'c' is blank in 1 row"),
        ("a,1,1\na,1,1\n", "The id 'a' stands twice"),
    ],
)
def test_rates_refuse_by_line(desk, capsys, method, rows, told):
    table = desk.table("id,c,e\n" + rows)
    assert desk.refused(method, table, "--column", "c", "--exposure", "e") == FAILED
    assert told in capsys.readouterr().err


def test_a_ratio_needs_whole_counts_and_a_rate_does_not(desk, capsys):
    table = desk.table("id,c,e\na,1.5,2\nb,2,4\n")
    assert desk.refused("sir", table, "--column", "c", "--exposure", "e") == FAILED
    assert "line 2 (id 'a'): A count is no whole number" in capsys.readouterr().err
    assert len(desk.run("empirical-bayes", table, "--column", "c", "--exposure", "e")) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("sir",), "It needs --exposure E"),
        (("sir", "--exposure", "e", "--period", "id"), "It does not take --period P"),
        (("sir", "--exposure", "e", "--draws", "99"), "It does not take --draws"),
        (("sir", "--exposure", "e", "--rate", "0"), "--rate: The option is out of range"),
        (("sir", "--exposure", "e", "--confidence", "95"), "--confidence: The option is out of range"),
        (("sir", "--exposure", "e", "--limits", "wide"), "--limits"),
        (("empirical-bayes", "--exposure", "e", "--alpha", "0.1"), "It does not take --alpha"),
    ],
)
def test_calls_that_do_not_fit(desk, capsys, arguments, told):
    method, *rest = arguments
    assert desk.refused(method, desk.table(TABLE), "--column", "c", *rest) == WRONG_CALL
    assert told in capsys.readouterr().err


def test_neighbourhoods_are_those_of_the_library(desk, capsys):
    pairs = desk.pairs(both_ways(("01", "02"), ("02", "03")))
    rows = rates(desk, "neighbourhood-ratio", TABLE + "05,0,0\n", "--neighbours", pairs)
    assert list(rows[0]) == ["id", "observed", "expected", "ratio", "p_upper", "p_lower", "p_mid", "q", "class"]
    links = from_pairs(5, np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1]))
    events, exposed = np.append(EVENTS, 0), np.append(EXPOSED, 0)
    found = neighbourhood_ratio(events, exposed * (55 / 650), links)
    assert column(rows, "observed") == [10, 15, 5, 40, 0]
    assert column(rows, "ratio")[:4] == found.ratio[:4].tolist()
    assert column(rows, "p_upper")[:4] == found.tails.upper[:4].tolist()
    assert [rows[4][name] for name in ("ratio", "p_upper", "p_lower", "p_mid", "q")] == [""] * 5
    assert rows[4]["class"] == "not_applicable"
    assert f"beyond Poisson is {found.dispersion:.3g}" in capsys.readouterr().err


def test_a_planted_neighbourhood_is_hot_and_its_mirror_is_cold(desk):
    counts = [2, 3, 2, 3, 12, 14, 13, 3, 2, 3, 2, 2]
    names = [f"{at:02}" for at in range(12)]
    arguments = ("--neighbours", desk.pairs(both_ways(*pairwise(names))), "--dispersion", "0")
    table = "id,c,e\n" + "".join(f"{name},{count},1\n" for name, count in zip(names, counts, strict=True))
    rows = rates(desk, "neighbourhood-ratio", table, *arguments, "--rate", "3")
    assert [row["id"] for row in rows if row["class"] == "hot"] == ["04", "05", "06", "07"]
    assert "cold" not in [row["class"] for row in rows]
    rows = rates(desk, "neighbourhood-ratio", table, *arguments, "--rate", "14")
    assert [row["id"] for row in rows if row["class"] == "not_significant"] == ["04", "05", "06"]
    assert {row["class"] for row in rows} == {"cold", "not_significant"}


def test_a_cluster_that_is_much_of_a_small_table_hides_in_its_own_dispersion(desk, capsys):
    names = [f"{at:02}" for at in range(12)]
    pairs = desk.pairs(both_ways(*pairwise(names)))
    counts = [2, 3, 2, 3, 12, 14, 13, 3, 2, 3, 2, 2]
    table = "id,c,e\n" + "".join(f"{name},{count},1\n" for name, count in zip(names, counts, strict=True))
    rows = rates(desk, "neighbourhood-ratio", table, "--neighbours", pairs, "--rate", "3")
    assert {row["class"] for row in rows} == {"not_significant"}
    assert "beyond Poisson is 2.5" in capsys.readouterr().err


def test_a_neighbourhood_needs_more_than_one_expected_count(desk, capsys):
    table, pairs = desk.table("id,c,e\na,3,1\nb,0,0\n"), desk.pairs(both_ways(("a", "b")))
    arguments = ("--column", "c", "--exposure", "e", "--neighbours", pairs)
    assert desk.refused("neighbourhood-ratio", table, *arguments) == FAILED
    assert "Too few areas have expected events" in capsys.readouterr().err
    assert desk.run("neighbourhood-ratio", table, *arguments, "--rate", "1")[0]["ratio"] == "3.0"


def long(areas, periods):
    """A long table, its rows in no order."""
    rows = [
        f"{name},{period},{value}"
        for name, values in areas.items()
        for period, value in zip(periods, values, strict=True)
    ]
    order = np.random.default_rng(0).permutation(len(rows))
    return "id,p,c\n" + "".join(rows[at] + "\n" for at in order)


YEARS = range(2016, 2026)
SERIES = {"007": [1, 2, 2, 4, 5, 5, 7, 9, 9, 12], "b": [5, 4, 5, 4, 5, 4, 5, 4, 5, 4], "c": [3.5] * 10}
VALUES = np.array(list(SERIES.values()), dtype=np.float64)


def trend(desk, text, *more):
    return desk.run("mann-kendall", desk.table(text), "--column", "c", "--period", "p", *more)


def by_id(rows):
    return {row["id"]: row for row in rows}


def test_trends_are_those_of_the_library(desk, capsys):
    rows = trend(desk, long(SERIES, YEARS))
    assert list(rows[0]) == ["id", "s", "var_s", "z", "p", "tau", "sen_slope", "class"]
    found = by_id(rows)
    test, slope = mann_kendall(VALUES), sen_slope(VALUES)
    for at, name in enumerate(SERIES):
        assert found[name]["s"] == str(test.s[at])
        for part in ("var_s", "z", "p", "tau"):
            assert float(found[name][part]) == getattr(test, part)[at]
        assert float(found[name]["sen_slope"]) == slope[at]
    assert [found[name]["class"] for name in SERIES] == ["increasing", "no_trend", "no_trend"]
    assert [float(found["c"][name]) for name in ("s", "var_s", "z", "p", "tau", "sen_slope")] == [0, 0, 0, 1, 0, 0]
    assert "10 periods, from 2016 to 2025" in capsys.readouterr().err


def test_areas_come_in_the_order_in_which_they_first_stand(desk):
    text = "id,p,c\nz,1,1\na,2,5\nz,3,3\na,1,4\nz,2,2\na,3,6\n"
    assert [row["id"] for row in trend(desk, text)] == ["z", "a"]


@pytest.mark.parametrize(
    "periods",
    [
        [f"2025-{month}" for month in range(1, 13)],
        [f"2025Q{quarter}" for quarter in range(1, 13)],
        [str(-6 + step) for step in range(12)],
        [f"{step / 4}" for step in range(12)],
        [f" {year} " for year in range(12)],
    ],
)
def test_periods_are_ordered_by_their_numbers(desk, periods):
    rising = list(range(12))
    (row,) = trend(desk, long({"a": rising}, periods))
    assert row["s"] == str(12 * 11 // 2)


def test_short_series_can_have_their_exact_p(desk, capsys):
    series = {"a": [1, 2, 4, 3, 5], "b": [1, 1, 2, 3, 4]}
    values = np.array(list(series.values()), dtype=np.float64)
    found = by_id(trend(desk, long(series, range(5)), "--significance", "exact"))
    exact = mann_kendall(values, significance=Significance.EXACT)
    assert [float(found[name]["p"]) for name in series] == exact.p.tolist()
    assert "exact for areas without ties" in capsys.readouterr().err
    trend(desk, long(SERIES, YEARS), "--significance", "exact")
    trend(desk, long({"a": list(range(11))}, range(11)), "--significance", "exact")
    assert "exact ones end at 10 periods" in capsys.readouterr().err


def test_uneven_steps_are_reported(desk, capsys):
    trend(desk, long({"a": [1, 2, 3]}, [2000, 2001, 2005]))
    assert "not equally far apart" in capsys.readouterr().err
    trend(desk, long({"a": [1, 2, 3]}, [2000, 2001, 2002]))
    assert "not equally far apart" not in capsys.readouterr().err


def test_classes_are_adjusted_over_the_table(desk):
    weak = [0, 1, 2, 3, 9, 5, 6, 4, 7, 6]
    alone = by_id(trend(desk, long({"a": weak}, YEARS)))
    crowd = {"a": weak, **{f"q{at}": [1, 2] * 5 for at in range(30)}}
    assert alone["a"]["class"] == "increasing"
    assert by_id(trend(desk, long(crowd, YEARS)))["a"]["class"] == "no_trend"
    assert by_id(trend(desk, long(crowd, YEARS), "--alpha", "0.9"))["a"]["class"] == "increasing"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("a,1,1\na,2,2\n", "at least 3 periods; there are 2"),
        ("a,1,1\na,2,2\na,3,3\nb,1,1\nb,3,2\n", "lines 5, 6 (id 'b' first): An area has no row for period '2'"),
        (
            "a,1,1\na,2,2\na,3,3\nb,1,1\nb,3,2\nc,1,1\n",
            "lines 5, 6, 7 (id 'b' first): Areas have unequal numbers of periods",
        ),
        ("a,1,1\na,2,2\na,3,3\na,3,4\n", "The id 'a' stands twice in period '3'"),
        ("a,1,1\na,2,2\na,3,3\na, 3,4\n", "An area has two rows of one period"),
        ("a,1,1\na,,2\na,3,3\n", "line 3 (id 'a'): A row has no period"),
        ("a,jan,1\na,feb,2\na,mar,3\n", "lines 2, 3: Periods differ in more than their numbers"),
        ("a,2025,1\na,2026,2\na,2025-03,3\n", "lines 2, 4: Periods differ in more than their numbers"),
        ("a,12-2024,1\na,1-2025,2\na,2-2025,3\n", "line 2: A year comes after a smaller unit"),
        ("a,1,1\na,01,2\na,3,3\n", "lines 2, 3: One period is written in two ways"),
        ("a,1,1\na,2,NaN\na,3,3\n", "Column 'c' is not a finite number in 1 row"),
        ("a,1,1\na,2,\na,3,3\n", "Column 'c' is blank in 1 row"),
    ],
)
def test_trends_refuse_what_is_no_whole_table(desk, capsys, rows, told):
    table = desk.table("id,p,c\n" + rows)
    assert desk.refused("mann-kendall", table, "--column", "c", "--period", "p") == FAILED
    assert told in capsys.readouterr().err


def test_trends_of_a_table_without_ids_say_how_to_name_them(desk, capsys):
    table = desk.table("area,p,c\na,1,1\na,2,2\na,3,3\n")
    assert desk.refused("mann-kendall", table, "--column", "c", "--period", "p") == FAILED
    assert "--id names the column of areas" in capsys.readouterr().err
    assert len(desk.run("mann-kendall", table, "--column", "c", "--period", "p", "--id", "area")) == 1


def test_trends_need_periods(desk, capsys):
    assert desk.refused("mann-kendall", desk.table(TABLE), "--column", "c") == WRONG_CALL
    assert "It needs --period P" in capsys.readouterr().err


def test_negative_numbers_have_a_trend_too(desk):
    (row,) = trend(desk, long({"a": [-3, -1, 0, 2]}, range(4)))
    assert (row["s"], row["sen_slope"]) == ("6", repr(float(np.median([2, 1, 2, 1.5, 1.5, 5 / 3]))))


def test_the_example_of_the_how_to_page(desk):
    text = HOW_TO.read_text(encoding="utf-8")
    block = text[text.index("id,year,count") :]
    table = desk.table(block[: block.index("```")])
    rows = desk.run("mann-kendall", table, "--column", "count", "--period", "year")
    assert [(row["id"], row["s"], row["sen_slope"]) for row in rows] == [("0101", "3", "1.5"), ("0102", "0", "0.0")]

"""`zicht stats scan` and `zicht stats knox`: the library's answers in a file, and everything that is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.statistics.knox import knox
from analysis.statistics.scan import Rates, ScanModel, ScanOptions, spatial_scan
from analysis.statistics.space_time_scan import space_time_scan
from tests.analysis.statistics import test_scan as library
from tests.zicht.stats_tables import Desk, column
from zicht.cli import FAILED, WRONG_CALL

TABLE = "id,c,e,x,y\n01,4,10,0,0\n02,0,10,1,0\n03,7,12,2,0.5\n04,1,30,3,0\n05,0,30,9,9\n"
SAID = ("--column", "c", "--exposure", "e", "--x", "x", "--y", "y")
EVENTS = "when,x,y\n1,0,0\n2,0,1\n3,5,5\n9,5,6\n30,0,0.5\n"
NEAR = ("--x", "x", "--y", "y", "--period", "when", "--distance", "1", "--interval", "2")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_columns_are_those_that_are_documented(desk: Desk) -> None:
    rows = desk.run("scan", desk.table(TABLE), *SAID)
    assert list(rows[0]) == ["rank", "centre", "members", "cases", "expected", "relative_risk", "llr", "p"]
    assert [row["rank"] for row in rows] == [str(at + 1) for at in range(len(rows))]


def test_options_reach_the_library_and_numbers_read_back_exactly(desk: Desk, capsys) -> None:
    cases, exposure, points = library.world(11, 120)
    text = "id,c,e,x,y\n" + "".join(
        f"t{i:03d},{c:g},{e:g},{x!r},{y!r}\n"
        for i, (c, e, (x, y)) in enumerate(zip(cases, exposure, points.tolist(), strict=True))
    )
    options = ScanOptions(rates=Rates.BOTH, max_share=0.05, max_areas=3, replicates=99, most=5)
    wanted = spatial_scan(
        cases, exposure, points, rng=np.random.default_rng(7), model=ScanModel.BERNOULLI, options=options
    ).clusters
    assert wanted
    said = ["--model", "bernoulli", "--clusters", "both", "--max-share", 0.05, "--max-areas", 3]
    said += ["--replicates", 99, "--most", 5, "--seed", 7]
    rows = desk.run("scan", desk.table(text), *SAID, *said)
    content = desk.out.read_bytes()
    assert column(rows, "llr") == [one.llr for one in wanted]
    assert column(rows, "p") == [one.p for one in wanted]
    assert column(rows, "relative_risk") == [one.relative_risk for one in wanted]
    assert [row["members"] for row in rows] == [" ".join(f"t{i:03d}" for i in one.members) for one in wanted]
    assert "99 replicates: none is below 1.0e-02" in capsys.readouterr().err
    assert desk.run("scan", desk.table(text), *SAID, *said) == rows
    assert desk.out.read_bytes() == content
    assert column(desk.run("scan", desk.table(text), *SAID, *said, "--gumbel"), "p") == [one.p_gumbel for one in wanted]


def test_ids_are_text_and_a_map_without_cases_has_no_cluster(desk: Desk, capsys) -> None:
    rows = desk.run("scan", desk.table(TABLE), *SAID, "--most", "1")
    assert set(rows[0]["members"].split()) <= {"01", "02", "03", "04", "05"}
    empty = desk.table("id,c,e,x,y\na,0,1,0,0\nb,0,1,1,1\nc,0,0,2,2\n")
    assert desk.run("scan", empty, *SAID) == []
    assert desk.out.read_text() == "rank,centre,members,cases,expected,relative_risk,llr,p\n"
    assert "There are no cases" in capsys.readouterr().err


def test_areas_at_one_point_are_one_place(desk: Desk) -> None:
    table = desk.table("id,c,e,x,y\na,4,9,5,5\nb,6,9,5,5\nc,0,9,0,0\nd,1,9,9,0\ne,0,9,0,9\n")
    assert desk.run("scan", table, *SAID)[0]["members"] == "a b"
    table = desk.table("id,c,e,x,y\na,4,9,5,5\nb,6,9,5,5\nc,0,9,5,5\n")
    assert desk.run("scan", table, *SAID) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("01,4,", "01,,", "table.csv, line 2: Column 'c' is blank"),
        ("01,4,", "01,nan,", "table.csv, line 2: Column 'c' is not a finite number"),
        ("04,1,30", "04,1,inf", "table.csv, line 5: Column 'e' is not a finite number"),
        ("3,0\n", "3,nan\n", "table.csv, line 5: Column 'y' is not a finite number"),
        ("01,4,", "01,-4,", "table.csv, line 2 (id '01'): A number of cases is negative"),
        ("01,4,", "01,4.5,", "table.csv, line 2 (id '01'): A number of cases is not whole"),
        ("03,7,12", "03,7,-12", "line 4 (id '03'): An exposure is negative"),
        ("03,7,12", "03,7,0", "line 4 (id '03'): There are cases where the exposure is 0"),
        ("03,7", "01,7", "lines 2, 4: The id '01' stands twice"),
        ("03,7", "0 3,7", "line 4 (id '0 3'): An id holds a space"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(desk: Desk, capsys, old: str, new: str, words: str) -> None:
    assert desk.refused("scan", desk.table(TABLE.replace(old, new)), *SAID) == FAILED
    err = capsys.readouterr().err
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("table", "more", "words"),
    [
        ("id,c,e,x,y\na,1,2,0,0\nb,0,2,1,1\n", (), "at least 3 areas; there are 2"),
        ("id,c,e,x,y\na,0,0,0,0\nb,0,0,1,1\nc,0,0,2,2\n", (), "The exposure is 0 everywhere"),
        (TABLE.replace("10,0,0", "10.5,0,0"), ("--model", "bernoulli"), "line 2 (id '01'): A population is not whole"),
        (TABLE.replace("01,4", "01,14"), ("--model", "bernoulli"), "line 2 (id '01'): There are more cases than"),
    ],
)
def test_a_table_that_cannot_be_scanned_is_refused(desk: Desk, capsys, table: str, more, words: str) -> None:
    assert desk.refused("scan", desk.table(table), *SAID, *more) == FAILED
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (SAID[:4], "needs --x X --y Y"),
        (SAID[:2] + SAID[4:], "needs --exposure E"),
        ((*SAID, "--max-share", "0"), "--max-share: The option is out of range"),
        ((*SAID, "--max-share", "nan"), "--max-share: The option is out of range"),
        ((*SAID, "--max-areas", "0"), "--max-areas: The option is out of range"),
        ((*SAID, "--replicates", "0"), "--replicates: The option is out of range"),
        ((*SAID, "--distance", "2"), "does not take --distance"),
        ((*SAID, "--interval", "2"), "does not take --interval"),
    ],
)
def test_a_wrong_call_is_refused(desk: Desk, capsys, said: tuple[str, ...], words: str) -> None:
    assert desk.refused("scan", desk.table(TABLE), *said) == WRONG_CALL
    assert words in capsys.readouterr().err


def long_table(seed: int) -> tuple[str, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    exposure, points = rng.integers(1, 9, (6, 4)).astype(float), rng.integers(0, 50, (6, 2)).astype(float)
    cases = rng.poisson(exposure).astype(float)
    rows = [
        f"a{i},2025-{t + 8},{cases[i, t]:g},{exposure[i, t]:g},{points[i, 0]:g},{points[i, 1]:g}\n"
        for i in range(6)
        for t in range(4)
    ]
    return "id,p,c,e,x,y\n" + "".join(rng.permutation(rows)), cases, exposure, points


def test_a_long_table_is_scanned_in_time(desk: Desk, capsys) -> None:
    text, cases, exposure, points = long_table(5)
    rows = desk.run("space-time-scan", desk.table(text), *SAID, "--period", "p", "--max-periods", 3, "--seed", 2)
    # The areas stand in the order of their first row.
    order = [int(one) for one in dict.fromkeys(line[1] for line in text.splitlines()[1:])]
    wanted = space_time_scan(
        cases[order], exposure[order], points[order], rng=np.random.default_rng(2), max_periods=3
    ).clusters
    assert column(rows, "llr") == [one.llr for one in wanted]
    assert column(rows, "p") == [one.p for one in wanted]
    assert [row["members"] for row in rows] == [" ".join(f"a{order[i]}" for i in one.members) for one in wanted]
    assert [(row["first"], row["last"]) for row in rows] == [
        (f"2025-{one.first + 8}", f"2025-{one.last + 8}") for one in wanted
    ]
    assert list(rows[0])[-3:] == ["p", "first", "last"]
    assert "4 periods, from 2025-8 to 2025-11" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: lines[:-1], "An area has no row for one of the periods"),
        (lambda lines: [*lines, lines[-1].replace(",2025-", ", 2025-")], "An area has two rows of one period"),
        (lambda lines: [*lines[:-1], lines[-1] + "7"], "An area has another point than in its first period"),
        (lambda lines: [*lines[:-1], "a1,,1,1,1,1"], "A row has no period"),
        (lambda lines: [line for line in lines if line[:2] in {"id", "a0", "a1"}], "at least 3 areas; there are 2"),
    ],
)
def test_a_long_table_with_gaps_is_refused(desk: Desk, capsys, change, words: str) -> None:
    lines = change(long_table(5)[0].splitlines())
    assert desk.refused("space-time-scan", desk.table("\n".join(lines)), *SAID, "--period", "p") == FAILED
    assert words in capsys.readouterr().err


def test_an_interval_is_no_longer_than_the_study(desk: Desk, capsys) -> None:
    table = desk.table(long_table(5)[0])
    assert desk.refused("space-time-scan", table, *SAID, "--period", "p", "--max-periods", 5) == FAILED
    assert "There are 4 periods" in capsys.readouterr().err
    assert desk.refused("space-time-scan", table, *SAID) == WRONG_CALL
    assert desk.refused("scan", table, *SAID, "--max-periods", 2) == WRONG_CALL


def test_knox_of_a_table_is_that_of_the_library(desk: Desk) -> None:
    points, times = np.array([[0, 0], [0, 1], [5, 5], [5, 6], [0, 0.5]]), np.array([1.0, 2, 3, 9, 30])
    wanted = knox(points, times, distance=1, interval=2, rng=np.random.default_rng(3), permutations=99)
    (row,) = desk.run("knox", desk.table(EVENTS), *NEAR, "--draws", 99, "--seed", 3)
    assert list(row) == [
        "events", "near", "soon", "both", "expected", "variance", "z", "p_upper", "p_lower", "p_mid", "p_poisson",
    ]  # fmt: skip
    assert (row["events"], row["near"], row["soon"], row["both"]) == ("5", "4", "3", "1")
    assert {name: float(value) for name, value in row.items()} == {name: getattr(wanted, name) for name in row}


def test_dates_are_days(desk: Desk) -> None:
    dates = EVENTS
    for number, text in (("\n30,", "\n2025-01-30,"), ("\n9,", "\n2025-01-09,"), ("\n3,", "\n2025-01-03,")):
        dates = dates.replace(number, text)
    dates = dates.replace("\n1,", "\n2025-01-01,").replace("\n2,", "\n2025-01-02 ,")
    assert desk.run("knox", desk.table(dates), *NEAR) == desk.run("knox", desk.table(EVENTS), *NEAR)


def test_events_at_one_place_leave_z_empty(desk: Desk) -> None:
    (row,) = desk.run("knox", desk.table("when,x,y\n1,0,0\n2,0,0\n9,0,0\n"), *NEAR)
    assert (row["near"], row["soon"], row["both"], row["z"], row["p_upper"]) == ("3", "1", "1", "", "1.0")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("when,x,y\n1,0,0\n2,1,1\n", "at least 3 events; there are 2"),
        (EVENTS.replace("\n3,", "\nmarch,"), "line 4 (id '3'): A time is neither a number nor a date"),
        (EVENTS.replace("\n3,", "\n,"), "line 4 (id '3'): A time is neither"),
        (EVENTS.replace("\n3,", "\n1e999,"), "line 4 (id '3'): A time is too large"),
        (EVENTS.replace("\n3,", "\n2025-01-03,"), "lines 2, 3, 5, 6 (id '1' first): Some times are numbers"),
        (EVENTS.replace("\n3,", "\n2025-02-30,"), "line 4 (id '3'): A time is neither"),
        (EVENTS.replace("\n3,5,5", "\n3,5,"), "line 4: Column 'y' is blank"),
    ],
)
def test_wrong_events_are_refused_with_their_line(desk: Desk, capsys, table: str, words: str) -> None:
    assert desk.refused("knox", desk.table(table), *NEAR) == FAILED
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (NEAR[:6] + NEAR[8:], "needs --distance"),
        (NEAR[:8], "needs --interval"),
        (NEAR[:4] + NEAR[6:], "needs --period P"),
        (NEAR[4:], "needs --x X --y Y"),
        ((*NEAR, "--column", "x"), "does not take --column"),
        ((*NEAR, "--k", "3"), "does not take --k"),
        ((*NEAR[:-1], "-1"), "--interval: The option is out of range"),
    ],
)
def test_a_wrong_call_of_knox_is_refused(desk: Desk, capsys, said: tuple[str, ...], words: str) -> None:
    assert desk.refused("knox", desk.table(EVENTS), *said) == WRONG_CALL
    assert words in capsys.readouterr().err

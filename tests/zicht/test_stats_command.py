"""`zicht stats` as a person meets it: every way to say who neighbours whom, and everything that is refused."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.statistics.exact_null import conditional_tails
from analysis.statistics.getis_ord import LocalG, z_scores
from geo.proximity import Kernel, kernel
from geo.weights import SpatialWeights, from_pairs
from tests.zicht.stats_tables import Desk, both_ways, column
from zicht.cli import FAILED, WRONG_CALL, main

TABLE = "id,c\n01,4\n02,0\n03,7\n04,1\n"
PAIRS = both_ways(("01", "02"), ("02", "03"), ("03", "04"))
CHAIN = from_pairs(4, np.array([0, 1, 1, 2, 2, 3]), np.array([1, 0, 2, 1, 3, 2]))
VALUES = np.array([4.0, 0, 7, 1])


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_gi_star_of_a_table_is_that_of_the_library(desk):
    rows = desk.run("gi-star", desk.table(TABLE), "--neighbours", desk.pairs(PAIRS), "--column", "c")
    assert list(rows[0]) == ["id", "z", "p_upper", "p_lower", "p_mid", "q", "class"]
    assert [row["id"] for row in rows] == ["01", "02", "03", "04"]
    assert column(rows, "z") == z_scores(VALUES, CHAIN).tolist()
    tails = conditional_tails(VALUES.astype(np.int64), CHAIN)
    for name in ("upper", "lower", "mid"):
        assert column(rows, f"p_{name}") == getattr(tails, name).tolist()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("byte order mark", b"\xef\xbb\xbf" + TABLE.encode()),
        ("CRLF", TABLE.replace("\n", "\r\n")),
        ("semicolons", TABLE.replace(",", ";")),
        ("quotes", 'id,c\n"01",4\n"02","0"\n03,7.0\n04,1e0\n'),
        ("blank lines", TABLE.replace("\n", "\n\n")),
        ("other columns", 'name,c,id\n"a, b",4,01\n"c;d",0,02\n,7,03\ne,1,04\n'),
    ],
)
def test_any_ordinary_csv_is_read(desk, name, text):
    expected = desk.run("gi", desk.table(TABLE), "--neighbours", desk.pairs(PAIRS), "--column", "c")
    assert desk.run("gi", desk.table(text), "--neighbours", desk.pairs(PAIRS), "--column", "c") == expected, name


def test_numbers_read_back_exactly_and_the_same_call_gives_the_same_bytes(desk):
    table = desk.table("id,c\na,0.1\nb,0.7\nc,0.30000000000000004\nd,1e-7\n")
    pairs = desk.pairs("i,j,w\na,b,1\nb,a,1\nb,c,1\nc,b,.5\nc,d,1\nd,c,1\n")
    rows = desk.run("gi-star", table, "--neighbours", pairs, "--column", "c", "--draws", "99")
    content = desk.out.read_bytes()
    values = np.array([0.1, 0.7, 0.1 + 0.2, 1e-7])
    weights = SpatialWeights(n=4, indptr=CHAIN.indptr, indices=CHAIN.indices, data=np.array([1, 1, 1, 0.5, 1, 1]))
    assert column(rows, "z") == z_scores(values, weights).tolist()
    desk.run("gi-star", table, "--neighbours", pairs, "--column", "c", "--draws", "99")
    assert desk.out.read_bytes() == content
    desk.run("gi-star", table, "--neighbours", pairs, "--column", "c", "--draws", "99", "--seed", "1")
    assert desk.out.read_bytes() != content


def test_an_island_has_empty_fields_and_is_reported(desk, capsys):
    pairs = desk.pairs(both_ways(("01", "02"), ("02", "03")))
    rows = desk.run("gi-star", desk.table(TABLE), "--neighbours", pairs, "--column", "c")
    assert [rows[3][name] for name in ("p_upper", "p_lower", "p_mid", "q", "class")] == [""] * 4 + ["not_applicable"]
    assert "1 of 4 areas are islands" in capsys.readouterr().err


def test_coordinates_give_nearest_areas_or_a_band(desk, capsys):
    table = desk.table("id,c,x,y\n01,4,0,0\n02,0,1,0\n03,7,2,0\n04,1,3,0\n")
    chain = desk.run("gi", table, "--column", "c", "--x", "x", "--y", "y", "--distance", "1")
    assert column(chain, "z") == z_scores(VALUES, CHAIN, statistic=LocalG.GI).tolist()
    one = from_pairs(4, np.arange(4), np.array([1, 0, 1, 2]))
    assert column(desk.run("gi", table, "--column", "c", "--x", "x", "--y", "y", "--k", "1"), "z") == pytest.approx(
        z_scores(VALUES, one, statistic=LocalG.GI).tolist()
    )
    desk.out.unlink()
    assert desk.refused("gi", table, "--column", "c", "--x", "x", "--y", "y", "--k", "4") == WRONG_CALL
    assert "at most 3" in capsys.readouterr().err


def test_without_ids_rows_are_numbered_but_pairs_need_ids(desk, capsys):
    table = desk.table("c,x,y\n4,0,0\n0,1,0\n7,2,0\n")
    rows = desk.run("gi", table, "--column", "c", "--x", "x", "--y", "y", "--k", "1")
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    desk.out.unlink()
    assert desk.refused("gi", table, "--column", "c", "--neighbours", desk.pairs(PAIRS)) == FAILED
    assert "--id" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("id,c\n01,4\n02,\n03,7\n04,1\n", "table.csv, line 3: Column 'c' is blank"),
        ("id,c\n01,4\n02,NaN\n03,inf\n04,1\n", "table.csv, lines 3, 4: Column 'c' is not a finite number"),
        ('id,c\n01,4\n02,"0,5"\n03,7\n04,1\n', "line 3"),
        ("id,c\n01,4\n02,1e999\n03,7\n04,1\n", "too large"),
        ("id,c\n01,4\n02,0\n01,7\n04,1\n", "table.csv, lines 2, 4: The id '01' stands twice"),
        ("id,c\n01,4\n ,0\n", "line 3: A row has no id"),
        ("id,c\n01,4,9\n", "line 2: The row has 3 fields, the heading 2"),
        ("id,c,c\n01,4,9\n", "'c' is empty or stands twice"),
        ("id,d\n01,4\n", "There is no column 'c'"),
        ("id,c\n", "The file is empty"),
        ("", "The file is empty"),
        ('id,c\n"01,4\n', "not valid CSV"),
        (b"id,c\n\xff,4\n", "not UTF-8"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(desk, capsys, table, words):
    code = desk.refused("gi-star", desk.table(table), "--neighbours", desk.pairs(PAIRS), "--column", "c")
    err = capsys.readouterr().err
    assert code == FAILED
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("pairs", "code", "words"),
    [
        (
            "i,j\n01,02\n02,01\n02,9\n",
            FAILED,
            "pairs.csv, line 4: Column 'j' holds ids that are not in table.csv, first '9'",
        ),
        ("i,j\n1,02\n", FAILED, "first '1'"),
        ("i,j\n01,02\n02,02\n", FAILED, "pairs.csv, line 3: An area is paired with itself"),
        ("i,j\n01,02\n02,01\n01,02\n", FAILED, "pairs.csv, lines 2, 4: The pair '01', '02' stands twice"),
        ("i,j,w\n01,02,1\n02,01,0\n", FAILED, "line 3: A weight is not above 0"),
        ("i,j,w\n01,02,-1\n02,01,1\n", FAILED, "line 2: A weight is not above 0"),
        ("i,j,w\n01,02,nan\n02,01,1\n", FAILED, "line 2: Column 'w' is not a finite number"),
        ("i,j,weight\n01,02,1\n", FAILED, "'weight' is unknown"),
        ("i,k\n01,02\n", FAILED, "'k' is unknown"),
        ("i,j\n01,02\n02,03\n", WRONG_CALL, "No pair is given both ways"),
    ],
)
def test_wrong_pairs_are_refused_with_their_line(desk, capsys, pairs, code, words):
    assert desk.refused("gi", desk.table(TABLE), "--neighbours", desk.pairs(pairs), "--column", "c") == code
    assert words in capsys.readouterr().err


def test_pairs_given_one_way_are_taken_so_and_reported_or_linked_both_ways(desk, capsys):
    table, once = desk.table(TABLE), desk.pairs("i,j\n01,02\n02,03\n03,04\n")
    expected = desk.run("gi", table, "--neighbours", desk.file("both.csv", PAIRS), "--column", "c")
    assert desk.run("gi", table, "--neighbours", once, "--column", "c", "--symmetric") == expected
    directed = desk.run("gi", table, "--neighbours", once, "--column", "c", "--directed")
    assert directed[3]["p_upper"] == ""
    capsys.readouterr()
    mixed = desk.pairs("i,j\n01,02\n02,01\n02,03\n03,04\n")
    assert desk.run("gi", table, "--neighbours", mixed, "--column", "c")[3]["p_upper"] == ""
    assert "2 pairs of pairs.csv are given one way only (lines 4, 5)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--column", "c"], "needs --neighbours"),
        (["--neighbours", "pairs.csv"], "needs --column"),
        (["--column", "c", "--neighbours", "pairs.csv", "--k", "3"], "does not take --k with --neighbours"),
        (["--column", "c", "--neighbours", "pairs.csv", "--exposure", "c"], "does not take --exposure"),
        (["--column", "c", "--neighbours", "pairs.csv", "--x", "c", "--y", "c"], "one source"),
        (["--column", "c", "--x", "c"], "both --x and --y"),
        (["--column", "c", "--neighbours", "pairs.csv", "--alpha", "1"], "--alpha: The option is out of range"),
        (["--column", "c", "--neighbours", "pairs.csv", "--alpha", "nan"], "--alpha: The option is out of range"),
        (["--column", "c", "--neighbours", "pairs.csv", "--draws", "0"], "--draws: The option is out of range"),
        (["--column", "c", "--neighbours", "pairs.csv", "--symmetric", "--directed"], "not both"),
        (["--column", "c", "--x", "c", "--y", "c", "--k", "1", "--distance", "2"], "not both"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_written(desk, capsys, arguments, words):
    pairs = desk.pairs(PAIRS)
    said = [pairs if one == "pairs.csv" else one for one in arguments]
    assert desk.refused("gi-star", desk.table(TABLE), *said) == WRONG_CALL
    assert words in capsys.readouterr().err


def test_absent_files_and_folders_are_named(desk, capsys):
    assert desk.refused("gi", desk.folder / "no.csv", "--neighbours", desk.pairs(PAIRS), "--column", "c") == FAILED
    assert "no.csv: There is no such file" in capsys.readouterr().err
    assert desk.refused("gi", desk.folder, "--neighbours", desk.pairs(PAIRS), "--column", "c") == FAILED
    assert desk.refused("nothing", desk.table(TABLE), "--column", "c") == WRONG_CALL


@pytest.mark.parametrize(("values", "p"), [([5, 5, 5, 5], [1, 1, 1, 1]), ([0, 0, 0, 0], [1, 1, 1, 1])])
def test_a_map_without_variation_has_no_hot_or_cold_spot(desk, values, p):
    table = desk.table("id,c\n" + "".join(f"0{at + 1},{value}\n" for at, value in enumerate(values)))
    rows = desk.run("gi-star", table, "--neighbours", desk.pairs(PAIRS), "--column", "c")
    assert column(rows, "p_upper") == column(rows, "p_lower") == p
    assert {row["class"] for row in rows} == {"not_significant"}
    assert {row["z"] for row in rows} == {""}


def test_one_and_two_areas_have_an_answer(desk):
    pairs = desk.pairs(both_ways(("a", "b")))
    rows = desk.run("gi-star", desk.table("id,c\na,1\nb,5\n"), "--neighbours", pairs, "--column", "c")
    assert [(row["z"], row["p_upper"], row["p_lower"]) for row in rows] == [("", "1.0", "1.0")] * 2


def test_a_kernel_weighs_near_areas_more(desk, capsys):
    rng = np.random.default_rng(1)
    points, values = rng.random((20, 2)), rng.poisson(3, 20)
    lines = [f"{at:02d},{c},{x!r},{y!r}" for at, (c, (x, y)) in enumerate(zip(values, points.tolist(), strict=True))]
    table = desk.table("id,c,x,y\n" + "\n".join(lines))
    more = ["--column", "c", "--x", "x", "--y", "y", "--draws", "99"]
    band = desk.run("gi", table, *more, "--distance", "0.4")
    weighed = desk.run("gi", table, *more, "--distance", "0.4", "--kernel", "bisquare")
    expected = kernel(points, shape=Kernel.BISQUARE, bandwidth=0.4)
    assert column(weighed, "z") == z_scores(values.astype(float), expected, statistic=LocalG.GI).tolist()
    assert weighed != band
    assert desk.run("gi", table, *more, "--k", "3", "--kernel", "gaussian") != weighed
    desk.out.unlink()
    assert desk.refused("gi", table, *more, "--k", "19", "--kernel", "gaussian") == WRONG_CALL
    assert "at most 18" in capsys.readouterr().err


def test_nothing_that_is_read_is_replaced(desk, capsys):
    table, pairs = desk.table(TABLE), desk.pairs(PAIRS)
    for out in (table, pairs):
        with pytest.raises(SystemExit) as stopped:
            main(["stats", "gi", table, "--neighbours", pairs, "--column", "c", "--out", str(out)])
        assert stopped.value.code == WRONG_CALL
    assert (desk.folder / "table.csv").read_text(encoding="utf-8") == TABLE
    err = capsys.readouterr().err
    assert "would replace" in err

"""`zicht attack`: files in, intervals out, and every file that is refused."""

from __future__ import annotations

import pytest

from tests.zicht.tables_of_others import RELATIONS, exit_code, written
from zicht.cli import FAILED, WRONG_CALL, main

GOOD = "cell,value\na,\nb,\nc,20\nall,27\n"


def attacked(tmp_path, cells, relations=RELATIONS, *options):
    out = tmp_path / "intervals.csv"
    main(["attack", *map(str, written(tmp_path, cells, relations)), "--out", str(out), *options])
    return out.read_text(encoding="utf-8")


def refused(tmp_path, capsys, cells, relations=RELATIONS, *options):
    out = tmp_path / "intervals.csv"
    assert exit_code("attack", *written(tmp_path, cells, relations), "--out", out, *options) == FAILED
    assert not out.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cells.csv", "relations.csv"]
    return capsys.readouterr().err


def test_intervals_are_written_in_the_order_of_the_cells(tmp_path, capsys):
    assert attacked(tmp_path, GOOD) == "cell,low,high,exact\na,0,7,false\nb,0,7,false\n"
    err = capsys.readouterr().err
    assert "2 suppressed cells: 2 by flow (network)" in err
    assert "Narrowest interval: 'a', 7 wide" in err
    assert "Exactly disclosed: 0" in err


def test_a_cell_that_is_alone_is_exact_and_one_without_total_has_no_upper_bound(tmp_path, capsys):
    assert attacked(tmp_path, "cell,value\na,3\nb,\nc,20\nall,27\n").splitlines()[1:] == ["b,4,4,true"]
    assert "1 by single relations" in capsys.readouterr().err
    assert attacked(tmp_path, "cell,value\na,3\nb,4\nc,\nall,\n").splitlines()[1:] == ["c,0,,false", "all,7,,false"]


def test_bounds_known_beforehand_count(tmp_path):
    cells = "cell,value,lower,upper\na,,2,\nb,,,4\nc,20,,\nall,27,,\n"
    assert attacked(tmp_path, cells).splitlines()[1:] == ["a,3,7,false", "b,0,4,false"]


def test_what_spreadsheets_make_of_a_csv_is_read_as_well(tmp_path):
    """A byte order mark, semicolons, capitals, Windows line ends, quotes, blanks and 27.0 for 27."""
    cells = '\ufeffCell; Value\r\n"a";\r\nb; \r\nc;20\r\n;\r\nall;27.0\r\n'
    assert attacked(tmp_path, cells, RELATIONS.replace(",", ";")) == attacked(tmp_path, GOOD)


def test_amounts_have_decimals_and_exact_sums(tmp_path):
    cells = "cell,value\na,0.1\nb,0.2\nc,\nall,0.3\n"
    assert attacked(tmp_path, cells, RELATIONS, "--real").splitlines()[1:] == ["c,0,0,true"]
    cells = "cell,value\na,\nb,\nc,1.25\nall,3.5\n"
    assert attacked(tmp_path, cells, RELATIONS, "--real").splitlines()[1:] == ["a,0,2.25,false", "b,0,2.25,false"]


def test_rounded_values_are_intervals(tmp_path):
    """CBS rounds to 5: 5 + 10 + x = 25, as published."""
    cells = "cell,value\na,5\nb,10\nc,\nall,25\n"
    assert attacked(tmp_path, cells, RELATIONS, "--round", "5").splitlines()[1:] == ["c,4,16,false"]


def test_two_breakdowns_of_one_total_are_told_apart(tmp_path):
    relations = "total,part,relation\nall,a,sex\nall,b,sex\nall,c,age\nall,d,age\n"
    cells = "cell,value\na,\nb,4\nc,\nd,6\nall,9\n"
    assert attacked(tmp_path, cells, relations).splitlines()[1:] == ["a,5,5,true", "c,3,3,true"]


def test_a_table_that_is_no_network_says_so(tmp_path, capsys):
    """Two of x, y, z at most 1 each: half-way values are all that real numbers allow."""
    relations = "total,part\np,x\np,y\nq,y\nq,z\nr,x\nr,z\n"
    cells = "cell,value\nx,\ny,\nz,\np,1\nq,1\nr,1\n"
    rows = attacked(tmp_path, cells, relations, "--real").splitlines()[1:]
    assert rows == [f"{cell},0.5,0.5,true" for cell in "xyz"]
    assert "linear and 0 mixed-integer programs (HiGHS)" in capsys.readouterr().err
    assert "contradict" in refused_again(tmp_path, capsys)


def refused_again(tmp_path, capsys):
    (tmp_path / "intervals.csv").unlink()
    out = tmp_path / "intervals.csv"
    assert exit_code("attack", tmp_path / "cells.csv", tmp_path / "relations.csv", "--out", out) == FAILED
    assert not out.exists()
    return capsys.readouterr().err


def test_a_table_without_blanks_gives_no_rows(tmp_path, capsys):
    assert attacked(tmp_path, "cell,value\na,3\nb,4\nc,20\nall,27\n") == "cell,low,high,exact\n"
    assert "nothing to derive" in capsys.readouterr().err


def test_the_same_files_give_the_same_bytes_and_an_older_result_is_replaced(tmp_path):
    (tmp_path / "intervals.csv").write_text("old", encoding="utf-8")
    assert attacked(tmp_path, GOOD) == attacked(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("", "empty"),
        ("cell,value\n", "empty"),
        ("cell,count\na,1\n", "'value'"),
        ("cell,value,hoger\na,1,2\n", "'hoger'"),
        ("cell,value,value\na,1,2\n", "twice"),
        (GOOD + "a,3\n", "'a' stands twice"),
        (GOOD + ",3\n", "no name"),
        (GOOD + "d,3,4\n", "row 6"),
        ('cell,value\n"a,3\n', "quote"),
        (GOOD.replace("20", "-417"), "negative: 'c'"),
        (GOOD.replace("20", "nan"), "'c', column value"),
        (GOOD.replace("20", "inf"), "'c', column value"),
        (GOOD.replace("20", "x417"), "'c', column value"),
        (GOOD.replace("20", "417.5"), "--real"),
        (GOOD.replace("20", "9" * 30), "too large"),
        ("cell;value\na;\nb;\nc;417,5\nall;27\n", "decimal comma"),
        ("cell,value,lower,upper\na,,5,4\nb,,,\nc,20,,\nall,27,,\n", "above the upper bound: 'a'"),
        ("cell,value,lower,upper\na,,,\nb,,,\nc,20,,19\nall,27,,\n", "outside its bounds"),
        ("cell,value\na,3\nb,4\nc,417\nall,27\n", "relation 'all'"),
        ("cell,value\na,\nb,4\nc,417\nall,27\n", "contradict"),
    ],
)
def test_bad_cells_are_named_without_their_values(tmp_path, capsys, cells, words):
    message = refused(tmp_path, capsys, cells)
    assert words in message
    assert "417" not in message


def test_values_that_do_not_add_up_say_what_cbs_does(tmp_path, capsys):
    message = refused(tmp_path, capsys, "cell,value\na,5\nb,5\nc,5\nall,20\n")
    assert "CBS rounds" in message
    assert "--round 5" in message


@pytest.mark.parametrize(
    ("relations", "words"),
    [
        ("", "empty"),
        ("total,deel\nall,a\n", "'part'"),
        (RELATIONS + "all,d\n", "not in the table: 'd'"),
        (RELATIONS + "all,\n", "without a part"),
        (RELATIONS + "all,b\n", "twice in one relation: 'b'"),
        (RELATIONS + "a,all\n", "cycle: 'a', 'all'"),
        (RELATIONS + "a,a\n", "cycle: 'a'"),
        ("total,part\nall,a\nall,b\n", "in no relation: 'c'"),
    ],
)
def test_bad_relations_are_named(tmp_path, capsys, relations, words):
    assert words in refused(tmp_path, capsys, GOOD, relations)


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path, capsys):
    cells, relations = written(tmp_path, GOOD)
    out = tmp_path / "intervals.csv"
    assert exit_code("attack", tmp_path / "none.csv", relations, "--out", out) == FAILED
    assert "none.csv" in capsys.readouterr().err
    assert exit_code("attack", tmp_path, relations, "--out", out) == FAILED
    assert "folder" in capsys.readouterr().err
    cells.write_bytes("cell,value\nbuurt é,3\n".encode("latin-1"))
    assert exit_code("attack", cells, relations, "--out", out) == FAILED
    assert "UTF-8" in capsys.readouterr().err
    assert exit_code("attack", *written(tmp_path, GOOD), "--out", tmp_path / "none" / "x.csv") == FAILED
    assert "no such folder" in capsys.readouterr().err


def test_a_wrong_base_is_a_wrong_call(tmp_path):
    assert exit_code("attack", *written(tmp_path, GOOD), "--out", tmp_path / "x.csv", "--round", "0") == WRONG_CALL

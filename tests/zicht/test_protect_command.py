"""`zicht protect`: patterns, keys, and what is refused; each pattern is attacked by the other command."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from analysis.confidential.disclosure.table_protect import protect_table
from tests.analysis.audit.tables import fill, make_table, three_way
from tests.zicht.tables_of_others import RELATIONS, exit_code, written
from zicht.cli import FAILED, WRONG_CALL, main
from zicht.commands.protect import proved_pattern
from zicht.errors import InfeasibleError
from zicht.linear_rules import TableRule
from zicht.linear_tables import UNBOUNDED

CELLS = "cell,value\na,4\nb,30\nc,40\nall,74\n"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("ZICHT_KEY", KEY)


def protected(tmp_path, cells, relations=RELATIONS, *options):
    out = tmp_path / "pattern.csv"
    main(["protect", *map(str, written(tmp_path, cells, relations)), "--out", str(out), *options])
    with out.open(encoding="utf-8", newline="") as file:
        return {row["cell"]: row["status"] for row in csv.DictReader(file)}


def square(values):
    """Return CELLS and RELATIONS of a square table with margins."""
    size = len(values)
    names = [[f"r{r}c{c}" for c in range(size)] for r in range(size)]
    cells = {names[r][c]: values[r][c] for r in range(size) for c in range(size)}
    rows, pairs = [f"r{r}" for r in range(size)], ["total,part,relation"]
    columns = [f"c{c}" for c in range(size)]
    for r in range(size):
        cells[rows[r]] = sum(values[r])
        cells[columns[r]] = sum(line[r] for line in values)
        pairs += [f"{rows[r]},{name}," for name in names[r]] + [f"{columns[r]},{line[r]}," for line in names]
    cells["all"] = sum(map(sum, values))
    pairs += [f"all,{name},rows" for name in rows] + [f"all,{name},columns" for name in columns]
    return "cell,value\n" + "".join(f"{k},{v}\n" for k, v in cells.items()), "\n".join(pairs) + "\n"


def test_a_small_cell_is_primary_and_one_other_secondary(tmp_path, capsys):
    pattern = protected(tmp_path, CELLS)
    assert list(pattern) == ["a", "b", "c", "all"]
    assert pattern["a"] == "primary"
    assert sorted(pattern.values()) == ["primary", "published", "published", "secondary"]
    assert "Proved by an independent attack on 2 suppressed cells" in capsys.readouterr().err


def test_what_is_left_withstands_the_attack_command(tmp_path):
    cells, relations = square([[3, 20, 25, 31], [22, 40, 2, 18], [35, 26, 19, 44], [16, 5, 27, 33]])
    pattern = protected(tmp_path, cells, relations, "--threshold", "10", "--margin", "2")
    lines = [
        "cell,value,lower",
        *(
            f"{name},{'' if pattern[name] != 'published' else value},{1 if pattern[name] != 'published' else 0}"
            for name, value in (line.split(",") for line in cells.splitlines()[1:])
        ),
    ]
    out = tmp_path / "intervals.csv"
    main(["attack", *map(str, written(tmp_path, "\n".join(lines) + "\n", relations)), "--out", str(out)])
    with out.open(encoding="utf-8", newline="") as file:
        highs = {row["cell"]: int(row["high"]) for row in csv.DictReader(file)}
    assert {name for name, status in pattern.items() if status == "primary"} == {"r0c0", "r1c2", "r3c1"}
    assert len(highs) > 3
    assert min(highs.values()) >= 12


def test_the_same_key_gives_the_same_bytes_and_another_may_not(tmp_path, monkeypatch):
    table = square([[3, 20, 20, 20], [20] * 4, [20] * 4, [20] * 4])
    patterns = set()
    for key in range(6):
        monkeypatch.setenv("ZICHT_KEY", f"{key}" * 32)
        first = protected(tmp_path, *table)
        content = (tmp_path / "pattern.csv").read_bytes()
        assert protected(tmp_path, *table) == first
        assert (tmp_path / "pattern.csv").read_bytes() == content
        patterns.add(content)
    assert len(patterns) > 1


def test_a_key_may_be_in_a_file_and_without_one_the_command_says_what_that_means(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with_variable = protected(tmp_path, CELLS)
    monkeypatch.delenv("ZICHT_KEY")
    (tmp_path / "key").write_text(KEY + "\n", encoding="utf-8")
    assert protected(tmp_path, CELLS, RELATIONS, "--key-file", str(tmp_path / "key")) == with_variable
    capsys.readouterr()
    assert protected(tmp_path, CELLS)["a"] == "primary"
    assert "No key" in capsys.readouterr().err


def test_a_short_or_absent_key_file_is_refused(tmp_path, capsys):
    (tmp_path / "key").write_text("short", encoding="utf-8")
    for path, words in ((tmp_path / "key", "32 characters"), (tmp_path / "none", "no such key file")):
        files = written(tmp_path, CELLS)
        assert exit_code("protect", *files, "--out", tmp_path / "p.csv", "--key-file", path) == FAILED
        assert words in capsys.readouterr().err
        assert not (tmp_path / "p.csv").exists()


def test_amounts_are_protected_by_their_contributors(tmp_path):
    """By p%: 100 + 20 + 3 = 123, where the rest of 3 is less than 10% of 100."""
    cells = "cell,value,n,max1,max2\na,123,3,100,20\nb,300,9,60,50\nc,400,9,80,50\nall,823,21,100,80\n"
    pattern = protected(tmp_path, cells, RELATIONS, "--threshold", "3", "--p-percent", "10")
    assert pattern["a"] == "primary"
    assert list(pattern.values()).count("secondary") == 1
    assert protected(tmp_path, cells, RELATIONS, "--threshold", "3", "--p-percent", "3")["a"] == "published"
    assert protected(tmp_path, cells, RELATIONS, "--threshold", "3", "--dominance", "2,97")["a"] == "primary"
    assert protected(tmp_path, cells, RELATIONS, "--threshold", "3", "--dominance", "2,98")["a"] == "published"


def test_amounts_may_have_decimals(tmp_path):
    cells = "cell,value,n,max1,max2\na,1.23,3,1,0.2\nb,3,9,.6,.5\nc,4,9,.8,.5\nall,8.23,21,1,.8\n"
    assert protected(tmp_path, cells, RELATIONS, "--threshold", "3", "--p-percent", "10", "--real")["a"] == "primary"


def test_zeros_are_published_unless_they_are_to_be_hidden(tmp_path):
    cells = "cell,value\na,0\nb,30\nc,40\nall,70\n"
    assert set(protected(tmp_path, cells).values()) == {"published"}
    pattern = protected(tmp_path, cells, RELATIONS, "--hide-zeros")
    assert pattern["a"] == "primary"
    assert "secondary" in pattern.values()


def test_rounding_protects_as_well(tmp_path):
    """Published as 30, 40 and 75, b and c say that a is at most 77 - 28 - 38 = 11: not enough for 12."""
    assert list(protected(tmp_path, CELLS, RELATIONS, "--round", "5").values()).count("secondary") == 1
    pattern = protected(tmp_path, CELLS, RELATIONS, "--round", "5", "--margin", "1")
    assert list(pattern.values()).count("secondary") == 0


def test_a_table_without_a_pattern_ends_with_its_cells(tmp_path, capsys):
    cells = "cell,value,lower,upper\na,3,,\nb,5,,\nall,8,8,8\n"
    files = written(tmp_path, cells, "total,part\nall,a\nall,b\n")
    assert exit_code("protect", *files, "--out", tmp_path / "p.csv") == FAILED
    assert "No pattern protects 'a', 'b'" in capsys.readouterr().err
    assert not (tmp_path / "p.csv").exists()


def test_whole_numbers_that_bind_tighter_than_real_ones_are_seen():
    """Three cells, any two at most 3: real ones add up to 9/2, whole ones to 4; two such triples 9 and 8."""
    triangles = [(6 + at, pair) for at, pair in enumerate([[0, 1], [1, 2], [0, 2], [3, 4], [4, 5], [3, 5]])]
    relations = [*triangles, (12, list(range(6)))]
    table = make_table(relations, fill(relations, 13, [1] * 6), upper=[2] * 6 + [3] * 6 + [UNBOUNDED])
    rule = TableRule(threshold=8, margin=1)
    assert np.all(protect_table(table, rule, KEY.encode()).hidden)
    with pytest.raises(InfeasibleError, match="'c12'"):
        proved_pattern(table, rule, KEY.encode(), lambda _: None)
    proved_pattern(table, TableRule(threshold=7, margin=1), KEY.encode(), lambda _: None)


@pytest.mark.parametrize("seed", range(4))
def test_three_way_tables_are_protected_and_proved_in_whole_numbers(seed):
    relations, n = three_way(3, 3, 3)
    table = make_table(relations, fill(relations, n, np.random.default_rng(seed).integers(0, 9, 27).tolist()))
    _, found = proved_pattern(table, TableRule(threshold=4, margin=1), KEY.encode(), lambda _: None)
    assert found.by_programs > 0
    assert found.high.min() >= 4


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--dominance", "2"], WRONG_CALL, "2,90"),
        (["--dominance", "3,90"], FAILED, "1 or 2"),
        (["--p-percent", "10"], FAILED, "max1"),
        (["--round", "20"], FAILED, "at most the threshold"),
        (["--real"], FAILED, "contributors"),
    ],
)
def test_rules_that_cannot_be_applied_are_refused(tmp_path, capsys, options, code, words):
    assert exit_code("protect", *written(tmp_path, CELLS), "--out", tmp_path / "p.csv", *options) == code
    assert words in capsys.readouterr().err
    assert not (tmp_path / "p.csv").exists()


def test_bad_tables_are_refused_and_nothing_is_written(tmp_path, capsys):
    for cells, words in (
        (CELLS.replace("74", "75"), "do not add up"),
        (CELLS.replace("30", ""), "blank: 'b'"),
        ("cell,value,lower\na,4,-1\nb,30,\nc,40,\nall,74,\n", "lower bound is negative: 'a'"),
    ):
        assert exit_code("protect", *written(tmp_path, cells), "--out", tmp_path / "p.csv") == FAILED
        assert words in capsys.readouterr().err
        assert not (tmp_path / "p.csv").exists()

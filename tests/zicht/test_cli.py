"""The command as a person meets it: help, answers, exit codes, and errors that say what to do."""

from __future__ import annotations

import errno
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.tiny import tiny_release
from zicht import cli
from zicht.cli import COMMANDS, FAILED, INTERRUPTED, WRONG_CALL, main
from zicht.errors import ZichtError
from zicht.published import ColumnKey, PublishedTable
from zicht.release import open_release


def run(*arguments: object) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "zicht", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def exit_code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(str(stopped.value.code))


@pytest.fixture(scope="module")
def release(tmp_path_factory) -> Path:
    return tiny_release(tmp_path_factory.mktemp("tiny") / "release")


def test_help_lists_every_command():
    code, out, _ = run("--help")
    assert code == 0
    for command in COMMANDS:
        assert f"  {command}" in out


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command, capsys):
    main([command, "--help"])
    out = capsys.readouterr().out
    assert out.startswith("Usage:")
    assert len(out) > 150


def test_a_wrong_call_ends_with_two(capsys):
    assert exit_code("frobnicate") == WRONG_CALL
    assert exit_code("verify") == WRONG_CALL
    assert "RELEASE" in capsys.readouterr().err


def test_verify_and_info(release, capsys):
    main(["verify", str(release)])
    main(["info", str(release), "--lang", "en"])
    out = capsys.readouterr().out
    assert "are as they were released" in out
    assert "draft" in out
    assert "buurt" in out


def test_info_tells_measures_and_the_share_of_what_a_map_opens_with(release, capsys):
    main(["info", str(release), "--lang", "en"])
    told = dict(part.split(":", 1) for part in capsys.readouterr().out.split("\n\n")[2:])
    labs, fines = told["drug-labs"].splitlines(), told["fines"].splitlines()
    assert "  measures: count, exposure, rate" in labs
    assert "  measures: amount" in fines
    (shown,) = (line for line in labs if "published" in line)
    assert shown.startswith("  published, rate in 2024-2025: country ")
    column = open_release(release).values.column(ColumnKey("drug-labs", "2024-2025", "buurt", "", "rate"))
    assert f"buurt {100 * np.mean(column.status == 'published'):.0f}%" in shown
    assert any(line.startswith("  published, amount in ") and "%" in line for line in fines)


def test_info_tells_categories(tmp_path, capsys):
    def parts(table):
        return PublishedTable(
            [
                *table,
                *(
                    replace(column, key=replace(column.key, category="dump"))
                    for column in table
                    if column.key.measure == "count" and column.key.indicator == "drug-labs"
                ),
            ]
        )

    main(["info", str(tiny_release(tmp_path / "parts", values=parts)), "--lang", "en"])
    assert "  categories: dump\n" in capsys.readouterr().out


def test_a_changed_byte_ends_with_one_and_names_the_file(tmp_path, capsys):
    copy = tiny_release(tmp_path / "copy")
    path = copy / "values.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert exit_code("verify", str(copy)) == FAILED
    err = capsys.readouterr().err
    assert "values.parquet" in err
    assert "What to do" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["verify", "info", "serve"])
def test_no_release_is_said_so(command, tmp_path, capsys):
    assert exit_code(command, str(tmp_path)) == FAILED
    assert "There is no release here" in capsys.readouterr().err


def test_explain_prints_the_receipt(release, capsys):
    main(["explain", str(release), "drug-labs", "2024", "BU90010101"])
    out = capsys.readouterr().out
    for word in ("gebied", "definitie", "aantal", "bron", "grondslag", "Een patroon, geen bewijs.", "zicht build"):
        assert word in out
    main(["explain", str(release), "drug-labs", "2024", "BU90010101", "--lang", "en"])
    assert "A pattern, not proof." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing", "2024", "BU90010101"), "no indicator 'nothing'"),
        (("drug-labs", "1999", "BU90010101"), "no numbers for period '1999'"),
        (("drug-labs", "2024", "BU00000000"), "no area 'BU00000000'"),
    ],
)
def test_explain_says_what_does_not_exist(release, arguments, message, capsys):
    assert exit_code("explain", str(release), *arguments) == FAILED
    assert message in capsys.readouterr().err


def test_a_build_without_a_key_says_how_to_make_one(tmp_path, monkeypatch, capsys):
    from zicht.demo import RECIPE

    monkeypatch.delenv("ZICHT_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.toml").write_text(RECIPE, encoding="utf-8")
    assert exit_code("build", "a.toml", "--out", "out") == FAILED
    assert "Set ZICHT_KEY" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_interruption_ends_with_130(monkeypatch, capsys):
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.group, "main", interrupted)
    assert exit_code("verify", "x") == INTERRUPTED
    assert "as it was" in capsys.readouterr().err


def test_a_full_disk_is_explained_and_other_system_errors_are_not_hidden(monkeypatch, capsys):
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "values.parquet")

    def broken(**_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(cli.group, "main", full)
    assert exit_code("verify", "x") == FAILED
    assert "free some space" in capsys.readouterr().err
    monkeypatch.setattr(cli.group, "main", broken)
    with pytest.raises(OSError, match="Input/output"):
        main(["verify", "x"])


def test_an_error_reads_as_place_problem_remedy():
    error = ZichtError("It is wrong.", where="a.toml", remedy="Mend it.")
    assert str(error) == "a.toml: It is wrong.\n  What to do: Mend it."
    assert str(ZichtError("It is wrong.")) == "It is wrong."

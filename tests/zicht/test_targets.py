"""Where commands write: what cannot be written to is told before any work is done, and never as a traceback."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from zicht.cli import FAILED, main

FILES = (
    ("attack", "cells.csv", "relations.csv", "--out"),
    ("audit", "release", "--out"),
    ("boundaries", "import", "map.gpkg", "--edition=2025", "--out"),
    ("build", "build.toml", "--out=made", "--report"),
    ("density", "events.csv", "area.gpkg", "--x=x", "--y=y", "--bandwidth=100", "--out"),
    ("export", "tiles", "release", "--indicator=labs", "--period=2025", "--out"),
    ("protect", "cells.csv", "relations.csv", "--out"),
    ("report", "release", "--out"),
    ("stats", "sir", "table.csv", "--out"),
)
FOLDERS = (
    ("build", "build.toml", "--out"),
    ("demo", "--no-serve", "--dir"),
    ("export", "site", "release", "--out"),
)


def failed(*arguments: object) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    assert stopped.value.code == FAILED


@pytest.mark.parametrize("command", FILES, ids=" ".join)
def test_a_folder_is_no_file_to_write(command, tmp_path, capsys):
    target = tmp_path / "out.pmtiles"
    target.mkdir()
    failed(*command, target)
    assert f"ConfigError: {target}: This is a folder, and a file is to be written." in capsys.readouterr().err


@pytest.mark.parametrize("command", FOLDERS, ids=" ".join)
def test_a_file_is_no_folder_to_make(command, tmp_path, capsys):
    target = tmp_path / "out"
    target.touch()
    failed(*command, target)
    assert f"ConfigError: {target}: This is a file, and a folder is to be written." in capsys.readouterr().err


@pytest.mark.parametrize("command", [*FILES, *FOLDERS], ids=" ".join)
def test_nothing_is_written_below_a_file(command, tmp_path, capsys):
    (tmp_path / "file").touch()
    failed(*command, tmp_path / "file" / "out.html")
    assert f"{tmp_path / 'file'}: This is a file, so that nothing can be written in it." in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no files on Linux, whoever asks")
@pytest.mark.parametrize("command", [*FILES, *FOLDERS], ids=" ".join)
def test_a_place_that_takes_no_files_is_named(command, capsys):
    failed(*command, Path("/proc/out.pmtiles"))
    assert "ConfigError: /proc: Nothing can be written in this folder: " in capsys.readouterr().err


@pytest.mark.parametrize("command", [one for one in FILES if one[0] != "boundaries"], ids=" ".join)
def test_the_folder_of_a_file_must_be_there(command, tmp_path, capsys):
    failed(*command, tmp_path / "no" / "out.html")
    assert f"{tmp_path / 'no'}: There is no such folder." in capsys.readouterr().err

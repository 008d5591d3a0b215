"""Small CSV tables for the commands that work on any table."""

from __future__ import annotations

from pathlib import Path

import pytest

from zicht.cli import main

RELATIONS = "total,part\nall,a\nall,b\nall,c\n"


def exit_code(*arguments: object) -> int:
    """Run a command that ends the process, and return its exit code."""
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    return int(str(stopped.value.code))


def written(folder: Path, cells: str, relations: str = RELATIONS) -> tuple[Path, Path]:
    """Write both files and return their paths."""
    (folder / "cells.csv").write_text(cells, encoding="utf-8")
    (folder / "relations.csv").write_text(relations, encoding="utf-8")
    return folder / "cells.csv", folder / "relations.csv"

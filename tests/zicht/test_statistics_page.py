"""The worked example of docs/how-to/statistics-of-a-table.md, run as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from analysis.tables.registry import load
from zicht.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "statistics-of-a-table.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_first_command_writes_what_the_page_shows(tmp_path, monkeypatch):
    counts, pairs, shown = re.findall(r"^```csv\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)[:3]
    (tmp_path / "counts.csv").write_text(counts, encoding="utf-8")
    (tmp_path / "pairs.csv").write_text(pairs, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    command = re.search(r"^\$ zicht (.*)$", TEXT, re.MULTILINE)
    assert command
    main(shlex.split(command.group(1)))
    assert (tmp_path / "hotspots.csv").read_text(encoding="utf-8") == shown


def test_the_page_helps_to_choose_among_all_methods():
    for method in load():
        assert f"`{method}" in TEXT, method

"""The worked example of docs/how-to/protect-any-table.md, run as it stands there."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from zicht.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "protect-any-table.md"


@pytest.fixture
def example(tmp_path):
    """Write the files of the page, and return (folder, the intervals it shows)."""
    text = PAGE.read_text(encoding="utf-8")
    cells, relations, published, intervals = re.findall(r"^```csv\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for name, content in (("cells", cells), ("relations", relations), ("published", published)):
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    return tmp_path, intervals


def test_the_attack_gives_what_the_page_shows(example):
    folder, shown = example
    main(["attack", *(str(folder / f"{name}.csv") for name in ("published", "relations")), f"--out={folder / 'i.csv'}"])
    assert (folder / "i.csv").read_text(encoding="utf-8") == shown


@pytest.mark.parametrize("key", range(3))
def test_protection_hides_what_the_page_says(example, monkeypatch, key):
    folder, _ = example
    monkeypatch.setenv("ZICHT_KEY", str(key) * 32)
    files = [str(folder / f"{name}.csv") for name in ("cells", "relations")]
    main(["protect", *files, "--threshold", "10", f"--out={folder / 'pattern.csv'}"])
    with (folder / "pattern.csv").open(encoding="utf-8", newline="") as file:
        pattern = {row["cell"]: row["status"] for row in csv.DictReader(file)}
    assert [cell for cell, status in pattern.items() if status == "primary"] == ["north labs"]
    secondary = {cell for cell, status in pattern.items() if status == "secondary"}
    other = next(cell for cell in secondary if cell.endswith("labs"))
    assert secondary == {"north dumping", other, other.replace("labs", "dumping")}

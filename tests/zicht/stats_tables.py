"""Tables for `zicht stats`, and the command run in one line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from zicht.cli import main


class Desk:
    """A folder with the files of one call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out.csv"

    def file(self, name: str, text: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def table(self, text: str | bytes) -> str:
        return self.file("table.csv", text)

    def pairs(self, text: str | bytes) -> str:
        return self.file("pairs.csv", text)

    def run(self, *arguments: object) -> list[dict[str, str]]:
        """Run a method that succeeds and return the rows it writes."""
        main(["stats", *map(str, arguments), "--out", str(self.out)])
        with self.out.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def refused(self, *arguments: object) -> int:
        """Run a method that is refused, see that nothing is written, and return the exit code."""
        with pytest.raises(SystemExit) as stopped:
            main(["stats", *map(str, arguments), "--out", str(self.out)])
        assert not self.out.exists()
        return int(str(stopped.value.code))


def column(rows: list[dict[str, str]], name: str) -> list[float]:
    """Return a column of numbers; an empty field is NaN."""
    return [float(row[name]) if row[name] else float("nan") for row in rows]


def both_ways(*pairs: tuple[str, str]) -> str:
    """Return the text of PAIRS with every pair in both directions."""
    return "i,j\n" + "".join(f"{i},{j}\n{j},{i}\n" for i, j in pairs)

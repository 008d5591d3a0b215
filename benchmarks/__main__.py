"""Run every benchmark and print one table: ours, the peer, and how many times faster.

Each module `benchmarks/*_bench.py` has a function `run` that returns rows of (what, our seconds, peer seconds, note).
"""

from __future__ import annotations

import importlib
import os
import platform
import resource
import sys
from pathlib import Path

Row = tuple[str, float, float, str]


def rows() -> list[Row]:
    """Run the benchmarks named on the command line, or all of them."""
    names = sys.argv[1:] or sorted(path.stem for path in Path(__file__).parent.glob("*_bench.py"))
    found: list[Row] = []
    for name in names:
        sys.stderr.write(f"{name} ...\n")
        found += importlib.import_module(f"benchmarks.{name}").run()
    return found


def table(found: list[Row]) -> str:
    """Return the rows as a table for people."""
    lines = [f"{'what':<52} {'ours':>10} {'peer':>10} {'ratio':>8}  note", "-" * 120]
    for what, ours, peer, note in found:
        beside = f"{peer:>8.3f} s {peer / ours:>7.1f}x" if peer > 0 else f"{'-':>10} {'-':>8}"
        lines.append(f"{what:<52} {ours:>8.3f} s {beside}  {note}")
    return "\n".join(lines)


def main() -> None:
    """Print the table, what it was measured on, and the peak memory."""
    text = table(rows())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, peak memory {peak:.0f} MB"
    sys.stdout.write(f"{text}\n{machine}\n")


main()

"""What compiling the kernels that draw tiles costs, once for a version: `python -m tiles.warm` with an empty cache.

The peer is the same command with the cache that it left behind: what is left is starting Python and drawing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from benchmarks.beside import require

Row = tuple[str, float, float, str]


def run() -> list[Row]:
    """Return one row: with an empty cache, and again."""
    with tempfile.TemporaryDirectory() as cache:
        first, processor = _seconds(cache)
        again, _ = _seconds(cache)
    note = f"processor {processor:.1f} s; the peer is the same with the cache filled"
    return [("compiling the kernels of tiles, once a version", first, again, note)]


def _seconds(cache: str) -> tuple[float, float]:
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "tiles.warm"], env={**os.environ, "NUMBA_CACHE_DIR": cache})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    require(status == 0, "tiles.warm failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime

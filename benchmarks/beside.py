"""A piece of work, timed, and its answer held against a peer's."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from zicht.config import read_settings

ROOT = Path(__file__).parents[1]

T = TypeVar("T")


def best(work: Callable[[], T], times: int) -> tuple[float, T]:
    """Return the seconds of the fastest of some runs, and the answer."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def shared_data() -> Path:
    """Return the folder of public data, which may be absent: ZICHT_DATA_ROOT, or ../shared/data beside the checkout."""
    return read_settings(Path.cwd()).data_root or ROOT.parent / "shared" / "data"


def require(equal: bool, what: str) -> None:
    """Stop where a peer's answer differs."""
    if not equal:
        raise SystemExit(f"{what}: the peer's answer differs")

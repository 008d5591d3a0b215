"""A piece of work, timed, and its answer held against a peer's."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def best(work: Callable[[], T], times: int) -> tuple[float, T]:
    """Return the seconds of the fastest of some runs, and the answer."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def require(equal: bool, what: str) -> None:
    """Stop where a peer's answer differs."""
    if not equal:
        raise SystemExit(f"{what}: the peer's answer differs")

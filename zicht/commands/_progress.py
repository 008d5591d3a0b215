"""Progress on standard error: one line a step, with the seconds since the start."""

from __future__ import annotations

import time
from collections.abc import Callable

import click


def progress() -> Callable[[str], None]:
    """Return a function that reports a step."""
    start = time.monotonic()

    def report(step: str) -> None:
        click.echo(f"[{time.monotonic() - start:6.1f} s] {step}", err=True)

    return report

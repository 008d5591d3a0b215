"""What an exact computation may cost before it refuses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Work and memory that one exact null may take.

    Args:
        work: Complex multiplications; 1e9 is about three seconds.
        memory: Bytes at the peak.
    """

    work: float = 1e10
    memory: float = 2e9


#: The bounds that statistics for a release are computed under.
DEFAULT_LIMITS = Limits()

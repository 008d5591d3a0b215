"""What `zicht protect` must keep: settings that protector and attacker share, and nothing else of theirs."""

from __future__ import annotations

from dataclasses import dataclass

from zicht.errors import ConfigError
from zicht.linear_tables import IntArray

#: An n-rule says nothing of how wide an interval must be; so many percent of the value, then.
SAFETY_RANGE = 30.0


@dataclass(frozen=True, slots=True)
class TableRule:
    """The rule of one table.

    Args:
        threshold: Smallest number (of units, or of contributors) that may be published, at least 1.
        margin: How many units an insider may know of, at least 0.
        dominance: (n, k): a cell is unsafe where its n largest contributions are more than k percent of it.
        p_percent: A cell is unsafe where the second contributor can estimate the first to within so many percent.
        base: What published values are rounded to; None where they are exact.
        hide_zeros: Whether zeros of a table of counts are unsafe as well.
        integer: Whether values are whole numbers.
        safety_range: Percent that bounds must lie from a cell with too few contributors.

    Raises:
        ConfigError: A setting lies outside its range.
    """

    threshold: int = 10
    margin: int = 2
    dominance: tuple[int, float] | None = None
    p_percent: float | None = None
    base: int | None = None
    hide_zeros: bool = False
    integer: bool = True
    safety_range: float = SAFETY_RANGE

    @property
    def goal(self) -> int:
        """What the upper bound of a hidden count must reach: threshold and margin."""
        return self.threshold + self.margin

    def __post_init__(self) -> None:
        if self.threshold < 1 or self.margin < 0 or self.safety_range < 0:
            raise ConfigError("The threshold is at least 1, the margin and the safety range at least 0.")
        if self.dominance is not None and self.dominance[0] not in (1, 2):
            raise ConfigError(
                "The dominance rule can look at 1 or 2 contributors: only `max1` and `max2` are known.",
                where="--dominance",
                remedy="Say --dominance 1,K or 2,K.",
            )
        if self.dominance is not None and not 0 < self.dominance[1] < 100:
            raise ConfigError("The share of a dominance rule lies between 0 and 100 percent.", where="--dominance")
        if self.p_percent is not None and self.p_percent <= 0:
            raise ConfigError("The p of a p%-rule is above 0.", where="--p-percent")
        if self.base is not None and not 1 <= self.base <= self.threshold:
            raise ConfigError(
                "The base of rounding is at least 1 and at most the threshold.",
                where="--round",
                remedy="Else a published cell could be shown as zero.",
            )


def rounded(value: IntArray, base: int | None, decimals: int = 0) -> IntArray:
    """Round to multiples of a base, halves up.

    Args:
        value: In units of 10**-decimals.
        base: In plain units; None leaves everything as it is.
        decimals: Decimals of the units.
    """
    if base is None:
        return value
    step = base * 10**decimals
    nearest: IntArray = (value + step // 2) // step * step
    return nearest

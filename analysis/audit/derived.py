"""What rates tell of the counts under them.

A rate is a count by a public exposure. Where it is computed from the published count it tells nothing new; where it was
computed from the true one, or is bounded more closely, or shown where the count is hidden, it gives that count away.
The factor between the two is read from the cells that show both, as any reader could.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.audit.errors import ContradictionError
from analysis.audit.knowledge import Known
from analysis.audit.network import UNLIMITED, BoolArray, IntArray
from zicht.published import FloatArray, PublishedColumn, Status

#: A whole number that a rate implies lies this close to it, beside what the rounding of the rate can do.
SLACK = 0.25
#: Rates are looked at to this many decimals when it is found out how far they were rounded.
DECIMALS = 6
#: Share by which the factor found may miss a round number and still be taken for it.
NEAR = 0.02


def sharpened(known: Known, count: PublishedColumn, rate: PublishedColumn, exposure: PublishedColumn) -> Known:
    """Return what is known of counts once the rates are read beside them.

    Args:
        known: What the counts tell by themselves.
        count: The counts.
        rate: The rates of the same cells.
        exposure: What they were divided by, up to one factor for the whole column.

    Raises:
        ContradictionError: A rate cannot be that of any count which the table allows.
    """
    scale = _scale(count, rate, exposure)
    there = np.isfinite(scale)
    slack = SLACK + scale * 0.5 * _unit(rate)
    low, high = known.low, known.high
    exact = there & (rate.status == Status.PUBLISHED)
    implied = np.where(exact, rate.value * scale, 0)
    # A rate of the published count says what that count says; any other says what the count is.
    telling = exact & ~((count.status == Status.PUBLISHED) & (np.abs(implied - count.value) < slack))
    low = np.maximum(low, _bound(np.ceil(implied - slack), telling, 0))
    high = np.minimum(high, _bound(np.floor(implied + slack), telling, UNLIMITED))
    low = np.maximum(low, _bound(np.ceil(rate.low * scale - slack), there & np.isfinite(rate.low), 0))
    high = np.minimum(high, _bound(np.floor(rate.high * scale + slack), there & np.isfinite(rate.high), UNLIMITED))
    wrong = low > high
    if wrong.any():
        where = "/".join((rate.key.indicator, rate.key.period, rate.key.level))
        cells = ", ".join(rate.code[wrong][:8].tolist())
        raise ContradictionError(f"These rates do not follow from any count that is possible: {cells}.", where=where)
    return replace(known, low=low, high=high)


def _scale(count: PublishedColumn, rate: PublishedColumn, exposure: PublishedColumn) -> FloatArray:
    """Return (n,) what turns a rate into a count, NaN where nobody can tell."""
    both = (count.status == Status.PUBLISHED) & (rate.status == Status.PUBLISHED)
    both &= (exposure.status == Status.PUBLISHED) & (count.value > 0) & (rate.value > 0) & (exposure.value > 0)
    if not both.any():
        return np.full(len(rate.code), np.nan)
    factor = np.median(count.value[both] / (rate.value[both] * exposure.value[both]))
    # Rates are "per 1,000" and the like: the factor is a round number that rounded rates only come near to.
    per = float(f"{1 / factor:.2g}")
    if abs(per * factor - 1) < NEAR:
        factor = 1 / per
    shown = (exposure.status == Status.PUBLISHED) & (exposure.value > 0)
    return np.where(shown, factor * exposure.value, np.nan)


def _unit(rate: PublishedColumn) -> float:
    """Return the step to which the rates of a column are rounded, 0 where no rounding shows."""
    shown = np.concatenate([part[np.isfinite(part)] for part in (rate.value, rate.low, rate.high)])
    for decimals in range(DECIMALS + 1):
        if np.allclose(shown, np.round(shown, decimals), rtol=0, atol=10.0 ** -(DECIMALS + 3)):
            return float(10.0**-decimals)
    return 0.0


def _bound(value: FloatArray, there: BoolArray, otherwise: int) -> IntArray:
    sure = there & (np.abs(np.where(there, value, 0)) < UNLIMITED)
    return np.where(sure, np.where(sure, value, 0).astype(np.int64), otherwise)

"""Rates of published counts over published exposures: pure functions of what a release already shows.

A rate from an exact denominator and an unrounded numerator would give the numerator away; here both are as published.
Arithmetic is division, floor and ceil on float64 alone, so the same columns give the same bytes everywhere.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from zicht.errors import AlignmentError
from zicht.published import FloatArray, Measure, PublishedColumn, Status, StrArray

#: Decimals of every published rate.
RATE_DECIMALS = 1

#: What every published rate is a multiple of.
RATE_RESOLUTION = 10.0**-RATE_DECIMALS


def rate_column(
    count: PublishedColumn, exposure: PublishedColumn, *, per: int, min_exposure: float, unit: str
) -> PublishedColumn:
    """Divide a column of counts by its exposures.

    The value is per x count / exposure, both as published, rounded half up to `RATE_DECIMALS`; the bounds are those
    that the bounds of both allow, rounded outward. The first of these that holds decides the status:

    - *not applicable*: either column is; or the exposure is published and 0, or below `min_exposure` (a rate over a
      handful of homes says nothing of the area), or its lower bound is 0;
    - *missing*: either column is;
    - *suppressed*: either column is. A suppressed count keeps the bounds that follow from its own; a suppressed
      exposure leaves none.

    Args:
        count: (n,) counts or amounts, not negative.
        exposure: (n,) denominators for the same areas.
        per: Numerator of the unit, for instance 10 000.
        min_exposure: Smallest exposure over which a rate is shown, in the unit of `exposure`.
        unit: Unit of the rate, in plain words of the catalogue.

    Returns:
        (n,) the column of rates, measure "rate".

    Raises:
        AlignmentError: The columns are not of the same areas.
    """
    if not np.array_equal(count.code, exposure.code) or count.key.level != exposure.key.level:
        raise AlignmentError("Counts and exposures are not of the same areas.", where=count.key.level)
    status = _status(count, exposure, min_exposure)
    published = status == Status.PUBLISHED
    bounded = published | ((status == Status.SUPPRESSED) & (exposure.status == Status.PUBLISHED))
    factor = float(per) * 10**RATE_DECIMALS
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.floor(factor * count.value / exposure.value + 0.5) / 10**RATE_DECIMALS
        low = np.floor(factor * count.low / exposure.high) / 10**RATE_DECIMALS
        high = np.ceil(factor * count.high / exposure.low) / 10**RATE_DECIMALS
    return PublishedColumn(
        key=replace(count.key, measure=Measure.RATE),
        unit=unit,
        code=count.code,
        status=status,
        value=_where(published, value),
        low=_where(bounded, low),
        high=_where(bounded, high),
    )


def _status(count: PublishedColumn, exposure: PublishedColumn, min_exposure: float) -> StrArray:
    shown = exposure.status == Status.PUBLISHED
    small = shown & ((exposure.value < min_exposure) | (exposure.low <= 0))
    parts = (count.status, exposure.status)
    status = np.full(len(count.code), Status.PUBLISHED, dtype="<U14")
    for later in (Status.SUPPRESSED, Status.MISSING, Status.NOT_APPLICABLE):
        status[np.any([part == later for part in parts], axis=0)] = later
    status[small] = Status.NOT_APPLICABLE
    return status


def _where(mask: NDArray[np.bool_], numbers: FloatArray) -> FloatArray:
    return np.where(mask & np.isfinite(numbers), numbers, np.nan)

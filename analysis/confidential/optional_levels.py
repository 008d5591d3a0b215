"""Levels that an indicator is published at only where a release has them: provinces, districts, the largest hexes.

A theme file is written once and used with many sets of boundaries. What is coarser than a gemeente differs between
them: one has police districts, another provinces, and hexes of resolution 4 say something in a country and nothing in a
province. Rare events need such levels most, so their themes ask for whichever there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.confidential.amount_checks import check_amounts
from analysis.confidential.definitions import Indicator, Theme
from analysis.confidential.parts import check_parts
from analysis.confidential.periods import check_periods
from analysis.confidential.sums import check_sums


def with_optional_levels(themes: Sequence[Theme], levels: Sequence[str]) -> tuple[Theme, ...]:
    """Return themes whose indicators are published at their own levels and at the optional ones that there are.

    Args:
        themes: As read from their files.
        levels: Levels of the release, coarsest first in each family.

    Raises:
        ConfigError: With the levels added, the periods or parts of an indicator no longer form a network, or an amount
            no longer has the levels of its count.
    """
    found = tuple(
        replace(theme, indicators=tuple(_indicator(one, levels) for one in theme.indicators)) for theme in themes
    )
    check_parts([indicator for theme in found for indicator in theme.indicators], where="optional_levels")
    check_amounts([indicator for theme in found for indicator in theme.indicators], where="optional_levels")
    check_sums([indicator for theme in found for indicator in theme.indicators], where="optional_levels")
    return found


def _indicator(indicator: Indicator, levels: Sequence[str]) -> Indicator:
    there = [level for level in levels if level in indicator.optional_levels and level not in indicator.levels]
    if not there:
        return replace(indicator, optional_levels=())
    wanted = {*there, *indicator.levels}
    # A level that the release lacks stays, so that the pipeline names it.
    absent = [level for level in indicator.levels if level not in levels]
    ordered = (*(level for level in levels if level in wanted), *absent)
    whole = replace(indicator, levels=ordered, optional_levels=())
    check_periods(whole, f"optional_levels of {indicator.id}")
    return whole

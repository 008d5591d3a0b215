"""The rules of an audience: those of the theme files, with what its build file changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from analysis.confidential.definitions import Theme
from analysis.confidential.disclosure_rules import changed_rule
from zicht.errors import ConfigError


def for_audience(themes: Sequence[Theme], rules: Mapping[str, Mapping[str, Any]], *, where: str) -> tuple[Theme, ...]:
    """Return the themes under the rules of an audience.

    Args:
        themes: As their files state them.
        rules: Entries of a disclosure rule: under "" for all indicators, else by indicator.
        where: The build file.

    Raises:
        ConfigError: An entry is wrong, or is of an indicator that does not exist.
    """
    known = {indicator.id for theme in themes for indicator in theme.indicators}
    if any("unplaced" in entries for entries in rules.values()):
        raise ConfigError(
            "An audience cannot count other records than the public: both releases together would tell how many.",
            where=f"{where}, audience",
            remedy="Leave `unplaced` to the theme files.",
        )
    unknown = sorted(set(rules) - known - {""})
    if unknown:
        raise ConfigError(f"There is no indicator {unknown[0]!r}.", where=f"{where}, audience")
    changed = {name: {**rules.get("", {}), **rules.get(name, {})} for name in known}
    return tuple(
        replace(
            theme,
            indicators=tuple(
                replace(one, disclosure=changed_rule(one.disclosure, changed[one.id], f"{where}, audience, {one.id}"))
                for one in theme.indicators
            ),
        )
        for theme in themes
    )

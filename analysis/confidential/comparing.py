"""Which indicators are compared, and with what: the choices of themes and build file, handed to published values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.confidential.definitions import Theme
from analysis.published.context import NEEDED
from analysis.published.deviations import Subject, deviation_maps
from geo.areas import Layer
from geo.families import HEX
from geo.figures import public_figures
from zicht.deviations import FIGURES, DeviationRule, DeviationTable
from zicht.errors import ConfigError
from zicht.figures import FigureTable
from zicht.published import PublishedTable


def figures_of(layers: Mapping[str, Layer]) -> FigureTable:
    """Return the public figures that areas are compared by."""
    levels = tuple(level for level in layers if not level.startswith(HEX))
    return public_figures(layers, names=NEEDED, levels=levels)


def compare(
    values: PublishedTable,
    figures: FigureTable,
    *,
    themes: Sequence[Theme],
    layers: Mapping[str, Layer],
    rule: DeviationRule,
) -> DeviationTable:
    """Return how areas deviate, for every indicator that is not context; see `analysis.published.deviations`.

    Args:
        values: Everything that is published.
        figures: Public figures of the areas.
        themes: Themes with their indicators.
        layers: Layers by level.
        rule: How areas are compared.

    Raises:
        ConfigError: Areas are to be alike in something that is neither a figure nor a context indicator.
    """
    context = [indicator.id for theme in themes if theme.context for indicator in theme.indicators]
    for name in rule.context:
        if name not in FIGURES and name not in context:
            raise ConfigError(
                f"{name!r} is neither a public figure nor an indicator of a context theme.",
                where="deviations, context",
                remedy=f"Choose from: {', '.join((*FIGURES, *context))}.",
            )
    subjects = [
        Subject(indicator.id, indicator.disclosure.threshold, indicator.disclosure.unplaced)
        for theme in themes
        if not theme.context
        for indicator in theme.indicators
        if indicator.amount is None
    ]
    return DeviationTable(deviation_maps(values, figures, layers, subjects=subjects, rule=rule))

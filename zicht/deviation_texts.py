"""What a comparison says, in words: what was compared with what, and the reason for the class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from zicht.deviations import DeviationColumn, DeviationLabel, Reference

Text = Mapping[str, str]

REFERENCE_TEXTS: Mapping[str, Text] = {
    Reference.COUNTRY: {"nl": "de rest van het land", "en": "the rest of the country"},
    Reference.GEMEENTE: {"nl": "de rest van de gemeente", "en": "the rest of the gemeente"},
    Reference.URBANITY: {"nl": "even stedelijke gebieden", "en": "equally urban areas"},
    Reference.SIMILAR: {"nl": "vergelijkbare gebieden", "en": "similar areas"},
    Reference.UNEXPLAINED: {
        "nl": "wat op grond van de omgeving te verwachten is",
        "en": "what its surroundings lead one to expect",
    },
}
_WHATEVER: Text = {
    "nl": "wat er ook verborgen of afgerond is, en ook als men met alle gebieden van de kaart rekening houdt",
    "en": "whatever is hidden or rounded, and also when all areas of the map are taken into account",
}
DEVIATION_TEXTS: Mapping[str, Text] = {
    DeviationLabel.HIGHER: {"nl": f"hoger, {_WHATEVER['nl']}", "en": f"higher, {_WHATEVER['en']}"},
    DeviationLabel.LOWER: {"nl": f"lager, {_WHATEVER['nl']}", "en": f"lower, {_WHATEVER['en']}"},
    DeviationLabel.COMPARABLE: {
        "nl": "vergelijkbaar: een verschil dat ertoe doet is uitgesloten",
        "en": "comparable: a difference that would matter is ruled out",
    },
    DeviationLabel.TOO_UNCERTAIN: {
        "nl": "te onzeker: noch een verschil, noch de afwezigheid ervan is aan te tonen",
        "en": "too uncertain: neither a difference nor its absence can be shown",
    },
    DeviationLabel.SUPPRESSED: {
        "nl": "verborgen: het eigen getal wordt niet getoond, en dus met niets vergeleken",
        "en": "hidden: its own number is not shown, and so compared with nothing",
    },
    DeviationLabel.MISSING: {"nl": "ontbreekt", "en": "missing"},
    DeviationLabel.NOT_APPLICABLE: {
        "nl": "niet van toepassing: er is hier te weinig om door te delen, of niets om mee te vergelijken",
        "en": "not applicable: there is too little here to divide by, or nothing to compare with",
    },
}
_REASON: Text = {
    "nl": "{ratio} keer zo veel, tussen {low:.3g} en {high} ({confidence:g} voor dit gebied op zichzelf); verwacht "
    "{least} tot {most}; van belang vanaf {margin:g} keer; hoger en lager bij alfa {alpha:g} over de hele kaart",
    "en": "{ratio} times as much, between {low:.3g} and {high} ({confidence:g} for this area by itself); expected "
    "{least} to {most}; matters from {margin:g} times; higher and lower at alpha {alpha:g} over the whole map",
}
_OPEN: Text = {"nl": "onbekend", "en": "unknown"}


def reason(column: DeviationColumn, rule: Mapping[str, Any], fid: int) -> Text | None:
    """Return the numbers behind a class in every language, None where an area is not compared.

    Args:
        column: The comparison.
        rule: `deviations` of the catalogue.
        fid: Position of the area.
    """
    if math.isnan(column.low[fid]):
        return None
    numbers = {name: rule[name] for name in ("confidence", "margin", "alpha")}

    def shown(value: float, language: str, form: str = ".3g") -> str:
        return _OPEN[language] if math.isnan(value) else format(value, form)

    return {
        language: text.format(
            ratio=shown(column.ratio[fid], language),
            low=column.low[fid],
            high=shown(column.high[fid], language),
            least=shown(column.expected_low[fid], language, ".4g"),
            most=shown(column.expected_high[fid], language, ".4g"),
            **numbers,
        )
        for language, text in _REASON.items()
    }

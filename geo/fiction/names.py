"""Invent Dutch-sounding names of places that do not exist.

Names are a stem and an ending ("Sprang" + "muiden"). Stems are chosen so that hardly any compound exists; `DENIED` holds the
compounds that do, and a test compares every name of the province with the real names of gemeenten, wijken and buurten.
Only the words in `GENERIC` may equal a real name: they name no place in particular.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

#: Real names that the syllables could make.
DENIED = frozenset(
    {
        "Grolloo",
        "Harkema",
        "Oudega",
        "Wolvega",
        "Vrieswijk",
        "Zwartewaal",
        "Brielle",
        "Dreumel",
        "Ravenstein",
        "Wervershoof",
    }
)

#: Names that may equal those of real wijken and buurten.
GENERIC = frozenset({"Centrum", "Stationsbuurt", "Havenkwartier", "Buitengebied", "Verspreide huizen"})

_STEMS = (
    "Aldr Averl Baldr Barnsl Berkv Blijm Bolt Braamst Brinkel Brunst Deinst Doornst Drakel Drieg Duinst Eekst Elmst Embr "
    "Everst Falk Fenst Flier Gaverst Geest Gelm Goldr Gorst Grevel Grimst Haaksl Halst Hazenv Heemst Hekst Helmv Hoekst "
    "Hulst Ijzelm Immers Jonkerst Kamst Karnst Kloost Kolst Kraaist Kwelst Laarst Landr Leemst Lijst Linst Loost Maarst "
    "Meent Merelst Mierst Molenst Morst Narst Nesselr Noorst Oeverst Olmst Ooijst Opperst Ossenv Palst Pekst Plagg Pruist "
    "Quast Raamst Reigerst Ritst Roelst Rugst Saksel Schaalst Schelfst Scholst Slaakst Snepst Spaarst Sprangst Stavelst "
    "Steltst Storkst Taanst Terpst Tichelst Tolst Tuurst Uilst Valkst Veenst Vlasst Vlierst Voorst Wagelst Walst Warmst "
    "Weelst Wierst Wijkst Wilgst Wulpst Zavelst Zeelst Zilst Zompst Zuidst Zwaanst"
).split()

_TOWN_ENDINGS = "erdam ermuiden ervoorde erhaven ermonde ersluis erburg erwijk erkerk ermeer".split()
_VILLAGE_ENDINGS = (
    "erhorn erwoude erkapelle erbroek erzijl erloo erhuizen eroord erdijk ersveen erterp erveld erzand".split()
)
_POLDER_ENDINGS = "erpolder erkoog erwaard ermaden erlanden erschor ergors erheide erbos erhoek".split()
_QUARTER_ENDINGS = (
    "erkwartier erbuurt erhof erveste erdreef erpark ersingel erkamp ertuin ereiland erakker erwerf".split()
)
_PARK_FIRST = "Het|De|Park|Resort|Bungalowpark|Recreatiepark|Landgoed|Camping".split("|")
_PARK_ENDINGS = "erduin ernest erkreek erplas erbaken erhut erlicht erheem erbaai erdobbe erstrand erkust".split()


def invent(endings: str, rng: np.random.Generator, *, taken: frozenset[str] = frozenset()) -> Iterator[str]:
    """Invent names of one kind, without repeating one until all have been used.

    Args:
        endings: "town", "village", "polder", "quarter" or "park".
        rng: Source of randomness.
        taken: Names not to give.

    Yields:
        Names; after the last one they return with "Nieuw-" before them, then "Klein-", and so on.
    """
    choice = {
        "town": _TOWN_ENDINGS,
        "village": _VILLAGE_ENDINGS,
        "polder": _POLDER_ENDINGS,
        "quarter": _QUARTER_ENDINGS,
        "park": _PARK_ENDINGS,
    }[endings]
    names = [stem + ending for stem in _STEMS for ending in choice]
    order = _stems_apart(len(_STEMS), len(choice), rng)
    for first in ("", "Nieuw-", "Klein-", "Oost-", "West-", "Groot-", "Achter-"):
        for at in order:
            name = first + names[at]
            if name not in DENIED and name not in taken:
                yield name


def _stems_apart(stems: int, endings: int, rng: np.random.Generator) -> list[int]:
    """Order all compounds so that every stem comes once before any comes twice."""
    turn = np.array([rng.permutation(endings) for _ in range(stems)])
    rounds = [rng.permutation(stems) for _ in range(endings)]
    return [int(stem * endings + turn[stem, nth]) for nth, stem_order in enumerate(rounds) for stem in stem_order]


def park_title(name: str, rng: np.random.Generator) -> str:
    """Put a word like "Bungalowpark" before the name of a vacation park."""
    return f"{_PARK_FIRST[int(rng.integers(2, len(_PARK_FIRST)))]} {name}"

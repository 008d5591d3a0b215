"""Invent Dutch-sounding names of places that do not exist.

A name is a stem and an ending ("Torm" + "muiden"). Stems are chosen so that no compound is known to exist; `DENIED`
holds those that come too close, and a test compares every name with the real gemeenten, wijken, buurten and parks.
Only the words in `GENERIC` may equal a real name: they name no place in particular.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import cycle

import numpy as np

#: Compounds kept out by hand: real, or so close to a real name that a reader may think of that place.
DENIED = frozenset(
    {"Imselmuiden", "Arselmuiden", "Zelmhaven", "Kalmhoek", "Holkwijk", "Kulderveen", "Kulderwold", "Ambelhaven"}
)

#: Names that may equal those of real wijken and buurten.
GENERIC = frozenset({"Centrum", "Stationsbuurt", "Havenkwartier"})


class Kind(Enum):
    """What a name is for; the value is its endings."""

    TOWN = "drecht muiden voorde haven monde sluis burg wijk kerk meer dam stede"
    VILLAGE = "horn woude kapelle broek zijl loo huizen oord dijk veen terp zand rade gast kerke"
    POLDER = "polder koog waard maden landen schor gorzen heide bos hoek meent wold"
    QUARTER = "kwartier buurt hof veste dreef park singel kamp tuin akker werf gaarde"
    REGION = "kust meren oevers gouw"
    PARK = "duin nest kreek plas baken heem baai dobbe strand kust"
    LAKE = "meer plas wiel"


_STEMS = (
    "Aldel Ambel Arsel Barsel Belk Bint Blaar Bulder Brel Brunt Dalk Dennel Dolm Dorrel Drusel Eiler Elk Ember Enkel "
    "Esper Falm Felder Finsel Flinter Fors Gald Garrel Ginsel Glim Golm Granser Grif Guns Halk Harrel Helt Hilder Holk "
    "Hummel Ilper Imsel Jelm Jorn Kalm Karsel Kelder Kimsel Klimsel Kulder Krinsel Kuiler Lamer Larn Lemsel Loder Lum "
    "Malk Marrel Melder Milder Monsel Mulk Nadel Nerk Nolder Nummer Oker Olm Onsel Orl Parrel Pelk Pinsel Polm Prin "
    "Rasel Relder Rilk Rolm Rumsel Salk Sarrel Selder Silm Solk Sulk Tarn Telder Tilk Torm Tulk Uder Ulm Varsel Velm "
    "Vilder Vrimsel Warsel Welk Wimsel Wolker Wrel Zelm Zelder Zilmer Zorm Zulk"
)

_BEFORE = ("", "Nieuw-", "Klein-", "Groot-", "Achter-", "Voor-")
_PARK_BEFORE = ("Park", "Resort", "Bungalowpark", "Recreatiepark", "Landgoed", "Camping")


def invent(kind: Kind, rng: np.random.Generator, *, taken: frozenset[str] = frozenset()) -> Iterator[str]:
    """Invent names of one kind without end.

    Args:
        kind: What the names are for.
        rng: Source of randomness.
        taken: Names not to give.

    Returns:
        Names in which each stem comes once before any comes twice; when all compounds have been used they return with
        "Nieuw-" before them, then "Klein-" and so on, and at last from the start.
    """
    stems, endings = _STEMS.split(), kind.value.split()
    pairs = [(stem, ending) for nth in range(len(endings)) for stem, ending in _round(stems, endings, nth, rng)]
    names = [before + stem + ending for before in _BEFORE for stem, ending in pairs if stem[-1] != ending[0]]
    # A plain iterator, not a generator: whoever chains it into another must not close it.
    return cycle([name for name in names if name not in DENIED and name not in taken])


def _round(stems: list[str], endings: list[str], nth: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Every stem once, in random order, each with its own nth ending."""
    order = rng.permutation(len(stems))
    return [(stems[at], endings[(at * 7 + nth) % len(endings)]) for at in order]


def invent_river(rng: np.random.Generator) -> str:
    """Invent the name of a river."""
    stems = _STEMS.split()
    return stems[int(rng.integers(len(stems)))].removesuffix("er").removesuffix("el") + "e"


def park_title(name: str, rng: np.random.Generator) -> str:
    """Put a word like "Bungalowpark" before the name of a vacation park."""
    return f"{_PARK_BEFORE[int(rng.integers(len(_PARK_BEFORE)))]} {name}"

"""Agreement: whether hotspots stay where they are when the borders lie elsewhere.

Two maps of one indicator on different areas are compared where people live: atom by atom, each counting for the
addresses that stand in it. Where both maps know their answer it is hot (or probably hot) or not, and the agreement is
Cohen's kappa of the two: 1 where they always agree, 0 where they agree no more often than chance would.

Cohen (1960), Educational and Psychological Measurement 20, 37-46.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zicht.errors import AlignmentError
from zicht.published import FloatArray, HotspotClass, StrArray

IntArray = NDArray[np.int64]

#: Decimals of shares and kappa as they are written.
DECIMALS = 4

HOT = (HotspotClass.HOT, HotspotClass.PROBABLE)
NOT_HOT = (HotspotClass.NOT_SIGNIFICANT, HotspotClass.COLD)


@dataclass(frozen=True, slots=True, eq=False)
class Zoning:
    """One map of classes and where the atoms lie in it.

    Args:
        name: Its level, or "shifted-h3-7" for a grid of unions.
        label: (areas,) members of `HotspotClass`.
        area: (atoms,) the area of each atom, -1 where it lies in none.
    """

    name: str
    label: StrArray
    area: IntArray

    def labels(self) -> StrArray:
        """Return the class of every atom."""
        inside = self.area >= 0
        return np.where(inside, self.label[np.where(inside, self.area, 0)], HotspotClass.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two maps agree. Shares are of what is compared: the weight of atoms where both know their answer.

    Args:
        first: Name of the one map.
        second: Name of the other.
        compared: Share of all weight where both know their answer, 0 to 1.
        hot_first: Share that is hot on the one.
        hot_second: Share that is hot on the other.
        hot_both: Share that is hot on both.
        kappa: Cohen's kappa, at most 1; None where neither map has two answers.
    """

    first: str
    second: str
    compared: float
    hot_first: float
    hot_second: float
    hot_both: float
    kappa: float | None

    def content(self) -> dict[str, Any]:
        """Return it as it is written."""
        return asdict(self)


def agreement(first: Zoning, second: Zoning, weight: NDArray[Any]) -> Agreement:
    """Compare two maps.

    Args:
        first: The one.
        second: The other, of the same atoms.
        weight: (atoms,) how much each atom counts, 0 or more.

    Raises:
        AlignmentError: They are not of the same atoms.
    """
    if not first.area.shape == second.area.shape == np.shape(weight):
        raise AlignmentError("Two maps are not of the same atoms.", where=f"{first.name}, {second.name}")
    heavy = np.asarray(weight, dtype=np.float64)
    labels = first.labels(), second.labels()
    both = np.isin(labels[0], (*HOT, *NOT_HOT)) & np.isin(labels[1], (*HOT, *NOT_HOT))
    total, known = float(heavy.sum()), float(heavy[both].sum())
    one, other = (np.isin(label, HOT) for label in labels)

    def share(which: NDArray[np.bool_]) -> float:
        return float(heavy[both & which].sum()) / known if known > 0 else 0.0

    shares = share(one), share(other), share(one & other)
    return Agreement(
        first=first.name,
        second=second.name,
        compared=round(known / total, DECIMALS) if total > 0 else 0.0,
        hot_first=round(shares[0], DECIMALS),
        hot_second=round(shares[1], DECIMALS),
        hot_both=round(shares[2], DECIMALS),
        kappa=_kappa(shares, known),
    )


def _kappa(shares: tuple[float, float, float], known: float) -> float | None:
    one, other, both = shares
    chance = one * other + (1 - one) * (1 - other)
    if known == 0 or chance >= 1:
        return None
    agreed = both + (1 - one - other + both)
    return round((agreed - chance) / (1 - chance), DECIMALS)


def all_agreements(zonings: list[Zoning], weight: FloatArray) -> list[Agreement]:
    """Compare every two of some maps, in their order."""
    pairs = [(one, other) for at, one in enumerate(zonings) for other in zonings[at + 1 :]]
    return [agreement(one, other, weight) for one, other in pairs]

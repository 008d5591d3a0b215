"""Regions and large hexes are protected with the rest: no province gives a gemeente away, and the attacker agrees."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.audit.report import audit
from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.protection import Geography, plans, protect_plan
from analysis.confidential.disclosure_rules import DisclosureRule, ZeroPolicy
from analysis.confidential.indicators import Nature
from tests.analysis.audit.support import Small
from tests.support.small import indicator, layer
from zicht.errors import InfeasibleError
from zicht.structure import Structure

KEY = "a key of the tests, of thirty-two characters or more"

#: Eight gemeenten, two a district, two districts a province; a large hex a district's worth, shifted by one gemeente.
LEVELS = {
    "province": [0, 0],
    "district": [0, 0, 1, 1],
    "gemeente": [0, 0, 1, 1, 2, 2, 3, 3],
    "h3-4": [0, 0],
    "h3-5": [0, 0, 1, 1],
}
HEX_OF = [0, 1, 1, 2, 2, 3, 3, 3]
ATOMS = [("gemeente", at, "h3-5", hexagon) for at, hexagon in enumerate(HEX_OF)]
NUMBER = count()


def inside(counts, level):
    """What is counted in each area of a level."""
    if level == "country":
        return [sum(counts)]
    chain = [one for one in LEVELS if one.startswith("h3-") == level.startswith("h3-")]
    found, at = list(counts), chain[-1]
    if at.startswith("h3-"):
        found = [sum(c for c, hexagon in zip(counts, HEX_OF, strict=True) if hexagon == one) for one in range(4)]
    while at != level:
        above = chain[chain.index(at) - 1]
        parents = LEVELS[at]
        found = [
            sum(c for c, parent in zip(found, parents, strict=True) if parent == one)
            for one in range(len(LEVELS[above]))
        ]
        at = above
    return found


def geography() -> Geography:
    small = Small(LEVELS, ATOMS, {})
    layers = {"country": layer("country", ["NL00"], [""])}
    for level, parents in LEVELS.items():
        chain = [one for one in LEVELS if one.startswith("h3-") == level.startswith("h3-")]
        above = small.codes(chain[chain.index(level) - 1] if level != chain[0] else "country")
        layers[level] = layer(level, small.codes(level), [above[parent] for parent in parents])
    level, fid, hexes, hex_fid = zip(*ATOMS, strict=True)
    structure = Structure(np.array(level), np.array(fid), np.array(hexes), np.array(hex_fid), {})
    return Geography(layers, structure, KEY)


PLACE = geography()


def protected(counts, levels, **rule):
    """By level, what is shown: a count, or None where it is hidden."""
    counted = indicator(levels=tuple(levels), disclosure=DisclosureRule(**rule), nature=Nature.EVENT)
    (plan,) = plans([counted], range(2025, 2026))
    tables = {
        (counted.id, "2025", level): CountTable(
            counted.id, "2025", level, PLACE.layers[level].code, np.array(own), np.array(own)
        )
        for level in ("country", *levels)
        if (own := inside(counts, level))
    }
    units = np.repeat(np.arange(8), counts)
    fids = {"country": np.zeros(len(units), dtype=np.int64)}
    for level in levels:
        own = np.array(HEX_OF) if level.startswith("h3-") else np.arange(8)
        at = "h3-5" if level.startswith("h3-") else "gemeente"
        while at != level:
            own = np.array(LEVELS[at])[own]
            at = list(LEVELS)[list(LEVELS).index(at) - 1]
        fids[level] = own[units]
    patterns, _ = protect_plan(plan, tables, PLACE, fids=fids)
    hidden = patterns[counted.id, "2025"]
    return {
        level: [
            None if secret else own for own, secret in zip(inside(counts, level), hidden[level].tolist(), strict=True)
        ]
        for level in hidden
    }


def release(shown, tmp_path, **rule):
    name = f"release-{next(NUMBER)}"
    columns = {("x", "2025", level): cells for level, cells in shown.items()}
    return Small(LEVELS, ATOMS, columns, {"x": rule}).open(tmp_path / name)


COUNTS = [40, 5, 25, 30, 40, 30, 20, 25]


def test_a_province_is_not_shown_beside_all_of_its_gemeenten_but_one(tmp_path):
    shown = protected(COUNTS, ("province", "gemeente"), rounding=1)
    assert shown["gemeente"][1] is None
    # Whatever is chosen, the province with the small gemeente does not give it away.
    assert shown["province"][0] is None or shown["gemeente"][:4].count(None) >= 2
    assert audit(release(shown, tmp_path)).holds
    # Without the province any second gemeente would do; one outside it, beside a province that is shown, does not.
    unguarded = shown | {"gemeente": [40, None, 25, 30, 40, 30, 20, None], "province": [100, 115]}
    assert not audit(release(unguarded, tmp_path)).holds


def test_a_district_of_two_gemeenten_hides_both_or_itself(tmp_path):
    shown = protected(COUNTS, ("district", "gemeente"), rounding=1)
    assert shown["district"][0] is None or shown["gemeente"][:2] == [None, None]
    assert audit(release(shown, tmp_path)).holds


def test_parents_are_kept_where_children_are_hidden(tmp_path):
    # Too few for any gemeente; each district of them is enough.
    shown = protected([5, 8, 9, 6, 7, 8, 6, 9], ("province", "district", "gemeente"), rounding=1)
    assert shown["gemeente"] == [None] * 8
    assert shown["district"] == [13, 15, 15, 15]
    assert shown["province"] == [28, 30]
    assert audit(release(shown, tmp_path)).holds


@pytest.mark.parametrize(
    "levels",
    [
        ("province", "district", "gemeente", "h3-4", "h3-5"),
        ("district", "gemeente", "h3-5"),
        ("province", "gemeente", "h3-4"),
    ],
)
@settings(max_examples=25, deadline=None)
@given(counts=st.lists(st.integers(0, 40), min_size=8, max_size=8))
def test_the_attacker_finds_nothing_at_any_choice_of_levels(levels, counts, tmp_path_factory):
    rule = {"rounding": 1, "zeros": ZeroPolicy.SUPPRESS}
    try:
        shown = protected(counts, levels, **rule)
    except InfeasibleError:
        return
    opened = release(shown, tmp_path_factory.mktemp("regions"), zeros="suppress")
    assert audit(opened).holds

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.confidential.aggregate import CountTable
from analysis.confidential.disclosure.protection import Geography, plans, protect_plan
from analysis.confidential.disclosure.systems import Split
from analysis.confidential.disclosure_rules import Capacity, DisclosureRule, ZeroPolicy
from analysis.confidential.indicators import Nature
from tests.support.small import indicator, layer
from zicht.errors import AlignmentError, ConfigError, InfeasibleError
from zicht.structure import UNPLACED, Structure

KEY = "a key of the tests, of thirty-two characters or more"
BUURTEN = 12


def geography(key: str = KEY, *, capacity: dict[str, np.ndarray] | None = None) -> Geography:
    """Twelve buurten in one country, an atom in each."""
    codes = [f"BU{at:08d}" for at in range(BUURTEN)]
    layers = {
        "country": layer("country", ["NL00"], [""]),
        "buurt": layer("buurt", codes, ["NL00"] * BUURTEN),
    }
    at = np.arange(BUURTEN)
    level = np.full(BUURTEN, "buurt")
    return Geography(
        layers, Structure(level, at, np.full(BUURTEN, "country"), np.zeros(BUURTEN, int), capacity or {}), key
    )


def with_unplaced(place: Geography) -> Geography:
    """Add an atom for records of which no buurt is known."""
    atoms = place.structure
    structure = Structure(
        np.append(atoms.administrative_level, "country"),
        np.append(atoms.administrative_fid, 0),
        np.append(atoms.hex_level, "country"),
        np.append(atoms.hex_fid, 0),
        {
            **{name: np.append(held, 0) for name, held in atoms.capacity.items()},
            UNPLACED: np.repeat([0, 1], [BUURTEN, 1]),
        },
    )
    return replace(place, structure=structure)


def hidden(
    counts: list[int], place: Geography, *, holders: list[int] | None = None, unplaced_count: int = 0, **rule
) -> np.ndarray:
    """Return which buurten are hidden."""
    counted = indicator(levels=("buurt",), disclosure=DisclosureRule(**rule), nature=Nature.EVENT)
    (plan,) = plans([counted], range(2025, 2026))
    count = np.array(counts)
    held = count if holders is None else np.array(holders)
    tables = {
        (counted.id, "2025", "buurt"): CountTable(counted.id, "2025", "buurt", place.layers["buurt"].code, count, held),
        (counted.id, "2025", "country"): CountTable(
            counted.id,
            "2025",
            "country",
            place.layers["country"].code,
            count.sum(keepdims=True) + unplaced_count,
            held.sum(keepdims=True) + unplaced_count,
        ),
    }
    units = np.append(np.repeat(np.arange(BUURTEN), count), np.full(unplaced_count, -1))
    patterns, _ = protect_plan(plan, tables, place, fids={"country": np.zeros(len(units), int), "buurt": units})
    return patterns[counted.id, "2025"]["buurt"]


def test_a_lone_small_count_is_never_hidden_alone():
    pattern = hidden([4, *[30] * 11], geography(), rounding=1)
    assert pattern[0]
    assert pattern.sum() == 2


def test_a_hidden_cell_lends_no_more_than_all_but_one_where_zeros_are_shown():
    # 2 and 10: a reader who knows that neither is zero knows that the first is at most 11, and the rule asks 12.
    for number in range(8):
        pattern = hidden([2, 10, *[30] * 10], geography(f"{KEY}{number}"), rounding=1)
        assert pattern[0]
        assert pattern[2:].any()


def test_rounding_can_be_protection_enough():
    # Eleven counts known to within two, and a total: the twelfth may be twenty-six.
    assert hidden([4, *[30] * 11], geography(), rounding=5).sum() == 1


@pytest.mark.parametrize("capacity", [None, Capacity("addresses")])
def test_a_few_records_without_a_buurt_are_hidden_behind_a_buurt(capacity):
    place = with_unplaced(geography(capacity={"addresses": np.full(BUURTEN, 5)}))
    counted = {"rounding": 1, "unplaced": True, "capacity": capacity}
    assert hidden([30] * 12, place, unplaced_count=4, **counted).sum() == 1
    # What everybody could subtract is large enough, or is nothing at all.
    assert not hidden([30] * 12, place, unplaced_count=12, **counted).any()
    assert not hidden([30] * 12, place, **counted).any()


@pytest.mark.parametrize("capacity", [None, Capacity("addresses")])
def test_records_without_a_buurt_hide_nothing_of_an_indicator_that_leaves_them_out(capacity):
    place = with_unplaced(geography(capacity={"addresses": np.full(BUURTEN, 5)}))
    # One hidden buurt would be told by the total: no reader believes that the rest lies nowhere.
    assert hidden([4, *[30] * 11], place, rounding=1, capacity=capacity).sum() == 2
    with pytest.raises(AlignmentError, match="nothing can be"):
        hidden([30] * 12, place, unplaced_count=4, capacity=capacity)


def test_how_many_fit_without_an_address_nobody_knows():
    with pytest.raises(ConfigError, match="no address is known"):
        DisclosureRule(unplaced=True, capacity=Capacity("addresses", 1))


def test_the_choice_depends_on_the_key_alone():
    counts = [4, *[30] * 11]
    patterns = [hidden(counts, geography(f"{KEY}{number}"), rounding=1) for number in range(8)]
    assert len({tuple(pattern) for pattern in patterns}) >= 3
    assert np.array_equal(*(hidden(counts, geography(), rounding=1) for _ in range(2)))


def test_a_count_of_one_holder_is_hidden_and_not_given_back():
    pattern = hidden([20, *[40] * 11], geography(), holders=[1, *[40] * 11], rounding=1)
    assert pattern[0]
    assert pattern.sum() == 2


def test_a_capacity_that_no_register_counts_is_refused():
    with pytest.raises(ConfigError, match="addresses"):
        hidden([4, *[30] * 11], geography(), capacity=Capacity("addresses"))


def test_an_area_where_nothing_can_be_is_shown_as_zero_even_where_zeros_are_hidden():
    addresses = np.array([0, *[100] * 11])
    place = geography(capacity={"addresses": addresses})
    pattern = hidden([0, 0, *[30] * 10], place, zeros=ZeroPolicy.SUPPRESS, capacity=Capacity("addresses"))
    assert not pattern[0]
    assert pattern[1]


def test_counts_that_cannot_be_protected_are_named():
    addresses = np.array([3, *[100] * 11])
    place = geography(capacity={"addresses": addresses})
    # Zeros everywhere else leave the country, which has room for 1,103, the three addresses of one buurt.
    with pytest.raises(InfeasibleError, match="2025"):
        hidden([2, *[0] * 11], place, capacity=Capacity("addresses", each=1))


def test_years_and_parts_are_planned_as_splits_of_their_whole():
    whole = indicator(
        id="whole",
        levels=("gemeente", "buurt"),
        nature=Nature.EVENT,
        years=True,
        total=True,
        years_at=("country", "gemeente"),
    )
    part = indicator(
        id="part",
        levels=("buurt",),
        nature=Nature.EVENT,
        years=False,
        total=True,
        part_of="whole",
        where={"kind": ("lab",)},
    )
    (plan,) = plans([whole, part], range(2021, 2023))
    assert plan.period.name == "2021-2022"
    assert plan.splits == (
        Split("gemeente", ("2021", "2022"), totals=True),
        Split("buurt", ("part", "rest of part")),
    )

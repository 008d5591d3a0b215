"""Hotspot windows: drawn before anything is counted, asked in order, and offered only where nothing small shows."""

from __future__ import annotations

from dataclasses import replace

import h3
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.audit.report import audit
from analysis.audit.spots import critical_counts as by_the_attacker
from analysis.confidential.disclosure.protection import Geography
from analysis.confidential.disclosure.spot_check import SpotCheck
from analysis.confidential.disclosure.spots import Candidates, candidates, critical_counts, offer, raised, walk
from analysis.confidential.disclosure_rules import Capacity, DisclosureRule, ZeroPolicy
from analysis.confidential.spot_rules import SpotRule
from analysis.confidential.spots import exposure_of, spots_of
from geo.disks import discs
from tests.analysis.audit.spot_worlds import LEVEL, column, worlds
from tests.analysis.audit.support import column as counts_of
from tests.analysis.audit.test_spots import made_by_hand
from tests.support.small import indicator, layer, source
from zicht.errors import AlignmentError, ConfigError, InfeasibleError
from zicht.spots import SpotStatus
from zicht.structure import Structure

FLAGGED, SILENT, COVERED = (str(status) for status in SpotStatus)
RULE = SpotRule("h3-7", "addresses", amount=30, rings=1)
MIDDLE = h3.latlng_to_cell(52.1, 5.3, 7)
CODES = np.array(sorted(h3.grid_disk(MIDDLE, 3)))


def drawn(*members: tuple[int, ...]) -> Candidates:
    size = len(members)
    code = np.array([f"s{at}" for at in range(size)])
    return Candidates(LEVEL, code, tuple(np.array(one) for one in members), np.ones(size), np.zeros(size))


def over(check: SpotCheck):
    """What raises critical counts: the candidates over what fails."""

    def failing(status, critical):
        pieces = check.failing(status, critical)
        return None if pieces is None else check.over(pieces)

    return failing


def layers_of(small):
    """Layers with the codes and parents of a small release."""
    found = {"country": layer("country", ["NL00"], [""])}
    for level, parents in small.levels.items():
        above = "h3-6" if level == LEVEL else "country"
        found[level] = layer(level, small.codes(level), [small.codes(above)[at] for at in parents])
    return found


def check_of(world) -> SpotCheck:
    """The protector's check of a world."""
    small = world.small
    stated = small.rules["x"]
    limited = stated["capacity"] is not None
    rule = DisclosureRule(
        threshold=stated["threshold"],
        margin=stated["margin"],
        rounding=1,
        zeros=ZeroPolicy(stated["zeros"]),
        capacity=Capacity("homes", 1) if limited else None,
    )
    geography = Geography(layers_of(small), small.structure(), "key")
    counts = [counts_of(small, *key) for key in small.shown]
    room = geography.capacity(rule, where="x")
    return SpotCheck(geography.layers, geography.structure, room, counts, rule, drawn(*world.candidates))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_the_check_agrees_with_the_attacker(tmp_path_factory, world):
    small = world.small
    check = check_of(world)
    critical = np.array(world.critical)
    report = audit(small.open(tmp_path_factory.mktemp("w") / "release")).systems[0]
    # The attacker reports what counts alone give away apart; here both count only what windows add.
    assert (check.failing(small.spots[0].status, critical) is None) == report.spots.found.holds


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_raised_counts_leave_every_candidate_free_to_be_silent(tmp_path_factory, world):
    small = world.small
    check = check_of(world)
    first = np.array(world.critical)
    silent = np.full(len(first), SILENT)
    endless = np.full(len(first), 10**6)
    try:
        found = raised(first, failing=over(check), top=10**4, where="x")
    except InfeasibleError:
        # The publisher was careless: counts alone tell too much.
        assert check.failing(silent, endless) is not None
        return
    assert (found >= first).all()
    report = audit(
        replace(small, spots=(column(small, world.candidates, found.tolist(), silent.tolist()),)).open(
            tmp_path_factory.mktemp("w") / "release"
        )
    ).systems[0]
    assert report.spots.found.holds
    # Nothing is raised without need.
    if check.failing(silent, first) is None:
        assert found.tolist() == first.tolist()


@pytest.mark.parametrize(("total", "fine"), [(12, True), (20, False), (24, False)])
def test_silences_that_leave_too_little_between_them_are_refused(total, fine):
    # At most 12 in the first two hexes, and in the last two: 20 in all leave 4 for the middle one.
    small = made_by_hand({"country": [total]}, [(0, 1), (1, 2)], [SILENT, SILENT])
    geography = Geography(layers_of(small), small.structure(), "key")
    counts = [counts_of(small, *key) for key in small.shown]
    two, critical = drawn((0, 1), (1, 2)), np.array([13, 13])
    rule = DisclosureRule(rounding=1)
    check = SpotCheck(geography.layers, geography.structure, None, counts, rule, two)
    assert (check.failing(small.spots[0].status, critical) is None) is fine
    more = raised(critical, failing=over(check), top=total, where="x")
    assert (more > critical).any() != fine
    assert check.failing(small.spots[0].status, more) is None
    # What a count must reach to be flagged stays within reach.
    assert more.max() <= total or fine


@given(share=st.lists(st.floats(0, 1), min_size=1, max_size=8), top=st.integers(0, 3000), goal=st.integers(1, 20))
def test_critical_counts_are_those_that_anybody_computes_again(share, top, goal):
    shares = np.round(np.array(share), 12)
    own = critical_counts(shares, top, goal=goal, alpha=0.05)
    assert own.tolist() == by_the_attacker(shares * top, goal=goal, alpha=0.05).tolist()
    assert own.min() > goal


def test_discs_grow_until_they_hold_the_amount_and_never_look_at_counts():
    exposure = np.full(len(CODES), 10.0)
    found = discs(CODES, exposure, amount=30, rings=1)
    middle = int(np.searchsorted(CODES, MIDDLE))
    assert sorted(CODES[found[middle]]) == sorted(h3.grid_disk(MIDDLE, 1))
    assert all(len(one) >= 3 for one in found.values())
    assert discs(CODES, exposure, amount=10, rings=1)[middle].tolist() == [middle]
    assert not discs(CODES, exposure, amount=80, rings=1)
    # Twice the same disc is one candidate.
    two = np.array(sorted(h3.grid_disk(MIDDLE, 1)))[:2]
    assert len(discs(two, np.array([10.0, 10.0]), amount=20, rings=1)) == 1
    with pytest.raises(AlignmentError):
        discs(CODES[::-1], exposure, amount=30, rings=1)


def test_small_candidates_are_asked_first_in_an_order_that_is_stable():
    exposure = np.where(np.arange(len(CODES)) % 3 == 0, 40.0, 5.0)
    one, again = candidates(RULE, CODES, exposure), candidates(RULE, CODES, exposure)
    assert one.code.tolist() == again.code.tolist()
    sizes = [len(members) for members in one.members]
    assert sizes == sorted(sizes)
    assert one.code[: sizes.count(1)].tolist() != sorted(one.code[: sizes.count(1)].tolist())


def test_the_walk_covers_what_comes_after_a_flag_only():
    three = drawn((1, 2), (0, 1), (2,), (3,))
    assert walk(three, np.array([False, True, True, True])).tolist() == [SILENT, FLAGGED, FLAGGED, FLAGGED]
    assert walk(three, np.array([True, True, True, False])).tolist() == [FLAGGED, COVERED, COVERED, SILENT]


def test_a_flag_that_tells_too_much_is_withheld():
    three = drawn((0,), (1,), (2,))
    asked = []

    def near_failing(status):
        asked.append(status.tolist())
        return None if status.tolist().count(FLAGGED) < 3 else np.array([1])

    status, withheld = offer(three, np.ones(3, dtype=bool), near_failing=near_failing, where="x")
    assert status.tolist() == [FLAGGED, SILENT, FLAGGED]
    assert withheld == 1
    assert asked[0] == [FLAGGED] * 3
    with pytest.raises(InfeasibleError, match="whichever"):
        offer(three, np.ones(3, dtype=bool), near_failing=lambda _: np.zeros(0, dtype=np.int64), where="x")


def world_of(units: np.ndarray, owners: list[str], *, country: int):
    """One gemeente, hexes that each have 10 addresses, and units in some of them."""
    parents = [h3.cell_to_parent(one, 6) for one in CODES]
    coarse = sorted(set(parents))
    layers = {
        "country": layer("country", ["FL00"], [""]),
        "gemeente": layer("gemeente", ["GM9001"], ["FL00"]),
        "h3-6": layer("h3-6", coarse, ["FL00"] * len(coarse)),
        "h3-7": layer("h3-7", CODES.tolist(), parents),
    }
    size = len(CODES)
    at, gemeente = np.arange(size), np.full(size, "gemeente")
    addresses = {"addresses": np.full(size, 10)}
    structure = Structure(gemeente, np.zeros(size, dtype=np.int64), np.full(size, "h3-7"), at, addresses)
    total = counts_of_country(country)
    rows = pl.DataFrame({"owner_id": owners})
    return rows, units, (total,), Geography(layers, structure, "key")


def counts_of_country(total: int):
    from tests.analysis.audit.support import Small

    return counts_of(Small({}, [], {("labs", "2021-2025", "country"): [total]}), "labs", "2021-2025", "country")


def published(owners: int, *, total: int = 60):
    at = int(np.searchsorted(CODES, MIDDLE))
    names = [f"{i % owners:032x}" for i in range(40)]
    rows, units, counts, geography = world_of(np.full(40, at), names, country=total)
    one = indicator(
        levels=("gemeente",), years=False, spots=RULE, disclosure=DisclosureRule(rounding=1, zeros=ZeroPolicy.SUPPRESS)
    )
    return spots_of(one, "2021-2025", rows, units, source=source(), counts=counts, geography=geography)


def test_many_units_of_many_holders_are_flagged():
    found = published(40)
    flagged = [members for members, said in zip(found.hexes, found.status, strict=True) if said == FLAGGED]
    assert len(flagged) == 1
    assert MIDDLE in flagged[0]
    assert found.critical.min() >= 13


def test_many_units_of_few_holders_are_not():
    assert FLAGGED not in published(9).status.tolist()
    assert FLAGGED in published(10).status.tolist()


def test_a_hidden_country_has_no_hotspot_windows():
    rows, units, _, geography = world_of(np.zeros(0, int), [], country=0)
    hidden = counts_of_country(None)  # type: ignore[arg-type]
    one = indicator(levels=("gemeente",), years=False, spots=RULE)
    with pytest.raises(ConfigError, match="hidden"):
        spots_of(one, "2021-2025", rows, units, source=source(), counts=(hidden,), geography=geography)


def test_exposure_is_counted_in_the_atoms_where_they_have_it():
    _, _, _, geography = world_of(np.zeros(0, int), [], country=0)
    layers, structure = geography.layers, geography.structure
    assert exposure_of(RULE, layers["h3-7"], structure, layers).tolist() == [10.0] * len(CODES)
    assert exposure_of(SpotRule("h3-7", "hexes", 1), layers["h3-7"], structure, layers).sum() == len(CODES)
    with pytest.raises(ConfigError, match="inhabitants"):
        exposure_of(SpotRule("h3-7", "inhabitants", 1), layers["h3-7"], structure, layers)

"""What hotspot windows tell: equal to enumeration of every table that gives the same release."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from analysis.audit.errors import ContradictionError, LayoutError
from analysis.audit.evidence import gather, planned
from analysis.audit.pieces import pieces
from analysis.audit.report import audit
from analysis.audit.rule import check
from analysis.audit.spots import critical_counts
from analysis.audit.system import system
from analysis.audit.witness import _Search, answer
from tests.analysis.audit.spot_worlds import LEVEL, STATED, World, column, counts, hexes, tables, walk, worlds
from tests.analysis.audit.support import RULE, Small
from zicht.errors import AlignmentError
from zicht.spots import SpotStatus

RULES = {"x": {**RULE, **STATED}}


def found_by_audit(world: World, folder):
    """The pieces, and what the audit reached of each."""
    held = gather(world.small.open(folder), ())
    plan = planned(held)[0]
    made = system(plan, held.places, held.counts, held.rules)
    checked = check(made, held.places, times=None)
    asked = pieces(made, checked, held.places, held.rules["x"], held.spots["x", "2021"])
    return asked, answer(asked)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_bounds_are_those_of_every_table_that_gives_the_same_release(tmp_path_factory, world):
    folder = tmp_path_factory.mktemp("w") / "release"
    asked, answers = found_by_audit(world, folder)
    every = np.array(tables(world))
    assert world.truth in [tuple(table) for table in every.tolist()]
    assert answers.feasible
    small, size = world.small, len(asked.capacity)
    for piece in range(size):
        bound = int(every[:, asked.piece == piece].sum(axis=1).max())
        assert_safe(int(answers.reached[piece]), int(asked.requirement[piece]), bound)
    for at in np.flatnonzero(asked.piece < 0):
        assert every[:, at].max() == 0
    assert grouped(asked.piece) == grouped(signatures(world)[asked.piece >= 0], np.flatnonzero(asked.piece >= 0))
    # By name: candidates.
    for name, own, must in zip(asked.names, answers.reached[size:], asked.requirement[size:], strict=True):
        if name.kind == "spot":
            members = world.candidates[int(name.code[1:])]
            bound = max(
                sum(hexes(small.atoms, len(small.levels[LEVEL]), t)[h] for h in members) for t in every.tolist()
            )
        else:
            fid = small.codes(name.level).index(name.code)
            bound = max(counts(small, name.level, table)[fid] for table in every.tolist())
        assert_safe(int(own), int(must), bound)


def assert_safe(reached: int, requirement: int, bound: int) -> None:
    """What was met is possible; and where it is less than required it is the bound itself."""
    assert reached <= bound
    assert reached >= min(bound, requirement)


def signatures(world: World):
    """What can tell each atom from another: its shown cells and its candidates."""
    levels = {level for _, _, level in world.small.shown}
    found = np.empty(len(world.small.atoms), dtype=object)
    for at, (_, g, _, h) in enumerate(world.small.atoms):
        inside = tuple(k for k, members in enumerate(world.candidates) if h in members)
        hexagon = world.small.levels[LEVEL][h]
        found[at] = (g if "gemeente" in levels else None, hexagon if "h3-6" in levels else None, inside)
    return found


def grouped(label, at=None):
    """Return which positions share a label; -1 is no label."""
    groups: dict[object, list[int]] = {}
    for position, one in zip(range(len(label)) if at is None else at.tolist(), label.tolist(), strict=True):
        if one != -1:
            groups.setdefault(one, []).append(position)
    return sorted(groups.values())


def made_by_hand(shown, candidates, status, *, critical=None, **rule) -> Small:
    """Three hexes a, b and c of one gemeente each; a, b lie in one coarse hex."""
    levels = {"gemeente": [0, 0, 0], "h3-6": [0, 0], LEVEL: [0, 0, 1]}
    atoms = [("gemeente", at, LEVEL, at) for at in range(3)]
    small = Small(
        levels, atoms, {("x", "2021", level): cells for level, cells in shown.items()}, {"x": {**RULES["x"], **rule}}
    )
    critical = [13] * len(candidates) if critical is None else critical
    return replace(small, spots=(column(small, candidates, critical, status),))


FLAGGED, SILENT, COVERED = (str(status) for status in SpotStatus)


def test_flags_that_leave_too_little_for_what_is_hidden_break_the_rule(tmp_path):
    alone = made_by_hand({"country": [28]}, [(0,), (1,)], [FLAGGED, SILENT])
    assert audit(alone.open(tmp_path / "alone")).holds
    both = made_by_hand({"country": [28]}, [(0,), (1,)], [FLAGGED, FLAGGED])
    report = audit(both.open(tmp_path / "both"))
    spots = report.systems[0].spots
    assert not report.holds
    assert report.systems[0].found.holds  # the counts alone hold
    assert [(broken.high, broken.requirement) for broken in spots.violations] == [(2, 12)]
    certificate = report.certificate()
    assert not certificate.holds
    assert certificate.content()["spots"]["systems"][0]["violations"] == 1


def test_a_zero_that_only_hotspot_windows_tell_breaks_the_rule(tmp_path):
    small = made_by_hand({"country": [26]}, [(0,), (1,)], [FLAGGED, FLAGGED])
    report = audit(small.open(tmp_path / "r"))
    assert [broken.high for broken in report.systems[0].spots.violations] == [0]


def test_silence_tells_and_being_covered_does_not(tmp_path):
    # With at most 12 in a and b, and in b and c, 20 in all leave at most 4 for b.
    for total, bounds in ((12, []), (20, [4]), (24, [0])):
        silent = made_by_hand({"country": [total]}, [(0, 1), (1, 2)], [SILENT, SILENT])
        spots = audit(silent.open(tmp_path / f"silent{total}")).systems[0].spots
        assert [broken.high for broken in spots.violations] == bounds
    # Silences that leave no room for the total contradict it.
    full = made_by_hand({"country": [40]}, [(0,), (1,), (2,)], [SILENT] * 3)
    with pytest.raises(ContradictionError, match="hotspot windows"):
        audit(full.open(tmp_path / "full"))
    covered = made_by_hand({"country": [40]}, [(0, 1), (1, 2)], [FLAGGED, COVERED])
    assert audit(covered.open(tmp_path / "covered")).holds


def test_the_order_is_part_of_what_is_told(tmp_path):
    # Asked first and silent: b and c hold at most 12 together, so a holds 28 at least. Asked second: covered.
    first = made_by_hand({"country": [40]}, [(1, 2), (0, 1)], [SILENT, FLAGGED])
    held = gather(first.open(tmp_path / "first"), ())
    made = system(planned(held)[0], held.places, held.counts, held.rules)
    asked = pieces(made, check(made, held.places), held.places, held.rules["x"], held.spots["x", "2021"])
    assert sorted(zip(asked.low.tolist(), asked.high.tolist(), strict=True))[0] == (0, 12)
    with pytest.raises(AlignmentError, match="order"):
        made_by_hand({"country": [40]}, [(0, 1), (1, 2)], [FLAGGED, SILENT])


@pytest.mark.parametrize("critical", [10, 12, 17, 19, 23])
def test_a_critical_count_that_does_not_follow_is_refused(tmp_path, critical):
    small = made_by_hand({"country": [40]}, [(0,)], [SILENT], critical=[critical])
    with pytest.raises(LayoutError, match="critical counts"):
        audit(small.open(tmp_path / "r"))


def test_hotspot_windows_need_a_shown_country_and_no_years_beside_them(tmp_path):
    with pytest.raises(LayoutError, match="country total"):
        audit(made_by_hand({"country": [None]}, [(0,)], [SILENT]).open(tmp_path / "hidden"))
    small = made_by_hand({"country": [40]}, [(0,)], [SILENT])
    shown = {("x", period, "country"): [size] for period, size in (("2021-2022", 40), ("2021", 20), ("2022", 20))}
    own = replace(small.spots[0], key=replace(small.spots[0].key, period="2021-2022"))
    with pytest.raises(LayoutError, match="single years"):
        audit(replace(small, shown=shown, spots=(own,)).open(tmp_path / "years"))


@pytest.mark.parametrize("values", [[0, 28, 0], [12.5, 13, 2.5], [0, 27, 0], [16, 12, 0], [-1, 29, 0]])
def test_what_a_solver_says_counts_only_where_it_fits_in_whole_numbers(tmp_path, values):
    # The pieces are c, a and b: in no candidate, in the flagged one, in the silent one.
    held = gather(made_by_hand({"country": [28]}, [(0,), (1,)], [FLAGGED, SILENT]).open(tmp_path / "r"), ())
    made = system(planned(held)[0], held.places, held.counts, held.rules)
    asked = pieces(made, check(made, held.places), held.places, held.rules["x"], held.spots["x", "2021"])
    search = _Search(asked)

    class Says:
        col_value = values

        def getSolution(self):
            return self

    search.model = Says()
    assert search._meet() is (values == [0, 28, 0])
    assert (search.reached >= 0).any() == (values == [0, 28, 0])


def test_earlier_releases_are_read_beside_the_newest(tmp_path):
    newest = made_by_hand({"country": [28]}, [(0,)], [FLAGGED]).open(tmp_path / "new")
    earlier = made_by_hand({"country": [28]}, [(1,)], [FLAGGED]).open(tmp_path / "old")
    assert audit(newest).holds
    assert audit(earlier).holds
    assert not audit(newest, earlier=[earlier]).holds


def test_critical_counts_are_the_smallest_that_are_rare_enough():
    from scipy.stats import poisson

    expected = np.array([0.0, 1.5, 4.0, 9.0, 20.0])
    critical = critical_counts(expected, goal=12, alpha=0.05)
    for mean, own in zip(expected, critical, strict=True):
        assert own >= 13
        assert poisson.sf(own - 1, mean) <= 0.01
        assert own == 13 or poisson.sf(own - 2, mean) > 0.01


def test_the_walk_of_these_tests_covers_flags_and_silence():
    assert walk([5, 0, 3], [(0, 1), (1, 2), (2,)], [4, 3, 3]) == (FLAGGED, COVERED, FLAGGED)
    assert walk([1, 0, 3], [(0, 1), (1, 2), (2,)], [4, 4, 3]) == (SILENT, SILENT, FLAGGED)

"""From records to published amounts and on to the attacker: counts, amounts beside them, and again next year."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from analysis.audit.report import audit
from analysis.confidential.amount_rules import Amount
from analysis.confidential.amounts import AmountPublisher
from analysis.confidential.disclosure.ledger import Ledger, read_ledger
from analysis.confidential.disclosure_rules import DisclosureRule, ZeroPolicy
from analysis.confidential.observations import KNOWN_GEMEENTE, ObservationTable
from tests.support.publishing import KEY, Land, as_release, publish
from tests.support.small import indicator, source
from zicht.errors import ConfigError, UnprotectedError
from zicht.published import ColumnKey, PublishedTable, Status

YEARS = range(2021, 2022)
LEVELS = ("gemeente", "wijk", "buurt")
COUNT = indicator(id="n", levels=(*LEVELS, "h3-7"), years=True, total=False, disclosure=DisclosureRule(3, 3, margin=1))
EURO = indicator(
    id="euro",
    levels=LEVELS,
    years=True,
    total=False,
    amount=Amount("n", "amount", 10),
    disclosure=DisclosureRule(3, 1, p_percent=10),
)


class World:
    """A random country with deals: where each is, whose, and how large."""

    def __init__(self, seed: int, *, zeros: ZeroPolicy = ZeroPolicy.PUBLISH, key: str = KEY) -> None:
        rng = np.random.default_rng(seed)
        gemeenten, wijken, buurten = 2, int(rng.integers(3, 6)), int(rng.integers(6, 14))
        levels = {
            "gemeente": [0] * gemeenten,
            "wijk": sorted([0, 1, *rng.integers(0, gemeenten, wijken - 2).tolist()]),
            "buurt": sorted([*range(wijken), *rng.integers(0, wijken, buurten - wijken).tolist()]),
            "h3-7": [0] * 3,
        }
        self.places = sorted({(at, int(rng.integers(3))) for at in [*range(buurten)] * 2})
        self.land = Land(levels, [("buurt", one, "h3-7", two) for one, two in self.places], key=key)
        size = int(rng.integers(30, 220))
        self.atom = rng.choice(len(self.places), size, p=rng.dirichlet(np.full(len(self.places), 0.6)))
        self.owner = rng.integers(0, size, size)
        self.amount = np.round(rng.lognormal(4, 1.2, size)).astype(np.int64)
        self.count = replace(COUNT, disclosure=replace(COUNT.disclosure, zeros=zeros))

    def observed(self) -> ObservationTable:
        buurt = np.array([self.places[at][0] for at in self.atom])
        owner = pl.Series([f"{at:032x}" for at in self.owner], dtype=pl.String)
        placed = np.full(len(buurt), -1)
        rows = pl.DataFrame(
            {
                "year": np.full(len(buurt), 2021),
                "buurt": buurt,
                "owner_id": owner,
                "amount": self.amount,
                KNOWN_GEMEENTE: placed,
            }
        )
        return ObservationTable(source(), rows, len(rows), {})

    def counts(self, ledger: Ledger | None = None) -> list:
        truth = {("n", 2021): np.bincount(self.atom, minlength=len(self.places)).tolist()}
        return publish(self.land, truth, [self.count], YEARS, ledger)

    def amounts(self, counts: list, ledger: Ledger | None = None, *, euro=EURO, key: str = "") -> tuple:
        publisher = AmountPublisher(
            self.land.layers(), YEARS, key or self.land.key, PublishedTable(counts), ledger or Ledger()
        )
        return tuple(publisher.publish_all([self.count, euro], {euro.source: self.observed()}))

    def release(self, folder, before: Ledger | None = None, **manifest):
        counts = self.counts(before)
        columns = [*counts, *self.amounts(counts, before)]
        return as_release(self.land, columns, [self.count, EURO], folder, **manifest)


@pytest.mark.parametrize("zeros", list(ZeroPolicy))
@pytest.mark.parametrize("seed", range(12))
def test_the_attacker_finds_nothing_and_the_bounds_are_the_same(tmp_path, seed, zeros):
    world = World(seed, zeros=zeros)
    opened = world.release(tmp_path / "release")
    report = audit(opened)
    assert report.holds
    (found,) = report.amounts
    assert found.found.holds
    truth = dict(zip(LEVELS, (world.land.inside(level)[world.atom] for level in LEVELS), strict=True))
    for one in found.intervals:
        column = opened.values.column(ColumnKey("euro", "2021", one.level, "", "amount"))
        fid = column.code.tolist().index(one.code)
        assert (column.low[fid], column.high[fid]) == (one.low, np.inf if one.high is None else one.high)
        whose = truth[one.level] == fid if one.level in truth else np.full(len(world.atom), True)
        assert one.low <= world.amount[whose].sum() <= (np.inf if one.high is None else one.high)


@pytest.mark.parametrize("seed", range(12))
def test_every_difference_of_what_is_shown_meets_the_rule(seed):
    """By the true records: every area less every set of areas inside it, all of them shown."""
    world = World(seed)
    columns = world.amounts(world.counts())
    inside = {column.key.level: world.land.inside(column.key.level)[world.atom] for column in columns}
    sets = [
        inside[column.key.level] == fid
        for column in columns
        for fid in np.flatnonzero(column.status == Status.PUBLISHED).tolist()
    ]
    sets = [one for one in sets if one.any()]
    rng = np.random.default_rng(seed)
    for whole in sets:
        within = [one for one in sets if one is not whole and not np.any(one & ~whole)]
        for _ in range(20):
            apart: list[np.ndarray] = []
            for one in rng.permutation(len(within)).tolist():
                if rng.random() < 0.7 and not any(np.any(within[one] & other) for other in apart):
                    apart.append(within[one])
            rest = whole & ~np.any([np.zeros_like(whole), *apart], axis=0)
            _meets(world, rest)


def _meets(world: World, rest: np.ndarray) -> None:
    if not rest.any():
        return
    held = np.bincount(world.owner[rest], world.amount[rest])
    held = held[held > 0]
    assert len(held) >= 3
    for one, other in combinations(held.tolist(), 2):
        assert 100 * (held.sum() - one - other) >= 10 * max(one, other)


def test_amounts_are_rounded_and_one_key_gives_one_pattern():
    world = World(3)
    counts = world.counts()
    first, again = world.amounts(counts), world.amounts(counts)
    for one, other in zip(first, again, strict=True):
        assert one.status.tolist() == other.status.tolist()
        shown = one.status == Status.PUBLISHED
        assert not np.any(one.value[shown] % 10)
        assert (one.high - one.low)[shown & (one.high > 0)].max() <= 9
    others = [world.amounts(counts, key=f"{at:040d}") for at in range(6)]
    patterns = {tuple(np.concatenate([column.status for column in columns])) for columns in others}
    assert len(patterns) > 1


def test_amounts_of_before_are_published_again_as_they_were(tmp_path):
    world = World(4)
    first = world.release(tmp_path / "first")
    ledger = read_ledger([first])
    world.amount = world.amount + 17
    second = world.release(tmp_path / "second", ledger, ledger=[first.id])
    for key in first.values.keys():
        if key.measure == "amount":
            old, new = first.values.column(key), second.values.column(key)
            assert np.array_equal(old.value, new.value, equal_nan=True)
            assert old.status.tolist() == new.status.tolist()
    assert audit(second, earlier=[first]).holds
    fresh = world.counts()
    apart = as_release(
        world.land, [*fresh, *world.amounts(fresh)], [world.count, EURO], tmp_path / "apart", ledger=[first.id]
    )
    assert not audit(apart, earlier=[first]).holds


def test_other_levels_or_records_than_before_are_refused(tmp_path):
    world = World(5)
    ledger = read_ledger([world.release(tmp_path / "first")])
    with pytest.raises(ConfigError, match="tell of the difference"):
        world.amounts(world.counts(), ledger, euro=replace(EURO, levels=("gemeente",)))
    with pytest.raises(ConfigError, match="tell of the difference"):
        world.amounts(world.counts(), ledger, euro=replace(EURO, id="other"))


def test_a_rule_that_became_stricter_is_named(tmp_path):
    world = World(6)
    ledger = read_ledger([world.release(tmp_path / "first")])
    strict = replace(EURO, disclosure=replace(EURO.disclosure, threshold=10_000))
    with pytest.raises(UnprotectedError, match="do not fit the counts"):
        world.amounts(world.counts(), ledger, euro=strict)


def test_an_amount_asks_for_its_count_and_for_a_safe_rule():
    world = World(7)
    counts = world.counts()
    with pytest.raises(ConfigError, match="not published for 2021 at level 'wijk'"):
        world.amounts([column for column in counts if column.key.level != "wijk"])
    with pytest.raises(ConfigError, match="equal holdings"):
        world.amounts(counts, euro=replace(EURO, disclosure=replace(EURO.disclosure, threshold=2)))


def test_hidden_amounts_may_change_without_a_trace():
    """Twins: records change places inside a remainder, and the release stays the same to the byte."""
    world = World(8)
    counts = world.counts()
    columns = world.amounts(counts)
    group = np.zeros(len(world.atom), dtype=np.int64)
    for depth, column in enumerate(columns):
        at = world.land.inside(column.key.level)[world.atom]
        group = np.where((column.status == Status.PUBLISHED)[at], depth * 1000 + at, group)
    buurt = np.array([world.places[at][0] for at in world.atom])
    same = 0
    for seed in range(20):
        twin, rng = World(8), np.random.default_rng(seed)
        for one in np.unique(group):
            inside = np.flatnonzero(group == one)
            moved = rng.permutation(inside)
            twin.amount[inside], twin.owner[inside] = world.amount[moved], world.owner[moved]
        changed = not np.array_equal(np.bincount(buurt, twin.amount), np.bincount(buurt, world.amount))
        other = PublishedTable(twin.amounts(counts)).to_arrow()
        same += changed and other.equals(PublishedTable(columns).to_arrow())
    assert same

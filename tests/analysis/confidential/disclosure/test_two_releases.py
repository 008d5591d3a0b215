"""Two releases of one country: whoever holds both derives no more than the rule allows. Mutants of the ledger fail."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from analysis.audit.report import audit
from analysis.confidential.disclosure import change, draft, ledger
from analysis.confidential.disclosure.ledger import Ledger, read_ledger
from analysis.confidential.disclosure_rules import Changes, DisclosureRule, ZeroPolicy
from analysis.confidential.indicators import Indicator, Nature
from tests.support.publishing import KEY, Land, as_release, publish
from tests.support.small import indicator
from zicht.errors import AlignmentError, ConfigError, InfeasibleError
from zicht.published import ColumnKey, PublishedTable

YEAR = range(2021, 2022)
THREE = Land({"buurt": [0, 0, 0]}, [("buurt", at, "country", 0) for at in range(3)])


def counted(levels=("buurt",), *, stock=False, years=True, total=False, name="x", part_of="", **rule) -> Indicator:
    return indicator(
        id=name,
        levels=levels,
        nature=Nature.STOCK if stock else Nature.EVENT,
        years=years,
        total=total,
        part_of=part_of,
        disclosure=DisclosureRule(**{"rounding": 1, "changes": Changes.PROTECT, **rule}),
    )


def cells(columns, level="buurt", period="2021", name="x"):
    return PublishedTable(columns).column(ColumnKey(name, period, level, "", "count"))


class World:
    """A random country of a few atoms, counted twice and published by two secrets."""

    def __init__(
        self, seed: int, *, stock: bool = False, revised: bool = False, audience: bool = False, atoms: int = 9
    ) -> None:
        self.rng = rng = np.random.default_rng(seed)
        gemeenten, buurten, hexes = int(rng.integers(1, 3)), int(rng.integers(3, 6)), int(rng.integers(2, 5))
        levels = {"gemeente": [0] * gemeenten, "buurt": sorted(rng.integers(0, gemeenten, buurten).tolist())}
        places = sorted({(int(rng.integers(buurten)), int(rng.integers(hexes))) for _ in range(atoms)})
        self.land = Land(
            {**levels, "h3-7": [0] * hexes}, [("buurt", one, "h3-7", two) for one, two in places], key=f"{seed:032d}"
        )
        threshold, margin, rounding = [(3, 1, 1), (3, 1, 3), (5, 2, 5)][rng.integers(3)]
        rule = {
            "threshold": threshold + (threshold if audience else 0),
            "margin": margin,
            "rounding": rounding,
            "zeros": ZeroPolicy(rng.choice(["publish", "suppress"])),
        }
        self.first = counted(self._levels(), stock=stock, **rule)
        self.second = counted(self._levels(), stock=stock, **{**rule, "threshold": threshold})
        size = len(places)
        now = rng.integers(0, 2 * threshold, size) * (rng.random(size) < 0.8)
        self.truth = {("x", 2021): now.tolist()}
        for year in range(2022, 2024):
            now = np.maximum(now + rng.integers(-2, 3, size) * (rng.random(size) < 0.5), 0)
            self.truth["x", year] = now.tolist()
        self.later = dict(self.truth)
        if revised:
            moved = rng.integers(-2, 3, size) * (rng.random(size) < 0.3)
            self.later["x", 2021] = np.maximum(np.array(self.truth["x", 2021]) + moved, 0).tolist()
        self.years = (range(2021, 2023), range(2021, 2024)) if stock else (YEAR, YEAR)

    def _levels(self) -> tuple[str, ...]:
        return tuple(name for name in ("gemeente", "buurt", "h3-7") if self.rng.random() < 0.7) or ("buurt",)

    def releases(self, folder, *, beside: bool = True):
        """Return both releases, the second beside the first or not; None where one is not possible."""
        try:
            one = as_release(
                self.land, publish(self.land, self.truth, [self.first], self.years[0]), [self.first], folder / "one"
            )
            known = read_ledger([one]) if beside else Ledger()
            other = replace(self.land, key=self.land.key[::-1])
            columns = publish(other, self.later, [self.second], self.years[1], known)
        except InfeasibleError:
            return None
        return one, as_release(self.land, columns, [self.second], folder / "two")


def violations(seeds, folder, *, beside=True, **kind) -> int:
    """Return in how many worlds the union breaks the rule."""
    found, asked = 0, 0
    for seed in seeds:
        pair = World(seed, **kind).releases(folder / f"{seed}", beside=beside)
        if pair is not None:
            asked += 1
            found += not audit(pair[1], earlier=[pair[0]]).holds
    assert asked > len(seeds) / 2
    return found


@pytest.mark.parametrize("kind", ["same", "stock", "revised", "audience"])
def test_whoever_holds_both_derives_no_more_than_the_rule_allows(kind, tmp_path):
    options = {} if kind == "same" else {kind: True}
    assert violations(range(24), tmp_path / "beside", **options) == 0


@pytest.mark.parametrize("kind", ["same", "stock", "revised", "audience"])
def test_without_the_ledger_some_unions_tell_too_much(kind, tmp_path):
    options = {} if kind == "same" else {kind: True}
    assert violations(range(24), tmp_path, beside=False, **options) > 0


def test_a_ledger_whose_intervals_are_not_intersected_is_found_out(tmp_path, monkeypatch):
    honest = Ledger.before

    def wide(self, column, truth, **options):
        before = honest(self, column, truth, **options)
        shown = np.zeros_like(before.shown)
        return replace(before, low=0 * before.low, high=np.full_like(before.high, ledger.UNLIMITED), shown=shown)

    monkeypatch.setattr(Ledger, "before", wide)
    assert violations(range(24), tmp_path) > 0


def test_a_protector_without_the_change_rule_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(draft, "told", lambda reference, *_, **__: np.zeros_like(reference.there))
    assert violations(range(24), tmp_path, stock=True) > 0


def test_a_protector_that_forgets_who_believes_what_was_revised_is_found_out(tmp_path, monkeypatch):
    from analysis.confidential.disclosure import believing

    monkeypatch.setattr(believing, "_believed", lambda *_: None)
    assert violations(range(60), tmp_path, revised=True) > 0


def test_by_brute_force_no_table_that_fits_both_releases_makes_a_hidden_number_small(tmp_path):
    done = 0
    for seed in range(30):
        world = World(seed, atoms=4)
        pair = world.releases(tmp_path / f"{seed}")
        if pair is not None and sum(world.truth["x", 2021]) <= 16:
            done += 1
            assert _too_small(world, pair) == [], seed
    assert done >= 10


def test_brute_force_finds_what_the_ledger_prevents(tmp_path):
    worlds = [World(seed, atoms=4) for seed in range(60)]
    pairs = [world.releases(tmp_path / f"{seed}", beside=False) for seed, world in enumerate(worlds)]
    small = [
        _too_small(*both) for both in zip(worlds, pairs, strict=True) if both[1] and sum(both[0].truth["x", 2021]) <= 16
    ]
    assert any(small)


def _too_small(world: World, pair) -> list[tuple[list[int], int]]:
    """Enumerate every table that fits both releases, and return the atoms and hidden cells that look too small."""
    size, goal = len(world.land.atoms), world.second.disclosure.goal
    most = sum(world.truth["x", 2021]) + goal
    tables = np.indices((most + 1,) * size).reshape(size, -1)
    tables = tables[:, tables.sum(axis=0) <= most]
    limits = [
        limit
        for release, rule in zip(pair, (world.first.disclosure, world.second.disclosure), strict=True)
        for column in release.values
        for limit in _limits(world.land.inside(column.key.level), column, rule)
    ]
    for atoms, low, high, _ in limits:
        total = tables[atoms].sum(axis=0)
        tables = tables[:, (low <= total) & (total <= high)]
    shown = [(set(atoms), low) for atoms, low, _, published in limits if published]
    hidden = [atoms for atoms, _, _, published in limits if not published and atoms]
    found = []
    for atoms in [*([at] for at in range(size)), *hidden]:
        top = int(tables[atoms].sum(axis=0).max())
        around = min([low for held, low in shown if set(atoms) <= held], default=goal)
        if 0 < top < min(goal, around):
            found.append((atoms, top))
    return found


def _limits(inside, column, rule):
    for fid, status in enumerate(column.status.tolist()):
        atoms = np.flatnonzero(inside == fid).tolist()
        published = status == "published"
        low, high = 0, 10**6
        if published:
            value = int(column.value[fid])
            low = max(value - rule.rounding // 2, rule.threshold) if value else 0
            high = value + (rule.rounding - 1) // 2 if value else 0
        elif rule.zeros is ZeroPolicy.PUBLISH:
            low = 1
        yield atoms, low, high, published


def test_a_number_that_was_shown_is_shown_again_and_no_other_takes_its_place(tmp_path):
    truth = {("x", 2021): [5, 22, 20]}
    patterns = set()
    for number in range(6):
        one = replace(THREE, key=f"{KEY}{number}")
        first = publish(one, truth, [counted()], YEAR)
        release = as_release(one, first, [counted()], tmp_path / f"{number}")
        patterns.add(tuple(cells(first).status))
        again = publish(THREE, truth, [counted()], YEAR, read_ledger([release]))
        assert cells(again).status.tolist() == cells(first).status.tolist()
    assert len(patterns) == 2, "the choice must depend on the key, or nothing was tested"


def test_a_level_that_is_no_longer_published_still_counts(tmp_path):
    land = Land({"gemeente": [0, 0], "buurt": [0, 0, 1, 1]}, [("buurt", at, "country", 0) for at in range(4)])
    truth = {("x", 2021): [3, 20, 30, 30]}
    first = publish(land, truth, [counted(("buurt",))], YEAR)
    release = as_release(land, first, [counted(("buurt",))], tmp_path / "one")
    alone = publish(land, truth, [counted(("gemeente",))], YEAR)
    assert (cells(alone, "gemeente").status == "published").all()
    beside = publish(land, truth, [counted(("gemeente",))], YEAR, read_ledger([release]))
    assert {column.key.level for column in beside} == {"country", "gemeente"}
    made = as_release(land, beside, [counted(("gemeente",))], tmp_path / "two")
    assert audit(made, earlier=[release]).holds


@pytest.mark.parametrize(("now", "shown"), [(30, True), (31, False), (19, False), (41, False), (42, True), (18, True)])
def test_a_small_revision_is_not_shown(now, shown, tmp_path):
    # The country hides itself: its own change is as small.
    first = publish(THREE, {("x", 2021): [30, 40, 50]}, [counted()], YEAR)
    release = as_release(THREE, first, [counted()], tmp_path / "one")
    again = publish(THREE, {("x", 2021): [now, 40, 50]}, [counted()], YEAR, read_ledger([release]))
    assert (cells(again).status[0] == "published") == shown
    assert (cells(again, "country").status[0] == "published") == shown
    assert (cells(again).status[1:] == "published").all()
    assert audit(as_release(THREE, again, [counted()], tmp_path / "two"), earlier=[release]).holds


def test_what_is_hidden_for_a_small_revision_cannot_be_derived_either(tmp_path):
    # Were the country shown, whoever subtracts finds 31 where 30 was.
    shown = publish(THREE, {("x", 2021): [30, 40, 50]}, [counted()], YEAR)
    only = [column for column in shown if column.key.level == "buurt"]
    release = as_release(THREE, only, [counted()], tmp_path / "one")
    again = publish(THREE, {("x", 2021): [31, 40, 50]}, [counted()], YEAR, read_ledger([release]))
    assert cells(again).status.tolist() == ["suppressed", "published", "published"]
    assert cells(again, "country").status[0] == "suppressed"


@pytest.mark.parametrize(("now", "shown"), [(30, True), (31, False), (41, False), (42, True), (0, True)])
def test_a_small_change_of_a_stock_is_not_shown(now, shown, tmp_path):
    stock = counted(stock=True)
    truth = {("x", 2021): [30, 40, 50], ("x", 2022): [now, 40, 50]}
    columns = publish(THREE, truth, [stock], range(2021, 2023))
    assert (cells(columns, period="2021").status == "published").all()
    assert (cells(columns, period="2022").status[0] == "published") == shown
    assert audit(as_release(THREE, columns, [stock], tmp_path / "one")).holds


def test_a_theme_file_can_show_small_changes(tmp_path):
    stock = counted(stock=True, changes=Changes.SHOW)
    truth = {("x", 2021): [30, 40, 50], ("x", 2022): [31, 40, 50]}
    columns = publish(THREE, truth, [stock], range(2021, 2023))
    assert (cells(columns, period="2022").status == "published").all()
    assert audit(as_release(THREE, columns, [stock], tmp_path / "one")).holds


def test_a_year_that_an_earlier_release_shows_is_compared_too(tmp_path):
    stock = counted(stock=True)
    truth = {("x", 2021): [30, 40, 50], ("x", 2022): [31, 40, 50]}
    first = publish(THREE, truth, [stock], YEAR)
    release = as_release(THREE, first, [stock], tmp_path / "one")
    later = publish(THREE, truth, [stock], range(2022, 2023), read_ledger([release]))
    assert cells(later, period="2022").status[0] == "suppressed"
    made = as_release(THREE, later, [stock], tmp_path / "two")
    assert audit(made, earlier=[release]).holds


def test_tens_need_no_change_rule_where_fives_do():
    for was, now in itertools.product(range(0, 80, 10), repeat=2):
        (old_low, old_high), (low, high) = (
            (np.array([max(value - 5, 10) if value else 0]), np.array([value + 4 if value else 0]))
            for value in (was, now)
        )
        old = change.Reference(old_low, old_high, np.array([True]))
        assert not change.told(old, low, high, goal=12).any(), (was, now)
    fives = change.Reference(np.array([28]), np.array([32]), np.array([True]))
    assert change.told(fives, np.array([33]), np.array([37]), goal=12).all()


def test_an_impossible_ledger_says_so_and_what_to_do(tmp_path):
    # A careless release shows all buurten but one, and another their sum: the last one is 13 by subtraction.
    careless, truth = counted(threshold=1, margin=0), {("x", 2021): [60, 13, 20]}
    columns = publish(THREE, truth, [careless], YEAR)
    nothing = np.array([1.0, np.nan, 1.0])
    buurten = cells(columns)
    hidden = replace(
        buurten,
        status=np.array(["published", "suppressed", "published"]),
        **{name: getattr(buurten, name) * nothing for name in ("value", "low", "high")},
    )
    release = as_release(THREE, [cells(columns, "country"), hidden], [careless], tmp_path / "one")
    with pytest.raises(InfeasibleError, match="earlier releases show") as caught:
        publish(THREE, truth, [counted(threshold=15)], YEAR, read_ledger([release]))
    assert "withdraw" in caught.value.remedy
    assert "2021" in caught.value.where


def test_totals_that_overlap_earlier_ones_are_refused(tmp_path):
    truth = {("x", year): [30, 40, 50] for year in range(2020, 2026)}
    one = counted(years=False, total=True)
    release = as_release(THREE, publish(THREE, truth, [one], range(2020, 2025)), [one], tmp_path / "one")
    for years in (range(2021, 2026), range(2020, 2026)):
        with pytest.raises(ConfigError, match=r"overlap|does not have all its years"):
            publish(THREE, truth, [one], years, read_ledger([release]))


def test_years_shown_before_are_protected_with_the_total_that_comes_later(tmp_path):
    truth = {("x", 2021): [20, 30, 40], ("x", 2022): [5, 30, 40]}
    single, both = counted(total=False), counted(years=False, total=True)
    first = publish(THREE, truth, [single], range(2021, 2023))
    release = as_release(THREE, first, [single], tmp_path / "one")
    columns = publish(THREE, truth, [both], range(2021, 2023), read_ledger([release]))
    assert {column.key.period for column in columns} == {"2021-2022"}
    assert audit(as_release(THREE, columns, [both], tmp_path / "two"), earlier=[release]).holds


def test_years_shown_before_at_levels_that_make_no_network_with_a_total_are_refused(tmp_path):
    land = Land({"gemeente": [0], "buurt": [0, 0, 0]}, THREE.atoms)
    truth = {("x", 2021): [20, 30, 40], ("x", 2022): [25, 30, 40]}
    deep = counted(("gemeente", "buurt"))
    release = as_release(land, publish(land, truth, [deep], range(2021, 2023)), [deep], tmp_path / "one")
    total = counted(("gemeente", "buurt"), years=False, total=True)
    with pytest.raises(ConfigError, match="Single years"):
        publish(land, truth, [total], range(2021, 2023), read_ledger([release]))


def test_a_part_that_no_theme_knows_any_more_is_refused(tmp_path):
    truth = {("x", 2021): [30, 40, 50], ("y", 2021): [10, 20, 30]}
    both = [counted(), counted(name="y", part_of="x")]
    release = as_release(THREE, publish(THREE, truth, both, YEAR), both, tmp_path / "one")
    with pytest.raises(ConfigError, match="'y', a part of 'x'"):
        publish(THREE, truth, both[:1], YEAR, read_ledger([release]))


def test_other_areas_are_refused():
    told = ledger.Told(np.array([1]), np.array([1]), np.array([True]))
    with pytest.raises(AlignmentError, match="same areas"):
        Ledger((), {("x", "2021", "buurt"): (told,)}).before(
            ("x", "2021", "buurt"), np.array([1, 2]), fresh=True, compared=False
        )

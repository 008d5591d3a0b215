"""A sum counts exactly what its parts count together, under one rule, or is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.confidential.amount_rules import Amount
from analysis.confidential.contracts import read_sources
from analysis.confidential.indicators import DisclosureRule, Nature, read_themes
from analysis.confidential.parts import check_parts
from analysis.confidential.spot_rules import SpotRule
from analysis.confidential.sums import check_sums
from tests.support.small import indicator
from zicht.build import PACKAGE
from zicht.errors import ConfigError

BASE = {"total": False, "levels": ("gemeente", "wijk")}
PARTS = {"a": ("lab",), "b": ("store", "shed")}
TOTAL = {"id": "all", "where": {"kind": ("lab", "store", "shed")}, "sum_of": ("a", "b")}


def group(*, total=None, a=None, b=None):
    parts = [
        indicator(**BASE | {"id": name, "where": {"kind": kinds}} | (more or {}))
        for (name, kinds), more in zip(PARTS.items(), (a, b), strict=True)
    ]
    return [*parts, indicator(**BASE | TOTAL | (total or {}))]


def check(*others, **changes):
    check_sums([*group(**changes), *others], where="themes")


def test_good_sums_are_accepted():
    check()
    check(total={"levels": ("gemeente",)})
    check(a={"levels": ("gemeente", "wijk", "h3-6")})
    check(a={"disclosure": DisclosureRule(min_exposure=9)})
    cash = {"cash": (True,)}
    check(
        total={"where": TOTAL["where"] | cash},
        a={"where": {"kind": ("lab",)} | cash},
        b={"where": {"kind": ("store", "shed")} | cash},
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"total": {"sum_of": ("a",)}}, "two indicators or more"),
        ({"total": {"sum_of": ("a", "b", "b")}}, "two indicators or more"),
        ({"total": {"sum_of": ("a", "nothing")}}, "'nothing', which is no other"),
        ({"total": {"sum_of": ("a", "all")}}, "'all', which is no other"),
        ({"total": {"where": {"kind": ("lab", "store")}}}, "does not count exactly"),
        ({"total": {"where": {"kind": ("lab", "store", "shed", "barn")}}}, "does not count exactly"),
        ({"total": {"where": {}}}, "does not count exactly"),
        ({"a": {"where": {"kind": ("lab", "shed")}}}, "does not count exactly"),
        ({"a": {"where": {"kind": ("lab",), "cash": (True,)}}}, "does not count exactly"),
        ({"a": {"source": "other"}}, "another source than 'a'"),
        ({"b": {"nature": Nature.STOCK}}, "another nature than 'b'"),
        ({"b": {"years": False}}, "another years"),
        ({"b": {"disclosure": DisclosureRule(threshold=20)}}, "another disclosure rule"),
        ({"b": {"disclosure": DisclosureRule(rounding=10)}}, "another disclosure rule"),
        ({"b": {"disclosure": DisclosureRule(margin=3)}}, "another disclosure rule"),
        ({"b": {"levels": ("gemeente",)}}, "'b' is not published at its level 'wijk'"),
        ({"a": {"part_of": "labs"}}, "'a' is a part of another"),
        ({"b": {"total": True}}, "'b' is an indicator with both years and a total"),
        ({"total": {"spots": SpotRule("h3-7", "homes", 10.0)}}, "'all' is an indicator with hotspot windows"),
        ({"total": {"amount": Amount("part", "turnover", 1000)}}, "'all' is a sum of amounts"),
    ],
)
def test_a_sum_that_is_none_of_its_parts_is_refused(changes, message):
    with pytest.raises(ConfigError, match=message) as caught:
        check(**changes)
    assert "indicator all" in str(caught.value)


def test_a_part_belongs_to_one_sum_and_has_no_parts_of_its_own():
    other = indicator(**BASE | TOTAL | {"id": "more"})
    with pytest.raises(ConfigError, match="belongs to two sums"):
        check(other)
    with pytest.raises(ConfigError, match="of which another counts a part"):
        check(indicator(**BASE | {"id": "piece", "part_of": "a", "where": {"kind": ("lab",), "cash": (True,)}}))


def test_a_sum_that_nobody_declared_is_refused():
    check_parts(group(), where="themes")
    undeclared = [replace(one, sum_of=()) for one in group()]
    with pytest.raises(ConfigError, match="does not say so") as caught:
        check_parts(undeclared, where="themes")
    assert "sum_of" in str(caught.value)


def test_the_branches_have_a_sum():
    sources = read_sources(PACKAGE / "sources")
    themes = {theme.id: theme for theme in read_themes(PACKAGE / "themes", sources)}
    found = {one.id: one for one in themes["branches"].indicators if one.amount is None}
    assert set(found["establishments-vulnerable"].sum_of) == set(found) - {"establishments-vulnerable"}

"""A part is a part, has one level and the periods of its whole, or is refused."""

from __future__ import annotations

import pytest

from analysis.confidential.contracts import read_sources
from analysis.confidential.disclosure_rules import DisclosureRule
from analysis.confidential.indicators import HotspotRule, Nature, read_themes
from analysis.confidential.parts import check_parts, is_narrower, undeclared_parts
from tests.support.small import indicator
from zicht.build import PACKAGE
from zicht.errors import ConfigError

WHOLE = {"id": "labs", "where": {"kind": ("lab", "store")}}
PART = {"id": "part", "part_of": "labs", "where": {"kind": ("lab",)}, "levels": ("wijk",), "years": False}


def check(*others, whole=None, part=None):
    check_parts([indicator(**(WHOLE | (whole or {}))), indicator(**(PART | (part or {}))), *others], where="themes")


def test_good_parts_are_accepted():
    check()
    check(part={"where": {"kind": ("lab",), "owner_id": ("a",)}})
    check(part={"levels": ("gemeente",), "years": True, "total": False})
    check(part={"hotspots": HotspotRule("count", 0.05, ("wijk",))})
    overlapping = {"id": "other", "where": {"kind": ("lab", "store"), "cash": (True,)}, "levels": ("gemeente",)}
    check(indicator(**(PART | overlapping)))


@pytest.mark.parametrize(
    ("whole", "part", "message"),
    [
        ({}, {"part_of": "nothing"}, "unknown indicator 'nothing'"),
        ({"part_of": "part"}, {}, "a part itself"),
        ({}, {"part_of": "part"}, "a part itself"),
        ({}, {"source": "other"}, "does not count a part"),
        ({}, {"nature": Nature.STOCK}, "does not count a part"),
        ({}, {"where": {"kind": ("lab", "shed")}}, "does not count a part"),
        ({}, {"where": {"cash": (True,)}}, "does not count a part"),
        ({}, {"where": {"kind": ("lab", "store")}}, "does not count a part"),
        ({}, {"levels": ("gemeente", "wijk")}, "exactly one level"),
        ({}, {"levels": ()}, "exactly one level"),
        ({"levels": ("gemeente", "buurt")}, {}, "'wijk' is not a level of 'labs'"),
        ({}, {"hotspots": HotspotRule("count", 0.05, ("buurt",))}, "of its one level"),
        ({}, {"years": True}, "single years or a total, not both"),
        ({"total": False}, {}, "totals are not those"),
        ({"windows": ((2021, 2023),)}, {}, "totals are not those"),
        ({}, {"years": True, "total": False}, "no single years at level 'wijk'"),
        ({"years": False}, {"years": True, "total": False, "levels": ("gemeente",)}, "no single years"),
    ],
)
def test_a_part_that_is_no_split_of_its_whole_is_refused(whole, part, message):
    with pytest.raises(ConfigError, match=message) as caught:
        check(whole=whole, part=part)
    assert "themes" in str(caught.value)


def test_indicators_of_one_source_count_the_same_records():
    counting = DisclosureRule(unplaced=True)
    check(whole={"disclosure": counting}, part={"disclosure": counting})
    with pytest.raises(ConfigError, match="Not all indicators of its source"):
        check(part={"disclosure": counting})
    with pytest.raises(ConfigError, match="indicator other"):
        check(indicator(id="other", where={"kind": ("shed",)}, disclosure=counting))


@pytest.mark.parametrize("where", [{"kind": ("store",)}, {"kind": ("lab",), "cash": (True,)}])
def test_parts_of_one_whole_that_exclude_or_hold_each_other_are_refused(where):
    other = indicator(**(PART | {"id": "other", "where": where}))
    with pytest.raises(ConfigError, match="'part' and 'other'"):
        check(other)


def test_parts_that_nobody_declared_are_found():
    whole, part = indicator(**WHOLE), indicator(**(PART | {"part_of": ""}))
    assert is_narrower(part, whole)
    assert not is_narrower(whole, part)
    assert undeclared_parts([whole, part]) == (("part", "labs"),)
    assert undeclared_parts([whole, indicator(**PART)]) == ()
    assert undeclared_parts([whole, indicator(**(PART | {"part_of": "", "source": "other"}))]) == ()


@pytest.mark.parametrize("where", [PART["where"], WHOLE["where"]])
def test_a_part_that_nobody_declared_is_refused_and_so_is_the_same_indicator_twice(where):
    part = indicator(**(PART | {"part_of": "", "where": where}))
    with pytest.raises(ConfigError, match="does not say so"):
        check_parts([indicator(**WHOLE), part], where="themes")


def test_every_part_of_the_product_is_declared():
    themes = read_themes(PACKAGE / "themes", read_sources(PACKAGE / "sources"))
    indicators = [indicator for theme in themes for indicator in theme.indicators]
    assert undeclared_parts(indicators) == ()
    assert {item.id: (item.part_of, item.levels) for item in indicators if item.part_of} == {
        "suspicious-transactions-businesses": ("suspicious-transactions", ("wijk",)),
        "park-owns-elsewhere": ("park-natural-persons", ("park",)),
        "park-single-parents-debts": ("park-natural-persons", ("park",)),
        "unexplained-home-purchases": ("homes-sold", ("wijk",)),
        "homes-resold-quickly": ("homes-sold", ("wijk",)),
        "cash-purchases": ("homes-sold", ("wijk",)),
    }

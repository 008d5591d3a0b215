"""Which columns form one system, and which layouts are refused rather than approximated."""

from __future__ import annotations

import pytest

from analysis.audit.errors import LayoutError
from analysis.audit.layout import Plan, Split, plans
from analysis.audit.rules import Rule

EVERY = ("country", "gemeente", "buurt", "h3-7")


def rule(**changes):
    parts = {
        "threshold": 10,
        "margin": 2,
        "rounding": 1,
        "zeros_shown": True,
        "capacity_of": "",
        "capacity_each": 0,
        "is_event": True,
        "part_of": "",
    }
    return Rule(**{**parts, **changes})


def of(levels, **rules):
    return plans(levels, {"x": rule(), **rules})


def test_years_without_a_window_are_systems_of_their_own():
    assert of({("x", "2021"): EVERY, ("x", "2022"): EVERY}) == (Plan("x", "2021", EVERY), Plan("x", "2022", EVERY))


@pytest.mark.parametrize(
    ("at", "split"),
    [
        (("country",), Split("country", (("x", "2021"), ("x", "2022")))),
        (("country", "gemeente"), Split("gemeente", (("x", "2021"), ("x", "2022")), with_totals=True)),
        (("buurt",), Split("buurt", (("x", "2021"), ("x", "2022")))),
        (("h3-7",), Split("h3-7", (("x", "2021"), ("x", "2022")))),
    ],
)
def test_years_of_a_window_split_it(at, split):
    assert of({("x", "2021-2022"): EVERY, ("x", "2021"): at, ("x", "2022"): at}) == (
        Plan("x", "2021-2022", EVERY, (split,)),
    )


def test_a_year_that_is_not_published_is_what_is_left():
    (found,) = of({("x", "2021-2023"): EVERY, ("x", "2021"): ("buurt",), ("x", "2023"): ("buurt",)})
    assert found.splits == (Split("buurt", (("x", "2021"), ("x", "2023"), None)),)


def test_a_year_outside_the_window_stands_alone():
    found = of({("x", "2021-2022"): EVERY, ("x", "2023"): EVERY})
    assert [(plan.period, plan.splits) for plan in found] == [("2021-2022", ()), ("2023", ())]


@pytest.mark.parametrize("at", [EVERY, ("gemeente", "buurt"), ("country", "buurt"), ("country", "h3-7"), ("wijk",)])
def test_years_at_levels_that_form_no_network_are_refused(at):
    with pytest.raises(LayoutError, match="network"):
        of({("x", "2021-2022"): EVERY, ("x", "2021"): at})


@pytest.mark.parametrize("other", ["2022-2024", "2021-2022", "2020-2026"])
def test_windows_that_overlap_are_refused(other):
    with pytest.raises(LayoutError, match="overlap"):
        of({("x", "2021-2023"): EVERY, ("x", other): EVERY})


@pytest.mark.parametrize("period", ["2021-Q1", "2021-2021", "2022-2021", "twenty"])
def test_a_period_that_is_no_year_and_no_window_is_refused(period):
    with pytest.raises(LayoutError, match=period):
        of({("x", period): EVERY})


def test_stocks_of_years_do_not_add_up():
    found = plans({("x", "2021-2022"): EVERY, ("x", "2021"): EVERY}, {"x": rule(is_event=False)})
    assert [plan.splits for plan in found] == [(), ()]


def test_a_part_splits_its_whole_and_several_may_overlap():
    levels = {("x", "2021"): EVERY, ("y", "2021"): ("buurt",), ("z", "2021"): ("buurt",)}
    (found,) = of(levels, y=rule(part_of="x"), z=rule(part_of="x"))
    assert found.splits == (Split("buurt", (("y", "2021"), None)), Split("buurt", (("z", "2021"), None)))
    assert found.parts == ("y", "z")


def test_a_part_without_its_whole_stands_alone():
    assert of({("y", "2021"): EVERY, ("x", "2022"): EVERY}, y=rule(part_of="x"))[0] == Plan("y", "2021", EVERY)


@pytest.mark.parametrize(
    ("levels", "part"),
    [
        ({("x", "2021"): EVERY, ("y", "2021"): ("buurt", "gemeente")}, {}),
        ({("x", "2021"): EVERY, ("y", "2021"): ("wijk",)}, {}),
        ({("x", "2021"): EVERY, ("y", "2021"): ("buurt",)}, {"capacity_of": "homes"}),
        ({("x", "2021-2022"): EVERY, ("y", "2021"): ("buurt",)}, {}),
        ({("x", "2021"): EVERY, ("y", "2021-2022"): ("buurt",)}, {}),
        ({("x", "2021-2022"): EVERY, ("x", "2021"): ("buurt",), ("y", "2021"): ("buurt",)}, {}),
        ({("x", "2021-2022"): EVERY, ("y", "2021-2022"): ("buurt",), ("y", "2021"): ("buurt",)}, {}),
    ],
)
def test_parts_that_form_no_network_are_refused(levels, part):
    with pytest.raises(LayoutError):
        of(levels, y=rule(part_of="x", **part))


def test_a_part_of_a_part_is_refused():
    levels = {("x", "2021"): EVERY, ("y", "2021"): ("buurt",), ("z", "2021"): ("buurt",)}
    with pytest.raises(LayoutError, match="of a part"):
        of(levels, y=rule(part_of="x"), z=rule(part_of="y"))

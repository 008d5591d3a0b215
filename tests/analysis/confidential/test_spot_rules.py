"""What a theme file may not publish beside hotspot windows."""

from __future__ import annotations

import pytest

from analysis.confidential.disclosure_rules import DisclosureRule, Group
from analysis.confidential.spot_rules import SpotRule, check_spots, read_spots
from tests.support.small import indicator
from zicht.errors import ConfigError

SPOTS = SpotRule("h3-7", "addresses", 1000)


def labs(**changes: object):
    return indicator(**{"levels": ("gemeente", "h3-6"), "years": False, "spots": SPOTS, **changes})


def test_coarse_levels_and_totals_alone_are_allowed():
    check_spots([labs(), indicator(id="other", source="other")], where="themes")


@pytest.mark.parametrize("level", ["wijk", "buurt", "park", "h3-7", "h3-8"])
def test_a_level_from_which_counts_would_follow_is_refused(level):
    with pytest.raises(ConfigError, match=f"publishes level '{level}'"):
        check_spots([labs(levels=("gemeente", level))], where="themes")
    # So is another indicator of the same source.
    with pytest.raises(ConfigError, match="'kinds' publishes"):
        check_spots([labs(), indicator(id="kinds", levels=(level,))], where="themes")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"years": True}, "totals over years"),
        ({"total": False}, "totals over years"),
        ({"part_of": "all"}, "no parts"),
        ({"disclosure": DisclosureRule(group=Group("inhabitants"))}, "groups"),
        ({"disclosure": DisclosureRule(unplaced=True)}, "only the gemeente is known"),
    ],
)
def test_what_the_audit_cannot_read_beside_them_is_refused(change, problem):
    with pytest.raises(ConfigError, match=problem):
        check_spots([labs(**change)], where="themes")


def test_a_part_of_an_indicator_with_hotspot_windows_is_refused():
    with pytest.raises(ConfigError, match="no parts"):
        check_spots([labs(), indicator(id="part", levels=("gemeente",), part_of="labs")], where="themes")


@pytest.mark.parametrize(
    "raw",
    [
        {"level": "wijk", "exposure": "addresses", "amount": 10},
        {"level": "h3-7", "exposure": "", "amount": 10},
        {"level": "h3-7", "exposure": "addresses", "amount": 0},
        {"level": "h3-7", "exposure": "addresses", "amount": 10, "rings": 10},
        {"level": "h3-7", "exposure": "addresses", "amount": 10, "alpha": 1},
        {"level": "h3-7", "exposure": "addresses"},
        {"level": "h3-7", "exposure": "addresses", "amount": 10, "size": 3},
    ],
)
def test_a_wrong_rule_is_refused(raw):
    with pytest.raises(ConfigError, match="themes/drugs"):
        read_spots(raw, "themes/drugs")

from __future__ import annotations

from itertools import combinations

import pytest

from tests.web.colour import contrast, difference
from web import palette
from web.palette import Look, Pattern
from zicht.deviations import DeviationLabel
from zicht.published import HotspotClass, Status

LEAST = 10.0
LINES = 3.0

VALUES = {
    "zero": palette.ZERO,
    **{f"class {index}": look for index, look in enumerate(palette.SEQUENCE)},
    **{str(name): look for name, look in palette.STATUSES.items()},
}
DEVIATIONS = {str(name): look for name, look in palette.DEVIATIONS.items()}
HOTSPOTS = {str(name): look for name, look in palette.CLASSES.items()}


def test_the_measure_of_difference_gives_published_values():
    # White and black are 100 apart; the sRGB red and green primaries 170.57 (Lindbloom's calculator).
    assert difference("#ffffff", "#000000") == pytest.approx(100, abs=0.1)
    assert contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.01)


def test_the_simulation_takes_red_from_green():
    assert difference("#c00000", "#5c6a00") < LEAST < difference("#c00000", "#0000c0")


@pytest.mark.parametrize("looks", [VALUES, HOTSPOTS, DEVIATIONS], ids=["values", "hotspots", "deviations"])
def test_every_pair_of_looks_differs_for_every_eye(looks: dict[str, Look]):
    close = {
        (first, second): round(difference(looks[first].ground, looks[second].ground), 1)
        for first, second in combinations(looks, 2)
        if difference(looks[first].ground, looks[second].ground) < LEAST
    }
    assert not close


def test_zero_and_hidden_differ_in_colour_and_in_pattern():
    assert difference(palette.ZERO.ground, palette.SUPPRESSED.ground) >= LEAST
    assert palette.ZERO.pattern is Pattern.PLAIN is not palette.SUPPRESSED.pattern


def test_every_status_has_a_pattern_of_its_own():
    patterns = [look.pattern for look in palette.STATUSES.values()]
    assert Pattern.PLAIN not in patterns
    assert len(set(patterns)) == len(palette.STATUSES) == len(Status) - 1


def test_undetermined_is_told_by_its_pattern_too():
    shared = {palette.CLASSES[name].pattern for name in HotspotClass if name is not HotspotClass.UNDETERMINED}
    assert palette.CLASSES[HotspotClass.UNDETERMINED].pattern not in shared


@pytest.mark.parametrize(
    "look", [look for look in {**VALUES, **HOTSPOTS}.values() if look.ink], ids=lambda x: x.pattern
)
def test_a_pattern_can_be_seen_on_its_ground(look: Look):
    assert contrast(look.ground, look.ink) >= LINES


def test_a_pattern_has_one_ink_since_the_shader_knows_no_more():
    looks = [*VALUES.values(), *HOTSPOTS.values(), *DEVIATIONS.values()]
    inks = {(look.pattern, look.ink) for look in looks if look.pattern is not Pattern.PLAIN}
    assert len(inks) == len({pattern for pattern, _ in inks})


def test_every_class_and_status_has_a_look():
    assert set(palette.CLASSES) == set(HotspotClass)
    assert set(palette.DEVIATIONS) == set(DeviationLabel)
    assert set(palette.STATUSES) == set(Status) - {Status.PUBLISHED}


def test_darker_means_more():
    light = [contrast("#000000", look.ground) for look in (palette.ZERO, *palette.SEQUENCE)]
    assert light == sorted(light, reverse=True)

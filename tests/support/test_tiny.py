"""The tiny release is what the tests that stand on it take it for."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from tests.support import tiny_world as world
from tests.support.tiny import tiny_release
from tiles.tileset import TileSet
from zicht.published import ColumnKey, HotspotClass, Status
from zicht.release import open_release
from zicht.standing import Doubt, standing


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return open_release(tiny_release(tmp_path_factory.mktemp("tiny") / "release"))


def test_it_has_the_places_it_should_and_each_has_its_parent(release):
    sizes = {level: len(areas.code) for level, areas in release.areas.items()}

    assert list(sizes) == list(world.LEVELS)
    assert [sizes[level] for level in ("country", "gemeente", "wijk", "buurt", "park")] == [1, 2, 4, 12, 2]
    assert sizes["h3-8"] > sizes["h3-7"] > 10
    parents = {
        "gemeente": "country",
        "wijk": "gemeente",
        "buurt": "wijk",
        "park": "buurt",
        "h3-7": "country",
        "h3-8": "h3-7",
    }
    for level, parent in parents.items():
        assert set(release.areas[level].parent.tolist()) <= set(release.areas[parent].code.tolist())


def test_every_column_has_a_row_for_every_area(release):
    for column in [*release.values, *release.classes]:
        assert column.code.tolist() == release.areas[column.key.level].code.tolist()


def test_every_status_and_every_class_occurs_in_every_map_of_buurten(release):
    for column in release.values:
        if column.key.level == "buurt" and column.key.measure != "exposure":
            assert set(column.status.tolist()) == set(Status), column.key
    found = defaultdict(set)
    for column in release.classes:
        found[column.key.level] |= set(column.label.tolist())
    assert found["buurt"] == set(HotspotClass)


def test_wijken_add_up_to_gemeenten_and_those_to_the_country(release):
    for indicator, measure in ((world.LABS, "count"), (world.RESIDENTS, "count"), (world.FINES, "amount")):
        for period in world.PERIODS:
            values = {
                level: release.values.column(ColumnKey(indicator, period, level, "", measure)).value
                for level in ("country", "gemeente", "wijk")
            }
            assert values["country"].sum() == values["gemeente"].sum() == values["wijk"].sum()
            parents = release.areas["wijk"].parent
            sums = [values["wijk"][parents == code].sum() for code in release.areas["gemeente"].code]
            assert sums == values["gemeente"].tolist()


def test_what_a_suppressed_buurt_hides_lies_within_its_bounds(release):
    for indicator, measure, scale in ((world.LABS, "count", 1), (world.FINES, "amount", 1250)):
        wijk = release.values.column(ColumnKey(indicator, "2025", "wijk", "", measure))
        buurt = release.values.column(ColumnKey(indicator, "2025", "buurt", "", measure))
        children = release.areas["buurt"].parent == "WK900101"
        hidden = wijk.value[0] - np.nansum(buurt.value[children])
        low, high = (np.nansum(part[children & (buurt.status == "suppressed")]) for part in (buurt.low, buurt.high))
        assert low <= hidden <= high
        assert hidden == 4 * scale


def test_the_catalogue_speaks_of_what_is_there(release):
    keys = {(key.indicator, key.level, key.period) for key in release.values.keys()}
    for indicator in release.catalogue["indicators"]:
        expected = {
            (indicator["id"], level, period) for level in indicator["levels"] for period in indicator["periods"]
        }
        assert expected == {key for key in keys if key[0] == indicator["id"]}
        assert indicator["theme"] in {theme["id"] for theme in release.catalogue["themes"]}
    default = release.catalogue["default"]
    assert (default["indicator"], default["level"], default["period"]) in keys


def test_the_catalogue_names_the_zooms_the_tiles_have(release):
    levels = {level["id"]: level for level in release.catalogue["levels"]}
    tiled = [level for level in levels if level != "country"]
    with TileSet(release.path / "geometry", tiled) as tiles:
        for level in tiled:
            zooms = tiles.zooms(level)
            assert (levels[level]["minzoom"], levels[level]["maxzoom"]) == (zooms.minzoom, zooms.maxzoom)
    assert levels["country"]["minzoom"] is None


def test_it_is_the_same_every_time_and_a_change_changes_it(release, tmp_path):
    again = open_release(tiny_release(tmp_path / "again"))
    joint = open_release(tiny_release(tmp_path / "joint", manifest=lambda old: {**old, "protection": "joint"}))
    titled = open_release(tiny_release(tmp_path / "titled", catalogue=lambda old: {**old, "fictional": False}))

    assert again.id == release.id
    assert standing(release).doubt is Doubt.PRIMARY
    assert standing(joint).doubt is Doubt.UNAUDITED
    assert titled.catalogue["fictional"] is False
    assert len({release.id, joint.id, titled.id}) == 3


def test_a_part_that_does_not_exist_cannot_be_changed(tmp_path):
    with pytest.raises(TypeError, match="geometry"):
        tiny_release(tmp_path / "a", geometry=lambda old: old)

"""The build file is read whole, or refused with the entry named."""

from __future__ import annotations

from pathlib import Path

import pytest

from zicht.demo import RECIPE
from zicht.errors import ConfigError
from zicht.recipe import read_recipe


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "build.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path):
    recipe = read_recipe(write(tmp_path, RECIPE))
    assert recipe.records == tmp_path / "records"
    assert recipe.boundaries == tmp_path / "boundaries.gpkg"
    assert recipe.years == range(2021, 2026)
    assert recipe.sources is None
    assert recipe.fictional


def test_files_with_the_names_of_areas_are_found_beside_it(tmp_path):
    names = '[boundaries.names.buurt]\nfile = "names.topojson"\nlayer = "buurt_2015"\n\n[default]'
    recipe = read_recipe(write(tmp_path, RECIPE.replace("[default]", names, 1)))
    assert recipe.names == {"buurt": (tmp_path / "names.topojson", "buurt_2015")}
    assert read_recipe(write(tmp_path, RECIPE)).names == {}


def test_tables_of_gemeenten_by_province_and_district_are_found_beside_it(tmp_path):
    tables = 'province = { file = "pv.csv" }\ndistrict = { file = "pd.csv" }\n\n[default]'
    recipe = read_recipe(write(tmp_path, RECIPE.replace("[default]", tables, 1)))
    assert recipe.regions == {"province": tmp_path / "pv.csv", "district": tmp_path / "pd.csv"}
    assert read_recipe(write(tmp_path, RECIPE)).regions == {}
    wrong = RECIPE.replace("[default]", "province = { }\n\n[default]", 1)
    with pytest.raises(ConfigError, match="'file'"):
        read_recipe(write(tmp_path, wrong))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("hexes =", "hexagons =", "no entry 'hexagons'"),
        ("years = [2021, 2025]", "years = [2025, 2021]", "last year comes before"),
        ("years = [2021, 2025]", "years = [2021]", "missing or of the wrong kind"),
        ('publisher = "Zicht"', "", "'publisher'"),
        ('edition = "2025"', "", "'edition'"),
        ('title = { nl = "Zicht op een fictieve provincie", en', 'title = { nl = "", en', "A text needs nl and en"),
    ],
)
def test_a_wrong_build_file_is_refused(tmp_path, old, new, message):
    assert old in RECIPE
    with pytest.raises(ConfigError, match=message) as caught:
        read_recipe(write(tmp_path, RECIPE.replace(old, new, 1)))
    assert "build.toml" in str(caught.value)


def test_an_absent_build_file_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        read_recipe(tmp_path / "none.toml")


def test_what_may_be_changed_in_boundaries_is_said(tmp_path):
    plain = read_recipe(write(tmp_path, RECIPE))
    assert (plain.repair, plain.park_radius) == (False, None)
    asked = RECIPE.replace("[boundaries]", "[boundaries]\nrepair = true\npark_radius = 150", 1)
    asked = read_recipe(write(tmp_path, asked))
    assert (asked.repair, asked.park_radius) == (True, 150.0)
    with pytest.raises(ConfigError, match="of the wrong kind"):
        read_recipe(write(tmp_path, RECIPE.replace("[boundaries]", '[boundaries]\npark_radius = "wide"', 1)))

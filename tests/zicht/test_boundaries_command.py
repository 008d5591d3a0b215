"""`zicht boundaries import` on the real 2015 file and on wrong ones."""

from __future__ import annotations

import pytest

from zicht.cli import FAILED, WRONG_CALL, main


def exit_code(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    return int(str(stopped.value.code))


@pytest.mark.slow
def test_the_edition_of_2015_is_imported_with_its_lost_areas_named(shared_data, tmp_path, capsys):
    folder = shared_data / "boundaries"
    main(
        [
            "boundaries",
            "import",
            str(folder / "cbs_wijkenbuurten_2015_rd.gpkg"),
            "--edition=2015",
            f"--out={tmp_path / 'cbs_2015.gpkg'}",
            "--repair",
            f"--names=buurt={folder / 'cbs_buurt_2015_rd.topojson'}#buurt_2015",
        ]
    )
    out = capsys.readouterr().out
    assert out.count("remainder BU") == 8
    assert out.count("remainder WK") == 20
    assert "overlap of level gemeente: 615 m2 of GM0109 cut off GM0160" in out
    assert (tmp_path / "cbs_2015.gpkg").stat().st_size > 1_000_000


def test_a_file_without_codes_is_refused_and_nothing_is_written(shared_data, tmp_path, capsys):
    source = shared_data / "boundaries" / "rotterdam_wijken_2012_wgs84.geojson"
    out = tmp_path / "x.gpkg"
    assert exit_code("boundaries", "import", source, "--edition", "2012", "--out", out) == FAILED
    assert "rotterdam_wijken_2012_wgs84.geojson" in capsys.readouterr().err
    assert not out.exists()


def test_a_wrong_list_of_names_is_a_wrong_call(tmp_path, capsys):
    assert (
        exit_code("boundaries", "import", tmp_path / "a.gpkg", "--edition=2015", "--names=buurten.json") == WRONG_CALL
    )
    assert "LEVEL=FILE" in capsys.readouterr().err


@pytest.mark.parametrize("edition", ["twenty", "20", "../2024", "3024"])
def test_an_edition_begins_with_a_year(tmp_path, capsys, edition):
    assert exit_code("boundaries", "import", tmp_path / "a.gpkg", f"--edition={edition}") == WRONG_CALL
    assert f"'{edition}' does not begin with a year" in capsys.readouterr().err


def test_an_absent_list_of_names_is_named_as_absent(tmp_path, capsys):
    names = tmp_path / "none.geojson"
    assert exit_code("boundaries", "import", tmp_path / "a.gpkg", "--edition=2015", f"--names=buurt={names}") == FAILED
    assert f"{names}: There is no such file." in capsys.readouterr().err


def test_an_absent_file_is_an_error_with_a_remedy(tmp_path, capsys):
    assert exit_code("boundaries", "import", tmp_path / "none.gpkg", "--edition=2015") == FAILED
    assert "none.gpkg" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", [None, "{", '{"type": "Topology", "objects": {}}', '{"type": "FeatureCollection", "features": [3]}']
)
def test_a_list_of_names_that_cannot_be_read_is_named(tmp_path, capsys, content):
    names = tmp_path / "names.topojson"
    if content is not None:
        names.write_text(content, encoding="utf-8")
    wrong = ("boundaries", "import", tmp_path / "a.gpkg", "--edition=2015", f"--names=buurt={names}#buurten")
    assert exit_code(*wrong) == FAILED
    assert "names.topojson, layer buurten" in capsys.readouterr().err

"""`zicht density`: a raster for the analyst, and everything that is refused."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

from analysis.confidential.points.density import Bandwidths, kernel_density
from analysis.confidential.points.raster import WARNING, window_of
from zicht.cli import FAILED, WRONG_CALL, main

AREA = shapely.box(120_000, 480_000, 122_000, 481_500)
EVENTS = "id,x,y\na,120100,480100\nb,120100.5,480100\nc,121950,481400\n"
SAID = ("--x", "x", "--y", "y", "--bandwidth", "300")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "events.csv").write_text(EVENTS)
    gpd.GeoDataFrame(geometry=[AREA], crs=28992).to_file(tmp_path / "area.gpkg", layer="area")
    return tmp_path


def draw(folder: Path, *said: str) -> np.ndarray:
    main(["density", str(folder / "events.csv"), str(folder / "area.gpkg"), *said, "--out", str(folder / "d.tif")])
    with rasterio.open(folder / "d.tif") as source:
        return np.asarray(source.read(1))


def refused(folder: Path, *said: str, area: str = "area.gpkg") -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["density", str(folder / "events.csv"), str(folder / area), "--out", str(folder / "d.tif"), *said])
    assert not list(folder.glob("*.tif"))
    assert not list(folder.glob(".*.tif"))
    return int(str(stopped.value.code))


@pytest.mark.parametrize(("said", "kind"), [((), Bandwidths.ADAPTIVE), (("--fixed",), Bandwidths.FIXED)])
def test_the_raster_is_the_density_of_the_library(
    folder: Path, capsys, said: tuple[str, ...], kind: Bandwidths
) -> None:
    points = np.array([[120100, 480100], [120100.5, 480100], [121950, 481400]])
    window = window_of(np.array([AREA]), cell=50)
    wanted = kernel_density(points, window, bandwidth=300, bandwidths=kind, widest=1.1)
    found = draw(folder, *SAID, "--cell", "50", "--widest", "1.1", *said)
    assert np.array_equal(found[window.inside], wanted[window.inside])
    assert np.nansum(found) == pytest.approx(3)
    err = capsys.readouterr().err
    assert "3 events on" in err
    assert WARNING in err


def test_events_outside_are_refused_with_their_line_or_left_out(folder: Path, capsys) -> None:
    (folder / "events.csv").write_text(EVENTS + "d,119000,480100\n")
    assert refused(folder, *SAID) == FAILED
    assert "events.csv, line 5: 1 events lie outside the area" in capsys.readouterr().err
    assert np.nansum(draw(folder, *SAID, "--skip-outside")) == pytest.approx(3)
    assert "1 left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ("x,y\n120100,\n", "events.csv, line 2: Column 'y' is blank"),
        ("x,y\n120100,nan\n", "events.csv, line 2: Column 'y' is not a finite number"),
        ("a,y\n1,2\n", "There is no column 'x'"),
    ],
)
def test_wrong_events_are_refused(folder: Path, capsys, events: str, words: str) -> None:
    (folder / "events.csv").write_text(events)
    assert refused(folder, *SAID) == FAILED
    err = capsys.readouterr().err
    assert words in err
    assert "120100" not in err


def test_a_wrong_area_is_refused(folder: Path, capsys) -> None:
    gpd.GeoDataFrame(geometry=[shapely.box(4, 52, 5, 53)], crs=4326).to_file(folder / "degrees.gpkg", layer="a")
    assert refused(folder, *SAID, area="degrees.gpkg") == FAILED
    gpd.GeoDataFrame(geometry=[AREA], crs=28992).to_file(folder / "area.gpkg", layer="second")
    assert refused(folder, *SAID) == FAILED
    assert "Say --layer" in capsys.readouterr().err
    assert refused(folder, *SAID, "--cell", "0.01", "--layer", "area") == FAILED
    assert "Give a larger cell" in capsys.readouterr().err
    assert np.nansum(draw(folder, *SAID, "--layer", "second")) == pytest.approx(3)


@pytest.mark.parametrize("said", [SAID[:4], (*SAID[:5], "0"), (*SAID[:5], "nan"), (*SAID, "--widest", "0.5")])
def test_a_wrong_call_is_refused(folder: Path, said: tuple[str, ...]) -> None:
    assert refused(folder, *said) in (WRONG_CALL, FAILED)


def test_a_folder_that_is_not_there_is_refused_first(folder: Path, capsys) -> None:
    assert refused(folder, *SAID, "--out", str(folder / "no" / "d.tif")) == FAILED
    assert "There is no such folder" in capsys.readouterr().err

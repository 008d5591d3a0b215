"""`zicht stats` with Moran's I, Geary's c and join counts: what the library gives, and what is refused."""

from __future__ import annotations

import csv
import io

import geopandas as gpd
import numpy as np
import pytest
import shapely

from analysis.statistics.getis_ord import LocalG, z_scores
from analysis.statistics.global_autocorrelation import geary, moran
from analysis.statistics.join_counts import Join, join_counts, local_join_counts
from analysis.statistics.local_geary import local_geary
from analysis.statistics.local_moran import local_moran
from analysis.statistics.multiple_testing import adjusted
from geo.weights import SpatialWeights, from_pairs, row_standardised
from tests.analysis.statistics.examples import FOLDER, any_weights, columbus, north_carolina
from tests.zicht.stats_tables import Desk, column
from zicht.cli import FAILED, WRONG_CALL, main

N = 30
VALUES = np.random.default_rng(1).poisson(3, N).astype(float)
SECOND = np.random.default_rng(2).poisson(3, N).astype(float)
WEIGHTS = any_weights("general", 3, N)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def rows_of(*columns) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(zip(*columns, strict=True))
    return text.getvalue()


def files(desk: Desk, values=VALUES, weights: SpatialWeights = WEIGHTS) -> list[str]:
    """Write a table and its weighted pairs; ids have leading zeros."""
    ids = np.array([f"{i:04d}" for i in range(len(values))])
    table = "id,c,d\n" + rows_of(ids, values.tolist(), SECOND[: len(values)].tolist())
    pairs = "i,j,w\n" + rows_of(ids[weights.rows], ids[weights.indices], map(repr, weights.data.tolist()))
    return [desk.table(table), "--neighbours", desk.pairs(pairs), "--column", "c", "--draws", "99"]


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("bivariate", [False, True])
@pytest.mark.parametrize("standardise", [False, True])
def test_local_moran_is_that_of_the_library(desk, bivariate, standardise):
    more = ["--other", "d"] * bivariate + ["--row-standardise"] * standardise
    rows = desk.run("local-moran", *files(desk), *more)
    weights = row_standardised(WEIGHTS) if standardise else WEIGHTS
    expected = local_moran(VALUES, weights, other=SECOND if bivariate else None, rng=rng(), draws=99)
    assert list(rows[0]) == ["id", "i", "z", "p_upper", "p_lower", "p_mid", "q", "quadrant"]
    assert rows[7]["id"] == "0007"
    assert np.array_equal(column(rows, "i"), expected.i, equal_nan=True)
    assert np.array_equal(column(rows, "z"), expected.z, equal_nan=True)
    tails = expected.tails
    assert np.array_equal(column(rows, "p_mid"), tails.mid, equal_nan=True)
    q = np.minimum(1, 2 * np.fmin(adjusted(tails.upper), adjusted(tails.lower)))
    assert np.array_equal(column(rows, "q"), q, equal_nan=True)
    assert [row["quadrant"] for row in rows] == expected.quadrant.tolist()


def test_local_geary_is_that_of_the_library(desk):
    rows = desk.run("local-geary", *files(desk))
    expected = local_geary(VALUES, WEIGHTS, rng=rng(), draws=99)
    assert list(rows[0]) == ["id", "c", "z", "p_upper", "p_lower", "p_mid", "q", "class"]
    for name in ("c", "z"):
        assert np.array_equal(column(rows, name), getattr(expected, name), equal_nan=True)
    assert np.array_equal(column(rows, "p_lower"), expected.tails.lower, equal_nan=True)
    assert {row["class"] for row in rows} <= {"alike", "unlike", "not_significant", "not_applicable"}


def test_a_patch_of_like_areas_is_called_alike_and_an_odd_one_unlike(desk):
    """Two parts of a long chain, 0 and 9, and one odd area in the first."""
    n = 200
    values = np.where(np.arange(n) < 60, 0.0, 9.0)
    values[30] = 9.0
    ids = [f"{i:03d}" for i in range(n)]
    links = [(i, j) for i in range(n) for j in range(max(0, i - 8), min(n, i + 9)) if i != j]
    table = desk.table("id,c\n" + rows_of(ids, values.tolist()))
    pairs = desk.pairs("i,j\n" + rows_of(*zip(*((ids[i], ids[j]) for i, j in links), strict=True)))
    rows = desk.run("local-geary", table, "--neighbours", pairs, "--column", "c")
    assert {rows[at]["class"] for at in (15, 45, 150)} == {"alike"}
    assert rows[30]["class"] == "unlike"
    assert rows[60]["class"] == "not_significant"
    rows = desk.run("local-moran", table, "--neighbours", pairs, "--column", "c")
    assert [rows[at]["quadrant"] for at in (15, 30, 150)] == ["LL", "HL", "HH"]
    assert max(column([rows[at] for at in (15, 30, 150)], "q")) < 0.05


@pytest.mark.parametrize(("method", "name", "function"), [("moran", "i", moran), ("geary", "c", geary)])
def test_global_statistics_are_one_row(desk, method, name, function):
    (row,) = desk.run(method, *files(desk))
    expected = function(VALUES, WEIGHTS, rng=rng(), draws=99)
    assert float(row[name]) == expected.statistic
    for key in ("expected", "variance_normality", "z_normality", "variance_randomisation", "z_randomisation"):
        assert float(row[key]) == getattr(expected, key)
    assert float(row["p_upper"]) == expected.tails.upper[0]


def test_join_counts_are_three_rows(desk):
    ones = (VALUES > 3).astype(float)
    rows = desk.run("join-count", *files(desk, ones))
    expected = join_counts(ones, WEIGHTS, rng=rng(), draws=99)
    assert [row["join"] for row in rows] == ["BB", "BW", "WW"]
    assert column(rows, "count") == [expected[kind].count for kind in Join]
    assert column(rows, "z") == [expected[kind].z for kind in Join]
    assert column(rows, "p_lower") == [float(expected[kind].tails.lower[0]) for kind in Join]


def test_local_join_counts_leave_zeros_empty(desk):
    ones = (VALUES > 3).astype(float)
    rows = desk.run("local-join-count", *files(desk, ones))
    expected = local_join_counts(ones, WEIGHTS, rng=rng(), draws=99)
    assert np.array_equal(column(rows, "joins"), expected.joins, equal_nan=True)
    assert np.array_equal(column(rows, "q"), adjusted(expected.tails.upper), equal_nan=True)
    assert all((row["joins"] == "") == (row["class"] == "not_applicable") for row in rows)


@pytest.mark.parametrize("method", ["join-count", "local-join-count"])
def test_join_counts_refuse_other_values_with_their_lines(desk, capsys, method):
    values = np.where(np.arange(N) == 4, 2.0, 1.0)
    assert desk.refused(method, *files(desk, values)) == FAILED
    assert "table.csv, line 6 (id '0004'): Join counts are of zeros and ones" in capsys.readouterr().err


@pytest.mark.parametrize("method", ["moran", "geary", "join-count"])
def test_global_statistics_take_no_alpha(desk, capsys, method):
    assert desk.refused(method, *files(desk), "--alpha", "0.1") == WRONG_CALL
    assert f"{method}: It does not take --alpha" in capsys.readouterr().err


def test_a_map_without_variation_has_empty_statistics_and_no_small_p(desk):
    for method, name in (("local-moran", "i"), ("local-geary", "c"), ("moran", "i"), ("geary", "c")):
        rows = desk.run(method, *files(desk, np.full(N, 0.1)))
        assert {row[name] for row in rows} == {""}
        assert {row["p_upper"] for row in rows} <= {"1.0", ""}
        assert {row["p_lower"] for row in rows} <= {"1.0", ""}


def test_columbus_from_its_shapefile(desk, capsys):
    """The published 0.5001886, by way of a file of polygons without a reference system."""
    crime, _ = columbus()
    table = desk.table("POLYID,crime\n" + "".join(f"{at + 1},{value!r}\n" for at, value in enumerate(crime.tolist())))
    shapes = FOLDER / "columbus" / "columbus.shp"
    more = ["--id", "POLYID", "--column", "crime", "--row-standardise", "--draws", "99"]
    (row,) = desk.run("moran", table, shapes, *more)
    assert round(float(row["i"]), 7) == 0.5001886
    (rook,) = desk.run("moran", table, shapes, *more, "--contiguity", "rook")
    assert float(rook["i"]) != float(row["i"])
    desk.out.unlink()
    assert desk.refused("moran", table, shapes, "--id", "crime", "--column", "crime") == FAILED
    assert "There is no field 'crime'" in capsys.readouterr().err


def test_a_geofile_must_hold_the_areas_of_the_table(desk, capsys):
    fields, _ = north_carolina()
    lines = [f"{fips},{count!r}" for fips, count in zip(fields["FIPS"], fields["SID74"].tolist(), strict=True)]
    shapes = FOLDER / "sids2" / "sids2.shp"
    more = ["--id", "FIPS", "--column", "c"]
    rows = desk.run("gi-star", desk.table("FIPS,c\n" + "\n".join(reversed(lines))), shapes, *more)
    assert len(rows) == 100
    desk.out.unlink()
    for wrong, words in (
        (lines[1:], "sids2.shp"),
        ([*lines, "0,1"], "'0'"),
    ):
        assert desk.refused("gi-star", desk.table("FIPS,c\n" + "\n".join(wrong)), shapes, *more) == FAILED
        err = capsys.readouterr().err
        assert words in err
        assert "both files must hold the same areas" in err


def test_the_order_of_a_geofile_does_not_matter(desk):
    fields, _ = north_carolina()
    lines = [f"{fips},{count!r}" for fips, count in zip(fields["FIPS"], fields["SID74"].tolist(), strict=True)]
    shapes, more = FOLDER / "sids2" / "sids2.shp", ["--id", "FIPS", "--column", "c"]
    one = desk.run("gi-star", desk.table("FIPS,c\n" + "\n".join(lines)), shapes, *more)
    two = desk.run("gi-star", desk.table("FIPS,c\n" + "\n".join(reversed(lines))), shapes, *more)
    assert {row["id"]: row["p_mid"] for row in one} == {row["id"]: row["p_mid"] for row in two}


@pytest.mark.parametrize("file", ["g.geojson", "g.gpkg", "g.parquet", "g.shp"])
@pytest.mark.parametrize("contiguity", ["queen", "rook"])
def test_every_kind_of_file_and_of_coordinates_gives_the_same_neighbours(desk, file, contiguity):
    """A grid of 5 x 5 tenths of degrees, stated in degrees or metres: queen has corners, rook has not."""
    side, ids = 5, [f"{i:03d}" for i in range(25)]
    corners = [(5 + i % side / 10, 52 + i // side / 10) for i in range(25)]
    shapes = [shapely.box(x, y, x + 0.1, y + 0.1) for x, y in corners]
    frame = gpd.GeoDataFrame({"code": ids, "n": range(25)}, geometry=shapes, crs=4326)
    path = desk.folder / file
    if file.endswith("parquet"):
        frame.to_parquet(path)
    else:
        (frame.to_crs(28992) if file == "g.gpkg" else frame).to_file(path)
    rows, columns = np.divmod(np.arange(25), side)
    near = np.abs(rows[:, None] - rows), np.abs(columns[:, None] - columns)
    linked = (np.maximum(*near) if contiguity == "queen" else near[0] + near[1]) == 1
    expected = z_scores(VALUES[:25], from_pairs(25, *np.nonzero(linked)), statistic=LocalG.GI)
    table = desk.table("code,c\n" + rows_of(ids, VALUES[:25].tolist()))
    found = desk.run("gi", table, path, "--id", "code", "--column", "c", "--contiguity", contiguity)
    assert column(found, "z") == expected.tolist()


def test_a_whole_number_is_an_id_and_a_layer_must_be_there(desk, capsys):
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=28992)
    path, table = desk.folder / "g.gpkg", desk.table("id,c\n1,4\n2,5\n")
    frame.to_file(path, layer="one")
    assert len(desk.run("gi", table, path, "--geo-id", "n", "--column", "c")) == 2
    desk.out.unlink()
    assert desk.refused("gi", table, path, "--geo-id", "n", "--column", "c", "--layer", "two") == FAILED
    assert "Say --layer with one of: 'one'" in capsys.readouterr().err
    frame.to_file(path, layer="two")
    assert desk.refused("gi", table, path, "--geo-id", "n", "--column", "c") == FAILED
    assert "The file has 2 layers" in capsys.readouterr().err


def test_help_names_every_method(capsys):
    main(["stats", "--help"])
    out = capsys.readouterr().out
    for method in ("gi-star", "local-moran", "local-geary", "join-count", "moran", "geary"):
        assert method in out

"""The raster: totals equal the register's, squares lie on the RD grid, what is not land holds no data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
import shapely

from geo.fiction import FictionalCountry, read_population_raster, write_population_raster
from geo.fiction.population_raster import NODATA, PopulationRaster, rasterise_population


def _committed(committed: Path) -> PopulationRaster:
    return read_population_raster(committed.with_name("fictional_2025_population_100m.tif"))


def test_totals_equal_the_register(province: FictionalCountry, committed: Path) -> None:
    values = _committed(committed).values.astype(np.float64)
    inhabitants, homes = np.where(values == NODATA, 0.0, values).sum(axis=(1, 2))
    assert inhabitants == province.addresses.residents.sum()
    assert homes == (province.addresses.use == "home").sum()


def test_the_committed_raster_is_what_the_generator_makes(province: FictionalCountry, committed: Path) -> None:
    made, stored = rasterise_population(province), _committed(committed)
    assert (made.west, made.north) == (stored.west, stored.north)
    assert np.array_equal(made.values, stored.values)


def test_a_square_holds_the_addresses_in_it(province: FictionalCountry) -> None:
    raster, register = rasterise_population(province), province.addresses
    for row, column in np.argwhere(raster.values[0] > 60)[::97]:
        west, north = raster.west + 100 * column, raster.north - 100 * row
        own = (register.x >= west) & (register.x < west + 100) & (register.y <= north) & (register.y > north - 100)
        assert raster.values[0, row, column] == register.residents[own].sum()
        assert raster.values[1, row, column] == (register.use[own] == "home").sum()


def test_there_is_data_exactly_on_land(province: FictionalCountry) -> None:
    raster, land = rasterise_population(province), province.boundaries.layers["country"].geometry[0]
    rows, columns = raster.values.shape[1:]
    x = raster.west + 50 + 100 * np.arange(columns)
    y = raster.north - 50 - 100 * np.arange(rows)
    shapely.prepare(land)
    dry = shapely.contains_xy(land, *np.meshgrid(x, y))
    known = raster.values[1] != NODATA
    assert known[dry].all()
    assert (raster.values[:, known] >= 0).all()
    # Outside the land only squares on the shore that hold an address are known.
    assert (known & ~dry).sum() < 0.01 * known.sum()


def test_the_file_says_what_it_is(province: FictionalCountry, tmp_path: Path) -> None:
    path = tmp_path / "population.tif"
    write_population_raster(province, path)
    with rasterio.open(path) as file:
        assert file.descriptions == ("inhabitants", "homes")
        assert file.dtypes == ("float32", "float32")
        assert file.nodata == -1.0
        assert file.crs.to_epsg() == 28992
        assert (file.transform.a, file.transform.e) == (100.0, -100.0)
        assert (file.transform.c % 100, file.transform.f % 100) == (0.0, 0.0)
        assert file.compression.name == "deflate"


def test_writing_twice_gives_the_same_bytes(province: FictionalCountry, tmp_path: Path) -> None:
    one, two = tmp_path / "one.tif", tmp_path / "two.tif"
    write_population_raster(province, one)
    write_population_raster(province, two)
    assert one.read_bytes() == two.read_bytes()

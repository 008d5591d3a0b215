"""A fictional country: places, waters and addresses that do not exist, in the form of Dutch public data."""

from geo.fiction.addresses import make_addresses
from geo.fiction.boundary_file import read_boundaries, write_boundaries
from geo.fiction.country import COUNTRY, SEED, AddressRegister, FictionalCountry, Size, Waters
from geo.fiction.make import make_country
from geo.fiction.population_raster import PopulationRaster, read_population_raster, write_population_raster

__all__ = [
    "COUNTRY",
    "SEED",
    "AddressRegister",
    "FictionalCountry",
    "PopulationRaster",
    "Size",
    "Waters",
    "make_addresses",
    "make_country",
    "read_boundaries",
    "read_population_raster",
    "write_boundaries",
    "write_population_raster",
]

"""A fictional country: places, waters and addresses that do not exist, in the form of Dutch public data."""

from geo.fiction.addresses import make_addresses
from geo.fiction.country import AddressRegister, FictionalCountry, Size, Waters
from geo.fiction.make import make_country

__all__ = ["AddressRegister", "FictionalCountry", "Size", "Waters", "make_addresses", "make_country"]

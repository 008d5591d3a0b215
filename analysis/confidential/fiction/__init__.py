"""The records of a fictional country: persons, businesses and five years of linked events, made on demand."""

from analysis.confidential.fiction.flaws import FLAWS, Flaws
from analysis.confidential.fiction.plan import Hotspot, Planted, planted
from analysis.confidential.fiction.records import YEARS, make_records, write_records

__all__ = ["FLAWS", "YEARS", "Flaws", "Hotspot", "Planted", "make_records", "planted", "write_records"]

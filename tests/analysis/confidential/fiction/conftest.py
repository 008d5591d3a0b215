"""A country of squares for most tests, the fictional province for those that ask what the demo shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.confidential.fiction import make_records, planted
from analysis.confidential.fiction.places import Places, read_context
from geo.fiction import SEED as PROVINCE_SEED
from geo.fiction import Size, make_addresses, make_country, read_boundaries
from tests.analysis.confidential.fiction.support import square_country

SEED = 11
COMMITTED = Path(__file__).resolve().parents[4] / "data" / "boundaries" / "fictional_2025.gpkg"


@pytest.fixture(scope="session")
def country():
    return square_country()


@pytest.fixture(scope="session")
def context(country):
    return read_context(country, seed=SEED)


@pytest.fixture(scope="session")
def records(country):
    return make_records(country.boundaries, country.addresses, seed=SEED)


@pytest.fixture(scope="session")
def plan(country):
    return planted(country.boundaries, country.addresses, seed=SEED)


@pytest.fixture(scope="session")
def province():
    """The places of the demo: the committed boundaries, or the same ones made anew."""
    if not COMMITTED.is_file():
        country = make_country(size=Size.PROVINCE, seed=PROVINCE_SEED)
        return Places(country.boundaries, country.addresses)
    boundaries = read_boundaries(COMMITTED)
    return Places(boundaries, make_addresses(boundaries, seed=PROVINCE_SEED))


@pytest.fixture(scope="session")
def province_records(province):
    return make_records(province.boundaries, province.addresses, seed=PROVINCE_SEED)


@pytest.fixture(scope="session")
def province_plan(province):
    return planted(province.boundaries, province.addresses, seed=PROVINCE_SEED)

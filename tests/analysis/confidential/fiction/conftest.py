"""One country of squares and its records, shared by all tests of this package."""

from __future__ import annotations

import pytest

from analysis.confidential.fiction.plan import planted
from analysis.confidential.fiction.records import make_records
from tests.analysis.confidential.fiction.support import square_country

SEED = 11


@pytest.fixture(scope="session")
def country():
    return square_country()


@pytest.fixture(scope="session")
def records(country):
    return make_records(country.boundaries, country.addresses, seed=SEED)


@pytest.fixture(scope="session")
def plan(country):
    return planted(country.boundaries, country.addresses, seed=SEED)

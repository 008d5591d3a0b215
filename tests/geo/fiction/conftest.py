"""The fictional province that the tests of this folder share: made once, it takes a few seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.fiction import SEED, FictionalCountry, Size, make_country
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def province() -> FictionalCountry:
    return make_country(size=Size.PROVINCE, seed=SEED)


@pytest.fixture(scope="session")
def committed() -> Path:
    """The committed boundaries."""
    return ROOT / "data" / "boundaries" / "fictional_2025.gpkg"

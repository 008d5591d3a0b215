"""The demo, made once for all gates, and one world of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates.world import Tables, build_world, read_tables


@pytest.fixture(scope="session")
def tables(demo: Path) -> Tables:
    """Every record of the demo."""
    return read_tables(demo / "records")


@pytest.fixture(scope="session")
def world(tmp_path_factory, demo: Path, tables: Tables) -> Path:
    """The release of a world with a few themes."""
    return build_world(tmp_path_factory.mktemp("gates") / "one", demo, tables)

"""The example's module, and its records, made once."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.examples.nl_2015 import load, small_root


@pytest.fixture(scope="session")
def example() -> ModuleType:
    return load()


@pytest.fixture(scope="session")
def whole(example: ModuleType, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build file of the whole country."""
    return example.prepare(shared_data, tmp_path_factory.mktemp("nl-2015"))


@pytest.fixture(scope="session")
def small(example: ModuleType, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build file of a few gemeenten."""
    folder = tmp_path_factory.mktemp("nl-2015-small")
    return example.prepare(small_root(shared_data, folder / "data", example), folder)

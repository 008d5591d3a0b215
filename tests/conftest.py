"""What all tests share: where the public test data is, and whether a browser is required."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public test data: ZICHT_DATA_ROOT, or ../shared/data beside the checkout."""
    folder = Path(os.environ.get("ZICHT_DATA_ROOT", ROOT.parent / "shared" / "data"))
    if not (folder / "README.md").is_file():
        pytest.skip("the public test data is not here: set ZICHT_DATA_ROOT to its folder")
    return folder

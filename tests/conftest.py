"""What all tests share: where the public test data is, and whether a browser is required."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A shared machine is slow now and then; a deadline would fail tests for that.
# People's machines look for new examples in every run; CI runs the same ones, so that a red CI means a change.
settings.register_profile("zicht", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "zicht")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public test data: ZICHT_DATA_ROOT, or ../shared/data beside the checkout."""
    folder = Path(os.environ.get("ZICHT_DATA_ROOT", ROOT.parent / "shared" / "data"))
    if not (folder / "README.md").is_file():
        if os.environ.get("ZICHT_REQUIRE_DATA"):
            pytest.fail("the public test data is required here, and is not there")
        pytest.skip("the public test data is not here: set ZICHT_DATA_ROOT to its folder")
    return folder


@pytest.fixture(scope="session")
def demo(pytestconfig: pytest.Config) -> Path:
    """The folder of the whole demo, records and release; kept between runs until the software changes."""
    from zicht.demo import make_demo

    folder = Path(pytestconfig.cache.mkdir("zicht-demo")) / "demo"  # type: ignore[union-attr]
    make_demo(folder, boundaries=ROOT / "data" / "boundaries", progress=lambda _: None)
    return folder

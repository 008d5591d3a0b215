"""The picture of the README, made by a test: ZICHT_UPDATE_SCREENSHOTS=1 writes it, from the demo."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.web.browser import Screen, running, share
from web import palette
from web.app import create_app
from zicht.published import HotspotClass
from zicht.release import Release, open_release

pytestmark = pytest.mark.browser

UPDATE = os.environ.get("ZICHT_UPDATE_SCREENSHOTS") == "1"
SIZE = (1440, 900)
KEPT = "map.png"
SHOTS = {KEPT: "/kaart", "values.png": "/kaart?niveau=wijk&laag=waarde", "method.png": "/methode"}


@pytest.fixture(scope="module")
def shown(release: Release) -> Release:
    """The demo where the pictures are to be kept, the tiny release otherwise."""
    if not UPDATE:
        return release
    folder = Path(os.environ.get("ZICHT_DEMO", ROOT / ".demo")) / "release"
    assert folder.is_dir(), f"there is no demo in {folder}: run `zicht demo --no-serve`, or set ZICHT_DEMO"
    opened = open_release(folder)
    assert opened.catalogue["fictional"], "no real place may be seen in a picture of the README"
    return opened


@pytest.mark.parametrize("name", SHOTS)
def test_the_dashboard_can_be_shown(name, shown, browser, tmp_path):
    with running(create_app(shown)) as address:
        screen = Screen(browser, address, width=SIZE[0], height=SIZE[1])
        screen.page.goto(address + SHOTS[name])
        if name != "method.png":
            screen.settled()
            screen.page.wait_for_timeout(400)
        target = (ROOT / "docs" / "images" if UPDATE and name == KEPT else tmp_path) / name
        target.parent.mkdir(exist_ok=True)
        screen.page.screenshot(path=target)
        assert screen.complaints == []
        assert screen.outside() == []
        screen.close()
    picture = Image.open(target).convert("RGB")
    assert picture.size == SIZE
    assert len(set(picture.resize((144, 90)).get_flattened_data())) > 30
    if name == KEPT:
        assert share(picture, palette.CLASSES[HotspotClass.HOT].ground) > 0.0005

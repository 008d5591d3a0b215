"""The layer of deviations in a browser: its colours, its choice of reference, its words and its address."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support import tiny_world as world
from tests.web.browser import share
from tests.web.compared import CODES, PERIOD, column, compared_release
from web import palette
from web.app import create_app

pytestmark = pytest.mark.browser

LABS = world.LABS
START = f"/kaart?indicator={LABS}&periode={PERIOD}&niveau=buurt&laag=afwijking"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(compared_release(tmp_path_factory.mktemp("compared") / "release"))


def legend(screen) -> dict[str, int]:
    rows = screen.page.locator(".legend-row").all()
    return {str(row.get_attribute("data-class")): int(str(row.get_attribute("data-count"))) for row in rows}


def test_the_layer_is_painted_counted_and_told(screen):
    picture = screen.open(START).picture()
    for name in ("higher", "comparable", "lower", "too_uncertain", "suppressed"):
        assert share(picture, palette.DEVIATIONS[name].ground) > 0.005, name
    assert screen.state()["vergelijking"] == "similar"
    counted = Counter(column("similar").label.tolist())
    assert legend(screen) == {name: counted[name] for name in legend(screen)}
    assert len(legend(screen)) == 7
    title = screen.page.locator(".legend-title")
    assert title.inner_text() == "Vergeleken met vergelijkbare gebieden"
    first = screen.page.locator("tbody tr[data-fid]").first
    assert "Hoger" in first.inner_text()
    assert first.locator(".cell-class").get_attribute("title").startswith("Hoger: ")
    download = str(screen.page.locator("#download").get_attribute("href"))
    assert f"/download/{LABS}/{PERIOD}/buurt/similar.csv?" in download


def test_another_reference_is_one_choice_away_and_stands_in_the_address(screen):
    screen.open(START)
    screen.page.locator("#choice-reference").select_option("country")
    screen.until(lambda state: state.get("vergelijking") == "country")
    counted = Counter(column("country", 3).label.tolist())
    assert legend(screen) == {name: counted[name] for name in legend(screen)}
    assert "andere gebieden samen" in screen.page.locator("#reference-note").inner_text()
    screen.page.reload()
    screen.settled()
    assert screen.page.locator("#choice-reference").input_value() == "country"


def test_the_panel_says_how_much_with_its_limits(screen):
    screen.open(f"{START}&gebied={CODES[0]}")
    lines = screen.page.locator("#comparisons li")
    assert lines.count() == 2
    similar = screen.page.locator('#comparisons li[data-reference="similar"]')
    assert similar.inner_text().split("\n") == ["Hoger", "1,8 keer zo veel als vergelijkbare gebieden (1,2 tot 2,6)."]
    screen.open(f"{START}&taal=en&gebied={CODES[7]}")
    similar = screen.page.locator('#comparisons li[data-reference="similar"]')
    assert "At least 0.6 times as much as similar areas." in similar.inner_text()
    screen.open(f"{START}&gebied={CODES[1]}")
    assert screen.page.locator('#comparisons li[data-reference="similar"]').count() == 0


def test_a_map_that_is_not_compared_leads_to_one_that_is_and_says_so(screen):
    screen.open(f"/kaart?indicator={LABS}&periode=2024&niveau=wijk&laag=waarde")
    screen.page.locator('input[name="laag"][value="afwijking"]').check(force=True)
    screen.until(lambda state: state.get("laag") == "afwijking")
    assert screen.state()["niveau"] == "buurt"
    assert screen.state()["periode"] == PERIOD
    assert "wordt niet vergeleken" in screen.page.locator("#choice-note").inner_text()
    screen.page.locator('input[name="laag"][value="waarde"]').check(force=True)
    screen.until(lambda state: state.get("laag") == "waarde")
    assert screen.page.locator("#field-reference").is_hidden()
    assert "vergelijking" not in screen.state()


def test_a_subject_that_is_not_compared_has_no_such_layer(screen):
    screen.open(f"/kaart?indicator={world.FINES}&laag=afwijking")
    assert screen.state()["laag"] == "waarde"
    assert screen.page.locator('input[name="laag"][value="afwijking"]').is_disabled()

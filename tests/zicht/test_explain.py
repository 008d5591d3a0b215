"""A receipt says what the release says, no more, in both languages."""

from __future__ import annotations

import re

import pytest

from tests.support.tiny import tiny_release
from zicht.explain import CLASS_TEXTS, STATUS_TEXTS, explain, level_of
from zicht.published import HotspotClass, Status
from zicht.release import Release, open_release


@pytest.fixture(scope="module")
def release(tmp_path_factory) -> Release:
    return open_release(tiny_release(tmp_path_factory.mktemp("tiny") / "release"))


def test_every_status_and_class_has_its_words():
    assert set(STATUS_TEXTS) == set(Status)
    assert set(CLASS_TEXTS) == set(HotspotClass)


def test_a_hotspot_is_a_claim_about_an_area_and_its_neighbours_together():
    for label in ("hot", "cold", "not_significant"):
        assert "het gebied en zijn buren samen" in CLASS_TEXTS[label]["nl"]
        assert "the area and its neighbours together" in CLASS_TEXTS[label]["en"]


def test_every_number_of_a_release_has_a_receipt_in_both_languages(release):
    for column in release.values:
        for code in column.code[:3]:
            key = column.key
            lines = explain(release, indicator=key.indicator, period=key.period, code=str(code), level=key.level)
            assert len(lines) >= 10
            assert all(line.label[language] and line.says[language] for line in lines for language in ("nl", "en"))


def test_a_suppressed_number_is_not_in_its_receipt(release):
    for column in release.values:
        for fid, status in enumerate(column.status):
            if status == Status.SUPPRESSED and column.key.measure == "count":
                key = column.key
                code = str(column.code[fid])
                lines = explain(release, indicator=key.indicator, period=key.period, code=code, level=key.level)
                says = next(line.says["en"] for line in lines if line.label["en"] == "count")
                assert says == STATUS_TEXTS[Status.SUPPRESSED]["en"]
                assert not re.search(r"\d", says)


def test_a_denominator_of_several_years_is_called_figure_times_years(release):
    said = {}
    for period in ("2025", "2024-2025"):
        lines = explain(release, indicator="drug-labs", period=period, code="GM9001")
        (line,) = (line for line in lines if line.label["en"] == "denominator")
        said[period] = {language: text.split(" ", 1) for language, text in line.says.items()}
    assert [said[period]["nl"][1] for period in said] == ["woningen", "woningen opgeteld over 2 jaar"]
    assert [said[period]["en"][1] for period in said] == ["homes", "homes summed over 2 years"]
    assert float(said["2024-2025"]["en"][0]) == 2 * float(said["2025"]["en"][0])


def test_an_amount_is_called_one_and_written_in_full(release):
    column = next(column for column in release.values if column.key.measure == "amount")
    key, fid = column.key, int((column.status == Status.PUBLISHED).argmax())
    lines = explain(release, indicator=key.indicator, period=key.period, code=str(column.code[fid]), level=key.level)
    says = {line.label["en"]: line.says["en"] for line in lines}
    assert says["amount"].startswith(f"{int(column.value[fid])} euro")
    assert "persons or businesses, none of which determines them" in says["protection"]


def test_the_level_is_found_from_the_code(release):
    for level, areas in release.areas.items():
        assert level_of(release, str(areas.code[-1])) == level

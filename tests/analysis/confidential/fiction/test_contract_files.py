"""The contracts and themes of the product: complete, in two languages, and true of the records they describe."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

import analysis.confidential
from analysis.confidential.contracts import ColumnType, read_sources
from analysis.confidential.fiction import FLAWS, YEARS, make_records, write_records
from analysis.confidential.indicators import Nature, ZeroPolicy, read_themes
from analysis.confidential.reasons import Reason
from analysis.confidential.records import read_records
from tests.analysis.confidential.fiction.support import square_country

FOLDER = Path(analysis.confidential.__file__).parent
SOURCES = read_sources(FOLDER / "sources")
THEMES = read_themes(FOLDER / "themes", SOURCES)
INDICATORS = {indicator.id: indicator for theme in THEMES for indicator in theme.indicators}
RAW = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / "themes").glob("*.toml"))
}
LEVELS = {"gemeente", "wijk", "buurt", "park", "h3-6", "h3-7", "h3-8", "h3-9"}
TEXTS = ("name", "definition", "numerator", "unit", "caveats")

#: Words that no text may hold: origin, and words that call people guilty.
FORBIDDEN = (
    "etnisch", "etniciteit", "ethnic", "allochto", "migrant", "nationalit", "herkomst van de", "crimineel", "criminals",
    "daders wonen", "foute ", "probleemwijk", "achterstandswijk",
)  # fmt: skip


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """The records of a country of squares, as files."""
    country = square_country()
    folder = tmp_path_factory.mktemp("records")
    tables = make_records(country.boundaries, country.addresses, seed=11)
    write_records(tables, folder)
    return folder, tables


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_records_meet_their_contract_but_for_the_rows_delivered_twice(delivered, name):
    folder, tables = delivered
    checked = read_records(folder, SOURCES[name], key="k" * 32)
    twice = FLAWS[name.replace("-", "_")].twice if name.replace("-", "_") in FLAWS else 0
    assert dict(checked.rejected) == ({Reason.REPEATED_KEY: twice} if twice else {})
    assert checked.read == len(tables[name.replace("-", "_")])


def test_every_table_that_is_counted_has_a_contract_and_no_other_is_read(delivered):
    _, tables = delivered
    described = {source.file.removesuffix(".parquet") for source in SOURCES.values()}
    assert set(tables) - described == {"persons", "businesses"}
    assert described <= set(tables)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_contract_says_who_owns_it_and_on_what_ground(name):
    source = SOURCES[name]
    assert source.owner
    for text in (source.name, source.legal_basis, source.purpose, source.unit):
        assert set(text) == {"nl", "en"}
        assert text["nl"] != text["en"] or len(text["nl"]) < 12
    assert source.key
    assert source.place is not None
    if not source.is_register:
        assert source.columns[source.contributor].type is ColumnType.PSEUDONYM


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.id)
def test_a_theme_has_two_indicators_or_more(theme):
    assert len(theme.indicators) >= 2
    assert theme.context == (theme.id == "resilience")


def test_the_themes_are_those_of_the_domain_in_order():
    wanted = ["vastgoed", "drugs", "transacties", "branches", "vakantieparken", "schemes", "resilience"]
    assert [theme.id for theme in THEMES] == wanted


@pytest.mark.parametrize(
    "raw", [entry for theme in RAW.values() for entry in theme["indicators"]], ids=lambda raw: raw["id"]
)
def test_every_indicator_is_described_in_both_languages_released_or_not(raw):
    for name in TEXTS:
        assert set(raw[name]) == {"nl", "en"}, name
        assert all(text.strip() for text in raw[name].values()), name
    for name in ("definition", "caveats"):
        assert all(text.endswith(".") for text in raw[name].values()), name
    text = " ".join(text for name in TEXTS for text in raw[name].values()).lower()
    assert not [word for word in FORBIDDEN if word in text]
    assert raw.get("release", True) or raw["measure"] == "amount"
    if raw.get("measure") == "amount":
        assert SOURCES[raw["source"]].columns[raw["value_column"]].type in (ColumnType.INTEGER, ColumnType.NUMBER)


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=lambda indicator: indicator.id)
def test_every_indicator_can_be_counted(delivered, indicator):
    _, tables = delivered
    source = SOURCES[indicator.source]
    rows = tables[source.file.removesuffix(".parquet")]
    for column, values in indicator.where.items():
        rows = rows.filter(pl.col(column).is_in(list(values)))
    assert len(rows) >= 20
    assert set(indicator.levels) <= LEVELS
    assert indicator.years or indicator.total
    assert (indicator.nature is Nature.EVENT) == (source.columns[source.period_column].type is ColumnType.DATE)
    if indicator.hotspots:
        assert set(indicator.hotspots.levels) <= set(indicator.levels)
        assert indicator.exposure or indicator.hotspots.measure == "count"


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=lambda indicator: indicator.id)
def test_no_threshold_is_below_the_norm(indicator):
    assert indicator.disclosure.threshold >= 10
    if indicator.amount:
        assert indicator.amount.rounding >= 1000
        assert indicator.disclosure.p_percent is not None
        assert indicator.disclosure.p_percent >= 10
        return
    assert indicator.disclosure.rounding >= 5
    assert indicator.disclosure.min_exposure >= 10


def test_rare_events_do_not_publish_zeros():
    for name in ("drug-labs-dismantled", "drug-waste-dumpings", "untraceable-convicted-benefit", "youth-care"):
        assert INDICATORS[name].disclosure.zeros is ZeroPolicy.SUPPRESS


def test_part_and_whole_do_not_meet_below_the_wijk():
    """A part shown beside its whole gives their difference; small areas would give small differences."""
    part, whole = INDICATORS["suspicious-transactions-businesses"], INDICATORS["suspicious-transactions"]
    assert part.source == whole.source
    assert set(part.levels) <= {"gemeente", "wijk"}


def test_the_default_view_exists():
    default = INDICATORS["suspicious-transactions"]
    assert "buurt" in default.levels
    assert default.hotspots is not None
    assert "buurt" in default.hotspots.levels
    assert default.total
    assert range(2021, 2026) == YEARS


def test_hotspots_on_hexagons_are_of_rates_whose_denominator_a_raster_can_give():
    for indicator in INDICATORS.values():
        rule = indicator.hotspots
        if rule and rule.measure == "rate" and any(level.startswith("h3") for level in rule.levels):
            assert indicator.exposure is not None
            assert indicator.exposure.attribute in {"inhabitants", "homes"}, indicator.id


def test_branches_are_those_of_the_domain():
    counts = [one for one in INDICATORS.values() if one.amount is None and not one.sum_of]
    codes = Counter(code for indicator in counts for code in indicator.where.get("sbi", ()))
    assert codes == Counter(["96021", "96022", "451", "7711", "563", "92", "4742", "4777"])

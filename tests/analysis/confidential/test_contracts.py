"""Contracts and themes are complete, or refused with the file and the entry named."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.confidential.contracts import read_sources
from analysis.confidential.indicators import read_themes
from zicht.build import PACKAGE
from zicht.errors import ConfigError

SOURCE = """
id = "events"
file = "events.parquet"
owner = "Gemeente"
contributor = "event_id"
key = "event_id"
name = { nl = "a", en = "a" }
legal_basis = { nl = "a", en = "a" }
purpose = { nl = "a", en = "a" }
unit = { nl = "a", en = "a" }
place = { x = "x", y = "y" }
period = { column = "year" }
[columns]
event_id = { type = "pseudonym" }
year = { type = "integer" }
x = { type = "number" }
y = { type = "number" }
"""
THEME = """
id = "labs"
name = { nl = "a", en = "a" }
description = { nl = "a", en = "a" }
[[indicators]]
id = "labs"
source = "events"
nature = "event"
levels = ["buurt"]
name = { nl = "a", en = "a" }
definition = { nl = "a", en = "a" }
numerator = { nl = "a", en = "a" }
unit = { nl = "a", en = "a" }
caveats = { nl = "a", en = "a" }
"""


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def sources(tmp_path: Path, text: str = SOURCE):
    return read_sources(write(tmp_path / "sources", "events.toml", text))


def themes(tmp_path: Path, text: str = THEME):
    return read_themes(write(tmp_path / "themes", "labs.toml", text), sources(tmp_path))


def test_a_good_contract_and_theme_are_read(tmp_path):
    (theme,) = themes(tmp_path)
    assert [indicator.id for indicator in theme.indicators] == ["labs"]
    assert theme.indicators[0].disclosure.threshold == 10


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "events"', 'id = "other"', "named after its id"),
        ('owner = "Gemeente"', "", "'owner' is missing"),
        ('purpose = { nl = "a", en = "a" }', 'purpose = { nl = "a" }', "'purpose' needs a text in nl and en"),
        ('place = { x = "x", y = "y" }', 'place = { x = "x" }', "A place is a register"),
        ('key = "event_id"', 'key = "lab"', "'lab' is used but not described"),
        ('{ type = "number" }\ny', '{ type = "money" }\ny', "'x' has an unknown type"),
        ('id = "events"', 'id = "events', "not valid TOML"),
    ],
)
def test_a_wrong_contract_is_refused(tmp_path, old, new, message):
    assert old in SOURCE
    with pytest.raises(ConfigError, match=message) as caught:
        sources(tmp_path, SOURCE.replace(old, new, 1))
    assert "events.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "labs"\nname', 'id = "lab"\nname', "named after its id"),
        ('source = "events"', 'source = "gossip"', "no source 'gossip'"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\nmeasure = "amount"', "Only counts"),
        ('nature = "event"', 'nature = "stock"\ntotal = true', "no total"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\nwhere = { colour = ["red"] }', "no column 'colour'"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\ndisclosure = { threshold = 0 }', "at least 1"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\ndisclosure = { treshold = 10 }', "treshold"),
        ('caveats = { nl = "a", en = "a" }', "", "'caveats' is missing"),
        (
            'levels = ["buurt"]',
            'levels = ["buurt"]\nexposure = { indicator = "x", per = 10, name = { nl = "a", en = "a" } }',
            "unknown indicator",
        ),
        ('levels = ["buurt"]', 'levels = ["buurt"]\nhotspots = { alpha = 2, levels = ["buurt"] }', "alpha between"),
    ],
)
def test_a_wrong_theme_is_refused(tmp_path, old, new, message):
    assert old in THEME
    with pytest.raises(ConfigError, match=message) as caught:
        themes(tmp_path, THEME.replace(old, new, 1))
    assert "themes" in str(caught.value)


def test_an_indicator_id_occurs_once(tmp_path):
    twice = THEME + THEME[THEME.index("[[indicators]]") :]
    with pytest.raises(ConfigError, match="occur twice: labs"):
        themes(tmp_path, twice)


def test_a_context_theme_has_no_hotspots(tmp_path):
    text = THEME.replace('id = "labs"', 'id = "labs"\ncontext = true', 1)
    text = text.replace('levels = ["buurt"]', 'levels = ["buurt"]\nhotspots = { levels = ["buurt"] }')
    with pytest.raises(ConfigError, match="context theme has no hotspot"):
        themes(tmp_path, text)


def test_the_contracts_and_themes_of_the_product_are_complete():
    product = read_sources(PACKAGE / "sources")
    read = read_themes(PACKAGE / "themes", product)
    assert len({theme.id for theme in read}) >= 7
    for theme in read:
        assert len(theme.indicators) >= 2
    ids = {indicator.id for theme in read for indicator in theme.indicators}
    assert "drug-labs-dismantled" in ids

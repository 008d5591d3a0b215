"""Contracts and themes are complete, or refused with the file and the entry named."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.confidential.contracts import read_sources
from analysis.confidential.indicators import Capacity, DisclosureRule, Group, read_themes
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
    assert theme.indicators[0].disclosure.margin == 2
    assert theme.indicators[0].disclosure.capacity is None


def test_every_entry_of_a_disclosure_rule_and_of_periods_is_read(tmp_path):
    entries = """
levels = ["wijk", "buurt"]
years_at = "wijk"
windows = [[2016, 2020], [2021, 2025]]
[indicators.disclosure]
threshold = 15
margin = 3
capacity = { of = "homes", each = 2 }
dominance = [2, 85]
p_percent = 10
pq = [5, 50]
group = { of = "inhabitants" }
[[indicators]]
id = "part"
source = "events"
nature = "event"
years = false
windows = [[2016, 2020], [2021, 2025]]
part_of = "labs"
where = { year = [2016] }
levels = ["buurt"]
name = { nl = "a", en = "a" }
"""
    head, tail = THEME.split('levels = ["buurt"]\n')
    start, rest = entries.split("[indicators.disclosure]")
    (theme,) = themes(tmp_path, head + start + tail + "[indicators.disclosure]" + rest + tail.split("\n", 1)[1])
    whole, part = theme.indicators
    assert whole.years_at == ("wijk",)
    assert whole.windows == part.windows == ((2016, 2020), (2021, 2025))
    assert whole.disclosure == DisclosureRule(
        threshold=15,
        margin=3,
        capacity=Capacity("homes", 2),
        dominance=(2, 85),
        p_percent=10,
        pq=(5, 50),
        group=Group("inhabitants", 10),
    )
    assert part.part_of == "labs"


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
        ('levels = ["buurt"]', 'levels = ["buurt"]\nmeasure = "mean"', "Counts and amounts"),
        ('nature = "event"', 'nature = "stock"\ntotal = true', "no total"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\nwhere = { colour = ["red"] }', "no column 'colour'"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\ndisclosure = { threshold = 0 }', "at least 1"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\ndisclosure = { treshold = 10 }', "treshold"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\ndisclosure = { capacity = { off = "homes" } }', "off"),
        (
            'levels = ["buurt"]',
            'levels = ["buurt"]\ndisclosure = { capacity = { of = "homes", each = 0 } }',
            "at least 1",
        ),
        ('levels = ["buurt"]', 'levels = ["buurt"]\ndisclosure = { dominance = [2] }', "disclosure rule is wrong"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\ndisclosure = { margin = -1 }', "margin is at least 0"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\nwindows = [2021, 2025]', r"written as \[\[first, last\]"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\nwindows = [[2021, 2025], [2025, 2029]]', "Windows overlap"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\nyears_at = ["wijk"]', "published at one level"),
        ('levels = ["buurt"]', 'levels = ["buurt"]\npart_of = "places"', "unknown indicator 'places'"),
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

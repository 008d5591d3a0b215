from __future__ import annotations

import re
from pathlib import Path

import pytest

import web
from web.translations import DEFAULT, LANGUAGES, language, localised, translator
from zicht.deviations import DeviationLabel, Reference
from zicht.published import HotspotClass, Measure, Status

ROOT = Path(web.__file__).parent
SOURCES = [
    *ROOT.rglob("*.html"),
    *ROOT.rglob("*.js"),
    *(path for path in ROOT.rglob("*.py") if "texts" not in path.parts),
]
LITERAL = re.compile(r"""\b(?:t|text|translator\(\w+\))\(\s*f?["'`]([\w.]+)["'`]""")
PREFIX = re.compile(r"""\b(?:t|text|translator\(\w+\))\(\s*f?["'`]([\w.]+\.)(?:\$?\{|%|["'`] ?[+~%])""")
HOLES = re.compile(r"\{(\w+)\}")


def used() -> tuple[set[str], set[str]]:
    source = "\n".join(path.read_text() for path in SOURCES)
    whole = {key for key in LITERAL.findall(source) if not key.endswith(".")}
    return whole, set(PREFIX.findall(source))


def test_all_languages_have_the_same_keys():
    assert {name: set(texts) ^ set(LANGUAGES[DEFAULT]) for name, texts in LANGUAGES.items()} == {
        "nl": set(),
        "en": set(),
    }


@pytest.mark.parametrize("key", sorted(LANGUAGES[DEFAULT]))
def test_a_text_has_the_same_holes_in_every_language(key: str):
    assert len({frozenset(HOLES.findall(texts[key])) for texts in LANGUAGES.values()}) == 1
    assert all(texts[key].strip() for texts in LANGUAGES.values())


def test_every_key_that_is_used_exists():
    whole, prefixes = used()
    assert len(whole) > 80
    assert whole <= set(LANGUAGES[DEFAULT])
    assert prefixes
    for prefix in prefixes:
        assert any(key.startswith(prefix) for key in LANGUAGES[DEFAULT]), prefix


def test_every_key_that_exists_is_used():
    source = "\n".join(path.read_text() for path in SOURCES)
    _, prefixes = used()
    unused = {
        key
        for key in LANGUAGES[DEFAULT]
        if not re.search(rf"""["'`]{re.escape(key)}["'`]""", source) and not key.startswith(tuple(prefixes))
    }
    assert not unused


def test_everything_that_is_computed_has_a_text():
    keys = set(LANGUAGES[DEFAULT])
    assert {f"status.{name}" for name in Status} <= keys
    assert {f"class.{name}" for name in HotspotClass} | {f"class.{name}.explain" for name in HotspotClass} <= keys
    assert {f"deviation.{name}" for name in DeviationLabel} <= keys
    parts = ("", ".choice", ".explain")
    assert {f"reference.{name}{part}" for name in Reference for part in parts} <= keys
    assert {f"measure.{name}" for name in Measure} <= keys
    assert {f"level.{name}" for name in ("country", "gemeente", "wijk", "buurt", "park", "hex")} <= keys
    assert {f"method.quality.cell.{name}" for name in ("read", "used", "unplaced", "rejected")} <= keys
    assert {f"protection.{name}" for name in ("primary", "joint")} <= keys


def test_the_pattern_line_is_the_agreed_one():
    assert translator("nl")("pattern") == "Een patroon, geen bewijs."


@pytest.mark.parametrize(("asked", "spoken"), [(None, "nl"), ("", "nl"), ("nl", "nl"), ("en", "en"), ("<b>", "nl")])
def test_an_unknown_language_is_dutch(asked: str | None, spoken: str):
    assert language(asked) == spoken


def test_a_catalogue_text_falls_back_to_what_there_is():
    assert localised({"nl": "wijk", "en": "district"}, "en") == "district"
    assert localised({"nl": "wijk"}, "en") == "wijk"
    assert localised({"en": "district"}, "nl") == "district"
    assert localised(None, "nl") == ""


@pytest.mark.parametrize(
    ("spoken", "together"), [("nl", "Dit gebied en zijn buren"), ("en", "This area and its neighbours")]
)
def test_a_hotspot_is_a_claim_about_an_area_and_its_neighbours_together(spoken: str, together: str):
    text = translator(spoken)
    for label in ("hot", "cold", "probable", "not_significant"):
        assert text(f"class.{label}.explain").startswith(together)
    for key in ("receipt.class.ratio", "receipt.class.ratio_one"):
        assert text(key).startswith(together)
    itself = {"nl": "zelf kan {} zijn", "en": "itself it may be {}"}[spoken]
    assert itself.format({"nl": "laag", "en": "low"}[spoken]) in text("class.hot.explain")
    assert itself.format({"nl": "hoog", "en": "high"}[spoken]) in text("class.cold.explain")

"""An amount names its count, has a rule on large holdings, and is refused where it adds up with anything else."""

from __future__ import annotations

import re

import pytest

from analysis.confidential.amount_rules import Amount
from analysis.confidential.contracts import read_sources
from analysis.confidential.disclosure_rules import Changes, DisclosureRule
from analysis.confidential.indicators import read_themes
from analysis.confidential.optional_levels import with_optional_levels
from tests.analysis.confidential.test_contracts import SOURCE, THEME, write
from zicht.errors import ConfigError

VALUE = 'amount = { type = "integer", min = 0 }\n'
TEXTS = THEME[THEME.index('name = { nl = "a"', THEME.index("[[indicators]]")) :]
COUNT = f"""[[indicators]]
id = "deals"
source = "events"
nature = "event"
levels = ["gemeente", "wijk", "h3-7"]
{TEXTS}"""
AMOUNT = f"""[[indicators]]
id = "money"
source = "events"
nature = "event"
measure = "amount"
value_column = "amount"
amount_of = "deals"
amount_rounding = 1000
years = false
levels = ["gemeente", "wijk"]
{TEXTS}[indicators.disclosure]
threshold = 10
p_percent = 10
"""
HEAD = THEME[: THEME.index("[[indicators]]")]


def indicators(tmp_path, text: str = HEAD + COUNT + AMOUNT, source: str = SOURCE + VALUE):
    sources = read_sources(write(tmp_path / "sources", "events.toml", source))
    return read_themes(write(tmp_path / "themes", "labs.toml", text), sources)[0].indicators


def changed(amount: tuple[str, str] = ("", ""), count: tuple[str, str] = ("", ""), more: str = "") -> str:
    assert amount[0] in AMOUNT
    assert count[0] in COUNT
    return HEAD + COUNT.replace(*count, 1) + AMOUNT.replace(*amount, 1) + more


def test_an_amount_is_read(tmp_path):
    count, money = indicators(tmp_path)
    assert count.amount is None
    assert money.amount == Amount(of="deals", column="amount", rounding=1000)
    assert money.disclosure == DisclosureRule(threshold=10, rounding=1, p_percent=10)


def test_an_amount_of_a_stock_says_that_changes_are_shown(tmp_path):
    stock = ('nature = "event"', 'nature = "stock"\ntotal = false')
    years = AMOUNT.replace("years = false", "years = true").replace(*stock, 1)
    with pytest.raises(ConfigError, match="protected by itself"):
        indicators(tmp_path, HEAD + COUNT.replace(*stock, 1) + years)
    told = years.replace("p_percent = 10", 'p_percent = 10\nchanges = "show"')
    assert indicators(tmp_path, HEAD + COUNT.replace(*stock, 1) + told)[1].disclosure.changes is Changes.SHOW


PLACES = 'levels = ["gemeente", "wijk", "h3-7"]\ndisclosure = { unplaced = true }'
OTHER = AMOUNT.replace('id = "money"', 'id = "other"')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed(('amount_of = "deals"\n', "")), "'amount_of' is missing"),
        (changed(('value_column = "amount"\n', "")), "'value_column' is missing"),
        (changed(("amount_rounding = 1000\n", "")), "'amount_rounding' is missing"),
        (changed(("amount_rounding = 1000", "amount_rounding = 0")), "at least 1"),
        (changed(("amount_rounding = 1000", 'amount_rounding = "much"')), "whole number"),
        (changed(('value_column = "amount"', 'value_column = "x"')), "no column 'x' of whole numbers"),
        (changed(('value_column = "amount"', 'value_column = "z"')), "no column 'z' of whole numbers"),
        (changed(('amount_of = "deals"', 'amount_of = "gossip"')), "names no count"),
        (changed(('amount_of = "deals"', 'amount_of = "money"')), "names no count"),
        (changed(('levels = ["gemeente", "wijk"]', 'levels = ["gemeente", "h3-7"]')), "not published at level 'h3-7'"),
        (changed(('levels = ["gemeente", "wijk"]', 'levels = ["park"]')), "not published at level 'park'"),
        (changed(('levels = ["gemeente", "wijk"]', 'levels = ["buurt"]')), "at which 'deals' is not"),
        (changed(("years = false", "years = true")), "not both"),
        (changed(("years = false", "years = true\ntotal = false")), "at which 'deals' is not"),
        (changed(count=('nature = "event"', 'nature = "event"\ntotal = false')), "at which 'deals' is not"),
        (changed(("years = false", "years = false\nwindows = [[2021, 2025]]")), "at which 'deals' is not"),
        (changed(('nature = "event"', 'nature = "event"\nwhere = { year = [2021] }')), "does not add up the records"),
        (changed(count=('nature = "event"', 'nature = "event"\nwhere = { year = [2021] }')), "does not add up"),
        (changed(("years = false", 'years = false\nhotspots = { levels = ["wijk"] }')), "has no hotspots"),
        (changed(("years = false", 'years = false\npart_of = "deals"')), "has no part_of"),
        (changed(("p_percent = 10", "rounding = 5")), "has no 'rounding'"),
        (changed(("p_percent = 10", 'zeros = "publish"')), "has no 'zeros'"),
        (changed(("p_percent = 10", "")), "needs a rule on large holdings"),
        (changed(("p_percent = 10", "dominance = [1, 90]")), "needs a rule on large holdings"),
        (changed(("p_percent = 10", 'p_percent = 10\nchanges = "show"')), "Changes are of stocks"),
        (changed(("p_percent = 10", 'p_percent = 10\nchanges = "protect"')), "Changes are of stocks"),
        (changed(("threshold = 10", "threshold = 2")), "As few as 2 equal holdings"),
        (changed(("p_percent = 10", "dominance = [2, 15]")), "As few as 10 equal holdings"),
        (changed(count=('levels = ["gemeente", "wijk", "h3-7"]', PLACES)), "only the gemeente is known"),
        (changed(more=OTHER), "'money' and 'other' add up records that both may hold"),
    ],
)  # fmt: skip
def test_a_wrong_amount_is_refused(tmp_path, text, message):
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        indicators(tmp_path, text)
    assert "themes" in str(caught.value)


def test_amounts_of_records_that_exclude_each_other_stand_side_by_side(tmp_path):
    text = HEAD
    for name, year in (("one", 2021), ("two", 2022)):
        for part in (COUNT.replace('"deals"', f'"{name}"'), AMOUNT.replace('"deals"', f'"{name}"')):
            narrow = part.replace('nature = "event"', f'nature = "event"\nwhere = {{ year = [{year}] }}')
            text += narrow.replace('"money"', f'"{name}-money"')
    assert [one.id for one in indicators(tmp_path, text)] == ["one", "one-money", "two", "two-money"]


def test_an_exposure_of_an_amount_is_refused(tmp_path):
    exposure = 'exposure = { attribute = "homes", per = 10, name = { nl = "a", en = "a" } }'
    with pytest.raises(ConfigError, match="has no exposure"):
        indicators(tmp_path, changed(("years = false", f"years = false\n{exposure}")))


def test_an_amount_beside_hotspot_windows_is_refused(tmp_path):
    windows = 'spots = { level = "h3-7", exposure = "hexes", amount = 10 }'
    count = COUNT.replace("levels = [", "years = false\nlevels = [").replace(', "wijk", "h3-7"', "")
    count = count.replace('nature = "event"', f'nature = "event"\n{windows}')
    with pytest.raises(ConfigError, match="has hotspot windows"):
        indicators(tmp_path, HEAD + count + AMOUNT.replace(', "wijk"', ""))


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ('amount = { type = "integer", min = -1 }\n', "of whole numbers"),
        ('amount = { type = "integer" }\n', "of whole numbers"),
        ('amount = { type = "integer", min = 0, nullable = true }\n', "of whole numbers"),
        ('amount = { type = "number", min = 0 }\n', "of whole numbers"),
    ],
)
def test_a_column_that_cannot_be_added_up_is_refused(tmp_path, column, message):
    with pytest.raises(ConfigError, match=message):
        indicators(tmp_path, source=SOURCE + column)


def test_a_source_without_holdings_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="whose each record is"):
        indicators(tmp_path, source=SOURCE.replace('contributor = "event_id"\n', "") + VALUE)


def test_optional_levels_come_to_counts_and_amounts_alike(tmp_path):
    more = 'optional_levels = ["province", "h3-4"]\n'
    text = HEAD + COUNT.replace("levels =", f"{more}levels =") + AMOUNT.replace("levels =", f"{more}levels =")
    with pytest.raises(ConfigError, match="not published at level 'h3-4'"):
        indicators(tmp_path, text)
    text = text.replace(
        '"province", "h3-4"]\nlevels = ["gemeente", "wijk"]', '"province"]\nlevels = ["gemeente", "wijk"]'
    )
    sources = read_sources(tmp_path / "sources")
    themes = read_themes(write(tmp_path / "themes", "labs.toml", text), sources)
    (theme,) = with_optional_levels(themes, ("country", "province", "gemeente", "wijk", "h3-4", "h3-7"))
    assert theme.indicators[1].levels == ("province", "gemeente", "wijk")

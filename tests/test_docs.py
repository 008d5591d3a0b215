"""What the documentation says exists, and what exists is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from analysis.confidential.amount_rules import ENTRIES as ENTRIES_OF_AMOUNTS
from analysis.confidential.definitions import Indicator
from analysis.confidential.disclosure_rules import DisclosureRule
from analysis.confidential.spot_rules import SpotRule
from analysis.published.context import NEEDED
from tiles.splice import FIELDS
from tiles.validate.rules import RULES
from web.texts.en import EN
from zicht.areas import COLUMNS
from zicht.certificate import AMOUNT_RULE, SPOT_RULE, AuditedAmounts, AuditedSpots, AuditedSystem, Certificate
from zicht.cli import COMMANDS, SUMMARIES, group
from zicht.commands.audit import COLUMNS as INTERVAL_COLUMNS
from zicht.config import PREFIX, Settings
from zicht.deviations import FIGURES as CONTEXT
from zicht.deviations import FILE as DEVIATIONS
from zicht.deviations import SCHEMA as DEVIATION_SCHEMA
from zicht.deviations import DeviationLabel, DeviationRule, Reference
from zicht.figures import FILE as FIGURES
from zicht.figures import SCHEMA as FIGURE_SCHEMA
from zicht.published import SCHEMA, Status
from zicht.recipe import ENTRIES
from zicht.release import REQUIRED
from zicht.spots import FILE as SPOTS
from zicht.spots import SCHEMA as SPOT_SCHEMA
from zicht.spots import SpotStatus
from zicht.structure import FILE, PLACES

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_command_is_described():
    assert set(COMMANDS) == set(SUMMARIES)
    for command in COMMANDS:
        assert f"`zicht {command}" in page("reference/commands.md")


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for part in command.list_commands(click.Context(command)):
        one = command.get_command(click.Context(command), part)
        assert one is not None
        yield from leaves(one, f"{name} {part}".strip())


def test_every_option_of_a_command_stands_in_its_one_row():
    rows = [line for line in page("reference/commands.md").splitlines() if line.startswith("| `zicht ")]
    for name, command in leaves(group, ""):
        of_it = [row for row in rows if row.startswith(f"| `zicht {name} ")]
        assert len(of_it) == 1, name
        if name == "stats":
            continue  # its options differ by method, and have a page of their own
        for option in (one for one in command.params if isinstance(one, click.Option)):
            assert {*option.opts, *option.secondary_opts} & set(re.findall(r"--[a-z-]+", of_it[0])), (name, option.name)


#: What a page says of the demo, or of what is not there, that was measured and is easily lost.
SAID = {
    "how-to/export-tiles.md": ("labs.pmtiles: gemeente, h3-6, 91 kB", "labs.pmtiles: 97 tiles, valid", "ZOOM_LEVEL="),
    "how-to/tiles-in-other-maps.md": ("gemeente.drug-labs-dismantled.2021-2025.rate", "hexadecimal", "ZOOM_LEVEL="),
    "how-to/export-a-site.md": ("Hoe hotspots worden bepaald", "only the path is used", "`deck.json`", "`api/v1/`"),
    "reference/columns.md": ("0.29%", "0.14%"),
    "tutorial/first-map.md": tuple(f"*{EN[f'class.{name}']}*" for name in ("hot", "probable", "undetermined", "cold")),
}


@pytest.mark.parametrize("name", SAID)
def test_what_was_measured_is_said(name: str):
    text = page(name)
    assert [part for part in SAID[name] if part not in text] == []


def test_every_setting_is_described_with_its_variable():
    for item in fields(Settings):
        assert f"| `{item.name}` | `{PREFIX}{item.name.upper()}` |" in page("reference/settings.md")


def test_every_entry_of_the_build_file_is_described():
    for entry in ENTRIES:
        assert re.search(rf"`{entry}[`.]", page("reference/build-file.md")), entry


def test_the_release_page_names_every_file_column_and_status():
    text = page("reference/release.md")
    for word in (*REQUIRED, *SCHEMA.names, *(f"`{status}`" for status in Status)):
        assert word in text, word
    assert set(COLUMNS) >= {"level", "fid", "code"}


def test_the_release_page_names_every_column_class_and_reference_of_deviations():
    text = page("reference/release.md")
    names = (DEVIATIONS, FIGURES, *DEVIATION_SCHEMA.names, *FIGURE_SCHEMA.names, *DeviationLabel, *Reference, *NEEDED)
    for name in names:
        assert f"`{name}`" in text, name


def test_every_entry_of_the_rule_of_deviations_is_described_with_its_default():
    text = page("reference/build-file.md")
    for name, value in DeviationRule().content().items():
        shown = str(value).replace("'", '"') if isinstance(value, list) else str(value)
        assert f"| `{name}` | " in text
        assert shown in next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
    assert all(f"`{figure}`" in text for figure in CONTEXT)


def test_every_entry_of_a_theme_file_is_described():
    text = page("reference/theme-file.md")
    tables = {"theme", "exposure", "disclosure", "hotspots", "spots", "amount"}
    own = {item.name for item in fields(Indicator)} - tables | {
        "measure",
        "value_column",
        "amount_of",
        "amount_rounding",
    }
    for entry in (*own, "indicators.exposure", "indicators.disclosure", "indicators.hotspots", "indicators.spots"):
        assert re.search(rf"^\| .*[`\[]{re.escape(entry)}[`\]].* \|", text, re.MULTILINE), entry
    defaults = {item.name: item.default for item in fields(DisclosureRule)}
    for entry, default in defaults.items():
        text_of = {type(None): "none", bool: f"`{str(default).lower()}`", str: f'`"{default}"`'}
        shown = next(
            (shown for kind, shown in text_of.items() if isinstance(default, kind)), str(default).removesuffix(".0")
        )
        assert f"| `{entry}` | {shown} |" in text, entry


def test_the_atoms_and_the_certificate_are_described():
    text = page("reference/release.md")
    systems = [item.name for item in fields(AuditedSystem)]
    for word in (FILE, *PLACES, *Certificate("", (), (), holds=True).content(), *systems):
        assert f"`{word}`" in text, word


def test_the_columns_and_the_rule_of_hotspot_windows_are_described():
    text = page("reference/release.md")
    for word in (SPOTS, *SPOT_SCHEMA.names, *SpotStatus, *(item.name for item in fields(AuditedSpots)), SPOT_RULE):
        assert f"`{word}`" in text, word
    for item in fields(SpotRule):
        assert f"| `{item.name}` |" in page("reference/theme-file.md"), item.name


def test_amounts_in_the_certificate_are_described():
    text = page("reference/release.md")
    for word in (AMOUNT_RULE, "amounts", *(item.name for item in fields(AuditedAmounts))):
        assert f"`{word}`" in text, word
    for entry in ENTRIES_OF_AMOUNTS - {"changes"}:
        assert f"`{entry}`" in page("reference/theme-file.md").split("## Amounts")[1].split("\n## ")[0], entry


def test_the_columns_of_derived_intervals_are_described():
    for column in INTERVAL_COLUMNS:
        assert f"`{column}`" in page("how-to/audit-a-release.md"), column


def test_every_rule_of_the_validator_and_every_property_of_a_tile_is_described():
    text = page("reference/tiles.md")
    for name, rule in RULES.items():
        assert f"| `{name}` | {rule.section} | {rule.weight} | {rule.text} |" in text, name
    for name in FIELDS:
        assert f"`{name}`" in text, name


def test_every_page_is_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for path in DOCS.rglob("*.md"):
        assert path.relative_to(DOCS).as_posix() in navigation


def test_the_glossary_is_in_order():
    terms = re.findall(r"^\| \*\*(.+?)\*\*", page("reference/glossary.md"), re.MULTILINE)
    assert len(terms) > 10
    assert terms == sorted(terms, key=str.lower)


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda path: path.stem)
def test_decisions_are_numbered_and_give_their_reason(path):
    text = path.read_text(encoding="utf-8")
    number = path.stem.partition("-")[0]
    assert text.startswith(f"# {number}. ")
    assert len(text) > 400


def test_the_readme_gives_the_two_commands_and_the_plain_ones():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("make demo", "make test", "python -m venv", "zicht demo", "pytest"):
        assert command in text

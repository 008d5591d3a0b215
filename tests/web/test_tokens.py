"""The contrast of the interface, computed from the tokens themselves."""

from __future__ import annotations

import re

import pytest

from tests.web.colour import contrast
from web.public.files import STATIC

TEXT, LINE = 4.5, 3.0
TOKENS = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", (STATIC / "css" / "tokens.css").read_text()))

READ = [
    (ink, ground)
    for ink in ("ink", "ink-soft", "accent", "accent-strong")
    for ground in ("paper", "ground", "accent-weak")
] + [
    ("on-accent", "accent"),
    ("warn-ink", "warn-ground"),
    ("badge-ink", "badge-ground"),
    ("ink", "sunken"),
    ("ink-soft", "sunken"),
    ("paper", "ink"),
    ("ink", "water"),
]
SEEN = [
    ("line-strong", "paper"),
    ("line-strong", "ground"),
    ("focus", "paper"),
    ("focus", "ground"),
    ("accent", "paper"),
]


@pytest.mark.parametrize(("ink", "ground"), READ)
def test_text_can_be_read(ink: str, ground: str):
    assert contrast(TOKENS[ink], TOKENS[ground]) >= TEXT


@pytest.mark.parametrize(("line", "ground"), SEEN)
def test_lines_that_mean_something_can_be_seen(line: str, ground: str):
    assert contrast(TOKENS[line], TOKENS[ground]) >= LINE


def test_colours_stand_in_the_tokens_alone():
    # Halos of labels and the bars of the other years are the exceptions that are known.
    known = {"#fff", "#8fb5bf"}
    for path in (STATIC / "css").glob("*.css"):
        if path.name != "tokens.css":
            assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text())) <= known, path.name

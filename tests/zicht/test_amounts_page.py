"""The worked example of docs/explanation/amounts.md, computed again from the table on the page."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from analysis.confidential.disclosure.magnitudes import Counted, Records, is_sensitive, shown_amounts
from analysis.confidential.disclosure_rules import DisclosureRule

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "amounts.md"
RULE = DisclosureRule(threshold=3, rounding=1, p_percent=10)
NAMES = ("Centrum", "Haven", "Polder", "Veen")


@pytest.fixture(scope="module")
def salons() -> dict[str, list[tuple[int, str]]]:
    """By wijk, (turnover, owner) of every salon; the two in bold have one owner."""
    text = PAGE.read_text(encoding="utf-8")
    found = {}
    for name in NAMES:
        row = re.search(rf"^\| {name} \| (\d+) \| (.+?) \| ([\d,]+) \|$", text, re.MULTILINE)
        assert row
        parts = [part.strip() for part in row[2].split(",")]
        owners = ["bold" if part.startswith("**") else f"{name} {at}" for at, part in enumerate(parts)]
        found[name] = [(int(part.strip("*")), owner) for part, owner in zip(parts, owners, strict=True)]
        assert len(parts) == int(row[1])
        assert sum(turnover for turnover, _ in found[name]) == int(row[3].replace(",", ""))
    return found


def held(salons, *names: str) -> np.ndarray:
    total: dict[str, int] = {}
    for name in names:
        for turnover, owner in salons[name]:
            total[owner] = total.get(owner, 0) + turnover
    return np.array(sorted(total.values(), reverse=True), dtype=np.int64)


def closest(salons, *names: str) -> int:
    """Return the most that the second owner must reckon with for the first."""
    own = held(salons, *names)
    return int(own.sum() - own[1])


def test_the_page_says_which_areas_are_safe_and_how_close_an_owner_gets(salons):
    text = PAGE.read_text(encoding="utf-8")
    assert [is_sensitive(held(salons, name), RULE) for name in NAMES] == [False, True, False, False]
    assert is_sensitive(held(salons, "Haven", "Veen"), RULE)
    assert not is_sensitive(held(salons, "Haven", "Polder"), RULE)
    for names, words in (
        (("Haven",), "at most {most} is left for the largest"),
        (("Haven", "Veen"), "finds at most {most}, which is within 10% of {largest}"),
        (("Haven", "Polder"), "finds at most {most} for all the others"),
    ):
        said = words.format(most=closest(salons, *names), largest=held(salons, *names)[0])
        assert said in " ".join(text.split()), said
    assert round(100 * (closest(salons, "Haven", "Polder") / 450 - 1)) == 73


def test_the_search_hides_what_the_page_says(salons):
    area = np.concatenate([np.full(len(salons[name]), at + 1) for at, name in enumerate(NAMES)])
    owners = [owner for name in NAMES for _, owner in salons[name]]
    numbers = {owner: at for at, owner in enumerate(dict.fromkeys(owners))}
    amount = np.array([turnover for name in NAMES for turnover, _ in salons[name]])
    records = Records(area, np.array([numbers[owner] for owner in owners]), amount)
    count = np.array([16.0, *(len(salons[name]) for name in NAMES)])
    counted = Counted(count, count, np.full(5, True))
    shown = shown_amounts(
        np.array([-1, 0, 0, 0, 0]), records, rule=RULE, counted=counted, price=np.array([9.0, 5, 4, 2, 1])
    )
    assert dict(zip(("Waterveld", *NAMES), shown.tolist(), strict=True)) == {
        "Waterveld": True,
        "Centrum": True,
        "Haven": False,
        "Polder": False,
        "Veen": True,
    }

"""A world that is published again, and for other readers, by whole builds: beside its ledger it passes the audit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.audit.report import audit
from tests.gates.world import write_world
from zicht.audience import Audience, audience_of, ledger_of
from zicht.build import build
from zicht.config import Settings
from zicht.demo import KEY
from zicht.errors import ConfigError, ReleaseError, UnprotectedError
from zicht.published import Measure
from zicht.recipe import read_recipe
from zicht.release import open_release

READERS = Audience("riec", {"nl": "het RIEC", "en": "the RIEC"})


@pytest.fixture(scope="module")
def recipe(tmp_path_factory, demo: Path, tables):
    return read_recipe(write_world(tmp_path_factory.mktemp("again") / "world", demo, tables))


@pytest.fixture(scope="module")
def restricted(tmp_path_factory, world: Path, recipe):
    """The same records for an audience, by other rules and another secret."""
    out = tmp_path_factory.mktemp("restricted") / "release"
    changed = replace(recipe, ledger=(world,), audience=READERS, rules={"": {"threshold": 5, "rounding": 5}})
    settings = Settings(key=KEY, pattern_key="another secret, of thirty-two characters or more")
    build(changed, settings=settings, out=out, progress=lambda _: None)
    return open_release(out)


def test_the_manifest_says_for_whom_it_is_and_beside_what_it_was_built(restricted, world: Path):
    public = open_release(world)
    assert audience_of(restricted) == READERS
    assert ledger_of(restricted) == (public.id,)
    assert "audience" not in public.manifest
    assert "ledger" not in public.manifest


def test_whoever_holds_both_derives_no_more_than_the_rule_of_the_stricter_one_allows(restricted, world: Path):
    with pytest.raises(ReleaseError, match="was not given"):
        audit(restricted)
    report = audit(restricted, earlier=[open_release(world)])
    assert report.holds
    assert not any(system.found.set_aside for system in report.systems)


def test_more_is_shown_to_fewer_and_nothing_contradicts_what_the_public_has(restricted, world: Path):
    public, more = open_release(world), 0
    for column in public.values:
        if column.key.measure != Measure.COUNT:
            continue
        own = restricted.values.column(column.key)
        both = (own.status == "published") & (column.status == "published")
        assert np.all((own.low <= column.high)[both] & (column.low <= own.high)[both])
        more += int(np.sum(own.status == "published")) - int(np.sum(column.status == "published"))
    assert more > 0


def test_a_public_release_is_not_built_beside_one_that_the_public_does_not_hold(restricted, world, recipe, tmp_path):
    def attempt(**changes):
        changed = replace(recipe, **changes)
        build(changed, settings=Settings(key=KEY), out=tmp_path / "out", progress=lambda _: None)

    with pytest.raises(UnprotectedError, match="riec"):
        attempt(ledger=(world, restricted.path))
    with pytest.raises(ConfigError, match="not in the ledger"):
        attempt(ledger=(restricted.path,), audience=READERS)
    assert not (tmp_path / "out").exists()

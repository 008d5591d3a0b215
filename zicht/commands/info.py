"""`zicht info RELEASE`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from zicht.audience import audience_of, ledger_of
from zicht.published import Measure, PublishedColumn, Status
from zicht.release import Release, open_release
from zicht.standing import standing


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the texts.")
def info(release: Path, lang: str) -> None:
    """Print what a release holds: levels, indicators, periods, measures, parts, and how much of each is published.

    The shares are of the measure that a map opens with, in the last period.
    """
    opened = open_release(release)
    click.echo(f"{opened.catalogue['title'][lang]}  ({opened.short_id}, edition {opened.manifest['edition']})")
    click.echo("\n".join((*_readers(opened, lang), *_protection(opened))))
    click.echo("\nlevels: " + ", ".join(f"{level} ({len(areas.code)})" for level, areas in opened.areas.items()))
    for entry in opened.catalogue["indicators"]:
        click.echo("\n".join(_indicator(opened, entry, lang)))


def _readers(release: Release, lang: str) -> Iterator[str]:
    audience = audience_of(release)
    if audience is not None:
        yield f"NOT PUBLIC: only for {audience.name[lang]} ({audience.id})"
    earlier = ledger_of(release)
    if earlier:
        yield f"protected beside: {', '.join(name[:12] for name in earlier)}"


def _protection(release: Release) -> Iterator[str]:
    found = standing(release)
    yield f"protection: {release.manifest['protection']}"
    if found.certificate is not None:
        narrowest = found.certificate.narrowest_upper
        yield (
            f"certificate: {'the rule holds' if found.certificate.holds else 'the rule is BROKEN'}, "
            f"{len(found.certificate.systems)} systems, "
            f"{'nothing is hidden' if narrowest is None else f'narrowest upper bound {narrowest}'}"
        )
    if found.is_draft:
        yield f"DRAFT: {found.problem}"


def _indicator(release: Release, entry: Mapping[str, Any], lang: str) -> Iterator[str]:
    columns = [column for column in release.values if column.key.indicator == entry["id"]]
    yield f"\n{entry['id']}: {entry['name'][lang]}\n  periods: {', '.join(entry['periods'])}"
    yield f"  measures: {', '.join(sorted({column.key.measure for column in columns}))}"
    categories = sorted({column.key.category for column in columns} - {""})
    if categories:
        yield f"  categories: {', '.join(categories)}"
    period = entry["periods"][-1]
    here = [column for column in columns if column.key.period == period]
    shares = [_share(found) for level in release.areas if (found := _opens(here, level, entry)) is not None]
    for measure in dict.fromkeys(measure for measure, _ in shares):
        levels = ", ".join(share for name, share in shares if name == measure)
        yield f"  published, {measure} in {period}: {levels}"


def _opens(columns: Sequence[PublishedColumn], level: str, entry: Mapping[str, Any]) -> PublishedColumn | None:
    """Return what a map of a level opens with: the rate where there is one, all categories together where they are."""
    wanted = (Measure.RATE.value, entry.get("measure", ""), Measure.COUNT.value, Measure.AMOUNT.value)
    found = [column for column in columns if column.key.level == level and column.key.measure in wanted]
    return min(found, key=lambda one: (one.key.category, wanted.index(one.key.measure)), default=None)


def _share(column: PublishedColumn) -> tuple[str, str]:
    share = float(np.mean(column.status == Status.PUBLISHED))
    # What is not all is never shown as 100%.
    return column.key.measure, f"{column.key.level} {100 if share == 1 else min(round(100 * share), 99)}%"

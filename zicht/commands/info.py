"""`zicht info RELEASE`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np

from zicht.audience import audience_of, ledger_of
from zicht.published import Measure, Status
from zicht.release import Release, open_release
from zicht.standing import standing


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the texts.")
def info(release: Path, lang: str) -> None:
    """Print what a release holds: levels, indicators, periods, and how much of each is published."""
    opened = open_release(release)
    click.echo(f"{opened.catalogue['title'][lang]}  ({opened.short_id}, edition {opened.manifest['edition']})")
    click.echo("\n".join((*_readers(opened, lang), *_protection(opened))))
    click.echo("\nlevels: " + ", ".join(f"{level} ({len(areas.code)})" for level, areas in opened.areas.items()))
    for entry in opened.catalogue["indicators"]:
        click.echo(f"\n{entry['id']}: {entry['name'][lang]}\n  periods: {', '.join(entry['periods'])}")
        click.echo("  published: " + ", ".join(_shares(opened, entry["id"], entry["periods"][-1])))


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


def _shares(release: Release, indicator: str, period: str) -> list[str]:
    columns = [
        column
        for column in release.values
        if (column.key.indicator, column.key.period, column.key.measure) == (indicator, period, Measure.COUNT)
    ]
    return [f"{c.key.level} {100 * float(np.mean(c.status == Status.PUBLISHED)):.0f}%" for c in columns]

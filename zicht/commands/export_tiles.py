"""`zicht export tiles`: the map of one indicator in one period as a static file."""

from __future__ import annotations

from pathlib import Path

import click

from tiles.export import export_archive
from web.errors import NotHereError
from web.public.value_tiles import description_of, title_of
from web.site import Site
from web.tilestore import TileStore
from zicht.audience import require_audience
from zicht.commands._targets import NewFile
from zicht.errors import ConfigError
from zicht.published import ColumnKey
from zicht.release import open_release
from zicht.standing import require_certified

ENDING = ".pmtiles"


@click.command("tiles")
@click.argument("release", type=click.Path(path_type=Path))
@click.option("--indicator", required=True, help="Id of the indicator.")
@click.option("--period", required=True, help="Period, for instance 2024 or 2021-2025.")
@click.option("--level", "levels", multiple=True, help="Level to put in; repeat for more. By default all there are.")
@click.option("--measure", default="", help="Measure; by default the one the map opens with.")
@click.option("--category", default="", help="Category, where the indicator is broken down.")
@click.option("--out", required=True, type=NewFile(), help="The file to write, ending in .pmtiles.")
@click.option("--lang", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the title.")
@click.option("--draft", is_flag=True, help="Write it though nobody may publish it; its description says so.")
@click.option("--audience", help="The id of the readers that a release which is not public is for.")
def export_tiles(
    release: Path,
    indicator: str,
    period: str,
    levels: tuple[str, ...],
    measure: str,
    category: str,
    out: Path,
    lang: str,
    draft: bool,
    audience: str | None,
) -> None:
    """Write one PMTiles archive with the published figures in it, for a plain file host.

    A release without a valid audit certificate is refused: run `zicht audit` first, or add --draft.
    """
    _check_target(out, release)
    opened = open_release(release)
    require_audience(opened, audience)
    if not draft:
        require_certified(opened)
    site = Site(opened, as_draft=draft)
    store = TileStore(site)
    try:
        keys = _keys(store, indicator, period, levels, measure, category)
        body = export_archive(
            [(store.selection(key), store.tileset.reader(key.level)) for key in keys],
            name=title_of(site, keys[-1], lang, levels=[key.level for key in keys]),
            description=description_of(site, keys[-1], lang),
            attribution=str(site.catalogue["publisher"]),
        )
    finally:
        store.tileset.close()
    out.write_bytes(body)
    click.echo(f"{out}: {', '.join(key.level for key in keys)}, {len(body) / 1000:,.0f} kB", err=True)


def _check_target(out: Path, release: Path) -> None:
    if out.suffix != ENDING:
        raise ConfigError(f"The file to write does not end in {ENDING}.", where=str(out))
    if out.absolute().resolve().is_relative_to(release.absolute().resolve()):
        raise ConfigError("A release is never written into.", where=str(out), remedy="Choose a file outside it.")


def _keys(
    store: TileStore, indicator: str, period: str, levels: tuple[str, ...], measure: str, category: str
) -> list[ColumnKey]:
    _check_asked(store.site, indicator, period, levels, measure, category)
    if levels:
        return [store.key(level, indicator, period, measure, category) for level in dict.fromkeys(levels)]
    found = []
    for level in store.site.levels:
        try:
            found.append(store.key(level, indicator, period, measure, category))
        except NotHereError:
            continue  # not every level has every period and measure
    if not found:
        raise NotHereError(
            "These figures are not in this release.", where=f"{indicator}, {period}", remedy="See `zicht info RELEASE`."
        )
    return found


def _check_asked(site: Site, indicator: str, period: str, levels: tuple[str, ...], measure: str, category: str) -> None:
    """Refuse what the release lacks by its own name, with what there is instead."""
    keys = [column.key for column in site.release.values if column.key.indicator == indicator]
    if not keys:
        raise _absent("indicator", indicator, sorted(site.indicators), "in this release")
    there = f"of {indicator}"
    drawn = {level for level in site.levels if _has_tiles(site, level)}
    for part, asked in (("period", (period,)), ("level", levels), ("category", (category,))):
        for one in asked:
            _choose(part, one, [key for key in keys if part != "level" or key.level in drawn], there)
        keys = [key for key in keys if not asked or getattr(key, part) in asked]
        there = f"{there} in {period}" if part == "period" else there
    if measure:
        _choose("measure", measure, keys, there)


def _has_tiles(site: Site, level: str) -> bool:
    try:
        site.zooms(level)
    except NotHereError:
        return False
    return True


def _choose(part: str, asked: str, keys: list[ColumnKey], there: str) -> None:
    known = list(dict.fromkeys(getattr(key, part) for key in keys))
    if asked not in known:
        raise _absent(part, asked, [one or "none (leave it out)" for one in known], there)


def _absent(part: str, asked: str, known: list[str], there: str) -> NotHereError:
    return NotHereError(f"There is no {part} {asked!r} {there}.", remedy=f"Choose from: {', '.join(known)}.")

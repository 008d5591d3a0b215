"""`zicht export site RELEASE --out DIR`."""

from __future__ import annotations

from pathlib import Path

import click

from web.site import Hosting, Site
from web.snapshot.write import path_of, write_snapshot
from zicht.audience import require_audience
from zicht.commands._targets import NewFolder
from zicht.config import read_settings
from zicht.release import open_release
from zicht.standing import require_certified, standing


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=NewFolder(), help="The folder to make.")
@click.option(
    "--base-url",
    default="",
    help="Where the folder will stand on its host, such as /kaarten/; by default links are relative and work anywhere.",
)
@click.option("--gzip", "packed", is_flag=True, help="Put a gzip form (FILE.gz) beside each file that gains by it.")
@click.option("--draft", is_flag=True, help="Export it though nobody may publish it; every page says so.")
@click.option("--audience", help="The id of the readers that a release which is not public is for.")
def site(release: Path, out: Path, base_url: str, packed: bool, draft: bool, audience: str | None) -> None:
    """Write a whole read-only dashboard as files, for a plain host or a CDN.

    Map, table, search, downloads and receipts work without a server; the same release gives the same bytes. A release
    without a valid audit certificate is refused: run `zicht audit` first, or add --draft.
    """
    opened = open_release(release)
    require_audience(opened, audience)
    found = standing(opened) if draft else require_certified(opened)
    settings = read_settings(Path.cwd())
    written = write_snapshot(
        Site(
            opened,
            background=settings.background,
            as_draft=draft,
            lead_share=settings.lead_share,
            hosting=Hosting.FILES,
        ),
        out,
        base=path_of(base_url),
        packed=packed,
    )
    if draft:
        click.echo(f"Every page says that this is a draft. {found.problem}".rstrip(), err=True)
    click.echo(f"{written.files:,} files, {written.size / 1e6:,.1f} MB, are in {out}.", err=True)

"""`zicht report RELEASE --out FILE.html|.json`."""

from __future__ import annotations

from pathlib import Path

import click

from zicht.certificate import certificate_of
from zicht.commands._targets import NewFile
from zicht.config import LEAD_SHARE, read_settings
from zicht.disclosure_page import disclosure_page
from zicht.disclosure_report import disclosure_report
from zicht.release import open_release
from zicht.report_page import check_target, write_report


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=NewFile(), help="The file to write: .html or .json.")
@click.option("--lang", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the page.")
@click.option(
    "--share",
    default=None,
    type=click.FloatRange(0, 1, min_open=True),
    help=f"Share of events that a lead level publishes at least; the setting lead_share ({LEAD_SHARE}) by default.",
)
def report(release: Path, out: Path, lang: str, share: float | None) -> None:
    """Say how much a release shows and hides, by indicator, period and level.

    Made from the release alone, with what the audit found where it was audited: anybody can make the report again.
    """
    check_target(out, release=release)
    opened = open_release(release)
    asked = read_settings(Path.cwd()).lead_share if share is None else share
    content = disclosure_report(opened, certificate=certificate_of(opened), share=asked)
    write_report(out, content=content, html=disclosure_page(content, language=lang), release=release)
    click.echo(f"The report is in {out}.", err=True)

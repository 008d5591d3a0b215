"""`zicht explain RELEASE INDICATOR PERIOD CODE`."""

from __future__ import annotations

from pathlib import Path

import click

from zicht.explain import explain as receipt
from zicht.release import open_release


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.argument("indicator")
@click.argument("period")
@click.argument("code")
@click.option("--lang", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the texts.")
def explain(release: Path, indicator: str, period: str, code: str, lang: str) -> None:
    """Print how one number came about: definition, source, status, class and how to make it again.

    INDICATOR and PERIOD are listed by `zicht info`; CODE is the code of an area, for instance BU90010101.
    """
    for line in receipt(open_release(release), indicator=indicator, period=period, code=code):
        click.echo(f"{line.label[lang]:<22} {line.says[lang]}")

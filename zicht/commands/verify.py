"""`zicht verify RELEASE`."""

from __future__ import annotations

from pathlib import Path

import click

from zicht.release import open_release
from zicht.standing import standing


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
def verify(release: Path) -> None:
    """Check every byte of a release against its manifest, and every table against its rules.

    Exit code 1 where anything differs.
    """
    opened = open_release(release)
    click.echo(f"{opened.id}\n{len(opened.manifest['files'])} files are as they were released.")
    found = standing(opened)
    if found.is_draft:
        click.echo(f"This is a draft. {found.problem} Do not publish it.")

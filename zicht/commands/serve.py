"""`zicht serve RELEASE`."""

from __future__ import annotations

from pathlib import Path

import click

from web.app import create_app
from web.server import serve as serve_app
from zicht.audience import require_audience
from zicht.config import read_settings
from zicht.release import open_release
from zicht.standing import require_certified, standing


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes; one a core.")
@click.option("--draft", is_flag=True, help="Serve it though nobody may publish it; every page says so.")
@click.option("--audience", help="The id of the readers that a release which is not public is for.")
def serve(release: Path, host: str, port: int, workers: int, draft: bool, audience: str | None) -> None:
    """Serve the dashboard of a release. It needs none of the confidential half of Zicht.

    A release without a valid audit certificate is refused: run `zicht audit` first, or add --draft. A release that is
    not public is refused unless its audience is named.
    """
    opened = open_release(release)
    require_audience(opened, audience)
    found = standing(opened) if draft else require_certified(opened)
    settings = read_settings(Path.cwd())
    app = create_app(
        opened,
        background=settings.background,
        base_url=settings.base_url,
        draft=draft,
        lead_share=settings.lead_share,
    )
    if draft:
        click.echo(f"Every page says that this is a draft. {found.problem}".rstrip(), err=True)
    said = f"Serving {opened.short_id} on http://{host}:{port}  (stop with Ctrl-C)"
    serve_app(app, host=host, port=port, workers=workers, listening=lambda: click.echo(said, err=True))

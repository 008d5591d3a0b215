"""`zicht serve RELEASE`."""

from __future__ import annotations

from pathlib import Path

import click

from web.app import create_app
from web.server import serve as serve_app
from zicht.config import read_settings
from zicht.release import open_release


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
def serve(release: Path, host: str, port: int) -> None:
    """Serve the dashboard of a release. It needs none of the confidential half of Zicht."""
    opened = open_release(release)
    app = create_app(opened, background=read_settings(Path.cwd()).background)
    if opened.is_draft:
        click.echo("This release is a draft: every page says so.", err=True)
    click.echo(f"Serving {opened.short_id} on http://{host}:{port}  (stop with Ctrl-C)", err=True)
    serve_app(app, host=host, port=port)

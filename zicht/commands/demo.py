"""`zicht demo`."""

from __future__ import annotations

from pathlib import Path

import click

from zicht.commands._progress import progress
from zicht.commands._targets import NewFolder
from zicht.config import read_settings
from zicht.demo import certify_demo, make_demo


@click.command()
@click.option(
    "--dir",
    "folder",
    type=NewFolder(),
    default=Path(".demo"),
    show_default=True,
    help="Where the records and the release are kept.",
)
@click.option("--no-serve", is_flag=True, help="Build only.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
def demo(folder: Path, no_serve: bool, host: str, port: int) -> None:
    """Build a fictional province, audit it and serve its dashboard.

    Everything in it is invented: places, persons and events. A second run reuses what is there.
    """
    report = progress()
    settings = read_settings(Path.cwd())
    release = make_demo(folder, boundaries=settings.boundaries, progress=report)
    certify_demo(release, progress=report)
    if no_serve:
        report(f"the release is in {release}; serve it with: zicht serve {release}")
        return
    from web.app import create_app
    from web.server import serve
    from zicht.release import open_release

    app = create_app(open_release(release), background=settings.background, lead_share=settings.lead_share)
    said = f"open http://{host}:{port} in a browser  (stop with Ctrl-C)"
    serve(app, host=host, port=port, listening=lambda: report(said))

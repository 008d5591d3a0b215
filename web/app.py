"""The application: one release in, a server of maps, tables, tiles and answers out."""

from __future__ import annotations

from flask import Flask

from web import errors, preconditions, security
from web.api.v1 import api
from web.hot import HotTiles
from web.on_demand import OnDemand
from web.public import files
from web.public.bundle import bundle
from web.public.chunks import chunks
from web.public.columns import columns
from web.public.downloads import downloads
from web.public.ogc import ogc
from web.public.pages import page_context, pages
from web.public.receipts import receipts
from web.public.value_tiles import value_tiles
from web.public.vector_tiles import vector_tiles
from web.site import Site
from web.tilestore import TileStore
from zicht.config import LEAD_SHARE, Background
from zicht.release import Release, require_unchanged

_LONGEST_REQUEST = 64 * 1024


def create_app(
    release: Release,
    *,
    background: Background = Background.NONE,
    base_url: str | None = None,
    draft: bool = False,
    lead_share: float = LEAD_SHARE,
) -> Flask:
    """Return the application that serves one release. It reads nothing else.

    Every page of a release that may not be published says that it is a draft; it is up to the caller to refuse one.

    Args:
        release: An opened release.
        background: What lies under the map; by default nothing, and then no request leaves the server.
        base_url: Address of the server as its readers know it, or None to take it from each request.
        draft: Whether every page calls the release a draft even where it is none.
        lead_share: Share of its events that the level a rare indicator opens at publishes at least.
    """
    return application(
        Site(
            release=release,
            background=background,
            base_url=(base_url or "").rstrip("/"),
            as_draft=draft,
            lead_share=lead_share,
        )
    )


def application(site: Site) -> Flask:
    """Return the application of a release as it is to be served.

    Args:
        site: The release, and how it is served.

    Raises:
        ReleaseError: An archive of tiles is absent or damaged, or the release was replaced since it was opened.
    """
    app = Flask("web", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=_LONGEST_REQUEST)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    files.install(app)
    for views in (pages, receipts, downloads):
        app.register_blueprint(views(site))
    maps = OnDemand(site)
    for of_maps in (columns, chunks, api):
        app.register_blueprint(of_maps(site, maps))
    store = TileStore(site)
    for tiled in (vector_tiles, value_tiles, ogc):
        app.register_blueprint(tiled(store))
    app.register_blueprint(bundle())
    require_unchanged(site.release)
    site.settle()
    errors.install(app, page_context(site))
    security.install(app, site.background)
    preconditions.install(app)
    app.wsgi_app = HotTiles(app.wsgi_app)  # type: ignore[method-assign]
    return app

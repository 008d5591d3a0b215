"""The application: one release in, a server of maps, tables, tiles and answers out."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from web import errors, security
from web.api.v1 import api
from web.public.bundle import bundle
from web.public.columns import columns
from web.public.downloads import downloads
from web.public.pages import page_context, pages
from web.public.vector_tiles import vector_tiles
from web.responses import FOR_EVER
from web.site import Site
from zicht.config import Background
from zicht.release import Release

STATIC = Path(__file__).parent / "static"
_LONGEST_REQUEST = 64 * 1024
_YEAR = 31_536_000


def create_app(
    release: Release, *, background: Background = Background.NONE, base_url: str | None = None, proxies: int = 0
) -> Flask:
    """Return the application that serves one release. It reads nothing else.

    Args:
        release: An opened release.
        background: What lies under the map; by default nothing, and then no request leaves the server.
        base_url: Address of the server as its readers know it, or None to take it from each request.
        proxies: Number of reverse proxies in front whose forwarding headers are trusted.
    """
    site = Site(release=release, background=background, base_url=(base_url or "").rstrip("/"))
    version = static_version()
    app = Flask("web", static_folder=str(STATIC), static_url_path=f"/static/{version}")
    app.config.update(MAX_CONTENT_LENGTH=_LONGEST_REQUEST, SEND_FILE_MAX_AGE_DEFAULT=_YEAR)
    app.url_map.strict_slashes = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["asset"] = lambda name: f"/static/{version}/{name}"
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    for views in (pages, columns, vector_tiles, downloads, api):
        app.register_blueprint(views(site))
    app.register_blueprint(bundle())
    errors.install(app, page_context(site))
    security.install(app, background)
    app.after_request(_keep_static)
    return app


def static_version() -> str:
    """Return a hash of all static files. It stands in their address, so that they may be kept for ever."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _keep_static(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in {errors.OK, errors.NOT_MODIFIED}:
        response.headers["Cache-Control"] = FOR_EVER
    return response

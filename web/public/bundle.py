"""pydeck's JavaScript, served from the installed wheel as it is; nobody else's code lies in this project."""

from __future__ import annotations

from functools import cache

import pydeck
from flask import Blueprint, Response

from web.deck import bundle_path
from web.responses import FOR_EVER, answer, compress

JAVASCRIPT = "text/javascript; charset=utf-8"


def bundle_url() -> str:
    """Return the path of the bundle; it names the version, so it may be kept for ever."""
    return f"/pydeck/{pydeck.__version__}/index.js"


@cache
def _bundle() -> tuple[bytes, bytes]:
    body = bundle_path().read_bytes()
    return body, compress(body)


def bundle() -> Blueprint:
    """Return the view of the bundle. Its source map (19 MB) is not served."""
    views = Blueprint("bundle", __name__)

    def script() -> Response:
        body, packed = _bundle()
        return answer(body, packed=packed, content_type=JAVASCRIPT, cache=FOR_EVER)

    views.add_url_rule(bundle_url(), view_func=script)
    return views

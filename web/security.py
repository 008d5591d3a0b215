"""Headers that keep a page from doing what it should not: the policy of the browser, stated once.

No `unsafe-*`: every script and style is a file of this server. WebGL needs no exception. Images may be `data:` and
`blob:` because the map draws its letters on a canvas.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask, Response, request

from zicht.config import Background

#: Where each background map is fetched from by the browser. None by default: no request leaves the server.
BACKGROUND_HOSTS: Mapping[Background, str] = MappingProxyType(
    {Background.NONE: "", Background.PDOK: "https://service.pdok.nl"}
)

#: Headers of every answer.
FIXED: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
)

#: Public data may be read by any page of anybody: maps elsewhere use tiles, columns and answers.
OPEN = ("/api/", "/columns/", "/receipts/", "/tiles/", "/ogc")

#: What a page elsewhere may ask and read, so that it can fetch a part of an archive and ask whether a tile changed.
_CROSS_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Range, If-Range, If-None-Match",
    "Access-Control-Expose-Headers": "ETag, Content-Range, Accept-Ranges, API-Version",
}


def policy(background: Background) -> str:
    """Return the Content-Security-Policy that belongs to a background."""
    outside = BACKGROUND_HOSTS[background]
    images = " ".join(part for part in ("'self'", "data:", "blob:", outside) if part)
    connections = " ".join(part for part in ("'self'", outside) if part)
    rules = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        f"img-src {images}",
        f"connect-src {connections}",
        "worker-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
    return "; ".join(rules)


def install(app: Flask, background: Background) -> None:
    """Put the headers on every response of an application."""
    headers = {**FIXED, "Content-Security-Policy": policy(background)}

    def add(response: Response) -> Response:
        response.headers.update(headers)
        if request.path.startswith(OPEN):
            response.headers.update(_CROSS_ORIGIN)
        return response

    app.after_request(add)

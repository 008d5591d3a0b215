"""If-Match: an answer only of the bytes that the client names (RFC 9110, section 13.1.1).

A reader may ask it for the next part of an archive. It is judged here for every answer, before anything else: the
framework judges it behind If-None-Match, takes it for that where a body is ours, and sends the body along.
"""

from __future__ import annotations

from flask import Flask, Response, request

from web.errors import BAD_REQUEST, FAILED

#: Where the header of a request is kept out of sight of the framework.
_ASKED = "zicht.if_match"


def install(app: Flask) -> None:
    """Judge the header on every request of an application."""

    def hide() -> None:
        asked = request.environ.pop("HTTP_IF_MATCH", None)
        request.environ[_ASKED] = asked

    def judge(response: Response) -> Response:
        asked = request.environ.get(_ASKED)
        if asked is None or response.status_code >= BAD_REQUEST or _is_met(asked, response.headers.get("ETag")):
            return response
        return Response(status=FAILED, headers={"Cache-Control": "no-store"})

    app.before_request(hide)
    app.after_request(judge)


def _is_met(asked: str, etag: str | None) -> bool:
    # Weak tags never match: the comparison is the strong one.
    return asked.strip() == "*" or (etag is not None and etag in (part.strip() for part in asked.split(",")))

"""What goes wrong on the web, and the only place where HTTP codes live.

A program gets a problem document (RFC 9457), a person gets a plain page. Neither ever holds a traceback, a path of the
server or anything that is not already public.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, json, render_template, request
from werkzeug.exceptions import HTTPException

from zicht.errors import AlignmentError, ZichtError

_LOG = logging.getLogger("zicht.web")

#: Paths whose readers are programs.
MACHINE = ("/api/", "/columns/", "/receipts/", "/tiles/", "/ogc", "/deck.json", "/openapi.json")


class NotHereError(ZichtError):
    """Something is asked for that this release does not hold."""


class BadQueryError(ZichtError):
    """A question is put in a way that has no answer."""


class SnapshotError(ZichtError):
    """A dashboard cannot be written as files."""


class BusyError(ZichtError):
    """The server has too much to do to answer this now."""


class ServerError(ZichtError):
    """The server cannot start."""


OK, NO_CONTENT, PARTIAL, NOT_MODIFIED, FOUND = 200, 204, 206, 304, 302
BAD_REQUEST, NOT_FOUND, FAILED, UNSATISFIABLE, INTERNAL, BUSY = 400, 404, 412, 416, 500, 503

#: Codes by kind of error; the first that fits counts.
CODES: tuple[tuple[type[ZichtError], int], ...] = (
    (BadQueryError, BAD_REQUEST),
    (NotHereError, NOT_FOUND),
    (BusyError, BUSY),
    (AlignmentError, NOT_FOUND),
)


def code_of(error: ZichtError) -> int:
    """Return the HTTP code of an error of ours."""
    return next((code for kind, code in CODES if isinstance(error, kind)), INTERNAL)


def install(app: Flask, context: Callable[[], dict[str, Any]]) -> None:
    """Answer every error of an application.

    Args:
        app: The application.
        context: Gives what the page of a person needs besides the error.
    """

    def foreseen(error: ZichtError) -> Response:
        code = code_of(error)
        if code == INTERNAL:
            _LOG.error("%s at %s: %s", type(error).__name__, request.path, error.problem)
            return _answer(code, "", "", context)
        return _answer(code, error.problem, error.remedy, context)

    def http(error: HTTPException) -> Response:
        code = error.code or INTERNAL
        if code < BAD_REQUEST:
            return error.get_response()  # type: ignore[return-value]
        answer = _answer(code, "", "", context)
        for name, value in error.get_headers():
            if name.lower() == "allow":
                answer.headers[name] = value
        return answer

    def unforeseen(error: Exception) -> Response:
        _LOG.error("%s at %s", type(error).__name__, request.path, exc_info=error)
        return _answer(INTERNAL, "", "", context)

    app.register_error_handler(ZichtError, foreseen)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, unforeseen)


def _answer(code: int, problem: str, remedy: str, context: Callable[[], dict[str, Any]]) -> Response:
    if request.path.startswith(MACHINE):
        body = {"type": "about:blank", "status": code, "title": _TITLES.get(code, "Error")}
        body |= {"detail": problem} if problem else {}
        body |= {"remedy": remedy} if remedy else {}
        return Response(json.dumps(body), code, _NOT_KEPT, content_type="application/problem+json")
    page = render_template("error.html", code=code, **context())
    return Response(page, code, _NOT_KEPT, content_type="text/html; charset=utf-8")


#: A cache that kept an error would go on giving it.
_NOT_KEPT = {"Cache-Control": "no-store"}

_TITLES = {
    BAD_REQUEST: "The question cannot be answered as it stands",
    NOT_FOUND: "There is nothing here",
    405: "This method is not allowed here",
    INTERNAL: "Something went wrong on the server",
    BUSY: "The server is busy",
}

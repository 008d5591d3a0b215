"""Serve an application with waitress: pure Python, the same on every system; several processes where asked.

Python runs one thread at a time, so a second core is used by a second process. All processes take connections from one
socket that was opened, with the release, before they were made: the release is in memory once.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import waitress
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.task import WSGITask

from web.errors import ServerError

THREADS = 8

#: Connections of one process: a browser keeps six open for minutes. Below what systems allow a process by default.
CONNECTIONS = 800
_HIGHEST_PORT = 65_535


def serve(app: Flask, host: str, port: int, *, workers: int = 1, listening: Callable[[], None] = lambda: None) -> None:
    """Serve until interrupted.

    Args:
        app: What to serve.
        host: Name or address to listen on.
        port: 1 to 65,535.
        workers: Processes, at least 1; more than 1 not on Windows.
        listening: Called once the port is ours.

    Raises:
        ServerError: The port is taken, not allowed or out of range, the host is not of this machine, the system has no
            `fork`, or a process ended by itself.
    """
    if workers > 1 and not hasattr(os, "fork"):
        raise ServerError("This system cannot serve with several processes.", remedy="Leave --workers out.")
    listener = listen(host, port)
    try:
        listening()
        if workers == 1:
            _run(app, listener)
        else:
            _supervise(app, listener, workers)
    finally:
        listener.close()


class _Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    """Keeps the connection after an answer without a body.

    Waitress ends it for want of a Content-Length, which 204 and 304 must not have (RFC 9110, section 8.6): each tile
    that is empty, or that the browser has, would cost a connection.
    """

    def set_close_on_finish(self) -> None:
        asked = self.request.headers.get("CONNECTION", "").lower()
        if self.has_body or self.version != "1.1" or "close" in asked:
            super().set_close_on_finish()


class _Channel(HTTPChannel):  # type: ignore[misc]
    task_class = _Task


def bind(app: Flask, listener: socket.socket) -> Any:
    """Return a server of waitress that answers on a socket as soon as it runs."""
    server = waitress.create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=True,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=hasattr(select, "poll"),
    )
    server.channel_class = _Channel
    return server


def _run(app: Flask, listener: socket.socket) -> None:
    # It warns of every request that waits for a thread, thousands of lines under load, and writing them slows it down.
    logging.basicConfig()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    bind(app, listener).run()


def _supervise(app: Flask, listener: socket.socket, workers: int) -> None:
    children: set[int] = set()

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a signal handler
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        for _ in range(workers):
            children.add(_fork(app, listener))
        ended, status = os.wait()
        children.discard(ended)
        raise ServerError(
            f"A process of the server ended by itself (code {os.waitstatus_to_exitcode(status)}).",
            remedy="Start the server again; the log says why it ended.",
        )
    finally:
        for child in children:
            os.kill(child, signal.SIGTERM)
        for child in children:
            os.waitpid(child, 0)
        signal.signal(signal.SIGTERM, before)


def _fork(app: Flask, listener: socket.socket) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    # From here on a copy: it must never return into the caller, whose work it would do a second time.
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent ends them
        _run(app, listener)
        code = 0
    finally:
        os._exit(code)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; taken before the server starts, so that a taken port is a clear error.

    Raises:
        ServerError: See `serve`.
    """
    where = f"{host}:{port}"
    if not 0 <= port <= _HIGHEST_PORT:
        raise ServerError("This is not a port.", where=where, remedy=f"Give a number from 1 to {_HIGHEST_PORT}.")
    try:
        return socket.create_server((host, port), family=_family(host), backlog=1024)
    except PermissionError:
        raise ServerError("This port is for administrators.", where=where, remedy="Use --port 8000.") from None
    except OSError as error:
        raise ServerError(
            f"The server cannot listen there: {error.strerror or 'no such address'}.",
            where=where,
            remedy=f"Stop the program that uses the port, or choose another: --port {min(port + 1, _HIGHEST_PORT)}.",
        ) from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET

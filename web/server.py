"""Serve an application with waitress: pure Python, the same on every system."""

from __future__ import annotations

import socket

import waitress
from flask import Flask

from web.errors import ServerError

THREADS = 8
_HIGHEST_PORT = 65_535


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until interrupted.

    Args:
        app: What to serve.
        host: Name or address to listen on.
        port: 1 to 65,535.

    Raises:
        ServerError: The port is taken, not allowed or out of range, or the host is not of this machine.
    """
    listener = listen(host, port)
    try:
        waitress.serve(app, sockets=[listener], threads=THREADS, ident=None, clear_untrusted_proxy_headers=True)
    finally:
        listener.close()


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

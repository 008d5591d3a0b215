"""Scripts, styles and pictures of the page, read once and served from memory: no address can lead to another file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response

from web.errors import NotHereError
from web.responses import FOR_EVER, answer

STATIC = Path(__file__).parents[1] / "static"

TYPES: Mapping[str, str] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}


def install(app: Flask) -> None:
    """Serve every static file under an address that holds a hash of them all, so that they may be kept for ever."""
    files = {name: (STATIC / name).read_bytes() for name in static_files()}
    root = f"/static/{version(files)}"

    def static(filename: str) -> Response:
        if filename not in files:
            raise NotHereError("There is no such file.")
        return answer(files[filename], content_type=TYPES[Path(filename).suffix], cache=FOR_EVER)

    app.static_folder, app.static_url_path = str(STATIC), root
    app.add_url_rule(f"{root}/<path:filename>", view_func=static)
    app.jinja_env.globals["asset"] = lambda name: f"{root}/{name}"


def version(files: Mapping[str, bytes]) -> str:
    """Return a hash of the names and contents of files."""
    digest = hashlib.sha256()
    for name, body in sorted(files.items()):
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()[:12]


def static_files() -> list[str]:
    """Return the names of all static files, folders first."""
    return [path.relative_to(STATIC).as_posix() for path in _paths()]


def modules() -> list[str]:
    """Return the names of the scripts of the map page, so that the browser fetches them all at once."""
    return [path.name for path in _paths() if path.suffix == ".js" and path.name not in _ALONE]


#: Scripts that are no modules, and the one that the page names itself.
_ALONE = ("before.js", "main.js")


def _paths() -> list[Path]:
    return sorted(path for path in STATIC.rglob("*") if path.suffix in TYPES)

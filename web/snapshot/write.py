"""Write a snapshot: ask the application for every address, and keep the answers as files.

The same release and options give the same bytes. The folder appears whole or not at all.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from web.app import application
from web.deck import specification
from web.errors import NO_CONTENT, NOT_FOUND, OK, SnapshotError
from web.public.bundle import bundle_url
from web.responses import compress
from web.security import FIXED
from web.site import Site
from web.snapshot.addresses import addresses, file_of
from web.snapshot.links import as_file, with_policy

_HTML = "text/html"
_POLICY = "Content-Security-Policy"

#: Headers that differ from folder to folder.
_BY_FOLDER = ("Cache-Control", "Access-Control-Allow-Origin")

#: Below this a compressed sibling is not worth its file.
_SMALL = 256


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was written.

    Args:
        files: Number of files.
        size: Their bytes together.
    """

    files: int
    size: int


def write_snapshot(site: Site, out: Path, *, base: str = "", packed: bool = False) -> Snapshot:
    """Write a whole dashboard into a new folder.

    Args:
        site: What is served; its hosting is `Hosting.FILES`.
        out: The folder; it must not exist, or be empty.
        base: Path of the snapshot on its host, "/" at both ends, or "" for links that work in any folder.
        packed: Whether to put a gzip form beside each file that gains by it.

    Raises:
        SnapshotError: The folder is not empty, the path makes no sense, or the application does not answer an address.
    """
    _check(out, base)
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        written = _write(folder, _contents(application(site), site, base), packed=packed)
        folder.chmod(0o755)
        folder.replace(out)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return written


def _check(out: Path, base: str) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SnapshotError("This folder is not empty.", where=str(out), remedy="Name a new one.")
    if base and not (base.startswith("/") and base.endswith("/") and "//" not in base and "?" not in base):
        raise SnapshotError("This is no path of a host.", where=base, remedy='Give a path such as "/" or "/kaarten/".')


def _write(folder: Path, contents: Iterator[tuple[str, bytes]], *, packed: bool) -> Snapshot:
    files = size = 0
    for name, body in contents:
        forms = {name: body}
        if packed and len(body) > _SMALL and len(zipped := compress(body)) < len(body):
            forms[f"{name}.gz"] = zipped
        for form, content in forms.items():
            target = folder / form
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            files, size = files + 1, size + len(content)
    return Snapshot(files, size)


def _contents(app: Flask, site: Site, base: str) -> Iterator[tuple[str, bytes]]:
    client = app.test_client()
    assets = str(app.static_url_path)
    wanted = {
        address: file_of(site, address)
        for address in addresses(site, assets=assets, bundle=bundle_url(), deck=specification(site))
    }
    held = frozenset(wanted.values())

    def find(address: str) -> str | None:
        file = file_of(site, address)
        return file if file in held else None

    said: list[tuple[str, dict[str, str]]] = []
    for address, file in wanted.items():
        response = client.get(address)
        if response.status_code not in {OK, NO_CONTENT}:
            raise SnapshotError(f"The application answers {address} with {response.status_code}.")
        if "/" in file and response.mimetype != _HTML:
            said.append((file, {name: response.headers[name] for name in _BY_FOLDER if name in response.headers}))
        if response.mimetype == _HTML:
            page = as_file(response.text, address=address, file=file, base=base, find=find)
            yield file, with_policy(page, response.headers[_POLICY]).encode()
        else:
            yield file, _plain(response)
    yield "404.html", _lost(client, base or "/", find)
    yield "_headers", _headers(base or "/", client.get("/kaart").headers[_POLICY], headers_of(said)).encode()


def _plain(response: TestResponse) -> bytes:
    return gzip.decompress(response.data) if response.headers.get("Content-Encoding") == "gzip" else response.data


def headers_of(said: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, dict[str, str]]:
    """Return by folder the headers that all its files have; what some of them may not say is said of none.

    Folders are those at the top, and of what lies deeper those at the third level, with what the top cannot say: a host
    puts the headers of every path that fits together.

    Args:
        said: File and headers.
    """
    files = list(said)
    tops = _shared((file.partition("/")[0], shown) for file, shown in files)
    deeper = _shared((file.rsplit("/", file.count("/") - 2)[0], shown) for file, shown in files if file.count("/") > 2)
    for folder, shown in deeper.items():
        above = tops[folder.partition("/")[0]]
        more = {name: value for name, value in shown.items() if name not in above}
        tops |= {folder: more} if more else {}
    return tops


def _shared(said: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, dict[str, str]]:
    folders: dict[str, dict[str, str]] = {}
    for folder, shown in said:
        known = folders.setdefault(folder, dict(shown))
        folders[folder] = {name: value for name, value in known.items() if shown.get(name) == value}
    return folders


def _lost(client: FlaskClient, base: str, find: Callable[[str], str | None]) -> bytes:
    """The page for what is not there: a host shows it at any depth, so that its links cannot be relative."""
    address = "/nothing"
    response = client.get(address)
    if response.status_code != NOT_FOUND:
        raise SnapshotError("The application has no page for what is not there.")
    page = as_file(response.text, address="/kaart", file="404.html", base=base, find=find)
    return with_policy(page, response.headers[_POLICY]).encode()


def _headers(base: str, policy: str, folders: Mapping[str, Mapping[str, str]]) -> str:
    """Return the headers as hosts read them that take a file of that name: a path, then its headers."""
    rules = {f"{base}*": {**FIXED, _POLICY: policy}}
    rules |= {f"{base}{folder}/*": dict(shown) for folder, shown in sorted(folders.items()) if shown}
    lines = [[path, *(f"  {name}: {value}" for name, value in headers.items())] for path, headers in rules.items()]
    return "".join(f"{line}\n" for rule in lines for line in rule)


def path_of(base_url: str) -> str:
    """Return the path of a base address, "/" at both ends; "" for "".

    Args:
        base_url: "/kaarten/", or a whole address.
    """
    if not base_url:
        return ""
    path = urlsplit(base_url).path.strip("/")
    return f"/{path}/" if path else "/"

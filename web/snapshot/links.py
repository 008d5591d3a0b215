"""Pages whose links lead to files: relative, so that a snapshot works in any folder, or under a given path.

Every link of a page is followed here once: one that leads to nothing the snapshot holds is an error when it is written,
not a dead end for a reader.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import urljoin

from web.errors import SnapshotError

_LINK = re.compile(r'(?<=\s)(href|src|data-root)="([^"]*)"')
_CHARSET = '<meta charset="utf-8">'

#: A browser takes this rule from a header alone.
_HEADER_ONLY = re.compile(r";?\s*frame-ancestors [^;]*")


def as_file(page: str, *, address: str, file: str, base: str, find: Callable[[str], str | None]) -> str:
    """Return a page whose links lead to files.

    Args:
        page: HTML of the server.
        address: Its address on the server: "?taal=en" is read from there.
        file: The file it becomes.
        base: Path of the snapshot on its host ("/kaarten/"), or "" for relative links.
        find: From an address of the server to a file of the snapshot, None where it has none.

    Raises:
        SnapshotError: A link leads to nothing in the snapshot.
    """
    root = base or "../" * file.count("/") or "./"

    def link(found: re.Match[str]) -> str:
        name, target = found[1], html.unescape(found[2])
        if name == "data-root":
            return f'{name}="{html.escape(root)}"'
        if target.startswith("#"):
            return found[0]
        path, _, fragment = urljoin(address, target).partition("#")
        there = find(path)
        if there is None:
            raise SnapshotError(f"The page {address} leads to {path}, which a snapshot does not hold.")
        shown = root + there.removesuffix("index.html") + (f"#{fragment}" if fragment else "")
        return f'{name}="{html.escape(shown)}"'

    return _LINK.sub(link, page)


def with_policy(page: str, policy: str) -> str:
    """Return a page that carries its policy itself: a plain host sends no such header."""
    content = html.escape(_HEADER_ONLY.sub("", policy))
    return page.replace(
        _CHARSET,
        f'{_CHARSET}\n  <meta http-equiv="Content-Security-Policy" content="{content}">\n'
        '  <meta name="referrer" content="no-referrer">',
        1,
    )

"""House rules for scripts and styles: our own, readable, and nothing the policy of the page would have to forgive."""

from __future__ import annotations

import re

import pytest

from web.public.files import STATIC, TYPES, modules

FILES = sorted(path for path in STATIC.rglob("*") if path.is_file())
SCRIPTS = [path for path in FILES if path.suffix == ".js"]
FORBIDDEN = (
    r"\.(?:inner|outer)HTML",
    r"insertAdjacentHTML",
    r"document\.write",
    r"\beval\(",
    r"\bnew Function\(",
    r"set(?:Timeout|Interval)\(\s*['\"`]",
    r"setAttribute\(\s*['\"]style",
    r"localStorage|sessionStorage|document\.cookie",
)
ADDRESS = re.compile(r"https?://(?!www\.w3\.org/2000/svg)[^\s'\"`)]+")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_readable(path):
    assert path.suffix in TYPES
    lines = path.read_text().splitlines()
    assert len(lines) <= 500
    if path.suffix != ".svg":
        assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_does_nothing_that_must_be_forgiven(path):
    text = path.read_text()
    assert text.startswith("// "), "a module says what it is for"
    for pattern in FORBIDDEN:
        assert not re.search(pattern, text), pattern


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_names_another_host(path):
    assert not ADDRESS.search(path.read_text())


def test_every_module_is_asked_for_at_once(client):
    body = client.get("/kaart").text
    for name in modules():
        assert f'/js/{name}"' in body
    imported = {name for path in SCRIPTS for name in re.findall(r"from '\./([\w.]+)'", path.read_text())}
    assert imported == set(modules())

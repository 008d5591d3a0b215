"""A release that is replaced, or whose certificate is taken away, while a server starts or runs."""

from __future__ import annotations

import shutil

import pytest

from tests.support.certified import doubted
from tests.support.tiny import tiny_release
from web import tilestore
from web.app import create_app
from zicht import release as module
from zicht.errors import ReleaseError
from zicht.release import open_release


@pytest.fixture
def folder(tmp_path):
    return tiny_release(tmp_path / "release")


def replace(folder):
    """Put another release in its place, as a build does."""
    tiny_release(folder, quality=lambda content: {**content, "note": "another"})


def test_a_release_replaced_while_it_is_read_is_not_opened(folder, monkeypatch):
    read = module.read_areas

    def meanwhile(path):
        found = read(path)
        replace(folder)
        return found

    monkeypatch.setattr(module, "read_areas", meanwhile)
    with pytest.raises(ReleaseError, match="replaced while"):
        open_release(folder)
    monkeypatch.undo()
    assert open_release(folder).quality["note"] == "another"


def test_a_release_replaced_before_its_tiles_are_opened_is_not_served(folder):
    opened = open_release(folder)
    replace(folder)
    with pytest.raises(ReleaseError, match="replaced while"):
        create_app(opened)


def test_a_release_replaced_while_its_tiles_are_opened_is_not_served(folder, monkeypatch):
    opened, begin = open_release(folder), tilestore.TileSet

    def meanwhile(*args, **named):
        found = begin(*args, **named)
        replace(folder)
        return found

    monkeypatch.setattr(tilestore, "TileSet", meanwhile)
    with pytest.raises(ReleaseError, match="replaced while"):
        create_app(opened)


def test_a_release_replaced_later_is_served_as_it_was(folder):
    opened = open_release(folder)
    client = create_app(opened).test_client()
    before = opened.geometry_path("buurt").read_bytes()
    replace(folder)
    assert client.get(f"/tiles/{opened.short_id}/buurt.pmtiles").data == before


def test_all_processes_of_a_server_say_the_same_of_what_it_is(tmp_path):
    opened = doubted(tmp_path / "certified", None)
    # One a process, and neither was asked anything before.
    apps = [create_app(opened) for _ in range(2)]
    assert apps[0].test_client().get("/api/v1/releases").json["releases"][0]["draft"] is False
    shutil.rmtree(opened.path / "attestations")
    assert apps[1].test_client().get("/api/v1/releases").json["releases"][0]["draft"] is False

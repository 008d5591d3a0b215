"""`zicht serve` and its like: only a release that may be published is served without a word."""

from __future__ import annotations

import socket

import pytest

from tests.analysis.audit.support import Small
from tests.support.certified import certify, doubted, joint
from zicht.cli import main
from zicht.commands import serve as command
from zicht.demo import certify_demo
from zicht.errors import UnprotectedError
from zicht.release import open_release
from zicht.standing import PROBLEMS, Doubt, standing


@pytest.fixture
def served(monkeypatch):
    """The applications that were served, instead of serving them."""
    apps = []
    monkeypatch.setattr(command, "serve_app", lambda app, **_: apps.append(app))
    return apps


def run(capsys, *arguments):
    code = 0
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as ended:
        code = ended.code or 0
    return code, capsys.readouterr()


def test_nobody_is_told_of_an_address_that_is_taken(tmp_path, capsys):
    certify(joint(tmp_path / "a"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, shown = run(capsys, "serve", tmp_path / "a", "--port", taken.getsockname()[1])
    assert code == 1
    assert "Serving" not in shown.err


def test_a_certified_release_is_served(tmp_path, served, capsys):
    certify(joint(tmp_path / "a"))
    code, shown = run(capsys, "serve", tmp_path / "a")
    assert code == 0
    assert "draft" not in shown.err
    (app,) = served
    body = app.test_client().get("/kaart").text
    assert 'id="draft-banner"' not in body
    assert 'id="protected-banner"' in body


def test_behind_a_proxy_links_are_those_that_readers_know(tmp_path, served, capsys, monkeypatch):
    release = certify(joint(tmp_path / "a"))
    monkeypatch.setenv("ZICHT_BASE_URL", "https://kaart.example.nl/")
    assert run(capsys, "serve", tmp_path / "a")[0] == 0
    client = served[0].test_client()
    tiles = client.get(f"/tiles/{release.short_id}/buurt.json", base_url="http://10.0.0.7:8000").json["tiles"]
    assert [tile.startswith(f"https://kaart.example.nl/tiles/{release.short_id}/") for tile in tiles] == [True]
    links = client.get("/ogc", base_url="http://10.0.0.7:8000").json["links"]
    assert all(link["href"].startswith("https://kaart.example.nl/ogc") for link in links)


@pytest.mark.parametrize("doubt", Doubt)
def test_a_draft_is_refused_unless_it_is_asked_for(doubt, tmp_path, served, capsys):
    doubted(tmp_path / "a", doubt)
    code, shown = run(capsys, "serve", tmp_path / "a")
    assert code == 1
    assert served == []
    assert PROBLEMS[doubt] in shown.err
    assert "What to do" in shown.err
    assert "--draft" in shown.err
    assert "Traceback" not in shown.err

    code, shown = run(capsys, "serve", tmp_path / "a", "--draft")
    assert code == 0
    assert PROBLEMS[doubt] in shown.err
    (app,) = served
    for path in ("/kaart", "/methode", "/bescherming", "/nothing"):
        assert 'id="draft-banner"' in app.test_client().get(path).text


def test_what_is_called_a_draft_says_so_though_it_is_certified(tmp_path, served, capsys):
    certify(joint(tmp_path / "a"))
    assert run(capsys, "serve", tmp_path / "a", "--draft")[0] == 0
    body = served[0].test_client().get("/kaart?taal=en").text
    assert "Draft; do not publish." in body
    assert 'id="protected-banner"' not in body


@pytest.mark.parametrize("doubt", [None, *Doubt])
def test_info_and_verify_say_what_a_release_is(doubt, tmp_path, capsys):
    doubted(tmp_path / "a", doubt)
    _, info = run(capsys, "info", tmp_path / "a")
    _, verify = run(capsys, "verify", tmp_path / "a")
    assert f"protection: {'primary' if doubt is Doubt.PRIMARY else 'joint'}" in info.out
    assert ("certificate: " in info.out) == (doubt in (None, Doubt.PRIMARY, Doubt.BROKEN))
    assert ("the rule is BROKEN" in info.out) == (doubt is Doubt.BROKEN)
    assert ("DRAFT" in info.out) == ("This is a draft" in verify.out) == (doubt is not None)
    if doubt is None:
        assert "the rule holds, 3 systems, narrowest upper bound 12" in info.out


def small(cells):
    shown = {("x", "2021", "country"): [60], ("x", "2021", "buurt"): cells}
    return Small({"buurt": [0, 0, 0]}, [("buurt", i, "country", 0) for i in range(3)], shown)


def test_the_demo_is_audited_once(tmp_path):
    steps: list[str] = []
    folder = small([20, None, None]).write(tmp_path / "release")
    certify_demo(folder, progress=steps.append)
    assert not standing(open_release(folder)).is_draft
    assert "auditing what a reader could derive" in steps
    before = (folder / "attestations" / "audit.json").stat().st_mtime_ns
    steps.clear()
    certify_demo(folder, progress=steps.append)
    assert steps == ["the demo is already audited; reusing its certificate"]
    assert (folder / "attestations" / "audit.json").stat().st_mtime_ns == before


def test_a_demo_of_another_id_is_audited_again(tmp_path):
    old = small([20, None, None]).write(tmp_path / "old")
    certify_demo(old, progress=lambda _: None)
    new = small([25, None, None]).write(tmp_path / "new")
    (new / "attestations" / "audit.json").write_bytes((old / "attestations" / "audit.json").read_bytes())
    assert standing(open_release(new)).doubt is Doubt.INVALID
    certify_demo(new, progress=lambda _: None)
    assert not standing(open_release(new)).is_draft


def test_a_demo_that_does_not_hold_is_not_served(tmp_path):
    folder = small([20, 35, None]).write(tmp_path / "release")
    with pytest.raises(UnprotectedError, match="can be derived"):
        certify_demo(folder, progress=lambda _: None)
    assert standing(open_release(folder)).doubt is Doubt.BROKEN

"""`zicht export tiles`: only what may be published, and never into a release."""

from __future__ import annotations

import pytest

from tests.support import tiny_world as world
from tests.support.certified import doubted
from tests.support.tiny import tiny_release
from tiles.archive import Reader
from tiles.mvt import decode_tile
from zicht.cli import main
from zicht.release import open_release
from zicht.standing import Doubt


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    return doubted(tmp_path_factory.mktemp("export") / "certified", None).path


@pytest.fixture(scope="module")
def draft(tmp_path_factory):
    return tiny_release(tmp_path_factory.mktemp("export") / "draft")


def run(capsys, release, out, *more, indicator=world.LABS, period="2024"):
    arguments = ["export", "tiles", release, "--indicator", indicator, "--period", period, "--out", out, *more]
    try:
        main([str(argument) for argument in arguments])
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    return code, capsys.readouterr().err


def read(path):
    data = path.read_bytes()
    return Reader(lambda offset, length: data[offset : offset + length])


def test_all_levels_of_an_indicator(certified, tmp_path, capsys):
    out = tmp_path / "labs.pmtiles"
    code, shown = run(capsys, certified, out)
    assert code == 0
    metadata = read(out).metadata()
    levels = [layer["id"] for layer in metadata["vector_layers"]]
    assert {"gemeente", "buurt"} <= set(levels)
    assert all(level in shown for level in levels)
    assert "2024" in metadata["name"]
    names = [level["name"]["nl"] for level in open_release(certified).catalogue["levels"] if level["id"] in levels]
    assert len(names) > 2
    assert ", ".join(names) in metadata["name"]
    assert "geen bewijs" in metadata["description"]
    assert "oncept" not in metadata["description"]


def test_chosen_levels_and_measure(certified, tmp_path, capsys):
    out = tmp_path / "labs.pmtiles"
    assert run(capsys, certified, out, "--level", "buurt", "--measure", "count", "--lang", "en")[0] == 0
    assert [layer["id"] for layer in read(out).metadata()["vector_layers"]] == ["buurt"]
    assert "not proof" in read(out).metadata()["description"]
    statuses = {
        feature.properties["status"]: "value" in feature.properties
        for _, body in read(out).tiles()
        for feature in decode_tile(body)[0].features
    }
    assert statuses["published"] is True
    assert statuses["suppressed"] is False


def test_the_same_gives_the_same_bytes(certified, tmp_path, capsys):
    for name in ("a.pmtiles", "b.pmtiles"):
        run(capsys, certified, tmp_path / name)
    assert (tmp_path / "a.pmtiles").read_bytes() == (tmp_path / "b.pmtiles").read_bytes()


def test_a_draft_is_refused_unless_asked_for_and_says_so(draft, tmp_path, capsys):
    out = tmp_path / "labs.pmtiles"
    code, shown = run(capsys, draft, out)
    assert code == 1
    assert "--draft" in shown
    assert not out.exists()
    assert run(capsys, draft, out, "--draft")[0] == 0
    assert "oncept" in read(out).metadata()["description"]


def test_a_release_in_doubt_is_refused(tmp_path, capsys):
    for doubt in (Doubt.UNAUDITED, Doubt.BROKEN):
        release = doubted(tmp_path / doubt, doubt).path
        assert run(capsys, release, tmp_path / "x.pmtiles")[0] == 1


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"indicator": "drug-lab"}, "no indicator 'drug-lab' in this release|Choose from: drug-labs, fines, "),
        ({"period": "1999"}, "no period '1999' of drug-labs|Choose from: 2024, 2024-2025, 2025."),
        ({"more": ["--level", "straat"]}, "no level 'straat' of drug-labs in 2024|Choose from: buurt, "),
        ({"more": ["--level", "country"]}, "no level 'country' of drug-labs in 2024|Choose from: buurt, "),
        ({"more": ["--measure", "foo"]}, "no measure 'foo' of drug-labs in 2024|Choose from: count, exposure, rate."),
        ({"more": ["--category", "foo"]}, "no category 'foo' of drug-labs in 2024|Choose from: none (leave it out)."),
    ],
)
def test_what_is_not_there_is_named(certified, tmp_path, capsys, more, problem):
    extra = more.pop("more", []) if "more" in more else []
    code, shown = run(capsys, certified, tmp_path / "x.pmtiles", *extra, **more)
    assert code == 1
    assert all(part in shown for part in problem.split("|"))
    assert not (tmp_path / "x.pmtiles").exists()


def test_where_it_may_not_write(certified, tmp_path, capsys):
    assert run(capsys, certified, certified / "x.pmtiles")[0] == 1
    assert run(capsys, certified, tmp_path / "x.mbtiles")[0] == 1
    assert run(capsys, certified, tmp_path / "none" / "x.pmtiles")[0] == 1
    assert not (certified / "x.pmtiles").exists()

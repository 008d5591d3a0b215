"""`zicht export`: what may be exported, and what is refused."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from tests.support.tiny import tiny_release
from tests.web.regional import regional_release
from zicht.cli import main
from zicht.commands.export import EXPORTS, export
from zicht.errors import ZichtError


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certified") / "release"
    regional_release(folder)
    return folder


def test_a_certified_release_becomes_a_folder(certified, tmp_path, capsys):
    out = tmp_path / "new" / "site"
    main(["export", "site", str(certified), "--out", str(out), "--base-url", "https://kaart.example/z", "--gzip"])
    said = capsys.readouterr().err
    count = sum(path.is_file() for path in out.rglob("*"))
    assert f"{count:,} files" in said
    assert "draft" not in said
    page = (out / "kaart" / "index.html").read_text()
    assert 'data-root="/z/"' in page
    assert "draft-banner" not in page
    assert (out / "kaart" / "index.html.gz").is_file()


def test_a_release_that_may_not_be_published_is_refused_unless_as_a_draft(tmp_path, capsys):
    release, out = tiny_release(tmp_path / "release"), tmp_path / "site"
    with pytest.raises(SystemExit) as ended:
        main(["export", "site", str(release), "--out", str(out)])
    assert ended.value.code == 1
    assert not out.exists()
    main(["export", "site", str(release), "--out", str(out), "--draft"])
    assert "draft" in capsys.readouterr().err
    assert 'id="draft-banner"' in (out / "en" / "index.html").read_text()


def test_a_folder_that_is_not_empty_is_an_error_of_ours(certified, tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(ZichtError, match="not empty"):
        export.main(["site", str(certified), "--out", str(tmp_path)], standalone_mode=False)


def test_the_kinds_of_export_are_listed_and_others_refused():
    shown = CliRunner().invoke(export, ["--help"]).output
    for kind in EXPORTS:
        assert kind in shown
    assert CliRunner().invoke(export, ["nothing"]).exit_code == 2

"""A dashboard as files: what is in it, where its links lead, and that the same release gives the same bytes."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from tests.support import tiny_world as world
from tests.web.addresses import middle
from tests.web.conftest import EVIL
from tiles.columns import decode_values
from web.errors import SnapshotError
from web.public.columns import full_catalogue
from web.responses import FOR_EVER
from web.site import Hosting, Site
from web.snapshot.addresses import addresses, file_of
from web.snapshot.links import as_file, with_policy
from web.snapshot.write import headers_of, path_of, write_snapshot

LABS = world.LABS


@pytest.fixture(scope="module")
def files_site(release):
    return Site(release, hosting=Hosting.FILES)


@pytest.fixture(scope="module")
def written(files_site, tmp_path_factory):
    out = tmp_path_factory.mktemp("snapshot") / "site"
    return out, write_snapshot(files_site, out)


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_answer_of_the_server_is_a_file(written, files_site, client, release, app):
    out, _ = written
    found = contents(out)
    wanted = [
        f"/columns/{release.short_id}/hexes/h3-8.bin",
        f"/columns/{release.short_id}/values/buurt/{LABS}/2024/rate.bin",
        f"/columns/{release.short_id}/evidence/buurt/{LABS}/2024-2025.bin",
        f"/download/{LABS}/2024/buurt.csv?taal=en&maat=rate",
        "/api/v1/protection",
        f"{app.static_url_path}/css/base.css",
    ]
    for address in wanted:
        assert found[file_of(files_site, address)] == client.get(address).data
    for column in release.values:
        key = column.key
        path = f"columns/{release.short_id}/values/{key.level}/{key.indicator}/{key.period}/{key.measure}.bin"
        assert decode_values(found[path]).key == key
    catalogue = json.loads(found[f"columns/{release.short_id}/catalogue.json"])
    assert catalogue == json.loads(json.dumps(full_catalogue(files_site)))


def test_the_files_are_counted_and_bounded(written, release):
    """Pages, scripts and areas once; two bodies and two downloads a column; two bodies a hotspot map; the tiles."""
    out, summary = written
    found = contents(out)
    assert (summary.files, summary.size) == (len(found), sum(map(len, found.values())))
    by_folder = {folder: sum(name.startswith(f"{folder}/") for name in found) for folder in ("columns", "download")}
    columns, maps = len(list(release.values.keys())), len(list(release.classes.keys()))
    lists = 1 + len(release.areas) + len(release.catalogue["indicators"])
    assert by_folder == {"columns": 2 * columns + 2 * maps + lists, "download": 2 * columns}


def test_tiles_are_not_packed_and_there_is_one_wherever_the_map_may_ask(written, client, release, files_site):
    out, _ = written
    tiles = sorted((out / "tiles").rglob("*.mvt"))
    assert any(path.stat().st_size == 0 for path in tiles), "empty ones too: a host answers 404 otherwise"
    for level in ("gemeente", "wijk", "buurt", "park"):
        middles = release.areas[level].point[np.isfinite(release.areas[level].point).all(axis=1)]
        for zoom in range(*np.add(files_site.zooms(level), (0, 1)).tolist()):
            across = ((middles[:, 0] + 180) / 360 * 2**zoom).astype(int)
            for x in across.tolist():
                assert list((out / "tiles" / release.short_id / level / str(zoom) / str(x)).glob("*.mvt")), (
                    level,
                    zoom,
                )
        assert (out / middle(release, level)[1:]).stat().st_size > 0
    for path in tiles:
        response = client.get(f"/{path.relative_to(out).as_posix()}")
        assert path.read_bytes() == (gzip.decompress(response.data) if response.data else b"")


@pytest.mark.parametrize("base", ["", "/kaarten/"])
def test_every_link_of_every_page_leads_to_a_file(files_site, tmp_path, base):
    out = tmp_path / "site"
    write_snapshot(files_site, out, base=base)
    pages = sorted(out.rglob("*.html"))
    assert len(pages) == 9
    for page in pages:
        for target in re.findall(r'\s(?:href|src)="([^"]*)"', page.read_text()):
            if target.startswith("#"):
                continue
            path = target.partition("#")[0]
            if base or page.name == "404.html":
                assert path.startswith(base or "/")
                there = out / path.removeprefix(base or "/")
            else:
                assert not path.startswith("/")
                there = page.parent / path
            assert (there / "index.html" if path.endswith("/") or not path else there).is_file(), (page, target)


def test_a_page_carries_its_policy_and_names_its_language(written, release):
    out, _ = written
    for name, spoken in (("kaart/index.html", "nl"), ("en/kaart/index.html", "en")):
        page = (out / name).read_text()
        assert f'<html lang="{spoken}"' in page
        assert "default-src &#x27;none&#x27;" in page.partition("<title>")[0]
        assert "frame-ancestors" not in page, "a browser complains of it where it is no header"
        assert EVIL not in page
    headers = (out / "_headers").read_text()
    assert "frame-ancestors 'none'" in headers
    rules = dict(re.findall(r"^(/\S+)\n((?:  .+\n)+)", headers, re.M))
    for kind in ("values", "classes", "areas"):
        assert rules[f"/columns/{release.short_id}/{kind}/*"] == f"  Cache-Control: {FOR_EVER}\n"
    assert rules["/tiles/*"].startswith(f"  Cache-Control: {FOR_EVER}\n")
    # The catalogue changes with settings; no rule that fits it may say otherwise.
    fitting = [rules[path] for path in rules if f"/columns/{release.short_id}/catalogue.json".startswith(path[:-1])]
    assert len(fitting) == 2
    assert not any("Cache-Control" in said for said in fitting)
    assert headers.startswith("/*\n  X-Content-Type-Options: nosniff\n")


def test_the_same_release_gives_the_same_bytes_and_gzip_stands_beside(written, files_site, tmp_path):
    out, plain = written
    again = tmp_path / "again"
    packed = write_snapshot(files_site, again, packed=True)
    first, second = contents(out), contents(again)
    assert {name: body for name, body in second.items() if not name.endswith(".gz")} == first
    zipped = [name for name in second if name.endswith(".gz")]
    assert packed.files == plain.files + len(zipped)
    for name in zipped:
        assert gzip.decompress(second[name]) == first[name.removesuffix(".gz")]
        assert len(second[name]) < len(first[name.removesuffix(".gz")])


def test_a_draft_says_so_on_every_page(release, tmp_path):
    out = tmp_path / "site"
    write_snapshot(Site(release, hosting=Hosting.FILES, as_draft=True), out)
    for page in out.rglob("*.html"):
        assert 'id="draft-banner"' in page.read_text()


def test_a_folder_with_something_in_it_is_left_alone(files_site, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SnapshotError, match="not empty"):
        write_snapshot(files_site, tmp_path)
    with pytest.raises(SnapshotError, match="not empty"):
        write_snapshot(files_site, tmp_path / "mine.txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt"]


def test_nothing_is_left_of_a_snapshot_that_fails(files_site, tmp_path, monkeypatch):
    monkeypatch.setattr("web.snapshot.write.addresses", lambda *_, **__: ["/deck.json", "/api/v1/nothing"])
    with pytest.raises(SnapshotError, match="answers"):
        write_snapshot(files_site, tmp_path / "site")
    monkeypatch.setattr("web.snapshot.write.addresses", lambda *_, **__: ["/kaart"])
    with pytest.raises(SnapshotError, match="does not hold"):
        write_snapshot(files_site, tmp_path / "site")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("base", ["kaarten", "/kaarten", "//elsewhere/", "/a?b/"])
def test_a_path_that_makes_no_sense_is_refused(files_site, tmp_path, base):
    with pytest.raises(SnapshotError, match="no path"):
        write_snapshot(files_site, tmp_path / "site", base=base)


def test_a_base_may_be_a_whole_address():
    assert [path_of(text) for text in ("", "/", "https://kaart.example", "https://kaart.example/a/b", "sub")] == [
        "", "/", "/", "/a/b/", "/sub/",
    ]  # fmt: skip


def test_a_page_that_leads_nowhere_is_refused():
    def link(page):
        return as_file(page, address="/kaart", file="kaart/index.html", base="", find={"/there": "there"}.get)

    assert link('<a href="/there#part">') == '<a href="../there#part">'
    assert link('<a href="#part">') == '<a href="#part">'
    with pytest.raises(SnapshotError, match="does not hold"):
        link('<a href="/elsewhere">')
    with pytest.raises(SnapshotError, match="does not hold"):
        link('<script src="https://elsewhere.example/x.js">')
    assert with_policy("<head></head>", "default-src 'none'") == "<head></head>"


def test_no_address_becomes_two_files_and_no_file_two_addresses(files_site, app):
    found = list(addresses(files_site, assets=app.static_url_path, bundle="/pydeck/x.js", deck='{"layers": []}'))
    names = [file_of(files_site, address) for address in found]
    assert len(set(found)) == len(found) == len(set(names))
    assert not any(".." in name or name.startswith("/") for name in names)


def test_what_some_files_of_a_folder_may_not_say_is_said_of_none():
    kept, fresh, for_all = {"Cache-Control": "immutable"}, {"Cache-Control": "no-cache"}, {"Allow": "*"}
    found = headers_of([("a/1", {**kept, **for_all}), ("a/2", {**fresh, **for_all}), ("b/1", kept), ("b/2", kept)])
    assert found == {"a": for_all, "b": kept}


def test_what_a_folder_may_not_say_the_folders_within_it_may():
    kept, fresh = {"Cache-Control": "immutable"}, {"Cache-Control": "no-cache"}
    files = {"a/1/x/2": kept, "a/1/x/y/3": kept, "a/1/z/4": fresh, "a/1/w/5": kept, "a/1/w/6": fresh, "a/1/7": fresh}
    found = headers_of([*files.items(), ("b/1/x/1", kept)])
    assert found == {"a": {}, "b": kept, "a/1/x": kept, "a/1/z": fresh}


def test_the_hosting_is_said_to_the_page(files_site, site):
    from web.public.pages import page_config

    assert page_config(files_site, "nl")["hosting"] == "files"
    assert page_config(replace(site), "nl")["hosting"] == "server"

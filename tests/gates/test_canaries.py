"""Canaries: no identifier of a record occurs in any byte of a release, nor in any byte that a server gives.

Every pseudonym of every record is looked for, as delivered and as keyed again, in every file of the release and in
every answer: pages, columns, tiles, downloads, API answers, errors.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from analysis.confidential.contracts import read_sources
from analysis.confidential.records import read_records, refuse_direct_identifiers
from tests.gates.crawl import addresses, fetch, served
from tests.gates.world import Tables
from tiles import chunks
from tiles.archive import Reader
from web.app import create_app
from zicht.build import PACKAGE
from zicht.cli import main
from zicht.demo import KEY
from zicht.errors import PseudonymError
from zicht.release import open_release

TOKEN = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
#: About how many addresses of a kind of chunk are asked for.
ASKED = 150
NAME = "Canarius van der Kanarie"


@pytest.fixture(scope="module")
def secrets(demo: Path, tables: Tables) -> frozenset[bytes]:
    """Every pseudonym, as delivered and as keyed again."""
    found: set[str] = set()
    for table in tables.values():
        for name, kind in table.schema.items():
            if kind == pl.String:
                found.update(table[name].drop_nulls().filter(table[name].drop_nulls().str.contains("^[0-9a-f]{32}$")))
    for source in read_sources(PACKAGE / "sources").values():
        rows = read_records(demo / "records", source, key=KEY).rows
        for name, kind in rows.schema.items():
            if kind == pl.String:
                found.update(rows[name].drop_nulls().filter(rows[name].drop_nulls().str.contains("^[0-9a-f]{32}$")))
    assert len(found) > 300_000
    return frozenset(value.encode() for value in found)


def leaked(content: bytes, secrets: frozenset[bytes]) -> set[bytes]:
    return set(TOKEN.findall(content)) & secrets


def plain(path: Path) -> bytes:
    """Return a file as a reader sees it: Parquet as text, tiles unpacked."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        wanted = [name for name in table.column_names if name != "geometry"]
        return repr(table.select(wanted).to_pydict()).encode() + str(table.schema.metadata).encode()
    if path.suffix == ".pmtiles":
        content = path.read_bytes()
        reader = Reader(lambda offset, length: content[offset : offset + length])
        bodies = [gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body for _, body in reader.tiles()]
        return b"\n".join(bodies) + repr(reader.metadata()).encode()
    return path.read_bytes()


def test_the_search_finds_what_is_there(secrets):
    secret = next(iter(secrets))
    assert leaked(b'{"id":"' + secret + b'"}', secrets) == {secret}


def test_no_file_of_the_release_holds_an_identifier(demo, secrets):
    files = [path for path in (demo / "release").rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        assert not leaked(path.read_bytes(), secrets), path.name
        assert not leaked(plain(path), secrets), path.name


def test_no_answer_of_the_server_holds_an_identifier(world, secrets):
    release = open_release(world)
    app = create_app(release)
    codes: dict[int, int] = {}
    for address, code, content in served(app, release):
        codes[code] = codes.get(code, 0) + 1
        assert not leaked(content, secrets), address
        assert b"Traceback" not in content, address
    assert codes[200] > 500
    assert set(codes) <= {200, 204, 302, 308, 400, 404}


def test_no_chunk_of_hexagons_holds_an_identifier(world, secrets, monkeypatch):
    """As if the demo had so many hexagons that they are sent in chunks."""
    monkeypatch.setattr(chunks, "MANY", 1000)
    release = open_release(world)
    app = create_app(release)
    client = app.test_client()
    rules = [rule for rule in app.url_map.iter_rules() if "/chunks/" in rule.rule]
    codes: dict[str, set[int]] = {}
    for rule in rules:
        asked = list(addresses(app, rule, release))
        for address in asked[:: max(1, len(asked) // ASKED)]:
            _, code, content = fetch(client, address)
            codes.setdefault(rule.rule, set()).add(code)
            assert not leaked(content, secrets), address
            assert b"Traceback" not in content, address
    assert set.union(*codes.values()) <= {200, 404}
    for kind in ("hexes", "values", "classes"):
        assert any(200 in found for rule, found in codes.items() if kind in rule), kind


def test_a_name_in_a_delivery_is_refused_and_not_repeated(tables):
    table = tables["drug_labs"].with_columns(achternaam=pl.lit(NAME))
    with pytest.raises(PseudonymError) as caught:
        refuse_direct_identifiers(table, where="drug_labs.parquet")
    assert NAME not in str(caught.value)


def test_an_error_of_the_command_repeats_no_record(demo, tables, tmp_path, capsys, monkeypatch):
    from tests.gates.world import write_world

    bad = tables["drug_labs"].with_columns(date=pl.lit(NAME))
    recipe = write_world(tmp_path / "bad", demo, {**tables, "drug_labs": bad})
    monkeypatch.setenv("ZICHT_KEY", KEY)
    with pytest.raises(SystemExit):
        main(["build", str(recipe), "--out", str(tmp_path / "release")])
    shown = capsys.readouterr()
    assert "drug_labs.parquet" in shown.err
    assert "date" in shown.err
    assert NAME not in shown.err + shown.out
    assert not (tmp_path / "release").exists()

"""Chunks as they are served: each the very slice of its level, kept for ever, and nothing else is a chunk."""

from __future__ import annotations

import h3
import numpy as np
import pytest

from tests.gates.crawl import addresses as of_rule
from tests.gates.crawl import fetch
from tests.support import tiny_world as world
from tests.web.fine import LEVEL, PERIODS, RESOLUTION, fine_release
from tiles.binary import unseal
from tiles.chunks import SPAN, decode_chunks
from tiles.columns import VALUES, decode_classes, decode_column, decode_labels, decode_values
from tiles.deviation_columns import decode_deviations
from tiles.hexes import decode_hexes, hex_shapes
from web.app import create_app
from web.site import Hosting, Site
from web.snapshot.addresses import addresses, file_of
from zicht.release import Release

LABS = world.LABS


@pytest.fixture(scope="module")
def fine(tmp_path_factory) -> Release:
    return fine_release(tmp_path_factory.mktemp("fine") / "release")


@pytest.fixture(scope="module")
def app(fine):
    return create_app(fine)


@pytest.fixture(scope="module")
def root(fine):
    return f"/columns/{fine.short_id}"


@pytest.fixture
def get(app, root):
    client = app.test_client()
    return lambda path, **options: client.get(f"{root}{path}", **options)


@pytest.fixture(scope="module")
def chunks(app, root):
    return decode_chunks(app.test_client().get(f"{root}/chunks/{LEVEL}.bin").data)


def expected(fine):
    """By ancestor the cells of the level in H3's own child order, by the library."""
    cells = set(fine.areas[LEVEL].code.tolist())
    found = {}
    for ancestor in sorted({h3.cell_to_parent(cell, RESOLUTION - SPAN) for cell in cells}):
        found[ancestor] = [cell for cell in h3.cell_to_children(ancestor, RESOLUTION) if cell in cells]
    return found


def test_the_list_says_which_chunks_there_are_and_how_many_cells_each_holds(fine, chunks):
    cells = expected(fine)
    assert len(cells) > 2
    assert dict(zip(chunks.code.tolist(), chunks.count.tolist(), strict=True)) == {k: len(v) for k, v in cells.items()}
    code = fine.areas[LEVEL].code
    for ancestor, part in chunks.slices.items():
        assert code[part].tolist() == cells[ancestor]


def test_the_numbers_of_a_chunk_stand_in_the_child_order_of_its_ancestor(fine, chunks, get):
    cells = expected(fine)
    for column in (one for one in fine.values if one.key.level == LEVEL):
        key = column.key
        known = dict(zip(column.code.tolist(), zip(column.status, column.value, column.low, strict=True), strict=True))
        for chunk in chunks.code.tolist():
            path = f"/chunks/{chunk}/{{}}/{LEVEL}/{LABS}/{key.period}/{key.measure}.bin"
            code = np.array(cells[chunk])
            found = decode_column(*(get(path.format(kind)).data for kind in ("values", "bounds")), code=code)
            assert found.key == key
            for at, cell in enumerate(cells[chunk]):
                seen = (found.status[at], found.value[at], found.low[at])
                assert all(a == b or (a != a and b != b) for a, b in zip(seen, known[cell], strict=True))


def test_classes_and_comparisons_come_in_chunks_too(fine, chunks, get):
    classes = [one for one in fine.classes if one.key.level == LEVEL]
    for chunk, part in chunks.slices.items():
        for column in classes:
            path = f"/chunks/{chunk}/{{}}/{LEVEL}/{LABS}/{column.key.period}.bin"
            bodies = [get(path.format(kind)).data for kind in ("classes", "evidence")]
            found = decode_classes(*bodies, code=column.code[part])
            assert decode_labels(bodies[0]).chunk == chunk
            assert found.label.tolist() == column.label[part].tolist()
            np.testing.assert_array_equal(found.z, column.z[part])
        compared = next(iter(fine.deviations))
        found = decode_deviations(get(f"/chunks/{chunk}/deviations/{LEVEL}/{LABS}/2025/country.bin").data)
        assert (found.chunk, found.label.tolist()) == (chunk, compared.label[part].tolist())
        np.testing.assert_allclose(found.ratio, compared.ratio[part], atol=5e-5)


def test_the_outlines_of_chunks_are_those_of_the_whole_level(fine, chunks, get):
    parts = [decode_hexes(get(f"/chunks/{chunk}/hexes/{LEVEL}.bin").data) for chunk in chunks.code.tolist()]
    assert [part.chunk for part in parts] == chunks.code.tolist()
    whole = hex_shapes(fine.areas[LEVEL], lattice=Site(fine).lattices[LEVEL])
    assert np.concatenate([part.code for part in parts]).tolist() == whole.code.tolist()
    np.testing.assert_array_equal(np.concatenate([part.corners for part in parts]), whole.corners)


def test_a_chunk_names_its_bytes_in_its_tag_and_is_kept_for_ever(chunks, get):
    tags = set()
    for path in (
        f"/values/{LEVEL}/{LABS}/2025/rate.bin",
        f"/values/{LEVEL}/{LABS}/2024/rate.bin",
        f"/hexes/{LEVEL}.bin",
    ):
        for chunk in chunks.code.tolist():
            first = get(f"/chunks/{chunk}{path}")
            assert first.content_type == "application/octet-stream"
            assert "immutable" in first.headers["Cache-Control"]
            again = get(f"/chunks/{chunk}{path}", headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")
            tags.add(first.headers["ETag"])
    assert len(tags) == 3 * len(chunks.code)
    assert "immutable" in get(f"/chunks/{LEVEL}.bin").headers["Cache-Control"]


def test_what_is_not_published_has_no_number_in_any_byte_of_a_chunk(fine, chunks, get):
    """A body is its header, two bits an area, and a number for each published one: there is room for nothing more."""
    for column in (one for one in fine.values if one.key.level == LEVEL):
        for chunk, part in chunks.slices.items():
            body = get(f"/chunks/{chunk}/values/{LEVEL}/{LABS}/{column.key.period}/{column.key.measure}.bin").data
            published = int((column.status[part] == "published").sum())
            count = part.stop - part.start
            envelope = unseal(body, kind=VALUES)
            assert len(envelope.body) == -(-count // 4) + published * envelope.header["value"]["width"]
            found = decode_values(body)
            assert np.isfinite(found.value).sum() == published
            assert found.status.tolist() == column.status[part].tolist()


@pytest.mark.parametrize(
    "chunk",
    [
        "nothing", "0", "-1", "%00", "..", "99999999999999999999999999", "8" * 400, "nan", "%F0%9F%90%9D",
        "871968b4dffffff", "8b1968b4d000fff", "851fb467fffffff", "8619686dfffffffx", "0x861968b4fffffff",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "path",
    [
        f"hexes/{LEVEL}.bin", f"values/{LEVEL}/{LABS}/2025/rate.bin", f"bounds/{LEVEL}/{LABS}/2025/rate.bin",
        f"classes/{LEVEL}/{LABS}/2025.bin", f"evidence/{LEVEL}/{LABS}/2025.bin",
        f"deviations/{LEVEL}/{LABS}/2025/country.bin",
    ],
)  # fmt: skip
def test_what_is_no_chunk_is_refused(get, chunk, path):
    assert get(f"/chunks/{chunk}/{path}").status_code == 404


def test_a_code_in_other_letters_or_of_another_level_names_no_chunk(get, chunks):
    chunk = str(chunks.code[0])
    assert get(f"/chunks/{chunk.upper()}/hexes/{LEVEL}.bin").status_code == 404
    for level in ("h3-8", "buurt", "h3-99", "nothing"):
        assert get(f"/chunks/{level}.bin").status_code == 404
        assert get(f"/chunks/{chunk}/hexes/{level}.bin").status_code == 404
        assert get(f"/chunks/{chunk}/values/{level}/{LABS}/2025/rate.bin").status_code == 404
    for path in (f"values/{LEVEL}/nothing/2025/rate.bin", f"values/{LEVEL}/{LABS}/2019/rate.bin"):
        assert get(f"/chunks/{chunk}/{path}").status_code == 404
    assert get(f"/chunks/{chunk}/classes/{LEVEL}/{LABS}/2025.bin?methode=nothing").status_code == 400


def test_another_release_has_no_chunks_here(app, chunks):
    client = app.test_client()
    for path in (f"chunks/{LEVEL}.bin", f"chunks/{chunks.code[0]}/hexes/{LEVEL}.bin"):
        assert client.get(f"/columns/other/{path}").status_code == 404


def test_a_fine_level_is_sent_in_chunks_alone_and_a_coarse_one_whole(fine, get):
    figures = (f"values/{LEVEL}/{LABS}/2025/rate.bin", f"classes/{LEVEL}/{LABS}/2025.bin")
    for path in (f"areas/{LEVEL}.json", f"hexes/{LEVEL}.bin", *figures):
        found = get(f"/{path}")
        assert found.status_code == 404
        assert get(f"/{path.replace(LEVEL, 'h3-8')}").status_code == 200
    whole = decode_values(get(f"/values/h3-8/{LABS}/2025/rate.bin").data)
    assert whole.chunk == ""
    assert len(whole.status) == len(fine.areas["h3-8"].code)


def test_a_site_of_files_has_every_chunk(fine, chunks):
    site = Site(fine, hosting=Hosting.FILES)
    found = {
        file_of(site, one) for one in addresses(site, assets="/static/x", bundle="/bundle.js", deck='{"layers":[]}')
    }
    folder = f"columns/{fine.short_id}"
    assert f"{folder}/chunks/{LEVEL}.bin" in found
    for chunk in chunks.code.tolist():
        assert f"{folder}/chunks/{chunk}/hexes/{LEVEL}.bin" in found
        for period in PERIODS:
            for kind in ("values", "bounds"):
                assert f"{folder}/chunks/{chunk}/{kind}/{LEVEL}/{LABS}/{period}/rate.bin" in found
            for kind in ("classes", "evidence"):
                assert f"{folder}/chunks/{chunk}/{kind}/{LEVEL}/{LABS}/{period}.bin" in found
        assert f"{folder}/chunks/{chunk}/deviations/{LEVEL}/{LABS}/2025/country.bin" in found
    assert not any(f"/{LEVEL}/" in name and "/chunks/" not in name for name in found if name.startswith("columns/"))
    assert f"{folder}/hexes/h3-8.bin" in found


def test_the_gates_ask_for_every_chunk(app, fine, chunks):
    client = app.test_client()
    rules = [rule for rule in app.url_map.iter_rules() if "/chunks/" in rule.rule]
    asked = dict(fetch(client, path)[:2] for rule in rules for path in of_rule(app, rule, fine))
    assert set(asked.values()) == {200, 404}
    for kind in ("hexes", "values", "bounds", "classes", "evidence", "deviations"):
        for chunk in chunks.code.tolist():
            assert any(f"/chunks/{chunk}/{kind}/{LEVEL}" in path and code == 200 for path, code in asked.items())

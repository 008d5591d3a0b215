"""Chunks: cut where the H3 library cuts, each worked out by itself and yet the very part of its level, in one form."""

from __future__ import annotations

import json
from dataclasses import replace

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import grids
from tests.tiles.test_columns import columns, grounds, same
from tests.tiles.test_hexes import PLACES, area_list, disk
from tiles.binary import seal
from tiles.chunks import CHUNKS, SPAN, ChunkList, chunk_list, decode_chunks, encode_chunks, is_chunked, part_of
from tiles.columns import (
    decode_classes,
    decode_column,
    decode_labels,
    decode_values,
    encode_bounds,
    encode_evidence,
    encode_labels,
    encode_values,
)
from tiles.errors import MalformedColumnError
from tiles.hexes import chunk_shapes, decode_hexes, encode_hexes, hex_shapes, lattice_of
from zicht.errors import UnknownFormatError
from zicht.published import ColumnKey, PublishedColumn

CHUNK = "85196953fffffff"


@st.composite
def levels(draw: st.DrawFn):
    """Some cells around a place, and how coarse the ancestors are that cut them."""
    place, resolution = draw(st.sampled_from(PLACES)), draw(st.integers(6, 12))
    cell = disk(place, resolution, draw(st.integers(0, 9)))
    kept = draw(st.lists(st.integers(0, len(cell) - 1), min_size=1, unique=True)) if draw(st.booleans()) else None
    return area_list(cell if kept is None else np.sort(cell[kept])), draw(st.integers(1, 4))


@given(levels())
@settings(max_examples=60, deadline=None)
def test_a_chunk_is_what_the_library_finds_under_one_ancestor_in_its_child_order(level):
    areas, span = level
    chunks = chunk_list(areas, span=span)
    cells = set(areas.code.tolist())
    resolution = int(areas.level[3:])
    above = sorted({h3.cell_to_parent(cell, resolution - span) for cell in cells})
    assert chunks.code.tolist() == above
    for ancestor in above:
        children = [cell for cell in h3.cell_to_children(ancestor, resolution) if cell in cells]
        assert areas.code[chunks.slices[ancestor]].tolist() == children
    assert decode_chunks(encode_chunks(chunks)).slices == chunks.slices


@given(levels())
@settings(max_examples=25, deadline=None)
def test_a_list_of_chunks_is_read_as_it_was_written(level):
    chunks = chunk_list(level[0], span=level[1])
    body = encode_chunks(chunks)
    read = decode_chunks(body)
    assert (read.level, read.resolution) == (chunks.level, chunks.resolution)
    for name in ("code", "count", "box"):
        np.testing.assert_array_equal(getattr(read, name), getattr(chunks, name))
    assert encode_chunks(read) == body


@given(levels())
@settings(max_examples=25, deadline=None)
def test_the_box_of_a_chunk_holds_its_cells_and_is_no_larger(level):
    areas, span = level
    chunks = chunk_list(areas, span=span)
    shapes = hex_shapes(areas)
    for box, part in zip(chunks.box, chunks.slices.values(), strict=True):
        corners = shapes.corners[part].reshape(-1, 2)
        least, most = corners.min(axis=0), corners.max(axis=0)
        edge = np.ptp(shapes.corners[part.start], axis=0).max()
        assert (box[:2] <= shapes.centre[part].min(axis=0)).all()
        assert (box[2:] >= shapes.centre[part].max(axis=0)).all()
        assert (np.abs(np.concatenate([least, most]) - box) <= edge * 0.25 + 2).all()


@pytest.mark.parametrize("kept", [0.9, 0.6])
@pytest.mark.parametrize("place", PLACES)
def test_outlines_of_chunks_are_those_of_the_level_to_the_last_step(place, kept):
    """Some cells are left out, so that there are rims and holes at the borders of chunks."""
    cell = disk(place, 9, 30)
    areas = area_list(cell[np.random.default_rng(3).random(len(cell)) < kept])
    chunks = chunk_list(areas, span=3)
    lattice = lattice_of(areas, chunks)
    whole = hex_shapes(areas, lattice=lattice)
    assert len(chunks.code) > 5
    for code, part in chunks.slices.items():
        shapes = chunk_shapes(areas, chunks, code, lattice)
        assert (shapes.chunk, shapes.code.tolist()) == (code, areas.code[part].tolist())
        np.testing.assert_array_equal(shapes.corners, whole.corners[part])
        np.testing.assert_array_equal(shapes.centre, whole.centre[part])
        read = decode_hexes(encode_hexes(shapes))
        assert (read.chunk, read.code.tolist()) == (code, shapes.code.tolist())
        np.testing.assert_array_equal(read.corners, shapes.corners)


def test_the_lattice_of_a_chunk_is_good_for_its_level():
    """Inside a level the outlines do not depend on it at all."""
    areas = area_list(disk((5.1, 52.1), 9, 30))
    chunks = chunk_list(areas, span=3)
    inner = np.isin(areas.code, grids.to_strings(disk((5.1, 52.1), 9, 28)))
    ours, own = hex_shapes(areas, lattice=lattice_of(areas, chunks)), hex_shapes(areas)
    np.testing.assert_array_equal(ours.corners[inner], own.corners[inner])
    edge = np.ptp(own.corners[0], axis=0).max()
    assert np.abs(ours.corners - own.corners).max() < 0.05 * edge


def test_fine_levels_and_large_ones_are_sent_in_chunks():
    one = [grids.to_strings(disk((5.1, 52.1), resolution, 0)) for resolution in (5, 8, 9, 10, 11, 15)]
    assert [is_chunked(code) for code in one] == [False, False, False, True, True, True]
    many = np.repeat(one[2], 100_001)
    assert is_chunked(many)
    assert not is_chunked(many[1:])
    assert not is_chunked(many[:0])
    assert 7**SPAN == 16_807


@given(columns(), st.integers(0, 8), st.integers(0, 8))
def test_a_column_of_a_chunk_names_it_and_is_read_as_it_was_written(column, first, last):
    found = part_of(grounds(), slice(first, last))
    values, bounds = encode_values(column, chunk=CHUNK), encode_bounds(column, chunk=CHUNK)
    labels, evidence = encode_labels(found, chunk=CHUNK), encode_evidence(found, chunk=CHUNK)
    assert same(decode_column(values, bounds, code=column.code), column)
    assert same(decode_classes(labels, evidence, code=found.code), found)
    assert decode_values(values).chunk == decode_labels(labels).chunk == CHUNK
    assert decode_values(encode_values(column)).chunk == decode_labels(encode_labels(found)).chunk == ""
    with pytest.raises(MalformedColumnError, match="another column"):
        decode_column(values, encode_bounds(column), code=column.code)
    with pytest.raises(MalformedColumnError, match="another column"):
        decode_classes(labels, encode_evidence(found, chunk="85196957fffffff"), code=found.code)


@given(columns())
def test_a_body_of_a_whole_level_is_as_it_was_before_there_were_chunks(column):
    """Documented bytes: the header has no entry for a chunk where there is none, and a reader takes it as ever."""
    body = encode_values(column)
    header = json.loads(body[12 : 12 + int.from_bytes(body[6:8], "little")])
    assert set(header) == {"indicator", "period", "level", "category", "measure", "unit", "value"}
    assert body[4] == 2
    assert same(decode_column(body, encode_bounds(column), code=column.code), column)


@given(columns(), st.integers(0, 12), st.integers(0, 12))
def test_a_part_of_a_column_is_the_same_of_fewer_cells(column, first, last):
    part = part_of(column, slice(first, last))
    assert part.key == column.key
    np.testing.assert_array_equal(part.status, column.status[first:last])
    np.testing.assert_array_equal(part.value, column.value[first:last])


def remade(body, kind, **changes):
    size = int.from_bytes(body[6:8], "little")
    header = json.loads(body[12 : 12 + size]) | changes
    return seal(kind, header, int.from_bytes(body[8:12], "little"), body[12 + size :])


def small() -> ChunkList:
    return chunk_list(area_list(disk((5.1, 52.1), 8, 4)), span=2)


@pytest.mark.parametrize(
    "changes",
    [
        {"grid": 25}, {"resolution": 16}, {"resolution": "8"}, {"level": 8}, {"more": 1}, {"chunk": "x"},
        {"ancestor": 9}, {"ancestor": -1}, {"cell": None}, {"resolution": 6}, {"ancestor": True},
        {"west": {"decimals": 0, "offset": 2**53 - 1, "width": 4}},
        {"east": {"decimals": 3, "offset": 0, "width": 4}},
    ],
)  # fmt: skip
def test_a_list_that_contradicts_itself_is_refused(changes):
    with pytest.raises(MalformedColumnError):
        decode_chunks(remade(encode_chunks(small()), CHUNKS, **changes))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda chunks: replace(chunks, code=chunks.code[::-1]),
        lambda chunks: replace(chunks, count=chunks.count * 0),
        lambda chunks: replace(chunks, count=chunks.count + 49),
        lambda chunks: replace(chunks, box=chunks.box[:, [2, 1, 0, 3]]),
        lambda chunks: replace(chunks, box=chunks.box + 2**26),
        lambda chunks: replace(chunks, code=chunks.code[:0], count=chunks.count[:0], box=chunks.box[:0]),
    ],
)
def test_a_list_of_what_cannot_be_is_refused(wrong):
    with pytest.raises(MalformedColumnError):
        decode_chunks(encode_chunks(wrong(small())))


@given(st.data())
def test_damaged_bytes_are_refused_or_read_as_what_they_say(data):
    body = encode_chunks(small())
    at, byte = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, 255))
    damaged = data.draw(st.sampled_from([body[:at] + bytes([byte]) + body[at + 1 :], body[:at], body + bytes([byte])]))
    try:
        chunks = decode_chunks(damaged)
    except (MalformedColumnError, UnknownFormatError):
        return
    assert encode_chunks(chunks) == damaged


@pytest.mark.parametrize("chunk", ["", 5, None, "nothing", "85196953ffffffff", "8f1969b0a4d2481"])
def test_a_chunk_that_is_none_or_holds_other_cells_is_refused(chunk):
    areas = area_list(disk((5.1, 52.1), 8, 4))
    chunks = chunk_list(areas, span=2)
    body = encode_hexes(chunk_shapes(areas, chunks, chunks.largest, lattice_of(areas, chunks)))
    decode_hexes(body)
    for wrong in (chunk, str(chunks.code[0]) if chunks.largest != chunks.code[0] else str(chunks.code[1])):
        with pytest.raises(MalformedColumnError):
            decode_hexes(remade(body, 5, chunk=wrong))


@pytest.mark.parametrize("chunk", ["", 5, None])
def test_a_column_whose_chunk_is_no_text_is_refused(chunk):
    body = encode_values(one_column(), chunk=CHUNK)
    with pytest.raises(MalformedColumnError):
        decode_values(remade(body, 1, chunk=chunk))


def one_column():
    number = np.array([1.5])
    key = ColumnKey("labs", "2025", "h3-10", "", "rate")
    return PublishedColumn(key, "", np.array(["8a1969532a4ffff"]), np.array(["published"]), number, number, number)


def test_what_cannot_be_cut_is_refused():
    areas = area_list(disk((5.1, 52.1), 8, 1))
    nowhere = replace(areas, bounds=np.full((7, 4), np.nan))
    empty = part_of(areas, slice(0, 0))
    for wrong, span in ((nowhere, 2), (empty, 2), (areas, 9)):
        with pytest.raises(MalformedColumnError):
            chunk_list(wrong, span=span)

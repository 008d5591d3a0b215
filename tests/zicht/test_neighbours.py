from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geo.neighbours import h3_rings, queen
from tests.support import tiny_world as world
from tests.support.tiny import tiny_release
from zicht.errors import AlignmentError
from zicht.neighbours import FILE, SCHEMA, Neighbourhood, read_neighbours, write_neighbours
from zicht.release import open_release


def neighbourhood(*rows: list[int], level: str = "buurt") -> Neighbourhood:
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return Neighbourhood(level, "queen", indptr, np.array([fid for row in rows for fid in row], dtype=np.int32))


def rows(level: str, fids: list[int], lists: list[list[int] | None]) -> pa.Table:
    return pa.table(
        {"level": [level] * len(fids), "neighbourhood": ["queen"] * len(fids), "fid": fids, "neighbours": lists},
        schema=SCHEMA,
    )


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return open_release(tiny_release(tmp_path_factory.mktemp("neighbours") / "release"))


def test_a_release_says_who_neighbours_whom(release):
    layers = {layer.level: layer for layer in world.layers()}
    assert sorted(release.neighbours) == ["buurt", "h3-8", "wijk"]
    for level, found in release.neighbours.items():
        wanted = h3_rings(layers[level].code) if level.startswith("h3-") else queen(layers[level])
        assert found.indptr.tolist() == wanted.indptr.tolist()
        assert found.indices.tolist() == wanted.indices.tolist()
        assert len(found.indices) > 0


def test_an_older_release_has_none_and_opens(tmp_path):
    path = tiny_release(tmp_path / "old", neighbours=lambda _: [])
    assert not (path / FILE).exists()
    assert dict(open_release(path).neighbours) == {}


def test_the_same_neighbours_give_the_same_bytes_and_islands_keep_their_place(tmp_path):
    ring = neighbourhood([1], [0], [])
    for name in ("a", "b"):
        write_neighbours([ring, neighbourhood([], level="wijk")], tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    table = pq.read_table(tmp_path / "a")
    assert table.schema.names == SCHEMA.names
    assert table["neighbours"].to_pylist() == [[1], [0], [], []]
    assert table["fid"].to_pylist() == [0, 1, 2, 0]


@pytest.mark.parametrize("wrong", [[[0]], [[1]], [[-1], []], [[1, 1], []], [[2, 1], [], []]])
def test_a_neighbour_is_another_area_of_the_level_and_comes_once(wrong):
    with pytest.raises(AlignmentError, match="ascending order"):
        neighbourhood(*wrong)


def test_neighbours_of_other_areas_are_refused(tmp_path, release):
    size = len(release.areas["buurt"].code)
    for level, fids in (("buurt", size - 1), ("nowhere", size)):
        pq.write_table(rows(level, list(range(fids)), [[]] * fids), tmp_path / "x")
        with pytest.raises(AlignmentError, match="not of the areas"):
            read_neighbours(tmp_path / "x", release.areas)


def test_rows_out_of_order_absent_lists_and_other_columns_are_refused(tmp_path, release):
    size = len(release.areas["buurt"].code)
    fids = list(range(size))
    pq.write_table(rows("buurt", fids[::-1], [[]] * size), tmp_path / "order")
    pq.write_table(rows("buurt", fids, [None] * size), tmp_path / "absent")
    pq.write_table(rows("buurt", fids, [[]] * size).drop_columns(["fid"]), tmp_path / "columns")
    twice = [rows("buurt", fids, [[]] * size), rows("wijk", [0, 1, 2, 3], [[]] * 4), rows("buurt", fids, [[]] * size)]
    pq.write_table(pa.concat_tables(twice), tmp_path / "twice")
    for name, said in (("order", "order of their fid"), ("absent", "absent"), ("columns", "columns of this table"),
                       ("twice", "more than one")):  # fmt: skip
        with pytest.raises(AlignmentError, match=said):
            read_neighbours(tmp_path / name, release.areas)

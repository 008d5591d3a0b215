from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zicht.errors import AlignmentError, ReleaseError
from zicht.structure import Structure, read_structure


def atoms(**changes) -> Structure:
    parts = {
        "administrative_level": np.array(["buurt", "park", "country"]),
        "administrative_fid": np.array([4, 0, 0]),
        "hex_level": np.array(["h3-9", "h3-9", "country"]),
        "hex_fid": np.array([17, 18, 0]),
        "capacity": {"addresses": np.array([3, 0, 7])},
    }
    return Structure(**{**parts, **changes})


def test_atoms_read_back_as_they_were_written(tmp_path):
    atoms().write(tmp_path / "structure.parquet")
    found = read_structure(tmp_path / "structure.parquet")
    assert found.administrative_level.tolist() == ["buurt", "park", "country"]
    assert found.administrative_fid.tolist() == [4, 0, 0]
    assert found.hex_level.tolist() == ["h3-9", "h3-9", "country"]
    assert found.hex_fid.tolist() == [17, 18, 0]
    assert {name: value.tolist() for name, value in found.capacity.items()} == {"addresses": [3, 0, 7]}


def test_the_same_atoms_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        atoms().write(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    "changes",
    [
        {"hex_fid": np.array([1, 2])},
        {"hex_fid": np.array([1, 2, -1])},
        {"capacity": {"addresses": np.array([1, 2, -3])}},
        {"capacity": {"addresses": np.array([1])}},
    ],
)
def test_atoms_that_do_not_fit_are_refused(changes):
    with pytest.raises(AlignmentError):
        atoms(**changes)


def test_a_release_without_structure_says_so(tmp_path):
    with pytest.raises(ReleaseError, match="no structure"):
        read_structure(tmp_path / "structure.parquet")


def test_a_lost_column_is_named(tmp_path):
    pq.write_table(pa.table({"hex_level": ["h3-9"], "hex_fid": [1]}), tmp_path / "structure.parquet")
    with pytest.raises(ReleaseError, match="administrative_level"):
        read_structure(tmp_path / "structure.parquet")

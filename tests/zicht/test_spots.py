"""The table of hotspot windows: reads back as written, refuses what contradicts itself, and may be absent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.analysis.audit.test_spots import FLAGGED, SILENT, made_by_hand
from zicht.certificate import AuditedSpots, AuditedSystem, Certificate, certificate_of, write_certificate
from zicht.errors import AlignmentError, ReleaseError
from zicht.release import open_release
from zicht.spots import SpotTable


def small():
    return made_by_hand({"country": [40]}, [(1, 2), (0, 1)], [SILENT, FLAGGED])


def test_spots_read_back_in_their_order(tmp_path):
    opened = small().open(tmp_path / "release")
    (read,) = opened.spots
    (made,) = small().spots
    assert read.key == made.key
    assert read.hexes == made.hexes
    assert read.status.tolist() == [SILENT, FLAGGED]
    assert read.critical.tolist() == [13, 13]
    SpotTable([read]).write(tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == (opened.path / "spots.parquet").read_bytes()


def test_a_release_without_spots_opens(tmp_path):
    opened = replace(small(), spots=()).open(tmp_path / "release")
    assert not (opened.path / "spots.parquet").exists()
    assert len(opened.spots) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"status": np.array([SILENT, "low"])},
        {"status": np.array([FLAGGED, FLAGGED])},
        {"critical": np.array([0, 13])},
        {"critical": np.array([13])},
        {"share": np.array([0.0, 1.5])},
        {"exposure": np.array([-1.0, 1.0])},
        {"spot": np.array(["s00", "s00"])},
        {"hexes": ((), ("H70000",))},
        {"hexes": (("H70002", "H70001"), ("H70000",))},
    ],
)
def test_what_contradicts_itself_is_refused(change):
    (made,) = small().spots
    with pytest.raises(AlignmentError):
        replace(made, **change)


def certificate(identity, spots=()):
    system = AuditedSystem("x", "2021", (), 1, 0, 1, 1, 0, 12, holds=True)
    return Certificate(identity, (), (system,), holds=True, spots=spots)


SPOTS = AuditedSpots("x", "2021", 2, 1, 1, 3, 0, holds=True)


def test_a_certificate_speaks_of_hotspot_windows_where_there_are_any(tmp_path):
    opened = small().open(tmp_path / "release")
    write_certificate(opened.path, certificate(opened.id))
    with pytest.raises(ReleaseError, match="hotspot windows"):
        certificate_of(opened)
    write_certificate(opened.path, certificate(opened.id, (SPOTS,)))
    assert certificate_of(open_release(opened.path)) == certificate(opened.id, (SPOTS,))
    write_certificate(opened.path, certificate(opened.id, (replace(SPOTS, violations=1, holds=False),)))
    with pytest.raises(ReleaseError, match="contradicts"):
        certificate_of(opened)


def test_the_certificate_of_a_release_without_spots_is_as_it_was(tmp_path):
    opened = replace(small(), spots=()).open(tmp_path / "release")
    path = write_certificate(opened.path, certificate(opened.id))
    assert b"spots" not in path.read_bytes()
    assert certificate_of(opened) == certificate(opened.id)

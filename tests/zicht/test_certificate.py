"""A certificate says what the audit found, and cannot be put beside another release or changed unseen."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.analysis.audit.support import Small
from zicht.certificate import AuditedSystem, Certificate, certificate_of, write_certificate
from zicht.errors import ReleaseError
from zicht.release import canonical_json, open_release


def release(folder, *, country=60):
    shown = {("x", "2021", "country"): [country], ("y", "2021", "country"): [country]}
    return Small({"buurt": [0]}, [("buurt", 0, "country", 0)], shown, {"y": {"part_of": "x"}}).open(folder)


def certificate(identity, **changes):
    system = AuditedSystem("x", "2021", ("y",), 2, 1, 1, 2, 0, 12, holds=True)
    return replace(Certificate(identity, ("ab" * 32,), (system,), holds=True), **changes)


def test_a_certificate_reads_back_as_it_was_written(tmp_path):
    opened = release(tmp_path / "release")
    assert certificate_of(opened) is None
    path = write_certificate(opened.path, certificate(opened.id))
    assert certificate_of(open_release(opened.path)) == certificate(opened.id)
    assert [item.name for item in path.parent.iterdir()] == ["audit.json"]
    stated = json.loads(path.read_bytes())
    assert {key: stated[key] for key in ("format", "kind", "release", "with", "holds", "rule")} == {
        "format": 2,
        "kind": "audit",
        "release": opened.id,
        "with": ["ab" * 32],
        "holds": True,
        "rule": "upper-bound-v2",
    }
    assert stated["systems"][0]["narrowest_upper"] == 12


def test_the_certificate_of_another_release_is_refused(tmp_path):
    one, other = release(tmp_path / "one"), release(tmp_path / "other", country=61)
    write_certificate(one.path, certificate(other.id))
    with pytest.raises(ReleaseError, match="another release"):
        certificate_of(one)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content | {"rule": "none"},
        lambda content: content | {"format": 3},
        lambda content: content | {"holds": "yes"},
        lambda content: content | {"more": 1},
        lambda content: {key: value for key, value in content.items() if key != "systems"},
        lambda content: content | {"systems": [content["systems"][0] | {"holds": False}]},
        lambda content: content | {"systems": [content["systems"][0] | {"violations": 1}]},
        lambda content: content | {"systems": [content["systems"][0] | {"parts": []}]},
        lambda content: content | {"systems": []},
        lambda content: [content],
    ],
)
def test_a_changed_certificate_is_refused(change, tmp_path):
    opened = release(tmp_path / "release")
    path = write_certificate(opened.path, certificate(opened.id))
    path.write_bytes(canonical_json(change(json.loads(path.read_bytes()))))
    with pytest.raises(ReleaseError, match="certificate"):
        certificate_of(opened)


@pytest.mark.parametrize("bytes_", [b"", b"{", b"null\n", b"\xff"])
def test_a_file_that_is_no_certificate_is_refused(bytes_, tmp_path):
    opened = release(tmp_path / "release")
    path = write_certificate(opened.path, certificate(opened.id))
    path.write_bytes(bytes_)
    with pytest.raises(ReleaseError, match="certificate"):
        certificate_of(opened)


def test_spare_bytes_are_refused(tmp_path):
    opened = release(tmp_path / "release")
    path = write_certificate(opened.path, certificate(opened.id))
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ReleaseError, match="changed"):
        certificate_of(opened)


def test_a_certificate_changes_no_release(tmp_path):
    opened = release(tmp_path / "release")
    write_certificate(opened.path, certificate(opened.id))
    assert open_release(opened.path).id == opened.id

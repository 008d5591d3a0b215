"""A release is a draft unless it was protected jointly and a valid certificate says that its rule holds."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.support.certified import certificate, certify, doubted, joint
from zicht.certificate import FILE
from zicht.errors import UnprotectedError
from zicht.explain import KEPT, explain
from zicht.release import ATTESTATIONS, open_release
from zicht.standing import PROBLEMS, Doubt, require_certified, standing


def test_a_certified_joint_release_is_no_draft(tmp_path):
    release = certify(joint(tmp_path / "a"))
    found = standing(release)
    assert (found.is_draft, found.doubt, found.problem) == (False, None, "")
    assert found.certificate == certificate(release)
    assert require_certified(release) == found


@pytest.mark.parametrize("doubt", Doubt)
def test_every_doubt_makes_a_draft_that_is_refused_with_a_remedy(doubt, tmp_path):
    release = doubted(tmp_path / "a", doubt)
    found = standing(release)
    assert found.is_draft
    assert found.doubt is doubt
    assert found.problem.startswith(PROBLEMS[doubt])
    with pytest.raises(UnprotectedError) as caught:
        require_certified(release)
    assert caught.value.problem == found.problem
    assert str(tmp_path) in caught.value.where
    assert "--draft" in caught.value.remedy
    if doubt in (Doubt.UNAUDITED, Doubt.INVALID):
        assert f"`zicht audit {release.path}`" in caught.value.remedy


def test_a_primary_release_stays_a_draft_whatever_its_certificate_says(tmp_path):
    found = standing(doubted(tmp_path / "a", Doubt.PRIMARY))
    assert found.certificate is not None
    assert found.certificate.holds
    assert found.doubt is Doubt.PRIMARY


def test_a_certificate_that_cannot_be_read_is_no_certificate(tmp_path, monkeypatch):
    release = certify(joint(tmp_path / "a"))

    def refused(_: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", "audit.json")

    monkeypatch.setattr(Path, "read_bytes", refused)
    found = standing(release)
    assert found.doubt is Doubt.INVALID
    assert "Permission denied" in found.problem


def test_a_certificate_written_later_counts(tmp_path):
    folder = joint(tmp_path / "a")
    release = open_release(folder)
    assert standing(release).doubt is Doubt.UNAUDITED
    certify(folder)
    assert not standing(release).is_draft
    (folder / ATTESTATIONS / FILE).write_bytes(b"{")
    assert standing(release).doubt is Doubt.INVALID


@pytest.mark.parametrize("doubt", [None, *Doubt])
def test_a_receipt_says_how_the_release_was_protected(doubt, tmp_path):
    release = doubted(tmp_path / "a", doubt)
    lines = explain(release, indicator="drug-labs", period="2024", code="BU90010101")
    says = {line.label["en"]: line.says for line in lines}
    for language in ("nl", "en"):
        assert says["protection"][language].endswith(KEPT[doubt][language])
    assert "zicht audit RELEASE" in says["check"]["en"]

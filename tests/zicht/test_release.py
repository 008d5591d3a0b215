"""A release is whole or not there, and one changed byte is seen."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from zicht import release as module
from zicht.errors import ChecksumMismatchError, ReleaseError, UnknownFormatError
from zicht.release import canonical_json, locate, verify_release, write_release

MANIFEST = {"protection": "primary", "edition": "2025"}


def fill_with(content: bytes):
    def fill(folder: Path) -> None:
        for name in (*module.REQUIRED, "geometry/buurt.pmtiles"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content + name.encode())

    return fill


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_release(tmp_path / "release", manifest=MANIFEST, fill=fill_with(b"one"))
    return tmp_path / "release"


def test_the_same_files_give_the_same_id(tmp_path, folder):
    again = write_release(tmp_path / "again", manifest=MANIFEST, fill=fill_with(b"one"))
    other = write_release(tmp_path / "other", manifest=MANIFEST, fill=fill_with(b"two"))
    assert verify_release(folder)["id"] == again != other


@pytest.mark.parametrize("name", [*module.REQUIRED, "geometry/buurt.pmtiles", "manifest.json"])
def test_every_changed_byte_is_seen(folder, name):
    path = folder / name
    content = path.read_bytes()
    for position in range(0, len(content), max(1, len(content) // 25)):
        changed = bytearray(content)
        changed[position] ^= 0x01
        path.write_bytes(bytes(changed))
        with pytest.raises(ReleaseError):
            verify_release(folder)
    path.write_bytes(content)
    verify_release(folder)


def test_white_space_in_the_manifest_is_seen(folder):
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ChecksumMismatchError, match="manifest was changed"):
        verify_release(folder)


def test_a_file_that_is_not_part_of_it_is_named(folder):
    (folder / "extra.csv").write_text("x", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"extra\.csv: This file is not part"):
        verify_release(folder)


def test_an_absent_file_is_named(folder):
    (folder / "quality.json").unlink()
    with pytest.raises(ReleaseError, match=r"quality\.json: A file of the release is absent"):
        verify_release(folder)


def test_attestations_may_come_later(folder):
    (folder / "attestations" / "audit.json").write_text("{}", encoding="utf-8")
    verify_release(folder)


def test_another_format_is_refused(folder):
    manifest = json.loads((folder / "manifest.json").read_bytes()) | {"format": 99}
    (folder / "manifest.json").write_bytes(canonical_json(manifest))
    with pytest.raises(UnknownFormatError):
        verify_release(folder)


def test_a_folder_that_is_no_release_is_not_replaced(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ReleaseError, match="is not a release"):
        write_release(tmp_path / "mine", manifest=MANIFEST, fill=fill_with(b"one"))
    assert (tmp_path / "mine" / "thesis.txt").is_file()


def test_a_release_without_its_tables_is_refused(tmp_path):
    with pytest.raises(ReleaseError, match="needs"):
        write_release(tmp_path / "release", manifest=MANIFEST, fill=lambda _: None)
    assert not (tmp_path / "release").exists()


class Interruption(BaseException):
    """Stands for a killed process: nothing catches it."""


def test_an_interruption_at_any_step_leaves_the_old_release_or_the_new_one(tmp_path, folder, monkeypatch):
    old = verify_release(folder)["id"]
    new = write_release(tmp_path / "elsewhere", manifest=MANIFEST, fill=fill_with(b"two"))
    steps = 0
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        write_release(folder, manifest=MANIFEST, fill=fill_with(b"one"))
        done = _interrupted_after(steps, folder, monkeypatch)
        found = verify_release(folder)["id"]
        assert found in {old, new}
        if done:
            break
        steps += 1
    assert found == new
    assert steps > 3


def _interrupted_after(steps: int, folder: Path, monkeypatch) -> bool:
    """Build a second release, with the process dying at the given system call. Return whether it came to its end."""
    left = [steps]

    def count(function):
        def call(*arguments, **options):
            if left[0] == 0:
                raise Interruption
            left[0] -= 1
            return function(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", count(Path.rename))
        patch.setattr(os, "fsync", count(os.fsync))
        patch.setattr(shutil, "rmtree", count(shutil.rmtree))
        try:
            write_release(folder, manifest=MANIFEST, fill=fill_with(b"two"))
        except Interruption:
            return False
    return True


def test_the_previous_release_is_found_where_a_build_died_between_two_renames(tmp_path, folder):
    folder.rename(tmp_path / ".release.previous")
    assert locate(folder) == tmp_path / ".release.previous"
    verify_release(folder)


def test_a_full_disk_leaves_the_old_release(folder):
    def fill(target: Path) -> None:
        (target / "areas.parquet").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    old = verify_release(folder)["id"]
    with pytest.raises(OSError, match="No space left"):
        write_release(folder, manifest=MANIFEST, fill=fill)
    assert verify_release(folder)["id"] == old
    assert [item.name for item in folder.parent.iterdir()] == ["release"]

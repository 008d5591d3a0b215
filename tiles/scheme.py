"""The tile grid: WebMercatorQuad (OGC 17-083r4, annex D.1), zoom ranges by level, and Hilbert tile numbers.

Conventions: x counts columns eastward and y rows southward from the north-west corner of the world. A tile is a square
of `extent` integer units; y points down. World units at a zoom are tile units counted from the corner of the world, so
a tile border is a line of integer world units. Tile numbers follow PMTiles version 3: zooms one after the other, within
a zoom along the Hilbert curve.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tiles.errors import TileAddressError
from zicht.errors import ConfigError

#: Half the width of the world in web mercator metres.
HALF_WORLD = math.pi * 6378137.0

#: The deepest zoom there is a tile for; at extent 4096 a world unit is then half a millimetre.
MAX_ZOOM = 24

EXTENT = 4096
BUFFER = 80


@dataclass(frozen=True, slots=True)
class ZoomRange:
    """The zooms, both ends included, at which a level has tiles.

    Args:
        minzoom: 0 to `MAX_ZOOM`.
        maxzoom: `minzoom` to `MAX_ZOOM`.

    Raises:
        ConfigError: The range is empty or outside 0..`MAX_ZOOM`.
    """

    minzoom: int
    maxzoom: int

    def __post_init__(self) -> None:
        if not 0 <= self.minzoom <= self.maxzoom <= MAX_ZOOM:
            raise ConfigError(
                f"A zoom range is 0 <= minzoom <= maxzoom <= {MAX_ZOOM}, not {self.minzoom}..{self.maxzoom}."
            )

    def __contains__(self, zoom: int) -> bool:
        return self.minzoom <= zoom <= self.maxzoom

    def zooms(self) -> range:
        """Return the zooms, coarsest first."""
        return range(self.minzoom, self.maxzoom + 1)


#: Zooms by level. The first is the coarsest at which the largest national tile stays below 125 kB as sent (measured on
#: 393 gemeenten, 2,796 wijken, 12,229 buurten and 392,000 cells of resolution 9: 33, 92, 71 and 122 kB); below it a map
#: shows the tiles of the first zoom smaller. The last is where a unit is finer than the boundaries, or less than a
#: hundredth of the edge of a cell; beyond it a map enlarges. Provinces, districts and the largest cells are so few that
#: they begin where the country fills a screen.
ZOOMS: Mapping[str, ZoomRange] = MappingProxyType(
    {
        "province": ZoomRange(4, 12),
        "district": ZoomRange(4, 12),
        "gemeente": ZoomRange(5, 12),
        "wijk": ZoomRange(6, 12),
        "buurt": ZoomRange(9, 12),
        "park": ZoomRange(7, 13),
        "h3-4": ZoomRange(4, 7),
        "h3-5": ZoomRange(4, 8),
        "h3-6": ZoomRange(5, 9),
        "h3-7": ZoomRange(6, 10),
        "h3-8": ZoomRange(9, 11),
        "h3-9": ZoomRange(10, 12),
    }
)

#: Units by level: an area that is neither so wide nor so high is drawn as a point. Parks lie far apart, and at their
#: first zooms most of them are less than two pixels across (a unit is an eighth of a pixel): polygons nobody would see.
POINTS: Mapping[str, int] = MappingProxyType({"park": 16})


@dataclass(frozen=True, slots=True)
class TileScheme:
    """How areas are cut into tiles.

    Args:
        extent: Units along the side of a tile, at least 256.
        buffer: Units drawn beyond each side, so that strokes meet; 0 to `extent` / 2.
        zooms: Zoom range by level. A level without one is not tiled.
        points: Units by level, at least 1: an area that is neither so wide nor so high is drawn as a point. The areas
            of other levels are always polygons.

    Raises:
        ConfigError: A number is out of range.
    """

    extent: int = EXTENT
    buffer: int = BUFFER
    zooms: Mapping[str, ZoomRange] = field(default_factory=lambda: ZOOMS)
    points: Mapping[str, int] = field(default_factory=lambda: POINTS)

    def __post_init__(self) -> None:
        if self.extent < 256 or not 0 <= self.buffer <= self.extent // 2:
            raise ConfigError(f"No tile has extent {self.extent} and buffer {self.buffer}.")
        if any(size < 1 for size in self.points.values()):
            raise ConfigError("An area cannot be less than one unit wide to be drawn as a point.")


DEFAULT_SCHEME = TileScheme()


def check_tile(zoom: int, x: int, y: int) -> None:
    """Refuse an address outside the world.

    Raises:
        TileAddressError: The zoom is not 0..`MAX_ZOOM`, or x or y not 0..2^zoom - 1.
    """
    if not 0 <= zoom <= MAX_ZOOM:
        raise TileAddressError(f"There is no zoom {zoom}.", remedy=f"Zooms run from 0 to {MAX_ZOOM}.")
    side = 1 << zoom
    if not (0 <= x < side and 0 <= y < side):
        raise TileAddressError(
            f"There is no tile {zoom}/{x}/{y}.", remedy=f"At zoom {zoom}, x and y run from 0 to {side - 1}."
        )


def tile_number(zoom: int, x: int, y: int) -> int:
    """Return the number of a tile: all tiles of coarser zooms first, then along the Hilbert curve.

    Raises:
        TileAddressError: See `check_tile`.
    """
    check_tile(zoom, x, y)
    number = first_number(zoom)
    for bit in reversed(range(zoom)):
        right, down = x >> bit & 1, y >> bit & 1
        number += (3 * right ^ down) << 2 * bit
        x, y = _turned(x, y, right=right, down=down, side=1 << bit)
    return number


def tile_address(number: int) -> tuple[int, int, int]:
    """Return (zoom, x, y) of a tile number; the inverse of `tile_number`.

    Raises:
        TileAddressError: The number is negative or beyond the last tile of `MAX_ZOOM`.
    """
    if not 0 <= number < first_number(MAX_ZOOM + 1):
        raise TileAddressError(f"There is no tile number {number}.")
    zoom = (3 * number + 1).bit_length() - 1 >> 1
    along, x, y = number - first_number(zoom), 0, 0
    for bit in range(zoom):
        quarter = along >> 2 * bit & 3
        right, down = quarter >> 1, (quarter & 1) ^ (quarter >> 1)
        x, y = _turned(x, y, right=right, down=down, side=1 << bit)
        x, y = x | right << bit, y | down << bit
    return zoom, x, y


def first_number(zoom: int) -> int:
    """Return the number of the first tile of a zoom, which is the number of tiles in all coarser zooms."""
    return ((1 << 2 * zoom) - 1) // 3


def _turned(x: int, y: int, *, right: int, down: int, side: int) -> tuple[int, int]:
    # The curve runs through the two upper quarters transposed, in the second one mirrored too.
    x, y = x & side - 1, y & side - 1
    if down:
        return x, y
    if right:
        x, y = side - 1 - x, side - 1 - y
    return y, x


def unit_length(zoom: int, *, extent: int = EXTENT) -> float:
    """Return the length of one world unit in web mercator metres."""
    return 2 * HALF_WORLD / ((1 << zoom) * extent)


def degrees(mercator_x: float, mercator_y: float) -> tuple[float, float]:
    """Return longitude and latitude in degrees of a point in web mercator metres."""
    radius = HALF_WORLD / math.pi
    return math.degrees(mercator_x / radius), math.degrees(math.atan(math.sinh(mercator_y / radius)))

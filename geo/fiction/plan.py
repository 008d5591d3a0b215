"""How large each size of fictional country is: counts, window in RD, and the scale of its features."""

from __future__ import annotations

from dataclasses import dataclass

from geo.fiction.country import Size


@dataclass(frozen=True, slots=True)
class Plan:
    """The measures of a fictional country.

    Args:
        west: Western edge of the window, RD metres.
        south: Southern edge of the window, RD metres.
        width: Width of the window, metres.
        height: Height of the window, metres.
        districts: Number of police districts.
        gemeenten: Number of gemeenten.
        wijken: Number of wijken.
        buurten: Number of buurten.
        villages: Number of villages tried besides the one main town of each gemeente.
        parks: Number of vacation parks.
        homes: Number of homes.
        pixel: Size of a pixel of the density raster, metres.
    """

    west: float
    south: float
    width: float
    height: float
    districts: int
    gemeenten: int
    wijken: int
    buurten: int
    villages: int
    parks: int
    homes: int
    pixel: float

    @property
    def scale(self) -> float:
        """Size of large features relative to the province."""
        return self.width / 45_000.0


#: The province lies in the open North Sea, 30 km off the real coast: on a real background map it can only be fiction.
#: The national size is for benchmarks and covers the land itself.
PLANS = {
    Size.PROVINCE: Plan(22_000.0, 497_000.0, 45_000.0, 40_000.0, 4, 12, 90, 450, 40, 24, 64_000, 50.0),
    Size.NATIONAL: Plan(8_000.0, 312_000.0, 284_000.0, 300_000.0, 43, 345, 3_400, 14_500, 1_150, 780, 2_062_000, 150.0),
}

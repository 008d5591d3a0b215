"""The tiles of a release as the views ask for them: geometry, and geometry with the figures of one column."""

from __future__ import annotations

from tiles.splice import Texts, figures_of, texts_of
from tiles.spliced import Selection, SplicedTiles
from tiles.tileset import TileSet
from web.errors import NotHereError
from web.once import Once
from web.site import Site
from zicht.classes import ClassColumn
from zicht.published import ColumnKey

#: Columns kept prepared; one of national hexes takes some 20 MB, one of buurten less than 2.
_COLUMNS = 24


class TileStore:
    """Opened once for all views that give tiles.

    Args:
        site: What is served.

    Raises:
        ReleaseError: An archive of the release is absent or damaged.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.tileset = TileSet(site.release.path / "geometry", site.levels)
        self.spliced = SplicedTiles(self.tileset)
        self._texts = Once(self._make_texts, most=len(site.levels))
        self._selected = Once(self._select, most=_COLUMNS)

    def key(self, level: str, indicator: str, period: str, measure: str = "", category: str = "") -> ColumnKey:
        """Return the full name of a column that has tiles.

        Raises:
            NotHereError: The release has no such column, or its level has no tiles.
        """
        self.site.zooms(level)
        return self.site.column(indicator, period, level, measure, category).key

    def selection(self, key: ColumnKey) -> Selection:
        """Return what the tiles of a column show.

        Raises:
            NotHereError: The release has no such column.
        """
        return self._selected(key)

    def _make_texts(self, level: str) -> Texts:
        return texts_of(self.site.areas(level))

    def _select(self, key: ColumnKey) -> Selection:
        column = self.site.column(key.indicator, key.period, key.level, key.measure, key.category)
        name = "/".join((key.indicator, key.period, key.measure, key.category))
        return Selection(name, self._texts(key.level), figures_of(column, self._classes(key)))

    def _classes(self, key: ColumnKey) -> ClassColumn | None:
        try:
            return self.site.classes(key.indicator, key.period, key.level, key.category)
        except NotHereError:
            return None

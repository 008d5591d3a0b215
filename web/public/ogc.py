"""OGC API - Tiles: the tiles with figures for clients that speak the standard, row before column.

These addresses do not name the release, so what they give is asked for again each time; the tag spares the transfer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from flask import Blueprint, Response

from web import ogc_documents as documents
from web.errors import NotHereError
from web.once import Once
from web.public.tile_answers import answer_tile, root_url, tile_address
from web.responses import REVALIDATE, answer, canonical, compress
from web.tilestore import TileStore
from zicht.published import ColumnKey

ROOT = "/ogc"

#: Addresses of the server for which the list of collections is kept: a client may call it by any.
_ADDRESSES = 4

#: Media type by path, as the standard names its parameters.
PATHS = {
    "/": documents.JSON,
    "/api": documents.OPENAPI,
    "/conformance": documents.JSON,
    "/collections": documents.JSON,
    "/collections/{collectionId}": documents.JSON,
    "/collections/{collectionId}/tiles": documents.JSON,
    "/collections/{collectionId}/tiles/{tileMatrixSetId}": documents.JSON,
    "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}": documents.MVT,
    "/tileMatrixSets": documents.JSON,
    "/tileMatrixSets/{tileMatrixSetId}": documents.JSON,
}


def ogc(store: TileStore) -> Blueprint:
    """Return the views of the standard interface."""
    views = Blueprint("ogc", __name__, url_prefix=ROOT)
    listed = _Collections(store)

    def json(make: Callable[[str], documents.Content], kind: str = documents.JSON) -> Response:
        return answer(canonical(make(f"{root_url(store.site)}{ROOT}")), content_type=kind, cache=REVALIDATE)

    def landing() -> Response:
        return json(lambda root: documents.landing(store, root))

    def api() -> Response:
        return json(lambda root: documents.api(root, PATHS), documents.OPENAPI)

    def conformance() -> Response:
        return json(lambda _: {"conformsTo": list(documents.CONFORMANCE)})

    def pack_collections(root: str) -> tuple[bytes, bytes]:
        body = canonical(documents.collections(store, tuple(listed.keys.values()), root))
        return body, compress(body)

    # Some thousand collections take longest, and are asked for by every client that comes.
    packed = Once(pack_collections, most=_ADDRESSES)

    def collections() -> Response:
        body, zipped = packed(f"{root_url(store.site)}{ROOT}")
        return answer(body, packed=zipped, content_type=documents.JSON, cache=REVALIDATE)

    def collection(collection: str) -> Response:
        return json(lambda root: documents.collection(store, listed.key(collection), root))

    def tilesets(collection: str) -> Response:
        return json(lambda root: documents.tilesets(store, listed.key(collection), root))

    def tileset(collection: str, tms: str) -> Response:
        _check_tms(tms)
        return json(lambda root: documents.tileset(store, listed.key(collection), root))

    def tile(collection: str, tms: str, matrix: str, row: str, col: str) -> Response:
        _check_tms(tms)
        key = listed.key(collection)
        address = tile_address(store.site, key.level, matrix, col, row)
        return answer_tile(store.spliced.get(store.selection(key), *address), cache=REVALIDATE)

    def matrix_sets() -> Response:
        return json(documents.tile_matrix_sets)

    def matrix_set(tms: str) -> Response:
        _check_tms(tms)
        return json(lambda _: documents.tile_matrix_set())

    views.add_url_rule("", view_func=landing)
    views.add_url_rule("/", view_func=landing, endpoint="landing_slash")
    views.add_url_rule("/api", view_func=api)
    views.add_url_rule("/conformance", view_func=conformance)
    views.add_url_rule("/collections", view_func=collections)
    views.add_url_rule("/collections/<collection>", view_func=collection)
    views.add_url_rule("/collections/<collection>/tiles", view_func=tilesets)
    views.add_url_rule("/collections/<collection>/tiles/<tms>", view_func=tileset)
    views.add_url_rule("/collections/<collection>/tiles/<tms>/<matrix>/<row>/<col>", view_func=tile)
    views.add_url_rule("/tileMatrixSets", view_func=matrix_sets)
    views.add_url_rule("/tileMatrixSets/<tms>", view_func=matrix_set)
    return views


class _Collections:
    """The columns of a release that have tiles, by the id of their collection."""

    def __init__(self, store: TileStore) -> None:
        self._store = store

    @cached_property
    def keys(self) -> dict[str, ColumnKey]:
        """Return the columns, ordered by id."""
        site = self._store.site
        offered = (
            key for key in site.release.values.keys() if key.level in site.levels and key.indicator in site.indicators
        )
        return dict(sorted((documents.collection_id(key), key) for key in offered))

    def key(self, name: str) -> ColumnKey:
        """Return the column of a collection.

        Raises:
            NotHereError: There is none of that id.
        """
        if name not in self.keys:
            raise NotHereError("There is no such collection.", remedy="Choose one that /ogc/collections lists.")
        return self.keys[name]


def _check_tms(tms: str) -> None:
    if tms != documents.TMS:
        raise NotHereError("There is no such tile matrix set.", remedy=f"Use {documents.TMS}.")

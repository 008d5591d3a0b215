"""The static archive: the same tiles as the server gives, read by others, and nothing but TileJSON beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pmtiles.reader
import pyogrio
import pytest

from tests.tiles.test_splice import COUNT, areas, classes, column, geometry_tile, spliced
from tests.tiles.validate.forge import rules
from tiles.archive import Reader, write_archive
from tiles.export import export_archive
from tiles.features import TileLayer
from tiles.mvt import decode_tile, encode_tile
from tiles.scheme import ZoomRange, tile_number
from tiles.splice import figures_of, texts_of
from tiles.spliced import Selection
from tiles.validate.secrets import secret_of
from zicht.errors import ConfigError

BOUNDS = (4.0, 52.0, 5.0, 53.0)


def reader_of(archive):
    return Reader(lambda offset, length: archive[offset : offset + length])


def geometry(level="buurt", zooms=(5, 6)):
    (layer,) = decode_tile(geometry_tile())
    body = encode_tile([TileLayer(level, layer.features)])
    tiles = {tile_number(zoom, 2**zoom // 2, 2**zoom // 3): body for zoom in range(zooms[0], zooms[1] + 1)}
    return reader_of(
        write_archive(tiles, zooms=ZoomRange(*zooms), bounds=BOUNDS, metadata={"vector_layers": [{"id": level}]})
    )


def selection(level="buurt", hotspots=None):
    key = replace(column().key, level=level)
    return Selection("x", texts_of(replace(areas(), level=level)), figures_of(column(key=key), hotspots))


def export(*, hotspots=None, **texts):
    return export_archive([(selection(hotspots=hotspots), geometry())], **texts)


def test_tiles_are_those_of_the_server():
    reader = reader_of(export(hotspots=classes()))
    bodies = [body for _, body in reader.tiles()]
    assert bodies == [spliced(hotspots=classes())] * 2


def test_several_levels_are_several_layers_each_at_its_zooms():
    parts = [(selection("wijk"), geometry("wijk", (4, 6))), (selection(), geometry(zooms=(6, 7)))]
    reader = reader_of(export_archive(parts))
    names = {
        zoom: [layer.name for layer in decode_tile(body)]
        for zoom, body in zip((4, 5, 6, 7), (body for _, body in reader.tiles()), strict=True)
    }
    assert names == {4: ["wijk"], 5: ["wijk"], 6: ["wijk", "buurt"], 7: ["buurt"]}
    assert (reader.header.minzoom, reader.header.maxzoom) == (4, 7)
    zooms = {layer["id"]: (layer["minzoom"], layer["maxzoom"]) for layer in reader.metadata()["vector_layers"]}
    assert zooms == {"wijk": (4, 6), "buurt": (6, 7)}


def test_the_same_gives_the_same_bytes():
    assert export(name="a") == export(name="a")


def test_metadata_are_those_of_tilejson_alone():
    metadata = reader_of(export(name="Labs", description="A pattern, not proof.", attribution="Zicht")).metadata()
    assert set(metadata) == {"vector_layers", "name", "description", "attribution"}
    assert metadata["vector_layers"][0]["fields"] == {
        "code": "String",
        "name": "String",
        "status": "String",
        "value": "Number",
        "low": "Number",
        "high": "Number",
    }
    assert set(reader_of(export()).metadata()) == {"vector_layers"}


def test_it_is_valid_and_tells_no_bound_of_a_hidden_cell():
    secrets = [secret_of("7777"), secret_of("8888")]
    assert rules(export(hotspots=classes(), name="Labs"), secrets=secrets) == set()
    assert rules(export(), secrets=[secret_of("12")]) == {"secret"}


def test_strangers_read_it(tmp_path):
    path = tmp_path / "labs.pmtiles"
    path.write_bytes(export(hotspots=classes()))
    with path.open("rb") as file:
        read = pmtiles.reader.Reader(pmtiles.reader.MmapSource(file))
        assert read.header()["addressed_tiles_count"] == 2
        assert read.metadata()["vector_layers"][0]["id"] == "buurt"
    frame = pyogrio.read_dataframe(path, layer="buurt").sort_values("mvt_id")
    assert frame["mvt_id"].tolist() == list(range(COUNT))
    assert frame["status"].tolist()[:3] == ["published", "suppressed", "published"]
    assert frame["value"].dtype == np.float64
    assert frame["value"].tolist()[0] == 12.0
    assert frame["value"].isna().tolist() == [False, True, False, True, True, False]
    assert frame["class"].tolist()[0] == "hot"


def test_a_level_twice_or_none_is_refused():
    part = (selection(), geometry())
    for parts in ([], [part, part]):
        with pytest.raises(ConfigError):
            export_archive(parts)

from __future__ import annotations

import pytest

from tiles.scheme import ZoomRange
from tiles.tilejson import tilejson
from zicht.errors import ConfigError

BOUNDS = (5.0, 52.0, 6.0, 53.0)


def test_it_says_what_a_client_needs_and_nothing_else():
    assert tilejson(
        "buurt", base="https://zicht.example/tiles/0123456789ab/", zooms=ZoomRange(9, 12), bounds=BOUNDS
    ) == {
        "tilejson": "3.0.0",
        "scheme": "xyz",
        "tiles": ["https://zicht.example/tiles/0123456789ab/buurt/{z}/{x}/{y}"],
        "minzoom": 9,
        "maxzoom": 12,
        "bounds": [5.0, 52.0, 6.0, 53.0],
        "center": [5.5, 52.5, 9],
        "vector_layers": [{"id": "buurt", "fields": {"fid": "Number", "code": "String"}, "minzoom": 9, "maxzoom": 12}],
    }


def test_texts_are_added_where_given():
    texts = {"name": "Buurten", "attribution": "CBS"}
    content = tilejson("buurt", base="http://127.0.0.1:8000/t", zooms=ZoomRange(9, 9), bounds=BOUNDS, **texts)

    assert {key: content[key] for key in texts} == texts


def test_one_answer_does_not_share_its_parts_with_the_next():
    first = tilejson("buurt", base="http://a/t", zooms=ZoomRange(9, 9), bounds=BOUNDS)
    first["vector_layers"][0]["fields"]["name"] = "String"

    assert (
        "name"
        not in tilejson("wijk", base="http://a/t", zooms=ZoomRange(9, 9), bounds=BOUNDS)["vector_layers"][0]["fields"]
    )


@pytest.mark.parametrize(
    "base", ["/tiles", "tiles.example/t", "ftp://a/t", "http:///t", "http://a/t?x=1", "http://a/t#x", ""]
)
def test_an_address_that_is_not_absolute_is_refused(base):
    with pytest.raises(ConfigError, match="absolute"):
        tilejson("buurt", base=base, zooms=ZoomRange(9, 9), bounds=BOUNDS)

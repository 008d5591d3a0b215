"""Chains of levels from the country to the finest."""

from __future__ import annotations

import numpy as np
import pytest

from geo.families import ancestors, families, family_of, positions
from tests.support.small import layer, tree
from zicht.errors import AlignmentError

LEVELS = ("country", "gemeente", "wijk", "buurt", "park", "h3-6", "h3-10", "h3-7")


def test_levels_form_two_chains_that_meet_in_the_country():
    assert families(LEVELS) == (
        ("country", "gemeente", "wijk", "buurt", "park"),
        ("country", "h3-6", "h3-7", "h3-10"),
    )
    assert families(("country", "gemeente")) == (("country", "gemeente"),)


def test_an_unknown_level_is_refused():
    with pytest.raises(AlignmentError, match="postcode"):
        family_of("postcode", LEVELS)


def test_ancestors_are_followed_to_the_top():
    layers = tree()
    assert ancestors(layers, "buurt", "gemeente").tolist() == [0, 0, 0, 0, 1, 1]
    assert ancestors(layers, "buurt", "country").tolist() == [0] * 6
    assert ancestors(layers, "wijk", "wijk").tolist() == [0, 1, 2]


def test_a_finer_level_is_no_ancestor():
    with pytest.raises(AlignmentError, match="is not above"):
        ancestors(tree(), "gemeente", "buurt")


def test_an_orphan_is_named():
    layers = dict(tree()) | {"wijk": layer("wijk", ["WK900101"], ["GM9009"])}
    with pytest.raises(AlignmentError, match="WK900101"):
        ancestors(layers, "wijk", "gemeente")


def test_positions_are_those_of_a_search_one_by_one():
    codes = np.array(["a", "c", "e"])
    assert positions(np.array(["e", "a", "c", "c"]), codes, where="").tolist() == [2, 0, 1, 1]
    assert positions(np.array([], dtype=np.str_), codes, where="").tolist() == []
    with pytest.raises(AlignmentError, match="no areas"):
        positions(np.array(["a"]), np.array([], dtype=np.str_), where="wijk")

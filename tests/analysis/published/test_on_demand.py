from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from analysis.published.maps import hotspot_map
from analysis.published.on_demand import (
    ALPHAS,
    METHODS,
    Surroundings,
    method_of,
    recomputed,
    surroundings_of,
    weights_of,
)
from geo.derived import nearest_on_globe, second_order
from geo.neighbours import queen
from tests.support import tiny_world as world
from tests.support.tiny import tiny_release
from zicht.errors import AlignmentError
from zicht.published import ColumnKey
from zicht.release import open_release

KEY = ColumnKey(world.LABS, "2025", "buurt", "", "")


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return open_release(tiny_release(tmp_path_factory.mktemp("on_demand") / "release"))


def remade(release, method="gi-star-rate", surroundings=Surroundings.ADJACENT, alpha=0.2, key=KEY):
    return recomputed(
        release.values,
        key,
        areas=release.areas,
        method=METHODS[method],
        neighbourhood=weights_of(release.neighbours[key.level], release.areas[key.level], surroundings),
        alpha=alpha,
        per=10_000,
        unplaced=False,
    )


def test_the_neighbourhoods_are_those_of_the_shapes_and_what_follows_from_them(release):
    touching = queen(next(layer for layer in world.layers() if layer.level == "buurt"))
    areas = release.areas["buurt"]
    wanted = {
        Surroundings.ADJACENT: ("queen", touching),
        Surroundings.SECOND_ORDER: ("queen-second-order", second_order(touching)),
        Surroundings.NEAREST: ("nearest-8", nearest_on_globe(areas.point, 8)),
    }
    for one, (name, weights) in wanted.items():
        found_name, found = weights_of(release.neighbours["buurt"], areas, one)
        assert found_name == name
        assert found.indptr.tolist() == weights.indptr.tolist()
        assert found.indices.tolist() == weights.indices.tolist()
    assert len({tuple(weights.cardinalities) for _, weights in wanted.values()}) == 3


def test_hexes_have_no_nearest_eight(release):
    assert surroundings_of("h3-8") == (Surroundings.ADJACENT, Surroundings.SECOND_ORDER)
    assert surroundings_of("buurt") == tuple(Surroundings)
    with pytest.raises(AlignmentError, match="no nearest eight"):
        weights_of(release.neighbours["h3-8"], release.areas["h3-8"], Surroundings.NEAREST)


@pytest.mark.parametrize("measure", ["rate", "count"])
def test_a_map_is_the_function_of_published_values_that_the_build_uses(release, measure):
    found = remade(release, f"gi-star-{measure}", Surroundings.SECOND_ORDER)
    weights = second_order(queen(next(layer for layer in world.layers() if layer.level == "buurt")))
    name = f"gi-star/{measure}/queen-second-order"
    key = ColumnKey(world.LABS, "2025", "buurt", "", measure)
    # A tiny release counts hidden cells at the coarser level as well: what bounds them is given as the build does.
    from analysis.published.above import nearest_above

    above = nearest_above(release.values, key, release.areas, unplaced=False)
    assert above is not None
    assert above.level == "wijk"
    wanted = hotspot_map(release.values, key, weights=weights, method=name, alpha=0.2, per=10_000, above=above)
    assert found.key == wanted.key
    assert found.key.method == name
    assert found.label.tolist() == wanted.label.tolist()
    assert np.array_equal(found.q_high, wanted.q_high, equal_nan=True)


def test_another_level_of_false_discoveries_changes_what_is_found_and_never_what_a_smaller_one_found(release):
    found = [set(np.flatnonzero(remade(release, "gi-star-count", alpha=a).label == "hot")) for a in ALPHAS]
    assert all(fewer <= more for fewer, more in pairwise(found))


def test_a_method_is_found_by_the_name_of_its_maps():
    for one in METHODS.values():
        assert method_of(f"{one.statistic}/{one.measure}/queen") is one
    assert method_of("gi-star/amount/queen") is None
    assert method_of("") is None


def test_figures_that_are_not_there_are_refused(release):
    with pytest.raises(AlignmentError, match="nothing of"):
        remade(release, key=ColumnKey(world.RESIDENTS, "2025", "buurt", "", ""))

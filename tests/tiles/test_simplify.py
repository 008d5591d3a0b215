"""Which vertices are left out, beside the same rule written plainly."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tiles.worlds import coverages, layer_of
from tiles.arcs import find_anchors
from tiles.coverage import TOLERANCE, project, simplify
from tiles.mercator import DEPTH
from tiles.scheme import ZoomRange


def missed(places, one, other):
    """Return the square of how far the farthest of some places lies from the line between two others."""
    (right, down), (dx, dy) = (other - one).astype(float), (places - one).T.astype(float)
    length = right * right + down * down
    along = np.clip((dx * right + dy * down) / length, 0, 1) if length else np.zeros(len(places))
    dx, dy = dx - along * right, dy - along * down
    return float((dx * dx + dy * dy).max())


def sweeps(corners, places):
    """Return whether a closed triangle holds any of some places."""
    within = places[((places >= corners.min(axis=0)) & (places <= corners.max(axis=0))).all(axis=1)]
    ends = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    sides = [(b[0] - a[0]) * (within[:, 1] - a[1]) - (b[1] - a[1]) * (within[:, 0] - a[0]) for a, b in ends]
    return not ((np.min(sides, axis=0) < 0) & (np.max(sides, axis=0) > 0)).all()


def stays(run, left, place, drawn, kept, limit):
    """Leave vertices out of a border, each less missed than those beside it; return the positions that stay."""
    left, seen = list(left), set()

    def cost(at):
        before, own, after = left[at - 1], left[at], left[(at + 1) % len(left)]
        if at in (0, len(left) - 1) or run[own] in kept or (before, own, after) in seen:
            return np.inf
        return missed(place[run[before + 1 : after]], place[run[before]], place[run[after]])

    at = 1
    while at < len(left) - 1:
        if cost(at) > min(limit, cost(at - 1), cost(at + 1)):
            at += 1
            continue
        corners = run[left[at - 1 : at + 2]]
        gone = set(run[1:-1].tolist()) - set(run[left].tolist())
        others = np.array(sorted(drawn - gone - set(corners.tolist())), dtype=np.int64)
        if sweeps(place[corners], place[others]):
            seen.add(tuple(left[at - 1 : at + 2]))
        else:
            del left[at]
        at = max(1, at - 1)
    return left


@st.composite
def ragged(draw):
    """Draw an island of many points at random distances, so that borders bend back upon themselves."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, size = draw(st.integers(20, 120)), draw(st.floats(500, 20_000))
    angle = (np.arange(count) + rng.uniform(-0.4, 0.4, count)) * 2 * np.pi / count
    far = size * rng.uniform(draw(st.sampled_from([0.2, 0.8, 0.97])), 1, count)
    island = shapely.Polygon(np.column_stack([150_000 + far * np.cos(angle), 450_000 + far * np.sin(angle)]))
    return layer_of(np.array([shapely.transform(island, lambda xy: np.round(xy, 3))], dtype=object))


@given(st.one_of(coverages(largest=20_000.0), ragged(), ragged()), st.integers(5, 9))
@settings(max_examples=60)
def test_the_plain_rule_leaves_out_the_same_vertices(layer, first):
    coverage = project(layer)
    arcs, place = coverage.arcs, np.column_stack([coverage.x, coverage.y])
    runs = [arcs.vertex[begin:end] for begin, end in pairwise(arcs.start.tolist())]
    ends = Counter(frozenset((run[0], run[-1])) for run in runs)
    twins = np.array([ends[frozenset((run[0], run[-1]))] > 1 for run in runs])
    kept = set(np.flatnonzero(find_anchors(arcs, coverage.x, coverage.y, twins)).tolist())

    left, drawn = [list(range(len(run))) for run in runs], set(range(len(place)))
    for zoom, level in simplify(coverage, ZoomRange(first, first + 3)):
        limit = (TOLERANCE * (1 << DEPTH - zoom)) ** 2
        left = [stays(run, now, place, drawn, kept, limit) for run, now in zip(runs, left, strict=True)]
        drawn = {int(vertex) for run, now in zip(runs, left, strict=True) for vertex in run[now]}
        for begin, run, now in zip(arcs.start, runs, left, strict=False):
            assert np.flatnonzero(level[begin : begin + len(run)] < zoom).tolist() == now

"""A triangle mesh over the sites, and borders drawn through it.

Each site carries a label. The border between labels crosses an edge of the mesh once and a triangle once, as a wavy
line that stays inside the triangle by construction: within a triangle with two labels it is a star-shaped curve round
the lone corner, within one with three labels three such curves meet in an inner point. So borders never cross or touch
themselves or each other, whatever the noise, and neighbours share exactly the same vertices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay

from geo.areas import FloatArray
from geo.fiction.country import BoolArray, IntArray

#: Vertices inside each piece of border.
INNER = 2


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """A Delaunay triangulation with numbered edges.

    Args:
        sites: (n, 2) RD metres.
        triangles: (t, 3) sites, counter-clockwise.
        edges: (e, 2) sites, the lower first.
        sides: (t, 3) edges; side k joins corner k and corner k + 1.
    """

    sites: FloatArray
    triangles: IntArray
    edges: IntArray
    sides: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Pieces of border between two labels.

    Args:
        points: (p, 2) end points, RD metres.
        start: (a,) first end point.
        end: (a,) last end point.
        left: (a,) label on the left hand from start to end.
        right: (a,) label on the right hand.
        inner: (a, INNER, 2) vertices between the end points.
    """

    points: FloatArray
    start: IntArray
    end: IntArray
    left: IntArray
    right: IntArray
    inner: FloatArray


def make_mesh(sites: FloatArray) -> Mesh:
    """Triangulate the sites.

    Args:
        sites: (n, 2) RD metres, no two equal.

    Returns:
        The mesh.
    """
    triangles = np.asarray(Delaunay(sites).simplices, dtype=np.int64)
    a, b, c = (sites[triangles[:, corner]] for corner in range(3))
    ab, ac = b - a, c - a
    turned = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0] < 0
    triangles[turned] = triangles[turned][:, ::-1]
    triangles = triangles[np.lexsort(np.sort(triangles, axis=1).T[::-1])]
    pairs = np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2)
    pairs.sort(axis=1)
    key, inverse = np.unique(pairs[:, 0] * len(sites) + pairs[:, 1], return_inverse=True)
    edges = np.column_stack([key // len(sites), key % len(sites)])
    return Mesh(sites, triangles, edges, inverse.reshape(-1, 3).astype(np.int64))


def draw_arcs(
    mesh: Mesh, labels: IntArray, *, group: IntArray, crossing: FloatArray, rough: FloatArray, rng: np.random.Generator
) -> Arcs:
    """Draw all borders between labels.

    Args:
        mesh: The mesh.
        labels: (n,) label of each site.
        group: (n,) group of each site's label; a border between groups runs on smoothly where others meet it.
        crossing: (e,) where a border crosses an edge, as share from its first site, in [0.1, 0.9].
        rough: (t,) waviness of a border within each triangle, 0-1.
        rng: Source of the waves.

    Returns:
        The arcs, coordinates rounded to decimetres.
    """
    first, second = mesh.sites[mesh.edges[:, 0]], mesh.sites[mesh.edges[:, 1]]
    on_edge = first + crossing[:, None] * (second - first)
    middle = _meeting_points(mesh, group, on_edge)
    wave = np.clip(rng.normal(0.0, 0.55, size=(len(mesh.triangles), 3, INNER)), -1.0, 1.0) * rough[:, None, None]
    corner = labels[mesh.triangles]
    same = corner == np.roll(corner, -1, axis=1)
    pairs = _two_labels(mesh, labels, on_edge, wave, np.flatnonzero(same.sum(axis=1) == 1), same)
    room = np.minimum(crossing, 1.0 - crossing)
    stars = _three_labels(mesh, labels, on_edge, middle, room, wave, np.flatnonzero(~same.any(axis=1)))
    start, end, left, right, inner = (np.concatenate(part) for part in zip(pairs, *stars, strict=True))
    points = np.round(np.concatenate([on_edge, middle]), 1)
    return Arcs(points, start, end, left, right, np.round(inner, 1))


def _meeting_points(mesh: Mesh, group: IntArray, on_edge: FloatArray) -> FloatArray:
    """Where three borders meet in each triangle: amid its crossings, or on the line between two groups."""
    crossings = on_edge[mesh.sides]
    corner = group[mesh.triangles]
    same = corner == np.roll(corner, -1, axis=1)
    weight = np.where((same.sum(axis=1) == 1)[:, None], ~same, True)[:, :, None]
    return np.asarray((crossings * weight).sum(axis=1) / weight.sum(axis=1))


_Part = tuple[IntArray, IntArray, IntArray, IntArray, FloatArray]


def _two_labels(
    mesh: Mesh,
    labels: IntArray,
    on_edge: FloatArray,
    wave: FloatArray,
    chosen: IntArray,
    same: BoolArray,
) -> _Part:
    """One curve round the lone corner, from the side before it to the side after it."""
    lone = (np.argmax(same[chosen], axis=1) + 2) % 3
    at = np.arange(len(chosen))
    tip = mesh.triangles[chosen, lone]
    other = mesh.triangles[chosen, (lone + 1) % 3]
    start, end = mesh.sides[chosen, lone], mesh.sides[chosen, (lone + 2) % 3]
    share = np.linspace(0.0, 1.0, INNER + 2)[1:-1]
    chord = on_edge[start][:, None] + share[:, None] * (on_edge[end] - on_edge[start])[:, None]
    away = chord - mesh.sites[tip][:, None]
    base = mesh.sites[other], mesh.sites[mesh.triangles[chosen, (lone + 2) % 3]]
    depth = _depth(away, mesh.sites[tip], *base)
    stretch = np.minimum(1.0 + 0.45 * wave[chosen, 0][at], 0.94 / depth)
    inner = mesh.sites[tip][:, None] + away * stretch[:, :, None]
    return start, end, labels[tip], labels[other], inner


def _depth(away: FloatArray, tip: FloatArray, base_a: FloatArray, base_b: FloatArray) -> FloatArray:
    """Share of the way from a triangle's tip to its base line that each point lies at."""
    along = base_b - base_a
    normal = np.column_stack([along[:, 1], -along[:, 0]])
    full = np.sum((base_a - tip) * normal, axis=1)
    return np.asarray(np.sum(away * normal[:, None], axis=2) / full[:, None])


def _three_labels(
    mesh: Mesh,
    labels: IntArray,
    on_edge: FloatArray,
    middle: FloatArray,
    room: FloatArray,
    wave: FloatArray,
    chosen: IntArray,
) -> list[_Part]:
    """Three curves from the middle of the triangle to its sides."""
    parts: list[_Part] = []
    share = np.linspace(0.0, 1.0, INNER + 2)[1:-1]
    for side in range(3):
        right, left = mesh.triangles[chosen, side], mesh.triangles[chosen, (side + 1) % 3]
        target, origin = on_edge[mesh.sides[chosen, side]], middle[chosen]
        straight = origin[:, None] + share[:, None] * (target - origin)[:, None]
        sway = (mesh.sites[left] - mesh.sites[right])[:, None] * (share * (1.0 - share))[:, None]
        reach = room[mesh.sides[chosen, side]][:, None] * wave[chosen, side]
        inner = straight + reach[:, :, None] * sway
        start = len(on_edge) + chosen
        parts.append((start, mesh.sides[chosen, side], labels[left], labels[right], inner))
    return parts

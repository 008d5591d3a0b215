"""Scatter the sites of the mesh: close together in towns and along the shore, far apart in the country and at sea."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from geo.areas import FloatArray
from geo.fiction.country import BoolArray, IntArray
from geo.fiction.hilbert import hilbert_index
from geo.fiction.landscape import Landscape, height, inland
from geo.fiction.noise import fractal

#: Mesh cells aimed at for each buurt.
CELLS_PER_BUURT = 18

#: Buurten per km2 aimed at: in the country, in a town, and besides in the heart of a town.
RURAL, TOWN, HEART = 0.15, 8.0, 14.0


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """A density on a grid of square pixels.

    Args:
        centre: (n, 2) pixel centres, RD metres.
        weight: (n,) sites aimed at in the pixel.
        pixel: Side of a pixel, metres.
    """

    centre: FloatArray
    weight: FloatArray
    pixel: float


def town_level(land: Landscape, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Evaluate how built-up the ground is.

    Args:
        land: The landscape.
        points: (n, 2) RD metres.

    Returns:
        (n,) built-up share 0-1, with a soft edge, and (n,) nearness to the heart of a town, 0-1.
    """
    built, heart = np.zeros(len(points)), np.zeros(len(points))
    edge = 0.55 * fractal(points, lattice=land.lattices["town"], wavelength=1_300.0, octaves=3)
    tree = cKDTree(points)
    for centre, radius in zip(land.towns, land.town_radius, strict=True):
        near = np.asarray(tree.query_ball_point(centre, 1.9 * radius), dtype=np.int64)
        if near.size:
            share = np.hypot(*(points[near] - centre).T) / radius
            step = np.clip((1.08 - share * (1.0 + edge[near])) / 0.16, 0.0, 1.0)
            built[near] = np.maximum(built[near], step * step * (3.0 - 2.0 * step))
            heart[near] = np.maximum(heart[near], np.exp(-((share / 0.38) ** 2)))
    return built, heart


def buurt_density(land: Landscape, points: FloatArray) -> FloatArray:
    """Evaluate the number of buurten aimed at per km2 of land."""
    built, heart = town_level(land, points)
    return RURAL + built * (TOWN + HEART * heart)


def scatter_sites(land: Landscape, rng: np.random.Generator) -> FloatArray:
    """Scatter the sites of the mesh over the window and a margin around it.

    Args:
        land: The landscape.
        rng: Source of randomness.

    Returns:
        (n, 2) RD metres, evenly spread at the local density, with rows of sites along the river.
    """
    raster = _density(land)
    count = round(float(raster.weight.sum()))
    order = np.argsort(hilbert_index(raster.centre), kind="stable")
    ladder = np.cumsum(raster.weight[order])
    rungs = (np.arange(count) + rng.uniform(size=count)) * (ladder[-1] / count)
    sites = _jitter(raster, order[np.searchsorted(ladder, rungs)], rng)
    for _ in range(3):
        rungs = rng.uniform(size=8 * count) * ladder[-1]
        ground = _jitter(raster, order[np.minimum(np.searchsorted(ladder, rungs), len(order) - 1)], rng)
        nearest = cKDTree(sites).query(ground)[1]
        share = np.bincount(nearest, minlength=count)
        centre = np.column_stack([np.bincount(nearest, ground[:, axis], count) for axis in (0, 1)])
        sites = np.where(share[:, None] > 0, centre / np.maximum(share, 1)[:, None], sites)
    return _line_river(land, sites)


def _jitter(raster: Raster, pixels: IntArray, rng: np.random.Generator) -> FloatArray:
    return raster.centre[pixels] + rng.uniform(-0.5, 0.5, size=(len(pixels), 2)) * raster.pixel


def _density(land: Landscape) -> Raster:
    """Sites per pixel: by buurten aimed at, and at least enough to draw the shore well."""
    plan = land.plan
    margin = 3_000.0 * plan.scale**0.5
    x = np.arange(plan.west - margin, plan.west + plan.width + margin, plan.pixel) + plan.pixel / 2
    y = np.arange(plan.south - margin, plan.south + plan.height + margin, plan.pixel) + plan.pixel / 2
    centre = np.column_stack([part.ravel() for part in np.meshgrid(x, y)])
    level, within = height(land, centre), inland(land, centre)
    dry = (level > 0) & (within > 0)
    aimed = buurt_density(land, centre)
    aimed *= CELLS_PER_BUURT * plan.buurten / aimed[dry].sum()
    rural = aimed[dry].min()
    shore = 1.0 + 6.0 * np.exp(-((level / (420.0 * plan.scale**0.5)) ** 2))
    weight = np.where(dry, np.maximum(aimed, rural * shore), rural * np.where(within > 0, 0.3 * shore, 0.3))
    return Raster(centre, weight, plan.pixel)


def _line_river(land: Landscape, sites: FloatArray) -> FloatArray:
    """Put three rows of sites along the river (middle and both banks) in place of the sites there."""
    step = np.gradient(land.river, axis=0)
    normal = np.column_stack([-step[:, 1], step[:, 0]]) / np.hypot(*step.T)[:, None]
    narrow = land.river_half_width < 330.0 * land.plan.scale
    offset = (2.2 * land.river_half_width[:, None] * normal)[narrow]
    middle = land.river[narrow]
    rows = np.concatenate([middle, middle + offset, middle - offset])
    spacing = float(np.hypot(*step.T).mean())
    off = cKDTree(middle).query(sites)[0] > 2.2 * np.median(land.river_half_width[narrow]) + 0.8 * spacing
    rows = rows[_keep_apart(rows, 0.5 * spacing)]
    return np.concatenate([sites[off], rows])


def _keep_apart(points: FloatArray, distance: float) -> BoolArray:
    """Mark the points to keep so that no two are closer than a distance; earlier points win."""
    pairs = cKDTree(points).query_pairs(distance, output_type="ndarray")
    keep = np.ones(len(points), dtype=bool)
    for first, second in pairs[np.lexsort(pairs.T[::-1])]:
        if keep[first]:
            keep[second] = False
    return keep

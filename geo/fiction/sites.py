"""Scatter the sites of the mesh: close together in towns and along the shore, far apart in the country and at sea."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from geo.areas import FloatArray
from geo.fiction.country import BoolArray
from geo.fiction.hilbert import hilbert_index
from geo.fiction.landscape import Landscape, height, inland
from geo.fiction.noise import fractal
from geo.fiction.plan import Plan

#: Mesh cells aimed at for each buurt.
CELLS_PER_BUURT = 13

#: Buurten per km2 aimed at: in the country, in a town, and besides in the heart of a town.
RURAL, TOWN, HEART = 0.15, 8.0, 14.0


#: Strip around the window that is meshed too, metres at the scale of a province.
MARGIN = 4_600.0


#: Rounds in which every site moves to the middle of its surroundings.
ROUNDS = 2

#: Pixels along the side of a coarse pixel: shores and borders need less detail than towns.
COARSE = 5


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """A density on a grid of square pixels, in the order of a curve that keeps neighbours together.

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
    tree = cKDTree(points)
    for centre, radius in zip(land.towns, land.town_radius, strict=True):
        near = np.asarray(tree.query_ball_point(centre, 1.9 * radius), dtype=np.int64)
        if near.size:
            share = np.hypot(*(points[near] - centre).T) / radius
            edge = fractal(points[near], lattice=land.lattices["town"], wavelength=1_300.0, octaves=3)
            step = np.clip((1.08 - share * (1.0 + 0.55 * edge)) / 0.16, 0.0, 1.0)
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
        (n, 2) RD metres, evenly spread at the local density, with rows of sites along rivers and canals.
    """
    raster = _density(land)
    count = round(float(raster.weight.sum()))
    sites = _draw(raster, count, rng)
    for _ in range(ROUNDS):
        ground = _draw(raster, 8 * count, rng)
        nearest = cKDTree(sites).query(ground)[1]
        share = np.bincount(nearest, minlength=count)
        centre = np.column_stack([np.bincount(nearest, ground[:, axis], count) for axis in (0, 1)])
        sites = np.where(share[:, None] > 0, centre / np.maximum(share, 1)[:, None], sites)
    return _line_waterways(land, sites)


def _draw(raster: Raster, count: int, rng: np.random.Generator) -> FloatArray:
    """Draw points at the density of a raster, one from each of equal parts of its curve, so that they spread evenly."""
    ladder = np.cumsum(raster.weight)
    rungs = (np.arange(count) + rng.uniform(size=count)) * (ladder[-1] / count)
    pixels = np.minimum(np.searchsorted(ladder, rungs), len(ladder) - 1)
    return np.asarray(raster.centre[pixels] + rng.uniform(-0.5, 0.5, size=(count, 2)) * raster.pixel)


def _density(land: Landscape) -> Raster:
    """Sites per pixel: by buurten aimed at, and at least enough to draw the shore well."""
    plan = land.plan
    rough = _grid(plan, COARSE * plan.pixel)
    fine = _grid(plan, plan.pixel)
    level, within = (_enlarge(field(land, rough.reshape(-1, 2)), rough) for field in (height, inland))
    centre = fine.reshape(-1, 2)
    dry = (level > 0) & (within > 0)
    aimed = buurt_density(land, centre)
    aimed *= CELLS_PER_BUURT * plan.buurten / aimed[dry].sum()
    rural = aimed[dry].min()
    shore = 1.0 + 6.0 * np.exp(-((level / (420.0 * plan.scale**0.5)) ** 2))
    weight = np.where(dry, np.maximum(aimed, rural * shore), rural * np.where(within > 0, 0.3 * shore, 0.3))
    block = _enlarge(hilbert_index(rough.reshape(-1, 2)).astype(np.float64), rough)
    order = np.argsort(block, kind="stable")
    return Raster(centre[order], weight[order], plan.pixel)


def _grid(plan: Plan, pixel: float) -> FloatArray:
    """(rows, columns, 2) Pixel centres over the window and its margin, in whole blocks of coarse pixels."""
    block = COARSE * plan.pixel
    margin = MARGIN * plan.scale**0.5
    across, up = (np.ceil((side + 2.0 * margin) / block) * block for side in (plan.width, plan.height))
    x = np.arange(pixel / 2, across, pixel) + plan.west - margin
    y = np.arange(pixel / 2, up, pixel) + plan.south - margin
    return np.stack(np.meshgrid(x, y), axis=2)


def _enlarge(values: FloatArray, grid: FloatArray) -> FloatArray:
    """Repeat values on the coarse grid for every pixel of the fine one."""
    return np.repeat(np.repeat(values.reshape(grid.shape[:2]), COARSE, axis=0), COARSE, axis=1).ravel()


def _line_waterways(land: Landscape, sites: FloatArray) -> FloatArray:
    """Put three rows of sites along each river and canal (middle and both banks) in place of the sites there."""
    rows: list[FloatArray] = []
    for waterway in land.waterways:
        narrow = waterway.half_width < 330.0 * land.plan.scale
        line, half = waterway.line[narrow], waterway.half_width[narrow, None]
        step = np.gradient(line, axis=0)
        normal = np.column_stack([-step[:, 1], step[:, 0]]) / np.hypot(*step.T)[:, None]
        rows += [line, line + 2.0 * half * normal, line - 2.0 * half * normal]
        spacing = float(np.median(np.hypot(*step.T)))
        sites = sites[cKDTree(line).query(sites)[0] > 2.0 * float(np.median(half)) + 0.7 * spacing]
    joined = np.concatenate(rows)
    return np.concatenate([sites, joined[_keep_apart(joined, 60.0 * land.plan.scale**0.7)]])


def _keep_apart(points: FloatArray, distance: float) -> BoolArray:
    """Mark the points to keep so that no two are closer than a distance; earlier points win."""
    pairs = cKDTree(points).query_pairs(distance, output_type="ndarray")
    keep = np.ones(len(points), dtype=bool)
    for first, second in pairs[np.lexsort(pairs.T[::-1])]:
        if keep[first]:
            keep[second] = False
    return keep

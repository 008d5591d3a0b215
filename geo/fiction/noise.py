"""Gradient noise: smooth random fields for coasts, borders and densities (Perlin 1985, SIGGRAPH 19(3), 287-296).

Only sums and products, no trigonometry, so that every machine computes the same field. Fields have mean near 0 and most
values in [-1, 1]; they repeat after `PERIOD` wavelengths.
"""

from __future__ import annotations

import numpy as np

from geo.areas import FloatArray

#: Wavelengths after which a field repeats.
PERIOD = 64


def make_lattice(rng: np.random.Generator) -> FloatArray:
    """Draw the random gradients of a noise field.

    Args:
        rng: Source of randomness.

    Returns:
        (PERIOD, PERIOD, 2) gradients in [-1.6, 1.6].
    """
    return rng.uniform(-1.6, 1.6, size=(PERIOD, PERIOD, 2))


def noise(points: FloatArray, *, lattice: FloatArray, wavelength: float) -> FloatArray:
    """Evaluate one octave of gradient noise.

    Args:
        points: (n, 2) coordinates in metres.
        lattice: (PERIOD, PERIOD, 2) gradients.
        wavelength: Distance between lattice points, metres.

    Returns:
        (n,) values, mean near 0.
    """
    scaled = points / wavelength
    cell = np.floor(scaled)
    part = scaled - cell
    fade = part * part * part * (part * (part * 6.0 - 15.0) + 10.0)
    index = cell.astype(np.int64) % PERIOD
    total = np.zeros(len(points))
    for right in (0, 1):
        for up in (0, 1):
            gradient = lattice[(index[:, 0] + right) % PERIOD, (index[:, 1] + up) % PERIOD]
            value = gradient[:, 0] * (part[:, 0] - right) + gradient[:, 1] * (part[:, 1] - up)
            weight_x = fade[:, 0] if right else 1.0 - fade[:, 0]
            weight_y = fade[:, 1] if up else 1.0 - fade[:, 1]
            total += value * weight_x * weight_y
    return total


def fractal(
    points: FloatArray, *, lattice: FloatArray, wavelength: float, octaves: int, gain: float = 0.5
) -> FloatArray:
    """Sum octaves of noise, each half the wavelength and `gain` times the height of the one before.

    Args:
        points: (n, 2) coordinates in metres.
        lattice: (PERIOD, PERIOD, 2) gradients.
        wavelength: Longest wavelength, metres.
        octaves: Number of octaves, at least 1.
        gain: Height of an octave relative to the one before, 0-1.

    Returns:
        (n,) values, mean near 0.
    """
    total = np.zeros(len(points))
    for octave in range(octaves):
        shift = np.array([17.31, 5.77]) * octave * wavelength
        total += gain**octave * noise(points + shift, lattice=lattice, wavelength=wavelength / 2.0**octave)
    return total

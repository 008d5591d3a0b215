"""Colour differences and contrast, as readers with and without colour blindness see them.

CIE 1976 difference in L*a*b* (D65); dichromacy after Machado, Oliveira and Fernandes (2009), table of severity 1.0, in
linear sRGB; contrast after WCAG 2.2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

VISIONS = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> Vector:
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: str) -> Vector:
    seen = np.clip(VISIONS[vision] @ linear(colour), 0, 1)
    ratio = _TO_XYZ @ seen / _WHITE
    scaled = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * scaled[1] - 16, 500 * (scaled[0] - scaled[1]), 200 * (scaled[1] - scaled[2])])


def difference(first: str, second: str) -> float:
    """Return the smallest difference over all visions."""
    return min(float(np.linalg.norm(lab(first, vision) - lab(second, vision))) for vision in VISIONS)


def contrast(first: str, second: str) -> float:
    light = [float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour)) for colour in (first, second)]
    return (max(light) + 0.05) / (min(light) + 0.05)

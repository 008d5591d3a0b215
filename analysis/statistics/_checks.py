"""What every statistic of counts and rates asks of its input; refusals name the area by position, never its value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.statistics.errors import StatisticError
from analysis.statistics.tails import FloatArray

BoolArray = NDArray[np.bool_]


def first(wrong: BoolArray, what: str = "area") -> str:
    """Name the first place of a mask, in the order of rows."""
    at = np.argwhere(wrong)[0]
    return f"{what} {at[0]}" + (f", column {at[1]}" if len(at) > 1 else "")


def refuse(wrong: BoolArray, problem: str, *, remedy: str = "") -> None:
    """Refuse when anything of a mask is set, naming the first place.

    Raises:
        StatisticError: Something is set.
    """
    if wrong.any():
        raise StatisticError(problem, where=first(wrong), remedy=remedy)


def numbers(values: NDArray[Any], name: str, *, shape: tuple[int, ...] | None = None) -> FloatArray:
    """Return values as float64, finite and of one shape.

    Raises:
        StatisticError: A value is not finite, or the shape differs.
    """
    array = np.asarray(values, dtype=np.float64)
    if shape is not None and array.shape != shape:
        raise StatisticError(f"The {name} have shape {array.shape} where {shape} is needed.")
    refuse(~np.isfinite(array), f"The {name} hold a value that is no finite number.")
    return array


def amounts(values: NDArray[Any], name: str, *, shape: tuple[int, ...] | None = None) -> FloatArray:
    """Return values as float64, finite and not negative.

    Raises:
        StatisticError: A value is not finite or negative, or the shape differs.
    """
    array = numbers(values, name, shape=shape)
    refuse(array < 0, f"The {name} hold a negative value.")
    return array


def counts(values: NDArray[Any], name: str = "counts", *, shape: tuple[int, ...] | None = None) -> FloatArray:
    """Return values as float64, whole and not negative.

    Raises:
        StatisticError: A value is no whole number, or negative, or the shape differs.
    """
    array = amounts(values, name, shape=shape)
    refuse(array != np.floor(array), f"The {name} hold a value that is no whole number.")
    return array


def at_risk(count: FloatArray, exposure: FloatArray, name: str = "exposure") -> None:
    """Refuse events where nothing is exposed.

    Raises:
        StatisticError: There is one.
    """
    refuse(
        (exposure == 0) & (count > 0),
        f"There are events where the {name} is zero.",
        remedy="Correct the denominator, or leave the area out.",
    )


def level(value: float, name: str) -> float:
    """Return a probability strictly between 0 and 1.

    Raises:
        StatisticError: It is not.
    """
    if not 0 < value < 1:
        raise StatisticError(f"The {name} lies strictly between 0 and 1, not at {value}.")
    return value

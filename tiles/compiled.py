"""How the kernels of this room are compiled: cached on disk, without the interpreter's lock, so that zooms run beside
each other. A `helper` is called by kernels only and gets no way in from Python, which takes a third off its compiling.

Whole numbers divide as in Python; nothing here divides by zero, so nothing is compiled that would look.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])

# Options that numba has and its types do not.
_NO_WAY_IN: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

kernel = njit(cache=True, nogil=True, error_model="numpy")


def helper(function: F) -> F:
    """Compile a function that only kernels call."""
    return cast(F, njit(cache=True, nogil=True, error_model="numpy", **_NO_WAY_IN)(function))

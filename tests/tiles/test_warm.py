"""What a first build compiles beside its other work is all that drawing needs."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import shapely
from numba.core.dispatcher import Dispatcher

from tests.tiles.worlds import layer_of
from tiles import warm
from tiles.build import write_geometry


def squares(side: float):
    return np.array(
        [shapely.box(1e5 + side * k, 4e5, 1e5 + side * (k + 1), 4e5 + side) for k in range(4)], dtype=object
    )


def compiled() -> set[tuple[str, str]]:
    """Every kernel of ours with each kind of arguments that it was compiled for, or taken from the cache for."""
    ours = [module for name, module in sys.modules.items() if name.startswith("tiles.")]
    kernels = [value for module in ours for value in vars(module).values() if isinstance(value, Dispatcher)]
    return {(kernel.__name__, str(signature)) for kernel in kernels for signature in kernel.signatures}


def warmed_and_drawn(folder: Path) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """What is compiled once it was warmed, and once buurten and parks near and far were drawn as well."""
    warm.main()
    first = compiled()
    write_geometry([layer_of(squares(side), level) for level, side in (("buurt", 900), ("park", 90))], folder)
    return first, compiled()


def test_nothing_is_left_to_compile_once_it_ran(tmp_path: Path):
    # In a process of its own: in this one other tests have compiled all there is.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as other:
        first, last = other.submit(warmed_and_drawn, tmp_path).result()

    assert {"leave_out", "bend", "cut", "cut_points"} <= {name for name, _ in first}
    assert last == first
    assert any(tmp_path.iterdir())

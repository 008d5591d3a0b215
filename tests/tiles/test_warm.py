"""What a first build compiles beside its other work is all that drawing needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from numba.core import event

from tests.tiles.worlds import layer_of
from tiles import warm
from tiles.build import write_geometry


def test_nothing_is_left_to_compile_once_it_ran(tmp_path: Path):
    warm.main()
    squares = [shapely.box(100_000 + 900 * k, 400_000, 100_900 + 900 * k, 400_900) for k in range(4)]

    with event.install_recorder("numba:compile") as recorder:
        write_geometry([layer_of(np.array(squares, dtype=object))], tmp_path)

    assert recorder.buffer == []
    assert any(tmp_path.iterdir())

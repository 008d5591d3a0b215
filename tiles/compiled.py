"""How the kernels of this room are compiled: cached on disk, without the interpreter's lock, so that zooms run beside
each other. A `helper` is called by kernels only and gets no way in from Python, which takes a third off its compiling.

Whole numbers divide as in Python; nothing here divides by zero, so nothing is compiled that would look.
"""

from __future__ import annotations

from numba import njit

kernel = njit(cache=True, nogil=True, error_model="numpy")
helper = njit(cache=True, nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)

"""Results that are made once though many threads ask for them together, and of which the last asked for are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Once(Generic[P, T]):
    """A function of hashable arguments whose results are kept; what was not asked for longest goes first.

    `functools.lru_cache` lets each of several threads make what is not there yet, and a lock around it lets those wait
    whose result is there. Here whoever asks first makes it, whoever asks for the same meanwhile waits for that, and
    nobody else waits. An error is given to all who wait and is not kept, so that junk pushes nothing out.

    Args:
        make: The function.
        most: How many results are kept.
    """

    def __init__(self, make: Callable[P, T], *, most: int) -> None:
        self._make, self._most = make, most
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, T] = OrderedDict()
        self._making: dict[object, Future[T]] = {}

    def __call__(self, *args: P.args, **named: P.kwargs) -> T:
        """Return the result of the function."""
        key = (args, tuple(sorted(named.items())))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            waited = self._making.get(key)
            if waited is None:
                mine = self._making[key] = Future()
        if waited is not None:
            return waited.result()
        try:
            made = self._make(*args, **named)
        except BaseException as error:
            with self._lock:
                del self._making[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._making[key]
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        mine.set_result(made)
        return made

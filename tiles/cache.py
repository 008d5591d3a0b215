"""What was asked for last, up to a number of bytes; shared by all threads of a server."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TileCache(Generic[K, V]):
    """Keeps things by key; what was not asked for longest goes first.

    Args:
        limit: Bytes kept together; 0 keeps nothing.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        """Return what is kept under a key, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: K, thing: V, *, size: int) -> None:
        """Keep a thing, unless it alone is beyond the limit or something stands under the key.

        Args:
            key: Where to find it again.
            thing: What to keep.
            size: What it takes, bytes.
        """
        with self._lock:
            if key in self._kept or size > self._limit:
                return
            self._kept[key] = thing, size
            self._size += size
            while self._size > self._limit:
                _, (_, freed) = self._kept.popitem(last=False)
                self._size -= freed

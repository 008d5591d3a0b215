"""Many forms looked for in bytes at once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

#: Bytes that are looked at together.
_STRETCH = 1 << 20

#: Bytes at the end of a form by which it is known. The beginning of a double is often zeros, which occur everywhere.
_END = 3


class Forms:
    """Forms of three bytes and more, each of something with a number.

    A table tells which places of some bytes end as a form does; only forms that end so are then looked for. So a
    thousand forms cost little more than one.

    Args:
        forms: The bytes, and the number of what they are a form of.
    """

    def __init__(self, forms: Iterable[tuple[bytes, int]]) -> None:
        self._by_end: dict[int, list[tuple[bytes, int]]] = {}
        for form, owner in forms:
            self._by_end.setdefault(int.from_bytes(form[-_END:], "little"), []).append((form, owner))
        self._ends = np.zeros(1 << 8 * _END if self._by_end else 0, dtype=np.bool_)
        self._ends[list(self._by_end)] = True
        self._longest = max((len(form) for same in self._by_end.values() for form, _ in same), default=1)

    def within(self, data: bytes) -> set[int]:
        """Return the numbers of what occurs in some bytes."""
        if not self._by_end:
            return set()
        ends = set[int]()
        for start in range(0, len(data), _STRETCH):
            octets = np.frombuffer(data[start : start + _STRETCH + _END - 1], dtype=np.uint8).astype(np.int32)
            window = octets[:-2] | octets[1:-1] << 8 | octets[2:] << 16
            ends.update(window[self._ends[window]].tolist())
        return {owner for end in ends for form, owner in self._by_end[end] if form in data}

    def along(self, parts: Iterable[bytes]) -> set[int]:
        """Return the numbers of what occurs in bytes that are given part by part, across parts too."""
        found, before = set[int](), b""
        for part in parts:
            data = before + part
            found |= self.within(data)
            before = data[max(0, len(data) - self._longest + 1) :]
        return found

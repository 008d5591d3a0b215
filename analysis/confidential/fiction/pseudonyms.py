"""Pseudonyms and random streams of the fictional records.

A pseudonym is 32 lower-case hexadecimal digits. Every eighth digit is a letter, so that no pseudonym holds a run of
nine decimal digits: a scan for citizen service numbers finds nothing here, and whatever it does find is a leak.
Each table draws from a stream of its own, named after it: a new table changes no other.
"""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

#: What every pseudonym looks like.
PATTERN = "^[0-9a-f]{32}$"

_DIGITS = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_LETTER_EVERY = 8


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one table.

    Args:
        seed: Seed of the fictional country, zero or more.
        name: Name of the table or of what is drawn.

    Returns:
        A generator that depends on the seed and the name alone.
    """
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.default_rng([seed, *np.frombuffer(digest, dtype="<u4").tolist()])


def pseudonyms(count: int, rng: np.random.Generator) -> pl.Series:
    """Draw pseudonyms.

    Args:
        count: How many, zero or more.
        rng: Where the digits come from.

    Returns:
        (count,) strings that match `PATTERN`.
    """
    nibbles = rng.integers(0, 16, size=(count, 32))
    nibbles[:, ::_LETTER_EVERY] = rng.integers(10, 16, size=(count, 32 // _LETTER_EVERY))
    text = _DIGITS[nibbles].view("S32").reshape(count).astype(np.str_)
    return pl.Series(text.tolist(), dtype=pl.String)

"""How many bytes a part of an archive may unfold to: a thousand times as many as it has is possible with gzip.

What is written here and by other tools stays far below. Whoever needs more should cut it into more tiles.
"""

from __future__ import annotations

#: A root directory has 16 kB as stored, some thousand entries.
ROOT_DIRECTORY = 1 << 20

#: A leaf directory has some thousand entries as well; of a planet some ten thousand.
LEAF_DIRECTORY = 1 << 22

#: Metadata of other tools hold examples of every value.
METADATA = 1 << 23

#: The largest tile of a country, all its buurten at zoom 5, has less than 1 MB.
TILE = 1 << 24

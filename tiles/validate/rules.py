"""The rules of the validator: where each is written down, and what it says.

MVT is the Mapbox Vector Tile specification 2.1 (https://github.com/mapbox/vector-tile-spec/tree/master/2.1), PMTiles 3
that of archives (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md). "Zicht" are the promises of this
project: nothing in a tile that nobody asked for, borders that match, and every area at every zoom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Weight(StrEnum):
    """How binding a rule is."""

    MUST = "must"
    SHOULD = "should"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Args:
        section: Specification and section.
        weight: How binding it is.
        text: What it asks.
    """

    section: str
    weight: Weight
    text: str


def _mvt(section: str, text: str, weight: Weight = Weight.MUST) -> Rule:
    return Rule(f"MVT {section}", weight, text)


def _archive(section: str, text: str, weight: Weight = Weight.MUST) -> Rule:
    return Rule(f"PMTiles 3, {section}", weight, text)


def _ours(text: str, section: str = "Zicht") -> Rule:
    return Rule(section, Weight.OURS, text)


#: Promises of this project that are never left out: what is asked for, and what was not read to its end.
ALWAYS = frozenset({"limits", "secret"})

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        # The tile and its layers.
        "wire": _mvt("2", "The bytes are a protocol buffer message."),
        "field": _mvt("4", "A message has only the fields of the schema, each of its type."),
        "field-repeated": _mvt("4", "A field that stands alone occurs once."),
        "text": _mvt("4.1", "A text is UTF-8."),
        "tile-layers": _mvt("4.1", "A tile has at least one layer.", Weight.SHOULD),
        "layer-features": _mvt("4.1", "A layer has at least one feature.", Weight.SHOULD),
        "layer-version": _mvt("4.1", "A layer states version 2."),
        "layer-version-first": _mvt("4.1", "The version is the first field of a layer.", Weight.SHOULD),
        "layer-name": _mvt("4.1", "A layer has a name."),
        "layer-name-unique": _mvt("4.1", "No two layers of a tile have the same name."),
        "layer-extent": _mvt("4.1", "A layer has an extent from 1 to 2^32 - 1."),
        "key-unique": _mvt("4.1", "A layer holds every key once.", Weight.SHOULD),
        "value-unique": _mvt("4.1", "A layer holds every value once.", Weight.SHOULD),
        "value-one": _mvt("4.1", "A value has exactly one content."),
        # Features.
        "feature-type": _mvt("4.2", "A feature has a type."),
        "feature-geometry": _mvt("4.2", "A feature has a geometry."),
        "type-known": _mvt("4.3.4", "The type is unknown, point, line or polygon."),
        "type-unknown": _mvt("4.3.4.1", "A feature of unknown type is ignored by readers.", Weight.SHOULD),
        "tags-pairs": _mvt("4.4", "Tags come in pairs."),
        "tags-range": _mvt("4.4", "A tag points to a key and a value of its layer."),
        "tags-key-unique": _mvt("4.4", "A feature has every key once."),
        # Geometry.
        "geometry-integer": _mvt("4.3", "A geometry consists of 32-bit integers."),
        "command-known": _mvt("4.3.1", "A command is MoveTo, LineTo or ClosePath."),
        "command-parameters": _mvt("4.3.3", "A command is followed by as many parameters as it states."),
        "parameter-range": _mvt("4.3.2", "A parameter lies between -(2^31 - 1) and 2^31 - 1."),
        "line-still": _mvt("4.3.3.2", "A LineTo goes somewhere."),
        "close-count": _mvt("4.3.3.3", "A ClosePath has the count 1."),
        "point-commands": _mvt("4.3.4.2", "Points are one MoveTo with a count above 0."),
        "line-commands": _mvt("4.3.4.3", "A line is MoveTo (1), LineTo (at least 1)."),
        "polygon-commands": _mvt("4.3.4.4", "A ring is MoveTo (1), LineTo (at least 2), ClosePath."),
        "ring-first": _mvt("4.3.4.4", "The first ring of a polygon is an exterior ring, of positive area."),
        "ring-closed": _mvt("4.3.4.4", "A ring does not return to its start before it is closed."),
        "ring-area": _mvt("4.3.4.4", "A ring has an area.", Weight.SHOULD),
        "ring-simple": _mvt("4.3.4.4", "A ring does not touch or cross itself."),
        "hole-inside": _mvt("4.3.4.4", "Holes lie inside their exterior ring and do not cross."),
        # Archives.
        "archive-header": _archive("Header Design", "The header is 127 bytes that begin with PMTiles and version 3."),
        "archive-sections": _archive("File structure", "Sections lie in the file and do not overlap."),
        "archive-root": _archive("Directory Hierarchy", "Header and root directory together are below 16,384 bytes."),
        "archive-kind": _archive("Header Design", "The content is vector tiles, the compression none or gzip."),
        "archive-zooms": _archive("Header Design", "The least zoom is not above the greatest, and tiles lie between."),
        "archive-bounds": _archive("Header Design", "Bounds and centre lie in the world, west before east."),
        "archive-counts": _archive("Notes", "Counts of tiles, entries and contents are right, or 0."),
        "archive-clustered": _archive("Notes", "The clustered flag tells the truth."),
        "directory": _archive("Directory Serialization", "A directory is whole, and not empty."),
        "directory-order": _archive(
            "Entries", "Tile numbers ascend, runs do not overlap, and leaves have what is sought there."
        ),
        "directory-entry": _archive("Entries", "An entry has a length above 0, lies in its section and upon no other."),
        "directory-depth": _archive("Directory Hierarchy", "Directories do not nest without end, or lie on another."),
        "compression": _archive("Notes", "Contents are compressed as the header says."),
        "metadata": _archive("Metadata", "The metadata are a JSON object."),
        "metadata-layers": _archive("Metadata", "vector_layers describes the layers that there are.", Weight.SHOULD),
        # Promises of this project.
        "extension": _ours("No message carries a field beyond the schema, which could hold anything."),
        "key-used": _ours("No key stands in a layer that no feature has."),
        "value-used": _ours("No value stands in a layer that no feature has."),
        "feature-id": _ours("A feature has an id, so that figures can be joined to it."),
        "id-unique": _ours("Ids are unique within a layer.", "Zicht; MVT 4.2 (should)"),
        "within-buffer": _ours("Coordinates lie within the tile and its buffer."),
        "polygons-apart": _ours("The polygons of one feature do not overlap."),
        "ids-by-zoom": _ours("Every zoom of a layer has the same ids."),
        "edges-match": _ours("Areas do not overlap, and where two run along one another both have the same vertices."),
        "gap-narrow": Rule(
            "Zicht",
            Weight.SHOULD,
            "Between two areas nothing narrower than one unit lies open: narrow water, or a gap.",
        ),
        "tiles-match": _ours(
            "Where two tiles overlap, both show the same edges; a tile that an area goes on into is there."
        ),
        "zooms-stated": _ours("The zooms of the header are those of the tiles that are there."),
        "bounds-stated": _ours("A tile of the least zoom meets the bounds of the header."),
        "metadata-extra": _ours("Metadata hold what TileJSON needs and nothing else."),
        "gzip-extra": _ours("Compressed data carry no name, comment or time."),
        "bytes-unused": _ours("Every byte of the file belongs to something that is listed."),
        "content-stored-twice": _ours("Equal tiles are stored once."),
        "limits": _ours("Nothing is larger than the validator reads."),
        "secret": _ours("No secret value occurs."),
    }
)

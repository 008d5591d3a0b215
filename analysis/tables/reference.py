"""The reference page on statistics, written from the registries: it cannot say what the code does not do.

`python -m analysis.tables > docs/reference/statistics.md` writes it again; a test compares.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields

from analysis.statistics.registry import Statistic
from analysis.statistics.registry import load as load_statistics
from analysis.tables.method import GIVEN_BY, Method
from analysis.tables.options import NeighbourOptions, Options, flag, stated
from analysis.tables.registry import load

_HEAD = """\
# Statistics for any table

`zicht stats METHOD TABLE.csv [--neighbours PAIRS.csv | --x X --y Y | GEOFILE] --column C [--exposure E] [--id ID] --out
OUT.csv` computes one statistic of one table. This page is written from the code (`python -m analysis.tables`). How to
choose a method and what its outcome says stands in [Statistics of your own table](../how-to/statistics-of-a-table.md).

A small p-value says that chance alone seldom gives such a pattern: a pattern, not proof. It speaks of areas, never of
persons.
"""

_FILES = """\
## Files

TABLE is CSV in UTF-8 with one row of headings. The separator is a comma, or a semicolon where the heading holds one.
Ids are text, byte for byte: `0123` is not `123`. `--id` names their column; without it that is `id`, and where there
is no such column rows are numbered from 1. An id stands once, or once a period where `--period` is said. Numbers have
a decimal point. A blank, `NaN`, `inf`, a decimal comma or a thousands separator is refused with its line. Other
columns are ignored.

PAIRS holds `i,j`: j is a neighbour of i. The optional column `w` holds weights above 0; without it each weighs 1. A
link both ways is two rows. Pairs given one way only are taken as they are, and reported. Where no pair at all is
given both ways, `--symmetric` (link both ways) or `--directed` (as they are) must be said. An area in no pair is an
island. Refused with its line: an id that TABLE lacks, an area with itself, a pair twice, a weight that is not above
0.

`--x --y` name columns of planar coordinates. Neighbours are the nearest 8, or `--k`, or all within `--distance`. Of
equally near areas the earlier row is nearer. Nearest neighbours are not symmetric. With `--kernel` weights fall with
distance: to none at `--distance`, or at an area's nearest but `--k`.

GEOFILE is a GeoPackage, GeoJSON, shapefile or another vector file of polygons, with exactly the areas of TABLE. Areas
whose borders come within `--snap` of each other are neighbours: 0.1 metre where the file states metres, else one
millionth of the larger side of the map. With `--contiguity rook` they must run together over ten times that length.

Weights are 1 unless PAIRS says otherwise; `--row-standardise` divides each area's weights by their sum.

OUT is written whole or not at all. Numbers read back exactly. An empty field is a number that does not exist. Ids are
those of TABLE. The same input, options and seed give the same bytes. What the reader must know of the run, such as
the number of islands or of random draws, is said on standard error. Exit codes: 0 done; 1 a file is wrong; 2 the call
is wrong.
"""


def reference_page() -> str:
    """Return the page as Markdown."""
    statistics = load_statistics()
    parts = [_HEAD, _FILES, _options(), *(_method(method, statistics) for method in load().values())]
    return "\n".join(parts)


def _options() -> str:
    rows = [
        f"| `{flag(item.name)}` | {_default(item.default)} | {_bounds(item.metadata['range'])} "
        f"| {item.metadata['range'].text} |"
        for kind in (NeighbourOptions, Options)
        for item in fields(kind)
    ]
    return "\n".join(["## Options", "", "| option | default | range | meaning |", "|---|---|---|---|", *rows, ""])


def _default(value: object) -> str:
    return "" if value is None else "off" if value is False else f"{value}"


def _bounds(allowed: object) -> str:
    words = stated(allowed)  # type: ignore[arg-type]
    return "" if words == "any" else words


def _method(method: Method, statistics: Mapping[str, Statistic]) -> str:
    return "\n".join(_lines(method, statistics))


def _lines(method: Method, statistics: Mapping[str, Statistic]) -> Iterator[str]:
    yield from (f"## `{method.id}`", "", f"**{method.title}.** {inspect.getdoc(method.run)}", "")
    yield f"Needs {'; '.join(GIVEN_BY[need] for need in sorted(method.needs))}."
    if method.takes:
        yield f"Takes {'; '.join(GIVEN_BY[need] for need in sorted(method.takes))}."
    if method.options:
        yield f"Options: {', '.join(f'`{flag(name)}`' for name in method.options)}."
    if method.requires:
        yield f"Must be said: {', '.join(f'`{flag(name)}`' for name in method.requires)}."
    for paper in dict.fromkeys(statistics[name].paper for name in method.statistics):
        yield f"Source: {paper}."
    yield from ("", f"OUT has {method.rows}.", "", "| column | meaning |", "|---|---|")
    yield from (f"| `{name}` | {meaning} |" for name, meaning in method.columns.items())
    yield ""

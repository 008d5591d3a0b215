"""The spatial scan of any table, and the space-time scan of a long one."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np

from analysis.statistics.scan import ScanModel, ScanOptions, spatial_scan
from analysis.statistics.scan_clusters import Cluster
from analysis.statistics.space_time_scan import space_time_scan
from analysis.statistics.tails import FloatArray, IntArray
from analysis.tables.method import Column, Method, Need, TableInput, TableOutput, given
from analysis.tables.options import Options
from analysis.tables.periods import read_long
from zicht.errors import SchemaError

#: Fewest areas among which a cluster can stand out.
FEWEST = 3


def scan(data: TableInput) -> TableOutput:
    """Find the circles of areas that hold more cases than chance would gather anywhere on the map.

    Circles are drawn around the point of every area, over its nearest areas, up to `--max-share` of the exposure and
    `--max-areas` areas; areas equally far away, or at one point, enter together. C holds whole numbers of cases, E the
    population or the expected cases, of which only proportions matter; with `--model bernoulli` E is a whole
    population that includes the cases. Clusters follow SaTScan: each centre's best circle competes, no two clusters
    share an area, a cluster of a high rate has at least 2 cases. All are written, also those that chance explains: read
    p. A table without cases has no cluster, and OUT has headings only. Refused with its line: a number that is negative
    or not whole, cases without exposure, fewer than three areas, an id that holds a space.
    """
    cases, exposure = _counted(data)
    options = data.options
    result = spatial_scan(
        cases,
        exposure,
        given(data.coordinates),
        rng=data.rng(),
        model=options.model,
        options=_scan_options(options),
    )
    notes = _notes(cases, options.replicates, gumbel=options.gumbel)
    return TableOutput(_columns(result.clusters, data.ids, options), notes)


def space_time(data: TableInput) -> TableOutput:
    """Find the circles of areas and the intervals of periods that hold more cases than chance would gather.

    TABLE is long: one row for each area and period, in any order, with the same point in every row of an area. E holds
    the population or the expected cases of the area in the period: what it does not know of trend or season shows as a
    cluster. An interval holds at most `--max-periods` periods, half of them unless said. Periods are put in order by
    the numbers in them. Clusters are those of `scan`; no two share an area, in whatever periods. Refused with its line:
    what `scan` refuses, an area without a row for every period, an area at two points.
    """
    cases, exposure = _counted(data)
    periods, areas, cell = _cells(data)
    options = data.options
    if options.max_periods is not None and options.max_periods > len(periods):
        raise SchemaError(
            f"There are {len(periods)} periods.", where=data.sheet.where, remedy="Give a smaller --max-periods."
        )
    result = space_time_scan(
        cases[cell],
        exposure[cell],
        given(data.coordinates)[cell[:, 0]],
        rng=data.rng(),
        max_periods=options.max_periods,
        options=_scan_options(options),
    )
    columns = _columns(result.clusters, areas, options)
    columns["first"] = [periods[one.first] for one in result.clusters]
    columns["last"] = [periods[one.last] for one in result.clusters]
    notes = _notes(cases, options.replicates, gumbel=options.gumbel)
    return TableOutput(columns, (f"{len(periods)} periods, from {periods[0]} to {periods[-1]}.", *notes))


def _scan_options(options: Options) -> ScanOptions:
    return ScanOptions(
        rates=options.clusters,
        max_share=options.max_share,
        max_areas=options.max_areas,
        replicates=options.replicates,
        most=options.most,
    )


def _columns(found: Sequence[Cluster], areas: Sequence[str], options: Options) -> dict[str, Column]:
    return {
        "rank": np.arange(1, len(found) + 1),
        "centre": [areas[one.centre] for one in found],
        "members": [" ".join(areas[area] for area in one.members.tolist()) for one in found],
        "cases": np.array([one.cases for one in found], dtype=np.int64),
        "expected": np.array([one.expected for one in found]),
        "relative_risk": np.array([one.relative_risk for one in found]),
        "llr": np.array([one.llr for one in found]),
        "p": np.array([one.p_gumbel if options.gumbel else one.p for one in found]),
    }


def _cells(data: TableInput) -> tuple[tuple[str, ...], tuple[str, ...], IntArray]:
    # The periods in order, the areas in the order of the table, and the row of each area and period.
    long = read_long(data)
    data.refuse(
        np.asarray((long.filled == 0).any(axis=1))[long.area],
        "An area has no row for one of the periods.",
        remedy="Give every area a row for every period, with 0 where nothing happened.",
    )
    cell = np.empty(long.filled.shape, dtype=np.int64)
    cell[long.area, long.period] = np.arange(len(data))
    points = given(data.coordinates)
    elsewhere = (points != points[cell[:, 0]][long.area]).any(axis=1)
    data.refuse(elsewhere, "An area has another point than in its first period.", remedy="Give it one point.")
    if len(long.areas) < FEWEST:
        raise SchemaError(f"A scan needs at least {FEWEST} areas; there are {len(long.areas)}.", where=data.sheet.where)
    return long.periods, long.areas, cell


def _counted(data: TableInput) -> tuple[FloatArray, FloatArray]:
    cases, exposure = given(data.column), given(data.exposure)
    if len(data) < FEWEST:
        raise SchemaError(f"A scan needs at least {FEWEST} areas; there are {len(data)}.", where=data.sheet.where)
    spaced = np.array([len(one.split()) != 1 or one != one.strip() for one in data.ids])
    data.refuse(spaced, "An id holds a space, which separates members in OUT.", remedy="Write ids without spaces.")
    data.refuse(cases < 0, "A number of cases is negative.")
    data.refuse(cases != np.floor(cases), "A number of cases is not whole.")
    data.refuse(exposure < 0, "An exposure is negative.")
    data.refuse((exposure == 0) & (cases > 0), "There are cases where the exposure is 0.", remedy="Correct either.")
    data.refuse(np.full(len(data), not exposure.any()), "The exposure is 0 everywhere.")
    if data.options.model is ScanModel.BERNOULLI:
        data.refuse(exposure != np.floor(exposure), "A population is not whole.")
        data.refuse(cases > exposure, "There are more cases than population.", remedy="Or leave --model out.")
    return cases, exposure


def _notes(cases: FloatArray, replicates: int, *, gumbel: bool) -> tuple[str, ...]:
    if not cases.any():
        return ("There are no cases, so there is no cluster.",)
    if gumbel:
        return (f"p-values come from a Gumbel distribution fitted to {replicates} replicates; they are approximate.",)
    return (f"p-values come from {replicates} replicates: none is below {1 / (replicates + 1):.1e}.",)


_COLUMNS = MappingProxyType(
    {
        "rank": "1 for the most likely cluster, then in descending order of llr",
        "centre": "the area around which the circle is drawn; of equally likely circles that of the earlier row",
        "members": "the areas in the circle, separated by spaces, nearest to the centre first",
        "cases": "cases in the cluster",
        "expected": "cases expected in it if the rate were the same everywhere",
        "relative_risk": "rate inside over rate outside; inf where all cases are inside",
        "llr": "log-likelihood ratio, above 0",
        "p": "P(a highest llr at least as large anywhere on a map of chance), 0 to 1",
    }
)

_LONG = MappingProxyType({**_COLUMNS, "first": "the first period of the cluster", "last": "the last period of it"})
_NEEDS = frozenset({Need.COLUMN, Need.EXPOSURE, Need.COORDINATES})
_OPTIONS = ("clusters", "max_share", "max_areas", "most", "replicates", "gumbel", "seed")
_ROWS = "one row a cluster, the most likely first"

METHODS = (
    Method(
        "scan",
        "Spatial scan statistic (circles)",
        ("scan",),
        _NEEDS,
        _COLUMNS,
        scan,
        options=("model", *_OPTIONS),
        rows=_ROWS,
    ),
    Method(
        "space-time-scan",
        "Space-time scan statistic (cylinders)",
        ("space-time-scan",),
        _NEEDS | {Need.PERIOD},
        _LONG,
        space_time,
        options=("max_periods", *_OPTIONS),
        rows=_ROWS,
    ),
)

"""What a reader of a release, and of earlier ones, holds: places, rules and counts, and the systems they form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.audit.derived import sharpened
from analysis.audit.knowledge import Column, Known, Revision, read_counts, union
from analysis.audit.layout import Plan, plans
from analysis.audit.places import Places, is_hex, read_places
from analysis.audit.rules import Rule, read_rules
from analysis.audit.spots import Told, joined, read_spots
from zicht.errors import AlignmentError
from zicht.published import ColumnKey, Measure
from zicht.release import Release
from zicht.structure import COUNTRY, FILE, read_structure

#: What is read together to see whether a rate tells more than its count.
BESIDE = (Measure.COUNT, Measure.RATE, Measure.EXPOSURE)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What a reader holds: places, rules, and counts and hotspot windows of the newest release and of all together."""

    places: Places
    rules: Mapping[str, Rule]
    newest: Mapping[Column, Known]
    counts: Mapping[Column, Known]
    revisions: tuple[Revision, ...]
    newest_spots: Told
    spots: Told


def gather(release: Release, earlier: Sequence[Release]) -> Evidence:
    """Return what a reader of a release and of earlier ones holds.

    Raises:
        AlignmentError: The releases are of different editions of the boundaries.
    """
    rules: dict[str, Rule] = {}
    counts: Mapping[Column, Known] = {}
    revisions: tuple[Revision, ...] = ()
    told: list[Told] = []
    for older in earlier:
        _check_places(release, older)
        stated = read_rules(older.catalogue)
        rules |= stated
        own = _counts(older, stated)
        told.append(read_spots(older, stated, own))
        counts, _ = union(own, counts)
    stated = read_rules(release.catalogue)
    newest = _counts(release, stated)
    counts, revisions = union(newest, counts) if earlier else (newest, revisions)
    places = read_places(release.areas, read_structure(release.path / FILE))
    spots = read_spots(release, stated, newest)
    return Evidence(places, {**rules, **stated}, newest, counts, revisions, spots, joined(spots, told))


def _counts(release: Release, rules: Mapping[str, Rule]) -> Mapping[Column, Known]:
    """Return what a release tells of its counts, its rates read beside them."""
    found = dict(read_counts(release.values, rules, release.areas))
    for column, known in list(found.items()):
        keys = [ColumnKey(*column, "", str(measure)) for measure in BESIDE]
        if all(key in release.values for key in keys):
            found[column] = sharpened(known, *(release.values.column(key) for key in keys))
    return found


def _check_places(release: Release, older: Release) -> None:
    one, other = release.manifest["edition"], older.manifest["edition"]
    if one != other:
        raise AlignmentError(
            f"The releases are of different editions of boundaries, {one} and {other}.",
            where=older.short_id,
            remedy="Audit releases of one edition together; two editions of one year must not both be published.",
        )
    for level in set(release.areas) & set(older.areas):
        if release.areas[level].code.tolist() != older.areas[level].code.tolist():
            raise AlignmentError("The releases do not have the same areas.", where=f"{older.short_id} {level}")


def planned(held: Evidence) -> tuple[Plan, ...]:
    """Return the systems that what a reader holds forms.

    Raises:
        LayoutError: Some columns are linked in a way that is not a network.
    """
    levels: dict[tuple[str, str], list[str]] = {}
    for indicator, period, level in sorted(held.counts, key=lambda column: (*column[:2], _rank(column[2]))):
        levels.setdefault((indicator, period), []).append(level)
    return plans(levels, held.rules)


def _rank(level: str) -> tuple[bool, int, str]:
    order = (COUNTRY, "gemeente", "wijk", "buurt", "park")
    return is_hex(level), order.index(level) if level in order else int(level.removeprefix("h3-")), level

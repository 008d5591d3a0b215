"""What a reader of a release, and of earlier ones, holds: places, rules and counts, and the systems they form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.audit.derived import sharpened
from analysis.audit.knowledge import Column, Known, Revision, read_counts, union
from analysis.audit.layout import Plan, plans
from analysis.audit.places import Places, moved_areas, read_places
from analysis.audit.rules import Rule, read_rules
from zicht.errors import AlignmentError
from zicht.published import ColumnKey, Measure
from zicht.release import Release
from zicht.structure import COUNTRY, FILE, read_structure

#: What is read together to see whether a rate tells more than its count.
BESIDE = (Measure.COUNT, Measure.RATE, Measure.EXPOSURE)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What a reader holds: places, rules, counts of the newest release and of all together, and what was revised."""

    places: Places
    rules: Mapping[str, Rule]
    newest: Mapping[Column, Known]
    counts: Mapping[Column, Known]
    revisions: tuple[Revision, ...]


def gather(release: Release, earlier: Sequence[Release]) -> Evidence:
    """Return what a reader of a release and of earlier ones holds.

    Raises:
        AlignmentError: The releases are of different editions of the boundaries, or an area lies elsewhere in one.
    """
    rules: dict[str, Rule] = {}
    counts: Mapping[Column, Known] = {}
    revisions: tuple[Revision, ...] = ()
    for older in earlier:
        _check_places(release, older)
        stated = read_rules(older.catalogue)
        rules |= stated
        counts, _ = union(_counts(older, stated), counts)
    stated = read_rules(release.catalogue)
    newest = _counts(release, stated)
    counts, revisions = union(newest, counts) if earlier else (newest, revisions)
    places = read_places(release.areas, read_structure(release.path / FILE))
    return Evidence(places, {**rules, **stated}, newest, counts, revisions)


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
    new, old = (read_places(each.areas, read_structure(each.path / FILE)) for each in (release, older))
    moved = next(moved_areas(new, old), None)
    if moved:
        raise AlignmentError(
            f"{moved[0]} lies in other areas of level {moved[1]} than in the newer release.",
            where=older.short_id,
            remedy="A region that has changed is another region: give it another code, and the edition another name.",
        )


def planned(held: Evidence) -> tuple[Plan, ...]:
    """Return the systems that what a reader holds forms.

    Raises:
        AlignmentError: An earlier release has a level that the newest lacks.
        LayoutError: Some columns are linked in a way that is not a network.
    """
    levels: dict[tuple[str, str], list[str]] = {}
    order = (COUNTRY, *held.places.chains[0], *held.places.chains[1])
    absent = sorted({level for _, _, level in held.counts} - set(order))
    if absent:
        raise AlignmentError(
            f"An earlier release shows figures of level {absent[0]!r}, which the newest does not have.",
            remedy="Build the newest release with the same levels: what was published once is known for ever.",
        )
    for indicator, period, level in sorted(held.counts, key=lambda column: (*column[:2], order.index(column[2]))):
        levels.setdefault((indicator, period), []).append(level)
    return plans(levels, held.rules)

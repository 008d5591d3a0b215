"""What a reader of a release, and of earlier ones, holds: places, rules and counts, and the systems they form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.audit.derived import sharpened
from analysis.audit.knowledge import Column, Known, Revision, read_counts, union
from analysis.audit.layout import Plan, plans
from analysis.audit.places import Places, moved_areas, read_places
from analysis.audit.rules import Rule, read_rules
from analysis.audit.spots import Told, joined, read_spots
from zicht.audience import audience_of, check_earlier, ledger_of, missing_from
from zicht.errors import AlignmentError, ReleaseError
from zicht.published import ColumnKey, Measure
from zicht.release import Release
from zicht.structure import COUNTRY, FILE, read_structure

#: What is read together to see whether a rate tells more than its count.
BESIDE = (Measure.COUNT, Measure.RATE, Measure.EXPOSURE)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What a reader holds.

    Args:
        places: The places of the newest release.
        rules: By indicator, as the newest release that has it states it.
        newest: What the newest release tells.
        earlier: What the earlier ones tell together.
        counts: What all of them tell, the newest where an earlier one cannot be true beside it.
        revisions: Where that is so.
        newest_spots: The hotspot windows of the newest release.
        spots: Those of all of them.
    """

    places: Places
    rules: Mapping[str, Rule]
    newest: Mapping[Column, Known]
    earlier: Mapping[Column, Known]
    counts: Mapping[Column, Known]
    revisions: tuple[Revision, ...]
    newest_spots: Told
    spots: Told


def gather(release: Release, earlier: Sequence[Release]) -> Evidence:
    """Return what a reader of a release and of earlier ones holds.

    Raises:
        AlignmentError: The releases are of different editions of the boundaries, or an area lies elsewhere in one.
        UnprotectedError: An earlier release is for other readers.
        ReleaseError: The release was protected beside one that is not given.
    """
    _check_ledger(release, earlier)
    rules: dict[str, Rule] = {}
    before: Mapping[Column, Known] = {}
    told: list[Told] = []
    for older in earlier:
        _check_places(release, older)
        stated = read_rules(older.catalogue)
        rules |= stated
        own = _counts(older, stated)
        told.append(read_spots(older, stated, own))
        before, _ = union(own, before)
    stated = read_rules(release.catalogue)
    newest = _counts(release, stated)
    counts, revisions = union(newest, before) if earlier else (newest, ())
    places = read_places(release.areas, read_structure(release.path / FILE))
    spots = read_spots(release, stated, newest)
    return Evidence(
        places, {**rules, **stated}, newest, before, counts, revisions, newest_spots=spots, spots=joined(spots, told)
    )


def _counts(release: Release, rules: Mapping[str, Rule]) -> Mapping[Column, Known]:
    """Return what a release tells of its counts, its rates read beside them."""
    found = dict(read_counts(release.values, rules, release.areas))
    for column, known in list(found.items()):
        keys = [ColumnKey(*column, "", str(measure)) for measure in BESIDE]
        if all(key in release.values for key in keys):
            found[column] = sharpened(known, *(release.values.column(key) for key in keys))
    return found


def _check_ledger(release: Release, earlier: Sequence[Release]) -> None:
    check_earlier(audience_of(release), earlier, where=release.short_id)
    missing = missing_from(ledger_of(release), earlier)
    if missing:
        raise ReleaseError(
            f"Readers hold release {missing[0][:12]} as well, which was not given: "
            "this one, or one beside it, was protected beside it.",
            where=str(release.path),
            remedy="Add --with for each release that `zicht info` names, oldest first.",
        )


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

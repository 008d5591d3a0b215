"""For whom a release is, and what was published before it: what a manifest says beside its files.

A release without an audience is public. One with an audience has rules of its own and is for those readers alone; they
hold the public releases as well, so it is built and audited beside those. A public release is never built beside one
with an audience: its protection would count on knowledge that the public does not have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zicht.errors import ReleaseError, UnprotectedError
from zicht.release import Release

_ID = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Audience:
    """The readers that a release is for.

    Args:
        id: Short name, of lower-case letters, digits and hyphens.
        name: What they are called, by language.

    Raises:
        ReleaseError: The id is not written so.
    """

    id: str
    name: Mapping[str, str]

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ReleaseError("The id of an audience is of lower-case letters, digits and hyphens.", where=self.id)

    def content(self) -> dict[str, Any]:
        """Return what stands in the manifest."""
        return {"id": self.id, "name": dict(self.name)}


def audience_of(release: Release) -> Audience | None:
    """Return for whom a release is, None where it is public."""
    stated = release.manifest.get("audience")
    return None if stated is None else Audience(str(stated["id"]), {str(k): str(v) for k, v in stated["name"].items()})


def ledger_of(release: Release) -> tuple[str, ...]:
    """Return the ids of the releases that a release was protected beside, oldest first; none where it names none."""
    return tuple(map(str, release.manifest.get("ledger", ())))


def require_audience(release: Release, asked: str | None) -> None:
    """Refuse to show a release to others than it is for.

    Raises:
        UnprotectedError: It is for an audience that was not named, or for another one.
    """
    own = audience_of(release)
    if (own.id if own else None) == asked:
        return
    if own is None:
        raise UnprotectedError(
            f"The release is public, not for {asked!r}.", where=str(release.path), remedy="Leave --audience out."
        )
    raise UnprotectedError(
        f"The release is not public: it is for {own.id!r} alone.",
        where=str(release.path),
        remedy=f"Where nobody else can reach the server, add --audience {own.id}.",
    )


def check_earlier(audience: Audience | None, earlier: Sequence[Release], *, where: str) -> None:
    """Refuse earlier releases that the readers of a release do not hold.

    Args:
        audience: For whom the release is, None for the public.
        earlier: Earlier releases.
        where: The release.

    Raises:
        UnprotectedError: One of them is for other readers.
    """
    for release in earlier:
        own = audience_of(release)
        if own is not None and own.id != (audience.id if audience else None):
            readers = f"readers of {audience.id!r}" if audience else "the public"
            raise UnprotectedError(
                f"An earlier release is for {own.id!r} alone, so {readers} do not hold it: cells that it shows would "
                "count as known.",
                where=f"{where}, beside {release.short_id}",
                remedy="Leave it out. To check what its readers hold together, audit it beside this release.",
            )


def missing_from(named: Sequence[str], earlier: Sequence[Release]) -> tuple[str, ...]:
    """Return the ids that are named, by a manifest or by one of the earlier releases, and not given."""
    given = {release.id for release in earlier}
    asked = dict.fromkeys([*named, *(name for release in earlier for name in ledger_of(release))])
    return tuple(name for name in asked if name not in given)

"""Whether a release may be published: what its manifest says of its protection, and what its certificate says of that.

This is the only place that decides what a draft is. A release is no draft where it was protected jointly and the audit
found that its rule holds; everything else is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from zicht.certificate import Certificate, certificate_of
from zicht.errors import ReleaseError, UnprotectedError
from zicht.release import Release

JOINT = "joint"


class Doubt(StrEnum):
    """Why a release is a draft."""

    PRIMARY = "primary"
    UNAUDITED = "unaudited"
    INVALID = "invalid"
    BROKEN = "broken"


PROBLEMS: Mapping[Doubt, str] = {
    Doubt.PRIMARY: "The release is a draft: its cells are hidden one by one, not jointly.",
    Doubt.UNAUDITED: "The release has no audit certificate.",
    Doubt.INVALID: "The audit certificate of the release is not valid",
    Doubt.BROKEN: "The audit found numbers that can be derived more closely than the rule allows.",
}

_DRAFT = "to look at it all the same, as a draft, add --draft"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a release can be trusted to keep what it hides.

    Args:
        certificate: What the audit found; None where there is no valid certificate.
        doubt: Why the release is a draft; None where it is none.
        problem: The same as a sentence, "" where it is none.
        where: The file it concerns, "" for the release as a whole.
    """

    certificate: Certificate | None
    doubt: Doubt | None = None
    problem: str = ""
    where: str = ""

    @property
    def is_draft(self) -> bool:
        """Whether the release must not be published."""
        return self.doubt is not None


def standing(release: Release) -> Standing:
    """Return how far a release can be trusted to keep what it hides.

    Reads the certificate again each time: it may be written while the release is open.
    """
    try:
        certificate = certificate_of(release)
    except ReleaseError as error:
        found = Standing(None, Doubt.INVALID, f"{PROBLEMS[Doubt.INVALID]}: {error.problem}", error.where)
    except OSError as error:
        reason = f"{PROBLEMS[Doubt.INVALID]}: it cannot be read ({error.strerror})."
        found = Standing(None, Doubt.INVALID, reason, str(error.filename or ""))
    else:
        doubt = Doubt.UNAUDITED if certificate is None else None if certificate.holds else Doubt.BROKEN
        found = Standing(certificate, doubt, PROBLEMS[doubt] if doubt else "")
    # A release that was never protected jointly stays a draft, whatever lies beside it.
    if release.manifest["protection"] != JOINT:
        return Standing(found.certificate, Doubt.PRIMARY, PROBLEMS[Doubt.PRIMARY])
    return found


def require_certified(release: Release) -> Standing:
    """Return the standing of a release that may be published.

    Raises:
        UnprotectedError: It is a draft.
    """
    found = standing(release)
    if found.doubt is None:
        return found
    remedies = {
        Doubt.PRIMARY: f"Build it again with joint protection; {_DRAFT}.",
        Doubt.BROKEN: f"Build it again, or publish fewer levels; {_DRAFT}.",
    }
    audit = f"Run `zicht audit {release.path}`; {_DRAFT}."
    raise UnprotectedError(
        found.problem, where=found.where or str(release.path), remedy=remedies.get(found.doubt, audit)
    )

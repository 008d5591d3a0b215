"""What can be wrong with a release that is audited, before anything can be said of its bounds."""

from __future__ import annotations

from zicht.errors import DisclosureError


class ContradictionError(DisclosureError):
    """No table of counts fits everything that is published."""


class LayoutError(DisclosureError):
    """The published tables do not form a network, so that their bounds cannot be computed exactly."""

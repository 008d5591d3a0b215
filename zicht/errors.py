"""The error tree.

A message says what is wrong, where (file, row, place, rule) and what to do. It never holds a confidential value:
errors end in logs, and logs are read by people who may not see records.
"""

from __future__ import annotations


class ZichtError(Exception):
    """Any failure that Zicht foresaw and can explain.

    Args:
        problem: What is wrong, as one sentence without a confidential value.
        where: The file, row, place or rule it concerns.
        remedy: What the reader can do about it.
    """

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        self.problem = problem
        self.where = where
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"\n  What to do: {self.remedy}" if self.remedy else ""
        return f"{place}{self.problem}{advice}"


class ConfigError(ZichtError):
    """A setting, build file, theme or source contract is wrong."""


class SourceError(ZichtError):
    """A source of records cannot be used as it is."""


class SchemaError(SourceError):
    """A table lacks a column, or holds values its contract does not allow."""


class PseudonymError(SourceError):
    """A table holds something that points to a person directly."""


class BoundaryError(ZichtError):
    """A boundary file cannot be used as it is."""


class CRSMismatchError(BoundaryError):
    """Coordinates are in another reference system than EPSG:28992, or in none that is stated."""


class InvalidTopologyError(BoundaryError):
    """A polygon is empty, invalid or overlaps its neighbour."""


class AlignmentError(ZichtError):
    """Two tables do not speak of the same places."""


class DisclosureError(ZichtError):
    """A table cannot be published as asked."""


class UnprotectedError(DisclosureError):
    """Something would be published that no rule has cleared."""


class InfeasibleError(DisclosureError):
    """No pattern of suppressions satisfies the rule."""


class AuditFailedError(DisclosureError):
    """A reader of a release can derive more than its rule allows."""


class ReleaseError(ZichtError):
    """A release folder cannot be trusted or read."""


class ChecksumMismatchError(ReleaseError):
    """A file in a release is not the file that was released."""


class UnknownFormatError(ReleaseError):
    """A release was written in a format that this version does not know."""

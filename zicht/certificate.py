"""The audit certificate of a release (`attestations/audit.json`): what the audit found, for whoever serves the release.

It holds nothing that cannot be computed again from the releases it names, so it is a receipt, not a signature: whoever
doubts it runs `zicht audit` and compares. Reading one needs neither the audit nor its libraries.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zicht import __version__
from zicht.audience import ledger_of
from zicht.errors import ReleaseError
from zicht.published import Measure
from zicht.release import ATTESTATIONS, Release, canonical_json

FILE = "audit.json"
FORMAT = 2
KIND = "audit"
#: The rule that each format checks: the second holds changes, since an earlier version or year, to it as well.
RULES: Mapping[int, str] = {1: "upper-bound-v1", 2: "upper-bound-v2"}
#: Entries of a system that the first format does not have.
ADDED = ("changes", "set_aside")
#: The rule that hotspot windows are checked by.
SPOT_RULE = "whole-witness-v1"
#: The rule that amounts are checked by.
AMOUNT_RULE = "counted-remainders-v1"

_REMEDY = "Run `zicht audit` on the release again."


@dataclass(frozen=True, slots=True)
class AuditedSystem:
    """What the audit found of one indicator in one period, its years and its parts included.

    Args:
        indicator: Its id.
        period: A year or a window of years.
        parts: Ids of the indicators that count a part of this one and were audited with it.
        cells: Number of its cells.
        suppressed: How many of them are hidden.
        atoms: Number of its atoms that can hold anything.
        targets: Numbers that are not shown and could be above 0.
        violations: How many numbers break the rule.
        narrowest_upper: The smallest upper bound above 0, or threshold and margin where none is below them; None where
            everything is known.
        holds: Whether the rule holds.
        changes: How many of the violations are changes, since an earlier version or year, that are small and not 0.
        set_aside: How many earlier figures cannot be true beside the newest, and were left out.
    """

    indicator: str
    period: str
    parts: tuple[str, ...]
    cells: int
    suppressed: int
    atoms: int
    targets: int
    violations: int
    narrowest_upper: int | None
    holds: bool
    changes: int = 0
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class AuditedSpots:
    """What the audit found of the hotspot windows of one indicator in one period.

    Args:
        indicator: Its id.
        period: A window of years, or a year.
        candidates: Number of candidates.
        flagged: How many of them are flagged.
        silent: How many were asked and are not flagged.
        targets: Numbers that are not shown and that the counts alone leave room above 0.
        violations: How many of them no table of whole numbers that fits flags and silences makes large enough.
        holds: Whether there are none.
    """

    indicator: str
    period: str
    candidates: int
    flagged: int
    silent: int
    targets: int
    violations: int
    holds: bool


@dataclass(frozen=True, slots=True)
class AuditedAmounts:
    """What the audit found of the amounts of one indicator in one period.

    Args:
        indicator: Its id.
        period: A year or a window of years.
        of: Id of the indicator that counts the same records.
        cells: Number of its cells.
        suppressed: How many of them are hidden.
        remainders: How many shown cells hold something beside the cells shown in them.
        violations: How many cells break the rule.
        narrowest_upper: The smallest upper bound above 0 of a hidden amount; None where none is bounded.
        holds: Whether the rule holds, as far as it can be seen from outside: not that holdings are many and even.
    """

    indicator: str
    period: str
    of: str
    cells: int
    suppressed: int
    remainders: int
    violations: int
    narrowest_upper: int | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an audit found of a release.

    Args:
        release: The id of the release.
        earlier: Ids of the earlier releases that were read beside it.
        systems: What was found, by indicator and period.
        holds: Whether the rule holds for the whole release, beside the earlier ones.
        version: The version of Zicht that audited it.
        format: The format of the file.
        spots: What was found of hotspot windows; empty, and then not in the file, where the release has none.
        amounts: What was found of amounts; likewise.
    """

    release: str
    earlier: tuple[str, ...]
    systems: tuple[AuditedSystem, ...]
    holds: bool
    version: str = __version__
    format: int = FORMAT
    spots: tuple[AuditedSpots, ...] = ()
    amounts: tuple[AuditedAmounts, ...] = ()

    @property
    def rule(self) -> str:
        """The name of the rule that was checked."""
        return RULES[self.format]

    @property
    def narrowest_upper(self) -> int | None:
        """The smallest upper bound above 0 of anything that is hidden, None where everything is known."""
        known = [system.narrowest_upper for system in self.systems if system.narrowest_upper is not None]
        return min(known, default=None)

    def content(self) -> Mapping[str, Any]:
        """Return the content of the file."""
        more = {
            name: {"rule": rule, "systems": [asdict(one) for one in found]}
            for name, rule, found in (("spots", SPOT_RULE, self.spots), ("amounts", AMOUNT_RULE, self.amounts))
            if found
        }
        return {
            **more,
            "format": self.format,
            "kind": KIND,
            "release": self.release,
            "with": list(self.earlier),
            "holds": self.holds,
            "rule": self.rule,
            "systems": [self._system(found) for found in self.systems],
            "software": {"zicht": self.version},
        }

    def _system(self, found: AuditedSystem) -> dict[str, Any]:
        entry = {**asdict(found), "parts": list(found.parts)}
        return {name: value for name, value in entry.items() if self.format > 1 or name not in ADDED}


def write_certificate(folder: Path, certificate: Certificate) -> Path:
    """Write the certificate beside a release, whole or not at all; an earlier one is replaced.

    Args:
        folder: The release folder.
        certificate: What was found.

    Returns:
        The file.
    """
    target = folder / ATTESTATIONS / FILE
    target.parent.mkdir(exist_ok=True)
    partial = target.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(canonical_json(certificate.content()))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)
    return target


def certificate_of(release: Release) -> Certificate | None:
    """Return the certificate of a release, None where it was never audited.

    Raises:
        ReleaseError: The certificate is of another release, was changed, or does not speak of all its indicators.
    """
    path = release.path / ATTESTATIONS / FILE
    if not path.is_file():
        return None
    found = _read(path)
    if found.release != release.id:
        raise ReleaseError("The certificate is of another release.", where=str(path), remedy=_REMEDY)
    spoken = {name for system in found.systems for name in (system.indicator, *system.parts)}
    silent = sorted({key.indicator for key in release.values.keys() if key.measure == Measure.COUNT} - spoken)
    if silent:
        raise ReleaseError(f"The certificate does not speak of {silent[0]!r}.", where=str(path), remedy=_REMEDY)
    _check_reach(found, release, path)
    _check_sums(found, release, path)
    return found


def _check_reach(found: Certificate, release: Release, path: Path) -> None:
    """Refuse a certificate of an audit that did not read, or did not check, all that the release asks."""
    unread = [name for name in ledger_of(release) if name not in found.earlier]
    if unread:
        raise ReleaseError(
            f"The audit did not read release {unread[0][:12]}, beside which this one was protected.",
            where=str(path),
            remedy="Run `zicht audit` on the release again, with --with for each release that its manifest names.",
        )
    windows = {(key.indicator, key.period) for key in release.spots.keys()}
    amounts = {(key.indicator, key.period) for key in release.values.keys() if key.measure == Measure.AMOUNT}
    for name, there, told in (("hotspot windows", windows, found.spots), ("amounts", amounts, found.amounts)):
        untold = sorted(there - {(one.indicator, one.period) for one in told})
        if untold:
            problem = f"The certificate does not speak of the {name} of {untold[0][0]!r}."
            raise ReleaseError(problem, where=str(path), remedy=_REMEDY)
    compared = any(entry["disclosure"].get("changes") == "protect" for entry in release.catalogue["indicators"])
    if compared and found.format < FORMAT:
        raise ReleaseError("The audit did not look at changes from year to year.", where=str(path), remedy=_REMEDY)


def _check_sums(found: Certificate, release: Release, path: Path) -> None:
    """Refuse a certificate of an audit that looked at a total and its parts by themselves alone."""
    shown = {(key.indicator, key.period) for key in release.values.keys() if key.measure == Measure.COUNT}
    together = {(system.indicator, system.period): set(system.parts) for system in found.systems}
    for entry in release.catalogue["indicators"]:
        parts = set(entry.get("sum_of", ()))
        periods = {period for name, period in shown if parts and name == entry["id"]}
        for period in sorted(periods):
            linked = any((part, period) in shown for part in parts)
            if linked and not parts <= together.get((entry["id"], period), set()):
                raise ReleaseError(
                    f"The audit did not look at {entry['id']!r} together with what it is the sum of.",
                    where=str(path),
                    remedy=_REMEDY,
                )


def _read(path: Path) -> Certificate:
    try:
        stated = json.loads(path.read_bytes())
        found = Certificate(
            release=str(stated["release"]),
            earlier=tuple(map(str, stated["with"])),
            systems=_systems(stated["systems"]),
            holds=bool(stated["holds"]),
            version=str(stated["software"]["zicht"]),
            format={number: number for number in RULES}[stated["format"]],
            spots=tuple(AuditedSpots(**entry) for entry in stated.get("spots", {"systems": ()})["systems"]),
            amounts=tuple(AuditedAmounts(**entry) for entry in stated.get("amounts", {"systems": ()})["systems"]),
        )
    except (ValueError, KeyError, TypeError):
        raise ReleaseError("The certificate cannot be read.", where=str(path), remedy=_REMEDY) from None
    if canonical_json(found.content()) != path.read_bytes():
        raise ReleaseError("The certificate was changed, or is of another version.", where=str(path), remedy=_REMEDY)
    broken = any(not system.holds or system.violations for system in found.systems)
    broken = broken or any(not spots.holds or spots.violations for spots in found.spots)
    broken = broken or any(not amounts.holds or amounts.violations for amounts in found.amounts)
    if found.holds and broken:
        raise ReleaseError("The certificate contradicts itself.", where=str(path), remedy=_REMEDY)
    return found


def _systems(stated: Sequence[Mapping[str, Any]]) -> tuple[AuditedSystem, ...]:
    return tuple(AuditedSystem(**{**entry, "parts": tuple(entry["parts"])}) for entry in stated)

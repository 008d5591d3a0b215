"""Releases of every standing, with certificates made by hand, for when their audit is not what a test is about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.support.tiny import tiny_release
from zicht.certificate import AuditedAmounts, AuditedSystem, Certificate, write_certificate
from zicht.published import Measure
from zicht.release import Release, open_release
from zicht.standing import Doubt


def certificate(opened: Release, /, **changes: Any) -> Certificate:
    """Return a certificate that says the rule holds: one system an indicator, the last period of each."""
    systems = tuple(
        AuditedSystem(entry["id"], entry["periods"][-1], (), 20, 5, 12, 9, 0, 12 + at, holds=True)
        for at, entry in enumerate(opened.catalogue["indicators"])
    )
    added_up = sorted({(key.indicator, key.period) for key in opened.values.keys() if key.measure == Measure.AMOUNT})
    amounts = tuple(AuditedAmounts(*key, "count", 20, 5, 4, 0, 900, holds=True) for key in added_up)
    content = {"release": opened.id, "earlier": (), "systems": systems, "amounts": amounts, "holds": True} | changes
    return Certificate(**content)


def certify(folder: Path) -> Release:
    """Write such a certificate beside a release, and open it."""
    opened = open_release(folder)
    write_certificate(folder, certificate(opened))
    return opened


def joint(folder: Path) -> Path:
    """Build the tiny release as if it were protected jointly."""
    return tiny_release(folder, manifest=lambda old: {**old, "protection": "joint"})


def doubted(folder: Path, doubt: Doubt | None) -> Release:
    """Build a tiny release that is a draft for one reason, or none where there is no doubt."""
    opened = open_release(tiny_release(folder) if doubt is Doubt.PRIMARY else joint(folder))
    first, *others = certificate(opened).systems
    broken = (replace(first, holds=False, violations=3), *others)
    written = {
        None: certificate(opened),
        Doubt.PRIMARY: certificate(opened),
        Doubt.INVALID: certificate(opened, release="ab" * 32),
        Doubt.BROKEN: certificate(opened, holds=False, systems=broken),
    }
    if doubt in written:
        write_certificate(folder, written[doubt])
    return opened

"""`zicht audit RELEASE [--with EARLIER ...] [--out INTERVALS.csv] [--full]`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import click

from analysis.audit.report import AuditReport
from analysis.audit.report import audit as audited
from analysis.audit.rule import Interval
from zicht.certificate import write_certificate
from zicht.commands._progress import progress
from zicht.commands._targets import NewFile
from zicht.errors import AuditFailedError
from zicht.release import open_release

COLUMNS = ("indicator", "period", "kind", "level", "code", "hex", "low", "high", "exact", "requirement", "holds")

#: How many numbers that break the rule are named on screen.
NAMED = 20


@click.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.option(
    "--with",
    "earlier",
    multiple=True,
    type=click.Path(path_type=Path),
    help="An earlier release that readers hold too; give it once for each, oldest first.",
)
@click.option("--out", type=NewFile(), help="Write the interval of everything not shown to this CSV.")
@click.option("--full", is_flag=True, help="Search every bound to its end, not just as far as the rule asks.")
def audit(release: Path, earlier: tuple[Path, ...], out: Path | None, full: bool) -> None:
    """Derive what a reader can know of the hidden cells of a release, and check that it is little enough.

    Reads the release alone. Writes what it found to the attestations of the release, and ends with exit code 1 where
    the rule does not hold.
    """
    opened = open_release(release)
    report = audited(
        opened,
        earlier=[open_release(path) for path in earlier],
        full=full,
        intervals=out is not None,
        progress=progress(),
    )
    if out is not None:
        _write_intervals(out, report)
    certificate = write_certificate(opened.path, report.certificate())
    click.echo("\n".join(_table(report)))
    if not report.holds:
        _fail(report, release)
    click.echo(f"The rule holds. The certificate is in {certificate}.")


def _table(report: AuditReport) -> Iterator[str]:
    yield f"{'indicator':<28} {'period':<10} {'cells':>9} {'hidden':>9} {'bounds':>9} {'narrowest':>9}  rule"
    for system in report.systems:
        found = system.found
        narrowest = "-" if found.narrowest_upper is None else f"{found.narrowest_upper:,}"
        verdict = "holds" if found.holds else f"broken by {found.violations:,}"
        note = "" if system.consistent else f"; revised: {found.set_aside:,} earlier figures set aside"
        name = " + ".join((found.indicator, *found.parts))
        yield (
            f"{name:<28} {found.period:<10} {found.cells:>9,} {found.suppressed:>9,} {found.targets:>9,} "
            f"{narrowest:>9}  {verdict}{note}"
        )
    for told in (system.spots.found for system in report.systems if system.spots):
        verdict = "holds" if told.holds else f"broken by {told.violations:,}"
        name = f"{told.indicator} {told.period}, hotspot windows"
        yield f"{name}: {told.candidates:,} candidates, {told.flagged:,} flagged, {told.targets:,} bounds: {verdict}"
    yield from _amounts(report)


def _amounts(report: AuditReport) -> Iterator[str]:
    for told in (amount.found for amount in report.amounts):
        verdict = "holds" if told.holds else f"broken by {told.violations:,}"
        yield (
            f"{told.indicator} {told.period}, amounts: {told.cells:,} cells, {told.suppressed:,} hidden, "
            f"{told.remainders:,} remainders: {verdict}"
        )
    if report.amounts:
        yield "That each remainder of amounts rests on enough holdings was tested by its maker; nobody else can."


def _fail(report: AuditReport, release: Path) -> None:
    for line in list(_broken(report))[:NAMED]:
        click.echo(line, err=True)
    count = sum(system.found.violations for system in report.systems)
    count += sum(system.spots.found.violations for system in report.systems if system.spots)
    count += sum(amount.found.violations for amount in report.amounts)
    raise AuditFailedError(
        f"{count:,} numbers can be derived more closely than the rule allows.",
        where=str(release),
        remedy="Build the release again with joint protection, or publish fewer levels.",
    )


def _broken(report: AuditReport) -> Iterator[str]:
    for system in report.systems:
        for interval in (*system.violations, *(system.spots.violations if system.spots else ())):
            name = " ".join(part for part in (interval.name.level, interval.name.code, interval.name.hexagon) if part)
            where = f"{interval.name.indicator} {interval.name.period}"
            yield f"{where}: {name} is at most {interval.high}; it must look like {interval.requirement} at least."
        for change in system.changes:
            cell = change.name
            yield (
                f"{cell.indicator} {cell.period}: {cell.level} {cell.code} changed since {change.since}, "
                f"by {change.most} at most; it must look like {change.requirement} at least, or like none."
            )
    for amount in report.amounts:
        for one in amount.problems:
            yield f"{amount.found.indicator} {amount.found.period}: {one.level} {one.code} {one.problem}."


def _write_intervals(path: Path, report: AuditReport) -> None:
    rows = [interval for system in report.systems for interval in system.intervals]
    rows.sort(key=lambda row: (row.high is None, row.high or 0, -(row.low or 0)))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_row(interval) for interval in rows)
        writer.writerows(_amount_rows(report))


def _amount_rows(report: AuditReport) -> Iterator[tuple[object, ...]]:
    """Yield the intervals of hidden amounts; which must be wide nobody can say from outside."""
    for amount in report.amounts:
        found = amount.found
        for one in amount.intervals:
            high = "" if one.high is None else one.high
            yield (found.indicator, found.period, "amount", one.level, one.code, "", one.low, high, 1, "", "")


def _row(interval: Interval) -> tuple[object, ...]:
    name = interval.name
    high = "" if interval.high is None else interval.high
    return (
        *(name.indicator, name.period, name.kind, name.level, name.code, name.hexagon),
        *(interval.low, high, int(interval.exact), interval.requirement, int(interval.holds)),
    )

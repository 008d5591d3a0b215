"""`zicht tiles validate FILE|URL`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tiles.validate.finding import Finding, Report
from tiles.validate.rules import RULES
from tiles.validate.run import MOST, Options, validate
from tiles.validate.secrets import read_secrets
from tiles.validate.sources import open_source
from zicht.errors import ReleaseError


class InvalidTilesError(ReleaseError):
    """A file of tiles breaks a rule that binds."""


@click.group()
def tiles() -> None:
    """Check files of vector tiles."""


@tiles.command("validate")
@click.argument("where", metavar="FILE|URL")
@click.option("--secret", type=click.Path(path_type=Path), help="A file with values that must not occur, one a line.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--spec-only", is_flag=True, help="Leave out the rules of Zicht; keep those of MVT and PMTiles.")
@click.option("--coverage/--no-coverage", default=True, help="Compare borders, seams and ids of areas.")
@click.option("--buffer", type=click.FloatRange(0, 8), help="How far coordinates may lie outside, part of the extent.")
@click.option("--most", default=MOST, show_default=True, type=click.IntRange(1), help="Findings of each rule to print.")
def validate_command(
    where: str, secret: Path | None, as_json: bool, spec_only: bool, coverage: bool, buffer: float | None, most: int
) -> None:
    """Check a PMTiles archive or a tile against every rule of MVT 2.1 and PMTiles 3, and what Zicht promises."""
    default = Options()
    options = Options(
        secrets=read_secrets(secret) if secret else (),
        coverage=coverage,
        spec_only=spec_only,
        buffer=default.buffer if buffer is None else buffer,
        most=most,
    )
    report = validate(open_source(where), options)
    click.echo(json.dumps(report.content(), indent=1, sort_keys=True) if as_json else _text(report))
    if not report.valid:
        raise InvalidTilesError(f"{_failures(report)} findings break a rule that binds.", where=where)


def _failures(report: Report) -> int:
    return sum(count for rule, count in report.counts.items() if Finding(rule, "").fails)


def _text(report: Report) -> str:
    lines = [_line(finding) for finding in report.findings]
    for rule, count in sorted(report.counts.items()):
        shown = sum(finding.rule == rule for finding in report.findings)
        if count > shown:
            lines.append(f"... and {count - shown} more of {rule}")
    verdict = "valid" if report.valid else "NOT VALID"
    return "\n".join([*lines, *report.notes, f"{report.where}: {report.tiles} tiles, {verdict}"])


def _line(finding: Finding) -> str:
    grade = "error" if finding.fails else "warning"
    place = f"{finding.place}: " if str(finding.place) else ""
    return f"{grade} [{finding.rule}] {place}{finding.problem} ({RULES[finding.rule].section})"

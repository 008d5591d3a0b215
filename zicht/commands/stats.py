"""`zicht stats METHOD TABLE.csv --column C --neighbours PAIRS.csv --out OUT.csv`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import Field, fields
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

import click
from click.core import ParameterSource

from analysis.tables.errors import CallError
from analysis.tables.files import read_polygons, read_sheet, write_output
from analysis.tables.options import NeighbourOptions, Options, flag
from analysis.tables.prepare import ID, Call, Polygons, check_call, prepare
from analysis.tables.registry import load, run
from zicht.commands._progress import progress
from zicht.commands._targets import NewFile

_METHODS = load()
_PATH = click.Path(path_type=Path)
_DECLARED = {kind: tuple(item.name for item in fields(kind)) for kind in (Options, NeighbourOptions)}


def _declared(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for every field of `Options` and `NeighbourOptions`."""
    for kind in (NeighbourOptions, Options):
        hints = get_type_hints(kind)
        for item in reversed(fields(kind)):
            command = _as_option(item, hints[item.name])(command)
    return command


def _as_option(item: Field[Any], hint: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    kind = next((one for one in get_args(hint) if one is not NoneType), hint)
    text = item.metadata["range"].text
    meaning = f"{text[:1].upper()}{text[1:]}."
    if kind is bool:
        return click.option(flag(item.name), is_flag=True, help=meaning)
    # Click shows and takes the values of an enumeration, `_options` makes it one again.
    default = item.default.value if isinstance(item.default, StrEnum) else item.default
    choice = click.Choice([one.value for one in kind]) if issubclass(kind, StrEnum) else kind
    return click.option(flag(item.name), type=choice, default=default, show_default=default is not None, help=meaning)


def _options(kind: type[Any], values: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    read = {}
    for name in _DECLARED[kind]:
        enum = next((one for one in (hints[name], *get_args(hints[name])) if _is_enum(one)), None)
        read[name] = enum(values[name]) if enum is not None and values[name] is not None else values[name]
    return kind(**read)


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _said(context: click.Context) -> Iterator[str]:
    for names in _DECLARED.values():
        yield from (name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE)


@click.command(epilog="Methods: " + ", ".join(_METHODS) + ". Each is described in the reference page on statistics.")
@click.argument("method", type=click.Choice(list(_METHODS)), metavar="METHOD")
@click.argument("table", type=_PATH, metavar="TABLE.csv")
@click.argument("geofile", type=_PATH, required=False, metavar="[GEOFILE]")
@click.option("--out", required=True, type=NewFile(), help="CSV to write or replace.")
@click.option("--column", metavar="C", help="Column to analyse.")
@click.option("--exposure", metavar="E", help="Column of the exposure, population or expected number.")
@click.option("--other", metavar="C2", help="Second column, for a bivariate statistic.")
@click.option("--period", metavar="P", help="Column of periods, for a table with a row an area and period.")
@click.option("--id", metavar="ID", help=f"Column of ids; '{ID}' where there is one, else rows are numbered.")
@click.option("--neighbours", type=_PATH, metavar="PAIRS.csv", help="Who neighbours whom: i,j and optionally w.")
@click.option("--x", metavar="X", help="Column of the first planar coordinate.")
@click.option("--y", metavar="Y", help="Column of the second planar coordinate.")
@_declared
@click.pass_context
def stats(context: click.Context, /, method: str, table: Path, geofile: Path | None, out: Path, **named: Any) -> None:
    """Compute a spatial statistic of any table.

    Neighbours come from a list of pairs (--neighbours), from coordinates (--x --y), or from the polygons of a GEOFILE.
    Ids are text: leading zeros count. Nothing is written where a row is wrong; the message names it.
    """
    report = progress()
    pairs = named["neighbours"]
    call = Call(
        **{name: named[name] for name in ("id", "column", "exposure", "other", "period", "x", "y")},
        pairs=pairs is not None,
        polygons=geofile is not None,
        options=_options(Options, named),
        neighbours=_options(NeighbourOptions, named),
        said=frozenset(_said(context)),
    )
    try:
        _check_out(out, [path for path in (table, pairs, geofile) if path is not None])
        check_call(_METHODS[method], call)
        sheet = read_sheet(table)
        data, notes = prepare(
            _METHODS[method],
            call,
            sheet,
            pairs=None if pairs is None else read_sheet(pairs),
            polygons=None if geofile is None else _polygons(geofile, call),
        )
        output = run(_METHODS[method], data)
    except CallError as error:
        raise click.UsageError(str(error), context) from None
    write_output(out, output)
    for line in (*notes, *output.notes):
        report(line)


def _check_out(out: Path, read: Sequence[Path]) -> None:
    if out.exists() and any(path.exists() and path.samefile(out) for path in read):
        raise CallError("OUT would replace a file that is read.", where=str(out), remedy="Name another.")


def _polygons(path: Path, call: Call) -> Polygons:
    id_field = call.neighbours.geo_id or call.id or ID
    return read_polygons(path, id_field=id_field, layer=call.neighbours.layer)

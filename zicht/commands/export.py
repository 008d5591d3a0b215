"""`zicht export tiles RELEASE --indicator ID --period P --out FILE.pmtiles`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

#: Subcommands, imported when they are called: each needs other parts of Zicht.
_EXPORTS: Mapping[str, str] = {"tiles": "zicht.commands.export_tiles:export_tiles"}


class _Exports(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's signature
        return sorted(_EXPORTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _EXPORTS:
            return None
        module, _, function = _EXPORTS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), function)
        return command


@click.group(cls=_Exports)
def export() -> None:
    """Write parts of a release as files for elsewhere."""

"""`zicht export ...`: a release as files for elsewhere. What each part needs is imported when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

#: Subcommands, imported when they are called: each needs other parts of Zicht.
EXPORTS: Mapping[str, str] = {
    "site": "zicht.commands.export_site:site",
    "tiles": "zicht.commands.export_tiles:export_tiles",
}


class _Exports(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's signature
        return sorted(EXPORTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in EXPORTS:
            return None
        module, _, function = EXPORTS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), function)
        return command


@click.group(cls=_Exports)
def export() -> None:
    """Write parts of a release as files for elsewhere."""

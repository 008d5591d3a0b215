"""The command `zicht`: a table of commands, imported when called, and the only place that knows exit codes."""

from __future__ import annotations

import errno
import importlib
import sys
from collections.abc import Mapping

import click

from zicht import __version__
from zicht.errors import ZichtError

COMMANDS: Mapping[str, str] = {
    "attack": "zicht.commands.attack:attack",
    "audit": "zicht.commands.audit:audit",
    "boundaries": "zicht.commands.boundaries:boundaries",
    "build": "zicht.commands.build:build",
    "demo": "zicht.commands.demo:demo",
    "density": "zicht.commands.density:density",
    "explain": "zicht.commands.explain:explain",
    "export": "zicht.commands.export:export",
    "info": "zicht.commands.info:info",
    "protect": "zicht.commands.protect:protect",
    "report": "zicht.commands.report:report",
    "serve": "zicht.commands.serve:serve",
    "stats": "zicht.commands.stats:stats",
    "tiles": "zicht.commands.tiles:tiles",
    "verify": "zicht.commands.verify:verify",
}

#: What each command does, so that `zicht --help` imports none of them.
SUMMARIES: Mapping[str, str] = {
    "attack": "Derive what a reader can know of any table.",
    "audit": "Check what a reader of a release can derive.",
    "boundaries": "Import editions of CBS boundaries.",
    "build": "Build a release from records and boundaries.",
    "demo": "Build and serve a fictional province.",
    "density": "Draw where records lie dense, for the analyst.",
    "explain": "Print how one number came about.",
    "export": "Write what a release shows as files.",
    "info": "Print what a release holds.",
    "protect": "Choose what to suppress in any table.",
    "report": "Say how much a release shows and hides.",
    "serve": "Serve the dashboard of a release.",
    "stats": "Compute a spatial statistic of any table.",
    "tiles": "Check files of vector tiles.",
    "verify": "Check every byte of a release.",
}

FAILED = 1
WRONG_CALL = 2
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called (the pattern of Click's documentation)."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's signature
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command.

        Raises:
            ZichtError: The part of Zicht that it needs is not installed.
        """
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        try:
            command: click.Command = getattr(importlib.import_module(module), function)
        except ModuleNotFoundError as error:
            raise ZichtError(
                f"`zicht {cmd_name}` needs {error.name}, which is not installed.",
                remedy="Install Zicht with the extra it belongs to: `pip install 'zicht[serve]'` or `'zicht[build]'`.",
            ) from None
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(SUMMARIES.items()))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="zicht")
def group() -> None:
    """See, per neighbourhood, where organised subversive crime stands out, without exposing anybody.

    Records go in on one side (`zicht build`), a protected release comes out, and maps are served from it
    (`zicht serve`). Try it first on invented data: `zicht demo`.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run a command and end the process with its exit code: 0, 1 failed, 2 called wrongly, 130 interrupted."""
    try:
        group.main(args=arguments, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_CALL)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. An earlier release, if there was one, is as it was.", err=True)
        sys.exit(INTERRUPTED)
    except ZichtError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(FAILED)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            raise
        click.echo(
            f"{error.strerror}: {error.filename or 'the target'}\n  What to do: free some space or choose another "
            "folder; an earlier release is as it was.",
            err=True,
        )
        sys.exit(FAILED)


if __name__ == "__main__":
    main()

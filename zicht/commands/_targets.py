"""Where commands write: checked when a command is called, before any work is done.

A place that cannot be written to is found by writing there: permissions do not tell of a file system that is read-only,
or that takes no files.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from zicht.errors import ConfigError


class NewFile(click.ParamType):  # type: ignore[type-arg]  # generic only from Click 8.3 on
    """A file to write or replace.

    Args:
        parents: Whether the command makes the folders above it.
    """

    name = "file"

    def __init__(self, *, parents: bool = False) -> None:
        self._parents = parents

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ARG002
        """Return the path.

        Raises:
            ConfigError: It is a folder, or nothing can be written there.
        """
        path = Path(str(value))
        if path.is_dir():
            raise ConfigError(
                "This is a folder, and a file is to be written.", where=str(path), remedy="Name a file in it."
            )
        folder = path.absolute().parent
        if not folder.exists() and not self._parents:
            raise ConfigError("There is no such folder.", where=str(folder), remedy="Make it, or name another.")
        _try(_nearest(folder))
        return path


class NewFolder(click.ParamType):  # type: ignore[type-arg]  # generic only from Click 8.3 on
    """A folder to make or replace; those above it are made."""

    name = "folder"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ARG002
        """Return the path.

        Raises:
            ConfigError: It is a file, or nothing can be written there.
        """
        path = Path(str(value))
        if path.exists() and not path.is_dir():
            raise ConfigError(
                "This is a file, and a folder is to be written.", where=str(path), remedy="Name another folder."
            )
        _try(_nearest(path.absolute().parent))
        return path


def _nearest(folder: Path) -> Path:
    """Return a folder, or the nearest one above it that is there."""
    while not folder.exists():
        folder = folder.parent
    return folder


def _try(folder: Path) -> None:
    if not folder.is_dir():
        raise ConfigError("This is a file, so that nothing can be written in it.", where=str(folder))
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigError(
            f"Nothing can be written in this folder: {error.strerror}.", where=str(folder), remedy="Name another place."
        ) from None

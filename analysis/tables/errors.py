"""Why a table is refused: the call is wrong (`CallError`), or what the files hold (`zicht.errors.SchemaError`)."""

from __future__ import annotations

from zicht.errors import ConfigError


class CallError(ConfigError):
    """The options do not fit each other or the method, whatever the files hold."""

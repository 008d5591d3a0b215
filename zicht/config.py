"""Settings, read once: `zicht.toml` in the working folder, overruled by `ZICHT_*` variables.

| setting      | variable          | meaning                                                              |
|--------------|-------------------|----------------------------------------------------------------------|
| `data_root`  | `ZICHT_DATA_ROOT` | folder of public data that examples are built from                   |
| `boundaries` | `ZICHT_BOUNDARIES`| folder with imported boundary editions                               |
| `key`        | `ZICHT_KEY`       | secret of at least 32 characters that pseudonyms are keyed with      |
| `pattern_key`| `ZICHT_PATTERN_KEY`| secret that suppressions are chosen with; the key where none is set |
| `lead_share` | `ZICHT_LEAD_SHARE`| share of its events that the lead level of an indicator publishes; 0.7 |
| `background` | `ZICHT_BACKGROUND`| `none`, or `pdok` for the national background map (asks pdok.nl)     |
| `base_url`   | `ZICHT_BASE_URL`  | address by which readers know the server, where a proxy stands before it |
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path

from zicht.errors import ConfigError

FILE = "zicht.toml"
PREFIX = "ZICHT_"
MINIMUM_KEY_LENGTH = 32
#: The share of its events that a level must publish to be the one of an indicator to look at first.
LEAD_SHARE = 0.7


#: http or https, a name or an address, and a port.
_HOST = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/?")


class Background(StrEnum):
    """What lies under the map."""

    NONE = "none"
    PDOK = "pdok"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between installations.

    Args:
        data_root: Folder of public data, or None where there is none.
        boundaries: Folder with boundary editions.
        key: Secret for pseudonyms; "" where none is set. Never shown.
        pattern_key: Secret that suppressions are chosen with, so that a change of `key` need not change what is shown;
            "" for the key itself. Never shown.
        background: What lies under the map.
        lead_share: Share of its events, above 0 and at most 1, that the lead level of an indicator publishes at least.
        base_url: Address by which readers know the server, "" to take it from each request.

    Raises:
        ConfigError: The key is too short, the share is out of range, or the address is none of a host.
    """

    data_root: Path | None = None
    boundaries: Path = Path("data/boundaries")
    key: str = field(default="", repr=False)
    pattern_key: str = field(default="", repr=False)
    background: Background = Background.NONE
    lead_share: float = LEAD_SHARE
    base_url: str = ""

    def __post_init__(self) -> None:
        if self.base_url and not _HOST.fullmatch(self.base_url):
            raise ConfigError(
                "This is not the address of a host.",
                where=PREFIX + "BASE_URL",
                remedy="Write https://kaart.example.nl: the dashboard lies at the root of its host.",
            )
        if not 0 < self.lead_share <= 1:
            raise ConfigError(
                "The share of a lead level is above 0 and at most 1.",
                where=PREFIX + "LEAD_SHARE",
                remedy="Write 0.7 for 70%.",
            )
        for name in ("key", "pattern_key"):
            secret = getattr(self, name)
            if not secret or len(secret) >= MINIMUM_KEY_LENGTH:
                continue
            raise ConfigError(
                f"The key is shorter than {MINIMUM_KEY_LENGTH} characters.",
                where=PREFIX + name.upper(),
                remedy='Make one with: python -c "import secrets; print(secrets.token_hex(32))"',
            )


def read_settings(folder: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of a working folder.

    Args:
        folder: Where `zicht.toml` may lie.
        environment: Variables that overrule it; those of the process by default.

    Raises:
        ConfigError: The file is not valid TOML, or a setting is unknown or has a wrong value.
    """
    variables = os.environ if environment is None else environment
    path = folder / FILE
    known = {item.name for item in fields(Settings)}
    given = read_toml(path) if path.is_file() else {}
    for name in given:
        if name not in known:
            raise ConfigError(f"There is no setting {name!r}.", where=str(path), remedy=f"Known: {sorted(known)}.")
    given |= {name: variables[PREFIX + name.upper()] for name in known if PREFIX + name.upper() in variables}
    return Settings(**{name: _convert(name, value) for name, value in given.items()})  # type: ignore[arg-type]


def read_toml(path: Path) -> dict[str, object]:
    """Read a TOML file.

    Raises:
        ConfigError: The file is absent or not valid TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError("There is no such file.", where=str(path), remedy="Check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The file is not valid TOML: {error}", where=str(path)) from None


def _convert(name: str, value: object) -> object:
    if name == "lead_share":
        return _number(name, value)
    if not isinstance(value, str):
        raise ConfigError(f"The setting {name!r} must be text.", where=FILE)
    if name in {"data_root", "boundaries"}:
        return Path(value)
    if name == "background":
        if value not in tuple(Background):
            raise ConfigError(f"The background {value!r} is unknown.", remedy=f"Choose one of {list(Background)}.")
        return Background(value)
    return value


def _number(name: str, value: object) -> float:
    try:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return float(value)
    except ValueError:
        pass
    raise ConfigError(f"The setting {name!r} must be a number.", where=FILE, remedy="Write it with a decimal point.")

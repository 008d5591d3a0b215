"""Source contracts: what a source may hold, who owns it, on what legal basis it is used, and for what.

One file `sources/NAME.toml` a source. A table with a column that its contract does not name is refused: purpose
limitation is a check here, not a promise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from zicht.config import read_toml
from zicht.errors import ConfigError

Text = Mapping[str, str]
LANGUAGES = ("nl", "en")


class ColumnType(StrEnum):
    """What a column holds."""

    PSEUDONYM = "pseudonym"
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    CODE = "text-code"


@dataclass(frozen=True, slots=True)
class ColumnContract:
    """One column of a source.

    Args:
        name: As in the file.
        type: What it holds.
        nullable: Whether it may be empty.
        minimum: Smallest value allowed, or None.
        maximum: Largest value allowed, or None.
        values: Values allowed; empty for any.
        pattern: Regular expression that codes match; "" for any.
    """

    name: str
    type: ColumnType
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """How a row finds its place: by a key in an address register, or by its own RD coordinates (metres)."""

    register: str = ""
    key: str = ""
    x: str = ""
    y: str = ""
    gemeente: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The contract of one source; see the fields in `sources/*.toml`."""

    id: str
    file: str
    name: Text
    owner: str
    legal_basis: Text
    purpose: Text
    unit: Text
    contributor: str
    key: tuple[str, ...]
    place: Place | None
    period_column: str
    columns: Mapping[str, ColumnContract]

    @property
    def is_register(self) -> bool:
        """Whether the source only lends its places to others."""
        return not self.period_column


def read_sources(folder: Path) -> Mapping[str, Source]:
    """Read every source contract of a folder, by id.

    Raises:
        ConfigError: A contract lacks an entry, holds an unknown one, or its file is not named after its id.
    """
    return {path.stem: _source(path) for path in sorted(folder.glob("*.toml"))}


def _source(path: Path) -> Source:
    raw = read_toml(path)
    where = str(path)
    if raw.get("id") != path.stem:
        raise ConfigError("A contract is named after its id.", where=where, remedy=f'Write id = "{path.stem}".')
    columns = {name: _column(name, entry, where) for name, entry in _table(raw, "columns", where).items()}
    place = _place(raw, where)
    period = _table(raw, "period", where) if "period" in raw else {}
    source = Source(
        id=path.stem,
        file=str(required(raw, "file", where)),
        name=text(raw, "name", where),
        owner=str(required(raw, "owner", where)),
        legal_basis=text(raw, "legal_basis", where),
        purpose=text(raw, "purpose", where),
        unit=text(raw, "unit", where),
        contributor=str(raw.get("contributor", "")),
        key=as_tuple(raw.get("key", ())),  # type: ignore[arg-type]
        place=place,
        period_column=str(period.get("column", "")),
        columns=columns,
    )
    used = (source.contributor, *source.key, source.period_column, *(() if place is None else _place_columns(place)))
    for name in used:
        if name and name not in columns:
            raise ConfigError(f"The column {name!r} is used but not described.", where=where)
    return source


def _place_columns(place: Place) -> tuple[str, ...]:
    return (place.key, place.x, place.y, place.gemeente)


def _place(raw: Mapping[str, Any], where: str) -> Place | None:
    if "place" not in raw:
        return None
    place = Place(**{name: str(value) for name, value in _table(raw, "place", where).items()})
    if bool(place.register and place.key) == bool(place.x and place.y):
        raise ConfigError("A place is a register with a key, or an x with a y.", where=where)
    return place


def _column(name: str, entry: object, where: str) -> ColumnContract:
    if not isinstance(entry, Mapping):
        raise ConfigError(f"The column {name!r} must be a table.", where=where)
    unknown = set(entry) - {"type", "nullable", "min", "max", "values", "pattern", "description"}
    if unknown or entry.get("type") not in tuple(ColumnType):
        raise ConfigError(
            f"The column {name!r} has an unknown type or entry.", where=where, remedy=f"Types: {list(ColumnType)}."
        )
    return ColumnContract(
        name=name,
        type=ColumnType(entry["type"]),
        nullable=bool(entry.get("nullable", False)),
        minimum=entry.get("min"),
        maximum=entry.get("max"),
        values=tuple(entry.get("values", ())),
        pattern=str(entry.get("pattern", "")),
    )


def _table(raw: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    value = required(raw, name, where)
    if not isinstance(value, Mapping):
        raise ConfigError(f"{name!r} must be a table.", where=where)
    return value


def required(raw: Mapping[str, Any], name: str, where: str) -> Any:
    """Return an entry.

    Raises:
        ConfigError: It is not there.
    """
    if name not in raw:
        raise ConfigError(f"The entry {name!r} is missing.", where=where)
    return raw[name]


def text(raw: Mapping[str, Any], name: str, where: str) -> Text:
    """Return a text in every language.

    Raises:
        ConfigError: A language is missing or empty.
    """
    value = required(raw, name, where)
    if not isinstance(value, Mapping) or any(not str(value.get(language, "")).strip() for language in LANGUAGES):
        raise ConfigError(f"{name!r} needs a text in {' and '.join(LANGUAGES)}.", where=where)
    return {language: str(value[language]).strip() for language in LANGUAGES}


def as_tuple(value: str | Sequence[str]) -> tuple[str, ...]:
    """Return one name, or several, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value)

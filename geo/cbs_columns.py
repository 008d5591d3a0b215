"""What CBS calls its columns, and what its numbers and codes mean.

Conventions: column names are compared without regard to case, current names before older ones. Every negative number is
a missing value (-99999999 unknown, -99997 secret, and others), also where the file holds it as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.areas import FloatArray, StrArray
from zicht.errors import SchemaError

#: Where each level is found in a file in the CBS layout.
LAYERS: Mapping[str, str] = MappingProxyType(
    {"gemeente": "gemeenten", "wijk": "wijken", "buurt": "buurten", "park": "parken"}
)

#: Where the areas between the country and the gemeenten are found, coarsest first, in a file that has them.
REGIONS: Mapping[str, str] = MappingProxyType({"province": "provincies", "district": "politiedistricten"})

#: Names of the columns that carry the structure: level -> role -> names, the current one first.
STRUCTURE: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "province": {
            "code": ("provinciecode", "pv_code", "statcode"),
            "name": ("provincienaam", "pv_naam", "statnaam"),
        },
        "district": {"code": ("districtcode", "statcode"), "name": ("districtnaam", "statnaam")},
        "gemeente": {"code": ("gemeentecode", "gm_code"), "name": ("gemeentenaam", "gm_naam")},
        "wijk": {
            "code": ("wijkcode", "wk_code"),
            "name": ("wijknaam", "wk_naam"),
            "parent": ("gemeentecode", "gm_code"),
        },
        "buurt": {
            "code": ("buurtcode", "bu_code"),
            "name": ("buurtnaam", "bu_naam"),
            "parent": ("wijkcode", "wk_code"),
        },
        "park": {"code": ("parkcode",), "name": ("parknaam",), "parent": ("buurtcode", "bu_code")},
    }
)

#: Columns of a table that says in which region each gemeente lies: level -> role -> names. The first are those of the
#: yearly list of gemeenten of CBS, where `Gemeentecode` is a number without letters.
REGION_TABLE: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "province": {
            "gemeente": ("gemeentecodegm", "gemeentecode", "gm_code"),
            "code": ("provinciecodepv", "provinciecode", "code"),
            "name": ("provincienaam", "name"),
        },
        "district": {
            "gemeente": ("gemeentecodegm", "gemeentecode", "gm_code"),
            "code": ("districtcode", "code"),
            "name": ("districtnaam", "name"),
        },
    }
)

#: Columns that a file may have besides: role -> names. `zicht_kind` is of files that Zicht wrote itself.
EXTRA: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"water": ("water",), "year": ("jaar",), "kind": ("zicht_kind",)}
)

#: What a park is said to be, and by whom: role -> column.
PARK_NOTES: Mapping[str, str] = MappingProxyType({"definition": "definitie", "source": "bron"})

#: Public figures that a file may hold: attribute -> names.
FIGURES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "inhabitants": ("aantal_inwoners", "aant_inw"),
        "inhabitants_15_64": ("aantal_inwoners_15_64",),
        "households": ("aantal_huishoudens", "aantal_hh"),
        "homes": ("aantal_woningen", "woningen", "woningvoorraad"),
        "addresses": ("adressen",),
        "address_density": ("omgevingsadressendichtheid", "oad"),
    }
)

#: Figures that do not add up over areas: a larger area has one of its own, or none.
NOT_SUMS = frozenset({"address_density"})

#: Percentages of the inhabitants that together are those of 15 up to and including 64 years old.
AGES_15_64: tuple[tuple[str, ...], ...] = (
    ("percentage_personen_15_tot_25_jaar", "p_15_24_jr"),
    ("percentage_personen_25_tot_45_jaar", "p_25_44_jr"),
    ("percentage_personen_45_tot_65_jaar", "p_45_64_jr"),
)

_REGION = r"(?!GM|WK|BU)[A-Z]{2}[0-9A-Z]{1,14}"

#: What a code looks like. A park has no national code: two letters, then letters and digits. A region has one of its
#: own, which is never that of a gemeente, wijk or buurt: codes are unique over all levels.
CODE: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "province": re.compile(_REGION),
        "district": re.compile(_REGION),
        "gemeente": re.compile(r"GM\d{4}"),
        "wijk": re.compile(r"WK\d{4}[0-9A-Z]{2}"),
        "buurt": re.compile(r"BU\d{4}[0-9A-Z]{4}"),
        "park": re.compile(r"[A-Z]{2}[0-9A-Z]{2,14}"),
    }
)

#: The level in which each level's parents are.
ABOVE: Mapping[str, str] = MappingProxyType({"wijk": "gemeente", "buurt": "wijk", "park": "buurt"})

#: What the code of a remainder looks like: no publisher's code is that long (see `geo.remainders`).
REMAINDER = re.compile(r"(WK\d{4}|BU\d{4}[0-9A-Z]{2}|BU\d{4}REST)REST")


def find_column(fields: Iterable[str], names: Sequence[str]) -> str | None:
    """Return the file's own spelling of the first of `names` that it has, or None."""
    spelled = {field.lower(): field for field in fields}
    return next((spelled[name.lower()] for name in names if name.lower() in spelled), None)


def structure_columns(
    fields: Sequence[str], level: str, *, where: str, columns: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Find the columns of code, name and parent.

    Args:
        fields: Column names of the layer.
        level: One of `CODE`.
        where: File and layer, for the message.
        columns: Role -> column name, for a file with names of its own.

    Returns:
        Role -> column as the file spells it.

    Raises:
        SchemaError: A column is missing; the message says which, and which there are.
    """
    wanted = {role: (columns[role],) if role in columns else names for role, names in STRUCTURE[level].items()}
    found = {role: find_column(fields, names) for role, names in wanted.items()}
    missing = [" or ".join(wanted[role]) for role, column in found.items() if column is None]
    if missing:
        raise SchemaError(
            f"Missing columns for level {level}: {', '.join(missing)}. Found: {', '.join(map(str, fields)) or 'none'}.",
            where=where,
            remedy="Use a file in the CBS layout (gemeentecode, wijkcode, buurtcode, ...), or name its own columns.",
        )
    return {role: column for role, column in found.items() if column is not None}


def _is_null(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def texts(values: NDArray[Any]) -> StrArray:
    """Return a column as stripped text, "" where it is null."""
    return np.array(["" if _is_null(value) else str(value).strip() for value in values], dtype=np.str_)


def figures(values: NDArray[Any], *, where: str) -> FloatArray:
    """Return a column as numbers, NaN for null, empty text and every negative number.

    Raises:
        SchemaError: Text that is not a number.
    """
    column = np.asarray(values)
    if column.dtype == object:
        column = texts(column)
    if column.dtype.kind == "U":
        column = np.where(column == "", "nan", column)
    try:
        number = column.astype(np.float64)
    except ValueError as error:
        raise SchemaError("A column of numbers holds text that is not a number.", where=where) from error
    return np.where(np.isfinite(number) & (number >= 0), number, np.nan)


def check_codes(code: StrArray, level: str, kind: StrArray, *, row: NDArray[np.int64], where: str) -> None:
    """Refuse codes that do not have the form of their level.

    Args:
        code: (n,) codes.
        level: One of `CODE`.
        kind: (n,) kinds; "remainder" allows a remainder's code.
        row: (n,) rows in the file, from 0, for the message.
        where: File and layer, for the message.

    Raises:
        SchemaError: With the first wrong code, its row and the number of wrong codes.
    """
    wrong = [at for at, (one, what) in enumerate(zip(code, kind, strict=True)) if not _fits(str(one), level, what)]
    if wrong:
        raise SchemaError(
            f"{len(wrong)} codes of level {level} do not have the form {CODE[level].pattern}, "
            f"first {str(code[wrong[0]])!r} in row {int(row[wrong[0]]) + 1}.",
            where=where,
        )


def _fits(code: str, level: str, kind: str) -> bool:
    return bool(CODE[level].fullmatch(code) or (kind == "remainder" and REMAINDER.fullmatch(code)))


def code_above(code: str) -> str:
    """Return the code of the parent that a CBS code names itself: its first digits; "" above a gemeente."""
    return {"WK": f"GM{code[2:6]}", "BU": f"WK{code[2:8]}"}.get(code[:2], "")


def figure_columns(fields: Sequence[str]) -> list[str]:
    """Return the columns, as the file spells them, that hold a public figure Zicht uses."""
    found = [find_column(fields, names) for names in (*FIGURES.values(), *AGES_15_64)]
    return [column for column in found if column is not None]


def attributes(fields: Sequence[str], columns: Mapping[str, NDArray[Any]], *, where: str) -> dict[str, FloatArray]:
    """Return the public figures of a layer under Zicht's names.

    Args:
        fields: Column names of the layer.
        columns: Column -> (n,) values, at least those of `figure_columns`.
        where: File and layer, for messages.

    Returns:
        Attribute -> (n,) numbers, NaN where unknown; only what the file holds. Inhabitants of 15 to 64 follow from
        percentages where they are not counted, as whole persons and never more than the inhabitants.

    Raises:
        SchemaError: A column holds text that is not a number.
    """

    def numbers(names: Sequence[str]) -> FloatArray | None:
        column = find_column(fields, names)
        return None if column is None else figures(columns[column], where=f"{where}, column {column}")

    read = {name: numbers(names) for name, names in FIGURES.items()}
    out = {name: values for name, values in read.items() if values is not None}
    shares = [values for values in map(numbers, AGES_15_64) if values is not None]
    if "inhabitants" in out and "inhabitants_15_64" not in out and len(shares) == len(AGES_15_64):
        share = np.minimum(np.sum(shares, axis=0), 100.0)
        out["inhabitants_15_64"] = np.rint(out["inhabitants"] * share / 100.0)
    return out

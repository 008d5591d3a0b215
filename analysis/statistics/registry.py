"""What statistics there are: every file here that declares some, collected and checked.

A statistic is added by one file that defines `STATISTICS`, a tuple of `Statistic`; nothing else is edited. The registry
is a value made on demand, not a table that importing fills.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from zicht.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Statistic:
    """One statistic as tables, commands and the reference page know it.

    Args:
        id: Its name in commands and methods, for instance "gi-star".
        title: Its name in the field.
        paper: Where it is defined.
        compute: Computes it; the docstring is its documentation.
        columns: What it gives per area, by name, each with its meaning, unit and range.
    """

    id: str
    title: str
    paper: str
    compute: Callable[..., Any]
    columns: Mapping[str, str]


def collect(statistics: Iterable[Statistic]) -> Mapping[str, Statistic]:
    """Return statistics by id, in ascending order of id.

    Raises:
        ConfigError: Two have the same id, or one lacks documentation.
    """
    found: dict[str, Statistic] = {}
    for statistic in statistics:
        if statistic.id in found:
            raise ConfigError("Two statistics have this id.", where=statistic.id, remedy="Rename one of them.")
        documentation = (statistic.title, statistic.paper, statistic.compute.__doc__, *statistic.columns.values())
        if not statistic.columns or not all(documentation):
            raise ConfigError(
                "A statistic lacks documentation.",
                where=statistic.id,
                remedy="Give a title, a paper, a docstring and the meaning of every column.",
            )
        found[statistic.id] = statistic
    return MappingProxyType(dict(sorted(found.items())))


def load() -> Mapping[str, Statistic]:
    """Return every statistic that a public file of this package declares, by id.

    Files whose name begins with an underscore are helpers and are not imported: some need what a public server lacks.

    Raises:
        ConfigError: See `collect`.
    """
    package = importlib.import_module(__package__)
    public = (info.name for info in pkgutil.iter_modules(package.__path__) if not info.name.startswith("_"))
    modules = (importlib.import_module(f"{__package__}.{name}") for name in sorted(public))
    return collect(statistic for module in modules for statistic in getattr(module, "STATISTICS", ()))

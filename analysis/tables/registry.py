"""What methods there are: every file of this package that declares some, collected and checked.

The registry is a value made on demand, not a table that importing fills.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import fields
from types import MappingProxyType

from analysis.tables.method import Method, TableInput, TableOutput
from analysis.tables.options import NeighbourOptions, Options
from zicht.errors import ConfigError


def collect(methods: Iterable[Method]) -> Mapping[str, Method]:
    """Return methods by id, in ascending order of id.

    Raises:
        ConfigError: Two have the same id, one lacks documentation, or one takes an option that does not exist.
    """
    found: dict[str, Method] = {}
    known = {item.name for kind in (Options, NeighbourOptions) for item in fields(kind)}
    for method in methods:
        if method.id in found:
            raise ConfigError("Two methods have this id.", where=method.id, remedy="Rename one of them.")
        documentation = (method.title, method.rows, method.run.__doc__, *method.columns.values())
        if not method.columns or not all(documentation):
            raise ConfigError(
                "A method lacks documentation.",
                where=method.id,
                remedy="Give a title, a docstring and the meaning of every column.",
            )
        strange = set(method.options) - known
        if strange or set(method.requires) - set(method.options) or method.needs & method.takes:
            raise ConfigError("A method takes an option that does not exist, or a need twice.", where=method.id)
        found[method.id] = method
    return MappingProxyType(dict(sorted(found.items())))


def load() -> Mapping[str, Method]:
    """Return every method that a file of this package declares, by id.

    Raises:
        ConfigError: See `collect`.
    """
    package = importlib.import_module(__package__)
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__) if info.name != "__main__")
    modules = (importlib.import_module(f"{__package__}.{name}") for name in names)
    return collect(method for module in modules for method in getattr(module, "METHODS", ()))


def run(method: Method, data: TableInput) -> TableOutput:
    """Run a method and check that it gives the columns it declares.

    Raises:
        TypeError: It gives others, or columns of different lengths: the method is wrong, not its input.
    """
    output = method.run(data)
    if list(output.columns) != list(method.columns) or len({len(column) for column in output.columns.values()}) != 1:
        raise TypeError(f"The method {method.id} gives other columns than it declares, or of different lengths.")
    return output

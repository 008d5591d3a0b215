"""Which cells of any table are unsafe by themselves, and how far bounds must lie from them.

A table of counts: a cell is unsafe where 0 < value < threshold. A table of amounts (with contributors): where it has
too few of them, or by dominance or the p%-rule. The bounds that anybody can derive must then lie at least a protection
level from the value, to both sides (Willenborg & de Waal 2001, Elements of Statistical Disclosure Control, section 6.3;
Hundepool et al. 2012, Statistical Disclosure Control, chapter 4). With the largest contributions x1 >= x2 and value v:

- p%-rule: unsafe where v - x1 - x2 < p/100 x1; level p/100 x1 - (v - x1 - x2);
- (n, k)-dominance: unsafe where x1 + .. + xn > k/100 v; level 100/k (x1 + .. + xn) - v;
- fewer than `threshold` contributors: level `safety_range` percent of v, since that rule names none.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from zicht.errors import ConfigError, SchemaError
from zicht.linear_rules import TableRule
from zicht.linear_tables import NOT_GIVEN, BoolArray, IntArray, LinearTable


@dataclass(frozen=True, slots=True, eq=False)
class Primary:
    """Unsafe cells of a table.

    Args:
        unsafe: (n,) whether the cell may not be published.
        level: (n,) how far bounds must lie from the value to both sides, in units of the table; 0 in tables of counts,
            where the rule is on the upper bound of every suppressed cell.
    """

    unsafe: BoolArray
    level: IntArray


def is_magnitude(table: LinearTable) -> bool:
    """Say whether a table holds amounts: whether anything is told of its contributors."""
    return bool(table.contributors)


def primary(table: LinearTable, rule: TableRule) -> Primary:
    """Find the cells that are unsafe by themselves.

    Args:
        table: Every value given.
        rule: The rules to apply.

    Raises:
        ConfigError: A rule needs a column that the table lacks.
        SchemaError: A value is blank, a bound is negative, or figures about contributors contradict the value.
    """
    _check_complete(table)
    if not is_magnitude(table):
        return _counts(table, rule)
    _check_contributors(table, rule)
    levels = [_too_few(table, rule), _dominated(table, rule), _estimated(table, rule)]
    level = np.max(levels, axis=0)
    return Primary(unsafe=level > 0, level=np.minimum(level, 2**52))


def _counts(table: LinearTable, rule: TableRule) -> Primary:
    if rule.dominance is not None or rule.p_percent is not None:
        raise ConfigError(
            "Dominance and the p%-rule need the largest contributions.",
            where="CELLS",
            remedy="Give the columns max1 and max2, and n for the number of contributors.",
        )
    if not rule.integer:
        raise ConfigError(
            "A table of amounts needs its contributors.", where="CELLS", remedy="Give the column n, or max1 and max2."
        )
    least = 0 if rule.hide_zeros else 1
    unsafe = (table.value >= least) & (table.value < rule.threshold)
    return Primary(unsafe=unsafe, level=np.zeros(len(table), dtype=np.int64))


def _too_few(table: LinearTable, rule: TableRule) -> IntArray:
    if "n" not in table.contributors:
        return np.zeros(len(table), dtype=np.int64)
    number = table.contributors["n"]
    share = Fraction(str(rule.safety_range)) / 100
    level = np.array([max(1, ceil(share * int(value))) for value in table.value], dtype=np.int64)
    return np.where((number > 0) & (number < rule.threshold), level, 0)


def _dominated(table: LinearTable, rule: TableRule) -> IntArray:
    if rule.dominance is None:
        return np.zeros(len(table), dtype=np.int64)
    count, k = rule.dominance
    factor = 100 / Fraction(str(k))
    largest = table.contributors["max1"] + (table.contributors["max2"] if count == 2 else 0)
    pairs = zip(largest, table.value, strict=True)
    return np.array([max(0, ceil(factor * int(top) - int(value))) for top, value in pairs], dtype=np.int64)


def _estimated(table: LinearTable, rule: TableRule) -> IntArray:
    if rule.p_percent is None:
        return np.zeros(len(table), dtype=np.int64)
    share = Fraction(str(rule.p_percent)) / 100
    first, second = table.contributors["max1"], table.contributors["max2"]
    triples = zip(first, second, table.value, strict=True)
    return np.array([max(0, ceil(share * int(a) - int(v - a - b))) for a, b, v in triples], dtype=np.int64)


def _check_complete(table: LinearTable) -> None:
    if not np.all(table.known):
        raise SchemaError(
            f"A value is blank: {table.names(np.flatnonzero(~table.known))}.",
            where="CELLS",
            remedy="Protecting a table needs all its values; `zicht attack` is for tables with blanks.",
        )
    if np.any(table.lower < 0):
        raise SchemaError(
            f"A lower bound is negative: {table.names(np.flatnonzero(table.lower < 0))}.",
            where="CELLS",
            remedy="Only tables without negative values can be protected.",
        )


def _check_contributors(table: LinearTable, rule: TableRule) -> None:
    given = table.contributors
    wanted = {"max1", "max2"} if rule.p_percent is not None or (rule.dominance or (0, 0))[0] == 2 else set()
    wanted |= {"max1"} if rule.dominance is not None else set()
    absent = sorted(wanted - set(given))
    if absent:
        raise ConfigError(f"A rule needs the column {', '.join(absent)}.", where="CELLS")
    if rule.hide_zeros:
        raise ConfigError("Zeros can be hidden in tables of counts only.", where="--hide-zeros")
    if "n" not in given and not wanted:
        raise ConfigError(
            "No rule can be applied.", where="CELLS", remedy="Give n, or choose a rule for max1 and max2."
        )
    blank = np.any([column == NOT_GIVEN for column in given.values()], axis=0) & (table.value > 0)
    _refuse(table, blank, "A figure about contributors is blank")
    first = np.maximum(given.get("max1", np.zeros(len(table), dtype=np.int64)), 0)
    second = np.maximum(given.get("max2", np.zeros(len(table), dtype=np.int64)), 0)
    _refuse(table, (second > first) | (first + second > table.value), "The largest contributions exceed the rest")
    if "n" in given:
        _refuse(table, (given["n"] == 0) & (table.value > 0), "A cell with a value has no contributor")


def _refuse(table: LinearTable, wrong: BoolArray, problem: str) -> None:
    if np.any(wrong):
        raise SchemaError(f"{problem}: {table.names(np.flatnonzero(wrong))}.", where="CELLS", remedy="Correct them.")

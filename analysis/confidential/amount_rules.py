"""The rule of an indicator that adds up amounts (turnover, prices), as its theme file states it.

An amount rests on a count: it names the indicator that counts the very records whose amounts it adds up. What a reader
learns of the number of those records then follows from the counts alone (docs/explanation/amounts.md has the proof).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.confidential.contracts import ColumnType, Source, required
from analysis.confidential.disclosure_rules import Changes, DisclosureRule, read_disclosure
from zicht.errors import ConfigError

#: Entries of the disclosure table of an amount; zeros, capacity and the rest are those of its count.
ENTRIES = frozenset({"threshold", "dominance", "p_percent", "pq", "changes"})


@dataclass(frozen=True, slots=True)
class Amount:
    """What an indicator adds up.

    Args:
        of: Id of the indicator that counts the same records.
        column: Column of the source with the amount of each record, in whole units of at least 0.
        rounding: Base that published amounts are rounded to, at least 1.
    """

    of: str
    column: str
    rounding: int

    def __post_init__(self) -> None:
        if self.rounding < 1:
            raise ConfigError("Amounts are rounded to a base of at least 1.")


def read_amount(raw: Mapping[str, Any], source: Source, where: str) -> Amount:
    """Read what an indicator with `measure = "amount"` adds up.

    Raises:
        ConfigError: An entry is absent or wrong, or the source cannot be added up safely.
    """
    try:
        amount = Amount(
            of=str(required(raw, "amount_of", where)),
            column=str(required(raw, "value_column", where)),
            rounding=int(required(raw, "amount_rounding", where)),
        )
    except (TypeError, ValueError):
        raise ConfigError("amount_rounding is a whole number.", where=where) from None
    except ConfigError as error:
        raise ConfigError(error.problem, where=where, remedy=error.remedy) from None
    column = source.columns.get(amount.column)
    known = column is not None and column.minimum is not None and column.minimum >= 0
    if column is None or not known or column.type is not ColumnType.INTEGER or column.nullable:
        raise ConfigError(
            f"The source has no column {amount.column!r} of whole numbers of at least 0, without blanks.",
            where=where,
            remedy='Write type = "integer" and min = 0 in the contract of the source, and deliver whole euros.',
        )
    if not source.contributor:
        raise ConfigError(
            "The source does not say whose each record is, so that no rule on holdings can be checked.",
            where=where,
            remedy="Name the contributor in the contract of the source.",
        )
    return amount


def read_amount_rule(raw: Mapping[str, Any], where: str, *, stock: bool) -> DisclosureRule:
    """Read the disclosure rule of an amount: a number of holdings, and at least one rule on large ones.

    Args:
        raw: The table `disclosure`.
        where: The indicator.
        stock: Whether it is a stock, whose theme file must say that changes from year to year are shown.

    Raises:
        ConfigError: See the messages.
    """
    unknown = sorted(set(raw) - ENTRIES)
    if unknown:
        raise ConfigError(
            f"The disclosure rule of an amount has no {unknown[0]!r}: an amount has what its count has.",
            where=where,
            remedy=f"Known: {', '.join(sorted(ENTRIES))}.",
        )
    if (raw.get("changes") != Changes.SHOW) if stock else ("changes" in raw):
        raise ConfigError(
            "Each year of an amount is protected by itself: what may follow from the change of one owner is not."
            if stock
            else "Changes are of stocks; years of events add up.",
            where=where,
            remedy='Write changes = "show" in [indicators.disclosure] if that is meant.' if stock else "Leave it out.",
        )
    rule = read_disclosure({"rounding": 1, **raw}, where)
    check_amount_rule(rule, where)
    return rule


def check_amount_rule(rule: DisclosureRule, where: str) -> None:
    """Refuse a rule that lets one holding find another, or that no number of equal holdings would meet.

    Raises:
        ConfigError: See the messages.
    """
    wide = rule.dominance is not None and rule.dominance[0] >= 2
    if rule.p_percent is None and rule.pq is None and not wide:
        raise ConfigError(
            "An amount needs a rule on large holdings.",
            where=where,
            remedy="Write p_percent, pq, or dominance of 2 holdings or more.",
        )
    needed = 3.0 if rule.dominance is None else max(3.0, 100 * rule.dominance[0] / rule.dominance[1])
    if rule.threshold < needed:
        # Else "it meets the rules" would tell that there are more holdings than the threshold, and so more records.
        raise ConfigError(
            f"As few as {rule.threshold} equal holdings do not meet the rule on large holdings.",
            where=where,
            remedy=f"Write a threshold of at least {needed:.0f}, or another rule.",
        )

"""The design of a regression of counts, and why it may have no answer: collinear columns and separation.

Collinear: a column is a combination of the others, so that its coefficient could be anything. Separation: a combination
of columns is zero wherever something was counted, never positive elsewhere, and negative somewhere; its coefficient
then runs off to infinity and the expected counts there to 0. Both are found before fitting, since an iteration would
only slow down and give some large number.

Correia, Guimaraes & Zylkin (2021), Verifying the existence of maximum likelihood estimates for generalized linear
models, arXiv:1903.01633, proposition 1 (Poisson and negative binomial separate alike).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
import scipy.optimize
from numpy.typing import NDArray

from analysis.statistics._checks import counts as whole_counts
from analysis.statistics._checks import numbers, refuse
from analysis.statistics.errors import StatisticError
from analysis.statistics.tails import FloatArray

#: What the constant column is called.
INTERCEPT = "intercept"

#: A column whose part outside the others is below this share of its length is a combination of them.
COLLINEAR = 1e-9

#: What counts as zero in a direction that was scaled to at most 1.
NOTHING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Checked input of a regression of counts.

    Args:
        count: (n,) whole counts.
        exposure: (n,) positive exposures.
        columns: (n, p) a constant and the covariates, each centred and of standard deviation 1.
        names: Of the p columns.
        centre: (p,) what was taken off each column; 0 for the constant.
        scale: (p,) what each was then divided by; 1 for the constant.
    """

    count: FloatArray
    exposure: FloatArray
    columns: FloatArray
    names: tuple[str, ...]
    centre: FloatArray
    scale: FloatArray


def checked_design(
    counts: NDArray[Any], covariates: NDArray[Any], exposure: NDArray[Any], names: Sequence[str]
) -> Design:
    """Check the input of a regression of counts, add the constant and scale the covariates.

    Args:
        counts: (n,) whole counts, not negative.
        covariates: (n, q) numbers, without a constant column.
        exposure: (n,) positive exposures.
        names: (q,) names of the covariates, for refusals.

    Returns:
        The design.

    Raises:
        StatisticError: Shapes differ, a value is not finite, a count not whole or negative, an exposure not positive;
            nothing was counted; there are fewer areas than columns; columns are collinear; or the counts are separated.
    """
    table = numbers(covariates, "covariates")
    if table.ndim != 2 or table.shape[1] != len(names):
        raise StatisticError(f"There are {len(names)} names for covariates of shape {table.shape}.")
    exposed = numbers(exposure, "exposures", shape=(len(table),))
    refuse(exposed <= 0, "The exposure is not positive.", remedy="Leave areas without exposure out of the regression.")
    count = whole_counts(counts, shape=(len(table),))
    if not count.any():
        raise StatisticError("Nothing was counted anywhere, so no rate can be compared.")
    every = (INTERCEPT, *names)
    if len(table) < len(every):
        raise StatisticError(f"There are {len(table)} areas for {len(every)} columns.", remedy="Use fewer covariates.")
    centre, scale = table.mean(axis=0), table.std(axis=0)
    # A constant covariate repeats the intercept; its scale is rounding, and collinearity names it.
    scale = np.where(scale > COLLINEAR * np.abs(table).max(axis=0, initial=0.0), scale, np.inf)
    columns = np.column_stack([np.ones(len(table)), (table - centre) / scale])
    _refuse_collinear(columns, every)
    _refuse_separated(columns, count, every)
    return Design(count, exposed, columns, every, np.concatenate([[0.0], centre]), np.concatenate([[1.0], scale]))


def _refuse_collinear(columns: FloatArray, names: tuple[str, ...]) -> None:
    # Unpivoted: the diagonal is what is left of each column once the earlier ones are taken off.
    left = np.abs(np.diag(np.linalg.qr(columns, mode="r")))
    dependent = [name for name, part in zip(names, left, strict=True) if part <= COLLINEAR * np.sqrt(len(columns))]
    if dependent:
        raise StatisticError(
            "A covariate is constant or a combination of those before it.",
            where=", ".join(dependent),
            remedy="Leave it out.",
        )


def _refuse_separated(columns: FloatArray, count: FloatArray, names: tuple[str, ...]) -> None:
    # Only a direction that is zero wherever something was counted can separate; mostly there is none.
    free = scipy.linalg.null_space(np.linalg.qr(columns[count > 0], mode="r"), rcond=COLLINEAR)
    if free.shape[1] == 0:
        return
    empty = columns[count == 0] @ free
    answer = scipy.optimize.linprog(
        empty.sum(axis=0), A_ub=empty, b_ub=np.zeros(len(empty)), bounds=[(-1.0, 1.0)] * free.shape[1], method="highs"
    )
    direction = free @ answer.x
    if not (columns @ direction < -NOTHING).any():
        return
    guilty = [name for name, part in zip(names[1:], direction[1:], strict=True) if abs(part) > NOTHING]
    raise StatisticError(
        "These covariates separate areas where nothing was counted from the rest: their coefficients have no bound.",
        where=", ".join(guilty),
        remedy="Merge categories, or leave one out.",
    )

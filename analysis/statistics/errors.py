"""Why a statistic refuses: what it was given is wrong, or it would cost more than it may."""

from __future__ import annotations

from zicht.errors import ZichtError


class StatisticError(ZichtError):
    """A statistic cannot be computed from what it was given."""


class CostError(StatisticError):
    """An exact computation would take more work or memory than its limits allow; an approximation is due."""

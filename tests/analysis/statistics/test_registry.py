from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import pytest

from analysis.statistics.registry import Statistic, collect, load
from tests.test_packaging import run_blocked
from zicht.errors import ConfigError


def documented(values: Any) -> Any:
    """Give back what came."""
    return values


ENTRY = Statistic("echo", "Echo", "Nobody (2000)", documented, {"value": "what came"})


def test_every_statistic_is_found_and_documented() -> None:
    found = load()
    assert list(found) == sorted(found)
    assert {"gi", "gi-star"} <= set(found)
    for statistic in found.values():
        documentation = inspect.getdoc(statistic.compute) or ""
        assert inspect.isfunction(statistic.compute), statistic.id
        assert len(documentation.split()) > 5, statistic.id
        assert any(c.isdigit() for c in statistic.paper), statistic.id
        assert inspect.getmodule(statistic.compute).__doc__, statistic.id


def test_a_second_entry_of_one_id_is_refused() -> None:
    with pytest.raises(ConfigError, match="echo: Two statistics have this id"):
        collect([ENTRY, replace(ENTRY, title="Another")])


@pytest.mark.parametrize(
    "lacking",
    [{"title": ""}, {"paper": ""}, {"columns": {}}, {"columns": {"value": ""}}, {"compute": lambda values: values}],
)
def test_an_entry_without_documentation_is_refused(lacking: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="echo: A statistic lacks documentation"):
        collect([replace(ENTRY, **lacking)])


def test_entries_come_in_order_and_cannot_be_changed() -> None:
    found = collect([ENTRY, replace(ENTRY, id="a")])
    assert list(found) == ["a", "echo"]
    with pytest.raises(TypeError):
        found["b"] = ENTRY  # type: ignore[index]


def test_the_registry_needs_nothing_that_a_public_server_lacks() -> None:
    result = run_blocked("from analysis.statistics.registry import load; print(*load())")
    assert result.returncode == 0, result.stderr
    assert {"gi-star", "scan"} <= set(result.stdout.split())

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.statistics.registry import load as load_statistics
from analysis.tables.method import Method, Need, TableInput, TableOutput, given
from analysis.tables.options import Options
from analysis.tables.reference import reference_page
from analysis.tables.registry import collect, load, run
from analysis.tables.sheet import Sheet
from zicht.errors import ConfigError

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "statistics.md"


def echo(data: TableInput) -> TableOutput:
    """Give back the ids."""
    return TableOutput({"id": data.ids})


ENTRY = Method("echo", "Echo", (), frozenset(), {"id": "the area"}, echo)
DATA = TableInput(sheet=Sheet("t.csv", {"id": ("a", "b")}, (2, 3)), ids=("a", "b"), options=Options())


def test_every_method_rests_on_statistics_that_exist() -> None:
    found, known = load(), load_statistics()
    assert list(found) == sorted(found)
    assert {"gi", "gi-star"} <= set(found)
    for method in found.values():
        assert set(method.statistics) <= set(known), method.id
        assert method.statistics, method.id


def test_the_reference_page_is_what_the_registry_says() -> None:
    """Write it again with `python -m analysis.tables > docs/reference/statistics.md`."""
    assert PAGE.read_text(encoding="utf-8") == reference_page()
    for method in load().values():
        for name, meaning in method.columns.items():
            assert f"| `{name}` | {meaning} |" in reference_page()


def test_a_second_method_of_one_id_is_refused() -> None:
    with pytest.raises(ConfigError, match="echo: Two methods have this id"):
        collect([ENTRY, replace(ENTRY, title="Another")])


@pytest.mark.parametrize(
    "lacking", [{"title": ""}, {"columns": {}}, {"columns": {"id": ""}}, {"run": lambda data: data}]
)
def test_a_method_without_documentation_is_refused(lacking: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="echo: A method lacks documentation"):
        collect([replace(ENTRY, **lacking)])


def test_a_method_cannot_take_an_option_that_does_not_exist() -> None:
    with pytest.raises(ConfigError, match="echo: A method takes an option"):
        collect([replace(ENTRY, options=("colour",))])
    with pytest.raises(ConfigError, match="echo: A method takes an option"):
        collect([replace(ENTRY, needs=frozenset({Need.COLUMN}), takes=frozenset({Need.COLUMN}))])


def test_a_method_that_gives_other_columns_than_it_declares_is_wrong() -> None:
    assert run(ENTRY, DATA).columns == {"id": ("a", "b")}
    with pytest.raises(TypeError, match="other columns"):
        run(replace(ENTRY, columns={"name": "the area"}), DATA)
    with pytest.raises(TypeError, match="different lengths"):
        run(
            replace(ENTRY, columns={"id": "a", "n": "b"}, run=lambda data: TableOutput({"id": data.ids, "n": ()})), DATA
        )


def test_a_method_cannot_use_what_it_does_not_need() -> None:
    with pytest.raises(TypeError, match="does not declare"):
        given(DATA.column)


def test_what_a_method_requires_is_among_its_options() -> None:
    with pytest.raises(ConfigError, match="echo: A method takes an option"):
        collect([replace(ENTRY, options=("interval",), requires=("distance",))])
    assert load()["knox"].requires == ("distance", "interval")

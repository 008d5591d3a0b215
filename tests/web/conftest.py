"""A release to serve: the tiny one, with a name that would be a script and a number that is truly zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Playwright, sync_playwright

from geo.areas import Layer
from tests.support import tiny_world as world
from tests.support.tiny import tiny_release
from tests.web.browser import Screen, chromium, require_chromium, running
from web.app import create_app
from web.site import Site
from zicht.published import PublishedColumn, PublishedTable
from zicht.release import Release, open_release

#: A name that would do harm in a page, a spreadsheet or a JSON answer that does not treat it as text.
EVIL = "<script>alert('x')</script>"
EVIL_CODE = "BU90020101"
FORMULA = "=HYPERLINK(1)"
FORMULA_CODE = "BU90020102"
ZERO_CODE = "BU90020103"
DEFAULT = (world.LABS, "2024-2025", "buurt")


def renamed(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    names = {EVIL_CODE: EVIL, FORMULA_CODE: FORMULA}
    return tuple(
        replace(layer, name=np.array([names.get(c, n) for c, n in zip(layer.code, layer.name, strict=True)]))
        for layer in layers
    )


def with_zero(table: PublishedTable) -> PublishedTable:
    return PublishedTable(_zero(column) for column in table)


def _zero(column: PublishedColumn) -> PublishedColumn:
    here = (column.code == ZERO_CODE) & (column.key.measure != "exposure") & (column.status == "published")
    value, low, high = (np.where(here, 0.0, part) for part in (column.value, column.low, column.high))
    return replace(column, value=value, low=low, high=high)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder: Path = tmp_path_factory.mktemp("release") / "tiny"
    return open_release(tiny_release(folder, layers=renamed, values=with_zero))


@pytest.fixture(scope="session")
def site(release: Release) -> Site:
    return Site(release)


@pytest.fixture(scope="session")
def app(release: Release) -> Flask:
    return create_app(release)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def address(app) -> Iterator[str]:
    require_chromium()
    with running(app) as served:
        yield served


@pytest.fixture(scope="module")
def playwright(address) -> Iterator[Playwright]:  # noqa: ARG001  (it skips where there is no Chromium)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright) -> Iterator[Browser]:
    with chromium(playwright) as started:
        yield started


@pytest.fixture
def screen(browser, address) -> Iterator[Screen]:
    made = Screen(browser, address)
    yield made
    complaints, outside = made.complaints, made.outside()
    made.close()
    assert complaints == []
    assert outside == []

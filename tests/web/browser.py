"""Drive headless Chromium at a real server, recording everything that should not happen."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import waitress
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request

from web.server import listen

CHROMIUM = Path(os.environ.get("ZICHT_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
#: Software drawing on a busy machine is slow; nothing here waits that long when all is well.
PATIENCE = 60.0

#: What the software renderer says of itself when a pixel is read back.
ENVIRONMENT = ("GL Driver Message",)

_WATCH = "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"


def require_chromium() -> None:
    """Skip where there is no Chromium, or fail where one is required."""
    if CHROMIUM.is_file():
        return
    reason = f"there is no Chromium at {CHROMIUM}: install it, or set ZICHT_CHROMIUM"
    if os.environ.get("ZICHT_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def running(app: Flask) -> Iterator[str]:
    """Serve an application on a free port; gives its address."""
    listener = listen("127.0.0.1", 0)
    server = waitress.create_server(app, sockets=[listener], threads=8, ident=None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.close()
        thread.join(10)


@contextmanager
def chromium(playwright: Playwright, *more: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*ARGUMENTS, *more])
    try:
        yield browser
    finally:
        browser.close()


class Screen:
    """A page, with a record of its requests and complaints."""

    def __init__(
        self, browser: Browser, address: str, *, width: int = 1280, height: int = 800, **context: object
    ) -> None:
        self.address = address
        self.context = browser.new_context(viewport={"width": width, "height": height}, **context)  # type: ignore[arg-type]
        self.context.add_init_script(_WATCH)
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", self._asked)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", lambda r: self.complaints.append(f"{r.status} {r.url}") if r.status >= 400 else None)

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(text in message.text for text in ENVIRONMENT):
            self.complaints.append(f"{message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a search that was overtaken by the next letter
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def open(self, path: str = "/kaart") -> Screen:
        self.page.goto(self.address + path)
        return self.settled()

    def settled(self, *, drawn: bool = True) -> Screen:
        """Wait until the page shows its state, and the map is drawn."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            marks = self.page.evaluate("() => ({...document.documentElement.dataset})")
            ready = marks.get("turn") is not None and marks.get("turn") == marks.get("ready")
            if ready and (not drawn or marks.get("map") == "drawn"):
                self.page.wait_for_timeout(60)
                if marks == self.page.evaluate("() => ({...document.documentElement.dataset})"):
                    return self
            self.page.wait_for_timeout(40)
        raise AssertionError(f"the page did not come to rest: {marks}, {self.complaints}")

    def until(self, holds: Callable[[dict[str, str]], bool], *, drawn: bool = True) -> Screen:
        """Wait until the state in the address is as it should be, and the page is at rest."""
        end = time.monotonic() + PATIENCE
        while not holds(self.state()):
            assert time.monotonic() < end, f"the address stays {self.page.url}"
            self.page.wait_for_timeout(50)
        return self.settled(drawn=drawn)

    def state(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    def picture(self, selector: str = "#map-frame") -> Image.Image:
        return Image.open(io.BytesIO(self.page.locator(selector).screenshot())).convert("RGB")

    def asked_since(self, count: int) -> list[str]:
        return [urlsplit(address).path for address in self.requests[count:]]

    def outside(self) -> list[str]:
        """Addresses asked for that are not of the server."""
        own = (f"{self.address}/", "data:", f"blob:{self.address}/")
        return [address for address in self.requests if not address.startswith(own)]

    def close(self) -> None:
        self.context.close()


def share(picture: Image.Image, colour: str, *, tolerance: int = 6) -> float:
    """Return the share of pixels that have a colour, within a tolerance in each part."""
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=np.int16)
    away = np.abs(np.asarray(picture, dtype=np.int16) - wanted)
    return float((away <= tolerance).all(axis=2).mean())

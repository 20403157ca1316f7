"""Chromium for tests, and what every page is watched for: violations, foreign requests, accessibility, overflow."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

__all__ = ["Watched", "audit", "chromium", "overflow", "watched"]

expect.set_options(timeout=60_000)  # milliseconds: other programs may be using this machine, and 5 seconds run out
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, without a window; the test is skipped where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("Chromium is missing: install the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page that notes every console error, script error and address that it asks for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def foreign(self, origin: str) -> list[str]:
        """Addresses asked for that are not of this origin."""
        return [url for url in self.requests if not url.startswith((f"{origin}/", "data:"))]


@contextmanager
def watched(browser: Browser, *, dark: bool = False, width: int = 1280) -> Iterator[Watched]:
    """A fresh, watched page of this width, in one colour scheme, without cookies."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    context.set_default_timeout(90_000)
    try:
        yield Watched(context.new_page())
    finally:
        context.close()


def audit(page: Page) -> list[str]:
    """What axe-core finds wrong, as ``rule: element``; WCAG 2.2 A and AA and best practice."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(f"(() => {{ {source} }})()")
    found: Any = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

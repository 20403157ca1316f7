"""The portal's page for questions in a real browser: answered, asked back, reachable by keys, in every look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from aggregator.portal.app import create_app
from aggregator.portal.entry import Entry
from tests.support.browser import audit, chromium, overflow, watched
from tests.support.business import business
from tests.support.serving import served

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

pytestmark = pytest.mark.browser

QUESTIONS = (
    "",
    'What are the 3 largest by category in "Who buys what, October"?',
    'Compare "Groceries" in "Who buys what, August" with "Who buys what, October".',
    "which studies are there",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def door() -> Iterator[Entry]:
    doors: list[Entry] = []

    def make(port: int) -> WSGIApplication:
        doors.append(Entry(port))
        return create_app(business(), port, door=doors[0])

    with served(make):
        yield doors[0]


def address(door: Entry, question: str) -> str:
    return f"http://127.0.0.1:{door.port}/ask" + (f"?{urlencode({'q': question})}" if question else "")


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 390)])
def test_the_page_is_safe_and_open_to_everyone(browser: Browser, door: Entry, dark: bool, width: int) -> None:
    with watched(browser, dark=dark, width=width) as seen:
        seen.page.goto(door.link())
        for question in QUESTIONS:
            seen.page.goto(address(door, question))
            for panel in seen.page.locator("summary").all():
                panel.click()
            assert audit(seen.page) == [], question
            assert overflow(seen.page) == 0, question
        assert seen.errors == []
        assert seen.foreign(f"http://127.0.0.1:{door.port}") == []


def test_a_question_is_asked_chosen_and_followed_to_its_release_by_keys(browser: Browser, door: Entry) -> None:
    with watched(browser) as seen:
        page = seen.page
        page.goto(door.link())
        page.goto(address(door, ""))
        page.get_by_label("Your question about the releases").focus()
        page.keyboard.type("how many people bought groceries")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Which do you mean?")).to_be_visible()
        choice = page.get_by_role("link", name='figure for "Groceries" in "Who buys what, October"')
        for _ in range(30):
            page.keyboard.press("Tab")
            if choice.evaluate("link => link === document.activeElement"):
                break
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Answer", exact=True)).to_be_visible()
        expect(page.locator(".answer")).to_contain_text("402 people (95 % interval 384 to 420)")
        page.locator("summary").focus()
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Who buys what, October", exact=True).press("Enter")
        expect(page.get_by_role("heading", name="Who buys what, October")).to_be_visible()


def test_markup_in_a_question_stays_text(browser: Browser, door: Entry) -> None:
    with watched(browser) as seen:
        seen.page.goto(door.link())
        seen.page.goto(address(door, '<img src=x onerror=alert(1)> "<b>x</b>"'))
        assert seen.page.locator("main img, main b").count() == 0
        assert seen.errors == []

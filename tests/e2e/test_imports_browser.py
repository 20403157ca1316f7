"""Undoing an import in a real browser: by keyboard, in two steps, and without any script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from client_web.app import create_app
from client_web.security import Entry
from pod_agent import Agent
from tests.support.browser import audit, chromium, overflow, watched
from tests.support.exports import ocbc_csv
from tests.support.serving import served

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

pytestmark = pytest.mark.browser
LOOKS = [(dark, width) for dark in (False, True) for width in (1280, 390)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Entry, Agent, str]]:
    """The pages of a real agent with one import that has every kind of part."""
    days = [date(2026, 1, 1) + timedelta(days=step if step < 30 else step + 40) for step in range(60)]
    source = ocbc_csv(tmp_path / "a.csv", [(day, f"NETS QR\nSHOP {day.day}", "-1.00") for day in days])
    source.write_text(f"{source.read_text()}32/10/2026,,{'M' * 120}\u202e,1.00,\r\n")
    doors: list[Entry] = []
    with Agent.create(tmp_path / "home") as agent:
        name = agent.import_paths([source]).import_id

        def make(port: int) -> WSGIApplication:
            doors.append(Entry(port))
            return create_app(agent, port, door=doors[0])

        with served(make):
            yield doors[0], agent, f"http://127.0.0.1:{doors[0].port}/imports/{name}"


def _undo(page: Page) -> None:
    page.locator("summary", has_text="Undo this import").press("Enter")
    button = page.get_by_role("button", name="Yes, undo it")
    expect(button).to_be_visible()
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Undone: 60 records removed")


def test_undo_takes_two_steps_that_the_keyboard_reaches(browser: Browser, site: tuple[Entry, Agent, str]) -> None:
    door, agent, address = site
    with watched(browser) as seen:
        seen.page.goto(door.link())
        seen.page.goto(address)
        expect(seen.page.get_by_role("button", name="Yes, undo it")).to_be_hidden()
        _undo(seen.page)
        assert seen.errors == []
    assert agent.imports() == []


def test_undo_works_without_any_script(browser: Browser, site: tuple[Entry, Agent, str]) -> None:
    door, agent, address = site
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(door.link())
    page.goto(address)
    _undo(page)
    context.close()
    assert agent.imports() == []


@pytest.mark.parametrize(("dark", "width"), LOOKS)
def test_an_import_is_open_to_everyone_and_fits(
    browser: Browser, site: tuple[Entry, Agent, str], dark: bool, width: int
) -> None:
    door, _, address = site
    with watched(browser, dark=dark, width=width) as seen:
        seen.page.goto(door.link())
        for path in (address, address.rpartition("/")[0] + "/"):
            seen.page.goto(path)
            for summary in seen.page.locator("summary").all():
                summary.click()
            assert audit(seen.page) == []
            assert overflow(seen.page) == 0
        assert seen.errors == []

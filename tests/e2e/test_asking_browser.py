"""The page Ask in a real browser: what was meant is picked and kept, a conversation goes on, and is forgotten."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from playwright.sync_api import expect

from client_web.app import create_app
from client_web.security import Entry
from pod_agent import Agent
from tests.support.browser import audit, chromium, overflow, watched
from tests.support.serving import served
from tests.support.web_agent import household

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

pytestmark = pytest.mark.browser


def test_what_was_meant_is_picked_confirmed_and_followed_and_the_conversation_forgotten(tmp_path: Path) -> None:
    """The whole flow: asked back, picked, kept, asked on, forgotten, taken back."""
    agent, doors = household(tmp_path), list[Entry]()

    def make(port: int) -> WSGIApplication:
        doors.append(Entry(port))
        return create_app(cast(Agent, agent), port, door=doors[0])

    with served(make) as port, chromium() as browser, watched(browser, width=390) as seen:
        origin = f"http://127.0.0.1:{port}"
        seen.page.goto(doors[0].link())
        seen.page.goto(f"{origin}/ask/")
        seen.page.evaluate("window.same = true")
        answer, field = seen.page.get_by_role("region", name="Answer"), seen.page.get_by_label("Your question")
        field.fill("how much did I spend on groceries lately")
        seen.page.keyboard.press("Enter")
        answer.locator(".choices").get_by_role("button", name=re.compile("groceries last month")).press("Enter")
        expect(answer.locator(".value")).to_contain_text("S$")
        expect(answer.locator("article")).to_be_focused()
        assert audit(seen.page) == []
        answer.get_by_role("button", name="Yes, that is what I meant").click()
        expect(answer.get_by_role("status")).to_contain_text("Kept in your pod")
        expect(answer.get_by_role("status")).to_be_focused()
        [example] = agent.assistant.teaching.list()
        field.fill("how much did I spend on groceries lately")
        seen.page.keyboard.press("Enter")
        expect(answer).to_contain_text("you taught this")
        month = answer.locator(".value").inner_text()
        answer.get_by_role("button", name="and in September 2026?").click()
        expect(answer.locator(".value")).not_to_have_text(month)
        expect(answer).to_contain_text("You asked: and in September 2026?")
        answer.get_by_text("How I computed this").click()
        expect(answer).to_contain_text("rounded once at the end")
        assert audit(seen.page) == []
        assert overflow(seen.page) == 0
        answer.get_by_text("This conversation: ").click()
        answer.get_by_role("button", name="Forget it").click()
        expect(answer).to_contain_text("Forgotten")
        field.fill("and in September?")
        seen.page.keyboard.press("Enter")
        expect(answer.locator(".clarify, .declined")).to_be_visible()
        assert seen.page.evaluate("window.same") is True
        assert "groceries" not in seen.page.url
        seen.page.goto(f"{origin}/ask/uses")
        seen.page.get_by_role("button", name=re.compile("Delete")).click()
        expect(seen.page.get_by_role("status")).to_contain_text("Taken back")
        assert example["id"] not in [each["id"] for each in agent.assistant.teaching.list()]
        assert seen.errors == []
    agent.close()

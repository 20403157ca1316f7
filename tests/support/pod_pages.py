"""The pages of a home, served as ``pod-agent serve`` does, for tests that link, share, export and erase."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page

from client_web.app import create_app
from client_web.keeping import Keeping
from client_web.security import Entry
from client_web.views.common import AGENT, Pages
from pod_agent import Home
from tests.support.serving import served
from tests.support.solid_server import PodOwner

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["PodSite", "log_in", "pod_site"]


class PodSite:
    """One home's pages: ``keeping`` has its agent, ``ended`` is set when the pages end themselves."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.keeping = Keeping(self.home, None)
        self.keeping.reopen()
        self.ended = threading.Event()
        self.door: Entry
        self.pages: Pages

    def make(self, port: int) -> WSGIApplication:
        self.door = Entry(port)
        app = create_app(self.keeping, port, door=self.door, end=self.ended.set)
        self.pages = app.extensions[AGENT]
        return app

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.door.port}"

    def sign_in(self, page: Page, host: str = "127.0.0.1") -> str:
        """Sign in by this name of the machine; the origin."""
        page.goto(self.door.link().replace("127.0.0.1", host))
        return self.origin.replace("127.0.0.1", host)


@contextmanager
def pod_site(folder: Path) -> Iterator[PodSite]:
    """The pages of this home while the block lasts."""
    site = PodSite(folder)
    with served(site.make):
        yield site
    site.keeping.close()


def log_in(page: Page, owner: PodOwner) -> None:
    """Type e-mail and password at Community Solid Server and allow the agent."""
    page.fill("input[name=email]", owner.email)
    page.fill("input[name=password]", owner.password)
    page.click("button[type=submit]")
    page.wait_for_selector("#authorize:not([disabled])")
    page.click("#authorize")

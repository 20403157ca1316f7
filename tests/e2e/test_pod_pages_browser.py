"""A person at the page Pod with a real browser and a real server: link, share, withdraw, export, erase."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pod_agent import Agent, Home
from tests.support.browser import Watched, audit, chromium, overflow, watched
from tests.support.exports import many_plays, ocbc_csv, spotify_json
from tests.support.pod_pages import PodSite, log_in, pod_site
from tests.support.sharing_stage import status
from tests.support.solid_server import fresh_owner, running_server

pytestmark = [pytest.mark.browser, pytest.mark.solid]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def look(seen: Watched, shown: str) -> None:
    """Both colour schemes, wide and narrow: nothing that axe finds, nothing wider than the window."""
    expect(seen.page.get_by_role("heading", level=1)).to_have_text(shown)
    for dark, width in ((False, 1280), (True, 390)):
        seen.page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert audit(seen.page) == [], seen.page.url
        assert overflow(seen.page) == 0, seen.page.url
    seen.page.set_viewport_size({"width": 1280, "height": 900})


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def filled(home: Path, folder: Path) -> None:
    """A home with a pod on this machine that holds some plays and payments."""
    made = Home(home)
    made.create()
    rows = [(datetime.now(UTC).date() - timedelta(days=day), "NETS QR\nFAIRPRICE", "-1.00") for day in range(5)]
    with Agent.open(made.folder) as agent:
        agent.import_paths([spotify_json(folder / "plays.json", many_plays(5))])
        agent.import_paths([ocbc_csv(folder / "bank.csv", rows, "100.00")])


def test_linking_sharing_and_withdrawing_with_a_real_login(browser: Browser, tmp_path: Path) -> None:
    owner, friend = fresh_owner(), fresh_owner()
    # The pages by the other name of this machine than the server's, so that coming back crosses from site to site.
    host = "127.0.0.1" if "localhost" in running_server().address else "localhost"
    filled(tmp_path / "home", tmp_path)
    with pod_site(tmp_path / "home") as site, watched(browser) as seen, closing(friend.open()) as theirs:
        page = seen.page
        origin = site.sign_in(page, host)
        page.goto(f"{origin}/pod/")
        look(seen, "Your pod")
        page.locator("#address-move").fill(owner.webid)
        press(page, "Log in there")
        expect(page.get_by_role("link", name="Go to")).to_be_visible()
        assert audit(page) == []
        page.get_by_role("link", name="Go to").click()
        log_in(page, owner)
        page.wait_for_url(f"{origin}/pod/?done=move")
        expect(page.get_by_text("It answers.")).to_be_visible()
        expect(page.get_by_text(f"{owner.storage}pod-agent/")).to_be_visible()
        look(seen, "Your pod")
        referrers = [request for request in seen.requests if "code=" in request and "/pod/callback" not in request]
        assert all("/login?code=" in address for address in referrers)
        press(page, "Remove the older copy")
        page.wait_for_url(f"{origin}/pod/?done=remove-old")
        assert not (tmp_path / "home" / "pod").exists()

        container = _share(page, origin, friend.webid, seen)
        assert status(theirs.session, "GET", container) == HTTPStatus.OK
        press(page, "Withdraw")
        expect(page.get_by_role("status")).to_contain_text("Nobody else can read it")
        assert status(theirs.session, "GET", container) in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
        press_then_wait(page, f"{origin}/sharing/with/who", "Look now")
        look(seen, "Who can read what")
        assert seen.errors == []


def press_then_wait(page: Page, address: str, name: str) -> None:
    page.goto(address)
    with page.expect_navigation(url="**/progress/", wait_until="commit"):  # its next page may be there before we look
        press(page, name)
    page.wait_for_url(address)


def _share(page: Page, origin: str, webid: str, seen: Watched) -> str:
    """Share spending with this WebID; the address of the container."""
    page.goto(f"{origin}/sharing/with/")
    look(seen, "Share with one person")
    page.get_by_label("Who may read it").fill(webid)
    page.get_by_label("Spending", exact=True).check()
    page.get_by_label("Every single record").check()
    page.get_by_label("What for").fill("To plan <b>together</b>")
    press(page, "Show exactly")
    look(seen, "Exactly this would be shared")
    expect(page.get_by_text(f"{webid}, and nobody else but you")).to_be_visible()
    expect(page.get_by_text("Records: 5, in")).to_be_visible()
    press(page, "Yes, share this")
    page.wait_for_url(f"{origin}/sharing/?done=shared")
    look(seen, "Data and sharing")
    told = page.get_by_text("Address to pass on").inner_text()
    return told.partition(": ")[2]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[PodSite]:
    filled(tmp_path / "home", tmp_path)
    with pod_site(tmp_path / "home") as made:
        yield made


def test_an_export_is_downloaded_and_a_source_and_then_all_erased(browser: Browser, site: PodSite) -> None:
    with watched(browser) as seen:
        page = seen.page
        origin = site.sign_in(page)
        page.goto(f"{origin}/leaving/")
        look(seen, "Export or erase everything")
        page.get_by_label("Format").select_option("jsonld")
        press(page, "Build the export")
        page.wait_for_url("**/pod/?done=export#export")
        with page.expect_download() as started:
            press(page, "Download")
        with zipfile.ZipFile(started.value.path()) as packed:
            assert packed.testzip() is None
            assert any(name.endswith("README.txt") for name in packed.namelist())
        page.goto(f"{origin}/pod/")
        page.get_by_role("link", name="spotify").click()
        look(seen, "spotify")
        page.get_by_label("to go on").fill("erase")
        page.keyboard.press("Enter")
        page.wait_for_url("**/pod/?done=erase-source")
        expect(page.get_by_role("heading", name="Erased: spotify")).to_be_visible()
        look(seen, "Your pod")
        page.goto(f"{origin}/leaving/")
        page.get_by_label("to go on").fill("erase")
        press(page, "Erase everything")
        page.wait_for_url("**/leaving/goodbye")
        look(seen, "Everything is gone")
        assert site.ended.wait(30)
        assert not site.home.folder.exists()
        assert seen.errors == []
        assert seen.foreign(origin) == []


def test_the_pages_of_the_pod_work_without_script_and_by_keyboard(browser: Browser, site: PodSite) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    origin = site.sign_in(page)
    page.goto(f"{origin}/leaving/source/spotify")
    page.get_by_role("button", name="Build the export").focus()
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("heading", name="Building your export").or_(page.get_by_role("heading", name="Your pod"))
    ).to_be_visible()
    work = site.pages.works.last["export"]
    assert work.finished.wait(60)
    page.goto(f"{origin}/progress/")
    expect(page.get_by_role("button", name="Download")).to_be_visible()
    context.close()

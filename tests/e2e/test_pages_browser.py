"""The pages and the portal in a real browser: safe, reachable by everyone, and they do what their buttons say."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from playwright.sync_api import Browser, Page, expect

from aggregator.catalogue import catalogue_document, demo_offers
from aggregator.portal.app import create_app as create_portal
from aggregator.portal.entry import Entry as PortalEntry
from client_web.app import create_app
from client_web.security import Entry
from pod_agent import Agent
from tests.support.browser import audit, chromium, overflow, watched
from tests.support.households import RecordMaker
from tests.support.priors import MODEL
from tests.support.releases import ShelfInMemory, every_release, histogram_release, update_release
from tests.support.serving import served
from tests.support.studies import histogram_study
from tests.support.web_agent import TODAY, AgentWithGrants, household

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

pytestmark = pytest.mark.browser

SHARING = ("/sharing/", "/sharing/requests/", "/sharing/log/")
WISHES = ("/for-you/", "/for-you/new?now=1", "/offers/", "/for-you/inputs?compare=history")
PAGES = (
    "/",
    "/ahead/",
    "/records?period=2026-10",
    *WISHES,
    "/ask/",
    "/ask/search",
    "/ask/uses",
    "/budgets/",
    *SHARING,
    "/imports/",
    "/imports/k7d",
)
LOOKS = [(False, 1280), (True, 390)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


class Site:
    """One server's origin and its maker of sign-in links."""

    def __init__(self, door: Entry | PortalEntry, agent: AgentWithGrants | None = None) -> None:
        self.door = door
        self.agent = agent
        self.origin = f"http://127.0.0.1:{door.port}"

    def sign_in(self, page: Page) -> None:
        page.goto(self.door.link())


@pytest.fixture(params=["full"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    catalogue = tmp_path / "catalogue.jsonld"
    iri = "https://offers.example/catalogue"
    catalogue.write_bytes(
        catalogue_document(demo_offers(TODAY), iri=iri, publisher="Demo", published=date(2026, 11, 1))
    )
    full = request.param == "full"
    maker = RecordMaker()
    hostile = "<img src=x onerror=fetch('/stolen')><b hx-post='/sharing/withdraw' hx-trigger='load'>shop</b>" + "M" * 90
    extra = (
        maker.paid("2026-11-14", 12.0, hostile, "shopping"),
        maker.played("2026-11-14T09:00:00", 4000, hostile, hostile),
    )
    agent = household(tmp_path, records=full, catalogue=str(catalogue) if full else "", extra=extra if full else ())
    doors: list[Entry] = []

    def make(port: int) -> WSGIApplication:
        doors.append(Entry(port))
        return create_app(cast(Agent, agent), port, door=doors[0])

    with served(make) as _:
        yield Site(doors[0], agent)
    agent.close()


@pytest.mark.parametrize("site", ["full", "empty"], indirect=True)
@pytest.mark.parametrize(("dark", "width"), LOOKS)
def test_every_page_is_safe_and_open_to_everyone(browser: Browser, site: Site, dark: bool, width: int) -> None:
    pages = PAGES if site.agent and site.agent.coverage() else PAGES[:-1]
    with watched(browser, dark=dark, width=width) as seen:
        site.sign_in(seen.page)
        for path in pages:
            seen.page.goto(site.origin + path)
            expect(seen.page.locator("h1")).to_be_visible()
            assert audit(seen.page) == [], path
            assert overflow(seen.page) == 0, path
        seen.page.goto(f"{site.origin}/nothing")
        assert audit(seen.page) == []
        assert [error for error in seen.errors if "404" not in error] == []
        assert seen.foreign(site.origin) == []
        assert not any("stolen" in url or "withdraw" in url for url in seen.requests)
        assert "lang" not in seen.page.evaluate("Object.keys(localStorage).join() + Object.keys(sessionStorage).join()")


def test_nothing_is_wider_than_the_smallest_phone(browser: Browser, site: Site) -> None:
    with watched(browser, width=320) as seen:
        site.sign_in(seen.page)
        for path in PAGES:
            seen.page.goto(site.origin + path)
            assert overflow(seen.page) == 0, path


def test_withdrawing_takes_no_more_clicks_than_giving_and_holds(browser: Browser, site: Site) -> None:
    """One click on the page that shows it, each; and what is shown before the yes is what a person needs to know."""
    assert site.agent
    with watched(browser) as seen:
        site.sign_in(seen.page)
        seen.page.goto(f"{site.origin}/sharing/requests/")
        card = seen.page.get_by_role("listitem").filter(has_text="Groceries by month").first
        expect(card.get_by_text("This time it is: ")).to_be_visible()
        for told in ("shop.example asks", "operator.example", "chances in 100", "Left after it", "Open until"):
            expect(card.get_by_text(told).first).to_be_visible()
        card.get_by_role("button", name="Allow until").click()
        expect(seen.page.get_by_role("status")).to_contain_text("Allowed")
        assert [grant["status"] for grant in site.agent.given] == ["given", "given"]
        assert {grant["until"] for grant in site.agent.given} >= {"2027-02-13T15:59:59Z"}
        seen.page.get_by_role("link", name="Renew").first.click()
        expect(seen.page.get_by_role("heading", name="Renew a grant")).to_be_visible()
        assert audit(seen.page) == []
        seen.page.get_by_role("link", name="No, leave it").click()
        seen.page.get_by_text("Lower my limits").click()
        seen.page.get_by_label("One business, 28 days").fill("0.9")
        seen.page.get_by_role("button", name="Keep these limits").click()
        expect(seen.page.get_by_role("status")).to_contain_text("count at once")
        seen.page.get_by_role("button", name="Write it down").click()
        expect(seen.page.get_by_role("region", name="Letter to shop.example")).to_be_visible()
        assert audit(seen.page) == []
        for left in (1, 0):
            seen.page.get_by_role("button", name="Withdraw").first.click()
            expect(seen.page.get_by_role("status")).to_contain_text("nothing more leaves")
            expect(seen.page.get_by_role("button", name="Withdraw")).to_have_count(left)
        assert [grant["status"] for grant in site.agent.given] == ["withdrawn", "withdrawn"]
        assert seen.errors == []


def test_a_request_can_be_put_off_and_refused(browser: Browser, site: Site) -> None:
    assert site.agent
    with watched(browser, width=390) as seen:
        site.sign_in(seen.page)
        seen.page.goto(f"{site.origin}/sharing/requests/")
        for button, told in (("Not now", "Put off"), ("Refuse", "You refused it")):
            seen.page.get_by_role("button", name=button).click()
            expect(seen.page.get_by_text(told).first).to_be_visible()
            assert audit(seen.page) == []
            assert overflow(seen.page) == 0
        assert [request.status for request in site.agent.requests()] == ["answered", "refused"]
        assert seen.errors == []


def test_the_log_is_checked_filtered_and_taken_along(browser: Browser, site: Site) -> None:
    assert site.agent
    with watched(browser) as seen:
        site.sign_in(seen.page)
        seen.page.goto(f"{site.origin}/sharing/log/")
        expect(seen.page.get_by_text("3 entries, unbroken")).to_be_visible()
        seen.page.get_by_label("What", exact=True).select_option("give")
        seen.page.get_by_role("button", name="Show").click()
        expect(seen.page.locator(".log tbody tr")).to_have_count(1)
        with seen.page.expect_download() as started:
            seen.page.get_by_role("link", name="Download the signed log").click()
        with zipfile.ZipFile(started.value.path()) as packed:
            entries = [packed.read(name) for name in packed.namelist() if name.endswith(".ttl")]
        held = [site.agent.pod.read(entry.path) for entry in site.agent.consents.gate.entries()]
        assert entries == [resource.content for resource in held if resource]
        assert seen.errors == []


def test_a_question_is_answered_without_leaving_the_page_and_stays_out_of_the_address(
    browser: Browser, site: Site
) -> None:
    with watched(browser) as seen:
        site.sign_in(seen.page)
        seen.page.goto(f"{site.origin}/ask/")
        seen.page.evaluate("window.same = true")
        seen.page.get_by_label("Your question").fill("How much did I spend on groceries last month?")
        seen.page.keyboard.press("Enter")
        answer = seen.page.get_by_role("region", name="Answer")
        expect(answer).to_contain_text("on groceries")
        assert seen.page.evaluate("window.same") is True
        assert "groceries" not in seen.page.url
        answer.get_by_text("records behind it").click()
        answer.get_by_role("link", name="FairPrice").first.click()
        expect(seen.page.get_by_text("TransactionHistory_360.csv")).to_be_visible()
        assert seen.errors == []


def test_searching_narrows_the_records_while_typing(browser: Browser, site: Site) -> None:
    with watched(browser) as seen:
        site.sign_in(seen.page)
        seen.page.goto(f"{site.origin}/records?period=2026-10")
        seen.page.get_by_label("Shop").press_sequentially("fair")
        expect(seen.page).to_have_url(re.compile("q=fair"))  # "fa" finds the same rows
        expect(seen.page.locator("#results tbody tr")).to_have_count(8)
        assert seen.errors == []


def test_a_figure_leads_to_the_records_that_add_up_to_it(browser: Browser, site: Site) -> None:
    with watched(browser) as seen:
        site.sign_in(seen.page)
        seen.page.goto(f"{site.origin}/?period=2026-10")
        card = seen.page.get_by_role("link", name="Spent")
        figure = card.locator("strong").inner_text()
        card.click()
        expect(seen.page.locator(".total strong")).to_have_text(figure)


def test_every_control_can_be_reached_and_used_by_keyboard_and_its_focus_is_seen(browser: Browser, site: Site) -> None:
    with watched(browser) as seen:
        site.sign_in(seen.page)
        for path in PAGES:
            seen.page.goto(site.origin + path)
            seen.page.keyboard.press("Tab")
            assert seen.page.evaluate("document.activeElement.className") == "skip"
            wanted = seen.page.evaluate(
                "[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex]')]"
                ".filter(e => e.tabIndex >= 0 && e.checkVisibility()).length"
            )
            reached, unseen = _walk(seen.page, wanted)
            assert reached == wanted, path
            assert unseen == [], path


def _walk(page: Page, steps: int) -> tuple[int, list[str]]:
    """Tab through a page: how many different controls had the focus, and which of them did not show it."""
    page.evaluate("window.reached = new Set()")
    unseen: list[str] = []
    for _ in range(steps):
        shown = page.evaluate(
            "(() => { const e = document.activeElement; window.reached.add(e); const look = (n) => getComputedStyle(n);"
            " const ring = e.querySelector && e.querySelector('.hit');"
            " return look(e).outlineStyle !== 'none' || (ring && look(ring).stroke !== 'none')"
            " ? '' : e.outerHTML.slice(0, 120); })()"
        )
        if shown:
            unseen.append(shown)
        page.keyboard.press("Tab")
    return int(page.evaluate("window.reached.size")), unseen


def test_what_is_said_by_keyboard_reorders_the_list_in_place_and_is_undone(browser: Browser, site: Site) -> None:
    with watched(browser) as seen:
        site.sign_in(seen.page)
        seen.page.goto(f"{site.origin}/for-you/")
        seen.page.evaluate("window.same = true")
        stores = seen.page.get_by_role("region", name="Stores")
        names = stores.get_by_role("heading", level=3)
        first, second = names.all_inner_texts()[:2]
        stores.locator("summary").first.focus()
        seen.page.keyboard.press("Enter")
        seen.page.get_by_role("button", name=re.compile(f"Hide it.*{first}")).press("Enter")
        expect(seen.page.get_by_role("status")).to_be_focused()
        expect(names.first).to_have_text(second)
        seen.page.get_by_role("button", name=re.compile(f"Undo.*{first}")).press("Enter")
        expect(names.first).to_have_text(first)
        assert seen.page.evaluate("window.same") is True
        assert audit(seen.page) == []
        assert seen.errors == []


def test_the_slow_list_comes_after_its_page(browser: Browser, site: Site) -> None:
    with watched(browser) as seen:
        site.sign_in(seen.page)
        seen.page.goto(f"{site.origin}/for-you/new")
        expect(seen.page.locator("#list .wishes").first).to_be_visible()
        assert seen.errors == []


def test_an_input_is_switched_off_and_on_without_any_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.sign_in(page)
    page.goto(f"{site.origin}/for-you/inputs?compare=rhythm")
    page.get_by_role("button", name=re.compile("Switch off.*your rhythm")).first.click()
    expect(page.get_by_role("status")).to_contain_text("Switched off")
    page.goto(f"{site.origin}/offers/")
    page.get_by_role("button", name=re.compile("More like this")).first.click()
    expect(page.get_by_role("status")).to_contain_text("Kept in your pod")
    context.close()


def test_the_skip_link_leads_to_the_content(browser: Browser, site: Site) -> None:
    with watched(browser) as seen:
        site.sign_in(seen.page)
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Enter")
        expect(seen.page.locator("#content")).to_be_focused()


def test_the_pages_work_without_any_script(browser: Browser, site: Site) -> None:
    assert site.agent
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    site.sign_in(page)
    page.goto(f"{site.origin}/ask/")
    page.get_by_label("Your question").fill("How much did I spend on groceries last month?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("region", name="Answer")).to_contain_text("S$")
    page.goto(f"{site.origin}/sharing/")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("status")).to_contain_text("Withdrawn")
    context.close()


def test_markup_that_is_put_into_a_page_neither_runs_nor_sends(browser: Browser, site: Site) -> None:
    """The second wall: even where escaping failed, htmx attributes without the page's nonce do nothing."""
    with watched(browser) as seen:
        site.sign_in(seen.page)
        seen.page.route(
            f"{site.origin}/imports/",
            lambda route: route.fulfill(response=(answer := route.fetch()), body=_poisoned(answer.text())),
        )
        seen.page.goto(f"{site.origin}/imports/")
        while not any("hx-csp" in error or "violates" in error for error in seen.errors):
            seen.page.wait_for_timeout(50)
        seen.page.wait_for_timeout(400)
        assert not any("stolen" in url for url in seen.requests)
        assert seen.page.evaluate("window.ran") is None


def _poisoned(text: str) -> str:
    attack = (
        "<div hx-get='/stolen' hx-trigger='load'>x</div><img src=x onerror='window.ran=1'>"
        "<script>window.ran=1</script><form id=f hx-post='/stolen-post' hx-trigger='load'></form></main>"
    )
    return text.replace("</main>", attack)


@pytest.mark.parametrize(("dark", "width"), LOOKS)
@pytest.mark.parametrize("filled", [True, False])
def test_the_portal_is_safe_and_open_to_everyone(browser: Browser, dark: bool, width: int, filled: bool) -> None:
    every = every_release() if (dark, width) == LOOKS[0] else [update_release()]
    releases = [histogram_release([40, 31, 55, 2, 18, 0, 27, 33, 20]), *every] if filled else []
    shelf = ShelfInMemory([histogram_study(variance=4)] if filled else [], releases, models=[MODEL] if filled else [])
    doors: list[PortalEntry] = []

    def make(port: int) -> WSGIApplication:
        doors.append(PortalEntry(port))
        return create_portal(shelf, port, door=doors[0])

    with served(make) as port, watched(browser, dark=dark, width=width) as seen:
        origin = f"http://127.0.0.1:{port}"
        seen.page.goto(doors[0].link())
        for path in ("/", "/studies", "/models", *(f"/releases/{release.id}" for release in releases)):
            seen.page.goto(origin + path)
            assert audit(seen.page) == [], path
            assert overflow(seen.page) == 0, path
        assert seen.errors == []
        assert seen.foreign(origin) == []

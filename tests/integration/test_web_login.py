"""Logging in at an identity provider from the pages: what the browser comes back with, and what is made of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from client_web.security import Session
from client_web.waiting import Logins, Shown
from pod_agent.pods.login.secrets import SecretStore
from tests.integration.test_web_pod import Visit
from tests.support.solid_consent import answer_login
from tests.support.solid_server import fresh_owner, running_server
from tests.support.web_door import OURS, get

CODE = "code-canary-1"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    made = Visit(tmp_path / "home")
    yield made
    made.keeping.close()


def session_of(visit: Visit) -> Session:
    [session] = visit.door._sessions.values()
    return session


def begun(visit: Visit, state: str = "the-right-state") -> str:
    """A login of the visit's session that waits for its answer; the query that answers it."""
    visit.pages.logins.begin(session_of(visit), SimpleNamespace(state=state, authorization_url="x"), moves=False)
    return f"code={CODE}&state={state}"


def back(visit: Visit, query: str, client: FlaskClient | None = None, **headers: str) -> int:
    """The status when a browser comes back from the provider: a navigation from another site, without the cookie."""
    sent = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document", **headers}
    return get(client or visit.app.test_client(), f"/pod/callback?{query}", **sent).status_code


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"code={CODE}",
        f"code={CODE}&state=",
        f"code={CODE}&state=another",
        f"code={CODE}&state=the-right-stat",
        f"code={CODE}&state=the-right-state&state=another",
        f"code={CODE}&state=another&state=the-right-state",
        "state=%FF%00",
    ],
)
def test_an_answer_that_no_login_waits_for_is_refused(visit: Visit, query: str) -> None:
    begun(visit)
    assert back(visit, query) == 403
    waiting = visit.pages.logins.of(session_of(visit))
    assert waiting is not None
    assert waiting.answer == ""


def test_an_answer_counts_once(visit: Visit) -> None:
    query = begun(visit)
    assert back(visit, query) == 200
    assert back(visit, query.replace(CODE, "another-code")) == 403
    waiting = visit.pages.logins.finish(session_of(visit))
    assert waiting is not None
    assert CODE in waiting.answer
    assert visit.pages.logins.finish(session_of(visit)) is None
    assert back(visit, query) == 403


def test_an_answer_is_shown_to_nobody(visit: Visit) -> None:
    query = begun(visit)
    answer = get(visit.app.test_client(), f"/pod/callback?{query}")
    assert answer.headers["Refresh"] == "0; url=/pod/return"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    for text in (answer.text, str(answer.headers), visit.text("/pod/return"), repr(visit.pages.logins._logins)):
        assert CODE not in text


def test_an_answer_is_taken_only_from_a_navigation_to_our_own_host(visit: Visit) -> None:
    query = begun(visit)
    assert back(visit, query, Host="evil.example") == 421
    assert back(visit, query, Host="127.0.0.1:80") == 421
    assert back(visit, query, Sec_Fetch_Dest="iframe") == 403
    assert back(visit, query, Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="image") == 403
    assert visit.app.test_client().post(f"/pod/callback?{query}", base_url=OURS).status_code in {403, 405}
    assert visit.app.test_client().head(f"/pod/callback?{query}", base_url=OURS).status_code == 204
    assert back(visit, query) == 200


def test_nobody_links_a_strangers_pod_by_luring_the_browser_here(visit: Visit) -> None:
    """Login CSRF: the stranger has a code and a state of their own login, begun at the same provider."""
    assert back(visit, f"code={CODE}&state=strangers-own-state", visit.client) == 403
    assert get(visit.client, "/pod/return").headers["Location"] == "/pod/"
    assert visit.post("/pod/finish").status_code == 403
    assert visit.pages.works.current is None


def test_only_the_session_that_began_a_login_finishes_it(visit: Visit) -> None:
    query = begun(visit)
    visit.another()
    mine, other = visit.door._sessions.values()
    assert back(visit, query) == 200
    assert visit.pages.logins.of(other) is None
    assert visit.pages.logins.finish(other) is None
    assert visit.pages.logins.finish(mine) is not None


def test_a_login_waits_for_a_quarter_of_an_hour_and_the_last_one_counts() -> None:
    clock, session = Clock(), Session("csrf", 0, 0)
    logins = Logins(clock)
    for state in ("first", "second"):
        logins.begin(session, SimpleNamespace(state=state), moves=False)
    assert not logins.answered("code=x&state=first")
    clock.now += 901
    assert not logins.answered("code=x&state=second")
    assert logins.of(session) is None


def test_what_was_shown_is_good_once_for_its_session() -> None:
    clock, mine, other = Clock(), Session("a", 0, 0), Session("b", 0, 0)
    shown = Shown(clock)
    token = shown.keep(mine, "a share")
    assert shown.take(other, token) is None
    assert shown.take(mine, token + "x") is None
    assert shown.take(mine, token) == "a share"
    assert shown.take(mine, token) is None
    late = shown.keep(mine, "another")
    clock.now += 901
    assert shown.take(mine, late) is None


@pytest.mark.parametrize("address", ["http://evil.example/me", "not an address", "https://127.0.0.1:1/<script>"])
def test_an_address_that_leads_nowhere_is_an_error_in_words(visit: Visit, address: str) -> None:
    answer = visit.post("/pod/link", **{"for": "link", "address": address})
    assert 400 <= answer.status_code < 600
    assert "Traceback" not in answer.text
    assert "<script>" not in answer.text.replace('<script nonce="', "")
    assert visit.pages.logins.of(session_of(visit)) is None


def test_where_settings_name_a_client_document_the_command_is_told(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home" / "settings.toml").write_text('client_document = "https://you.example/client.jsonld"\n')
    answer = visit.post("/pod/link", **{"for": "link", "address": "https://you.example/#me"})
    assert answer.status_code == 400
    assert "pod-agent pod link WEBID" in answer.text


@pytest.mark.solid
def test_a_login_at_a_real_server_links_and_leaves_no_secret_anywhere(
    visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    owner = fresh_owner()
    seen = [visit.post("/pod/link", **{"for": "link", "address": owner.webid}).text]
    text = visit.text("/pod/login")
    found = re.search(r'class="button" href="([^"]+)"', text)
    assert found
    assert urlsplit(found[1]).netloc == urlsplit(running_server().address).netloc
    assert parse_qs(urlsplit(found[1]).query)["redirect_uri"] == [f"{OURS}/pod/callback"]
    address = answer_login(found[1], owner)
    caplog.clear()  # what the person's browser said there
    assert address.startswith(f"{OURS}/pod/callback?")
    query = urlsplit(address).query
    assert back(visit, query) == 200
    seen.append(visit.text("/pod/return"))
    work = visit.done("/pod/finish")
    assert work.problem is None, work.problem
    text = visit.text(work.then)
    assert f"{owner.storage}pod-agent/" in text
    assert "Linked." in text
    login = SecretStore(visit.home.folder, None).find(owner.webid)
    assert login is not None
    secrets = [*parse_qs(query)["code"], *parse_qs(query)["state"], login.access_token, login.refresh_token, login.key]  # type: ignore[union-attr]
    seen += [text, visit.text("/pod/state"), visit.text("/sharing/")]
    assert "It answers." in seen[-2]
    logged = caplog.text
    for secret in secrets:
        assert secret
        assert not any(secret in each for each in seen)
        assert (secret in logged) is False
    assert visit.post("/pod/finish").status_code == 403
    work = visit.done("/pod/unlink")
    assert work.result.webid == owner.webid
    assert "Where shall your records live?" in visit.text("/pod/")


@pytest.mark.solid
def test_a_no_at_the_provider_links_nothing_and_says_so(visit: Visit) -> None:
    owner = fresh_owner()
    visit.post("/pod/link", **{"for": "link", "address": owner.webid})
    found = re.search(r'class="button" href="([^"]+)"', visit.text("/pod/login"))
    assert found
    assert back(visit, urlsplit(answer_login(found[1], owner, allow=False)).query) == 200
    work = visit.done("/pod/finish")
    assert work.problem is not None
    assert "nothing was linked" in visit.text("/progress/")
    assert visit.home.settings.pod == ""

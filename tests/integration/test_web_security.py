"""The door of the pages: each rule of docs/explanation/pages.md with the attack it stops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from client_web.app import create_app
from client_web.security import Entry
from pod_agent import Agent
from tests.support.web_agent import AgentWithGrants, household
from tests.support.web_door import OURS, PAGES, PORT, get, path_of, token


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock) -> Entry:
    return Entry(PORT, clock=clock)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[AgentWithGrants]:
    made = household(tmp_path)
    yield made
    made.close()


@pytest.fixture
def app(agent: AgentWithGrants, door: Entry) -> Flask:
    return create_app(cast(Agent, agent), PORT, door=door)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def person(app: Flask, door: Entry) -> FlaskClient:
    client = app.test_client()
    assert get(client, path_of(door.link())).status_code == 303
    return client


def withdraw(client: FlaskClient, agent: AgentWithGrants, **changes: Any) -> TestResponse:
    """A withdrawal as the page's own form sends it, but for the changes."""
    form = {"csrf": changes.pop("csrf", None) or token(client), "grant": agent.given[0]["grant"]}
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin", **changes}
    sent = {name: text for name, text in headers.items() if text is not None}
    return client.post("/sharing/withdraw", base_url=OURS, data=form, headers=sent)


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"[::1]:{PORT}"])
def test_our_own_hosts_are_served(stranger: FlaskClient, door: Entry, host: str) -> None:
    signed_in = stranger.get(path_of(door.link()), base_url=OURS, headers={"Host": host})
    assert signed_in.status_code == 303
    cookie = signed_in.headers["Set-Cookie"].partition(";")[0]
    assert stranger.get("/imports/", base_url=OURS, headers={"Host": host, "Cookie": cookie}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"evil.example:{PORT}",
        f"127.0.0.1.nip.io:{PORT}",
        f"localhost.evil.example:{PORT}",
        "127.0.0.1",
        "localhost",
        f"127.0.0.1:{PORT + 1}",
        f"127.0.0.1:0{PORT}",
        f"127.1:{PORT}",
        f"0.0.0.0:{PORT}",
        f"2130706433:{PORT}",
        f"[::ffff:127.0.0.1]:{PORT}",
        f"LOCALHOST:{PORT}",
        f"localhost.:{PORT}",
        f"user@127.0.0.1:{PORT}",
        f"127.0.0.1:{PORT}, evil.example",
        "",
    ],
)
def test_a_rebound_or_foreign_host_gets_nothing(person: FlaskClient, host: str) -> None:
    response = person.get("/", base_url=OURS, headers={"Host": host})
    assert response.status_code == 421
    assert "S$" not in response.text


def test_a_forwarded_host_does_not_count(person: FlaskClient) -> None:
    response = person.get("/", base_url=OURS, headers={"Host": "evil.example", "X-Forwarded-Host": f"127.0.0.1:{PORT}"})
    assert response.status_code == 421


@pytest.mark.parametrize("path", [*PAGES, "/record?iri=x", "/offers/records", "/nothing"])
def test_without_a_session_no_page_tells_anything(stranger: FlaskClient, path: str) -> None:
    response = get(stranger, path)
    assert response.status_code == 401
    assert "csrf" not in response.text
    assert "FairPrice" not in response.text


def test_a_sign_in_link_works_once(stranger: FlaskClient, app: Flask, door: Entry) -> None:
    link = path_of(door.link())
    assert get(stranger, link).status_code == 303
    other = app.test_client()
    assert get(other, link).status_code == 403
    assert get(other, "/").status_code == 401


def test_a_sign_in_link_ends_after_five_minutes(stranger: FlaskClient, door: Entry, clock: Clock) -> None:
    link = path_of(door.link())
    clock.now += 301
    assert get(stranger, link).status_code == 403


@pytest.mark.parametrize("code", ["", "x", "a" * 5000, "%00", "é"])
def test_a_guessed_code_opens_nothing(stranger: FlaskClient, door: Entry, code: str) -> None:
    door.link()
    assert get(stranger, f"/login?code={code}").status_code == 403
    assert get(stranger, "/").status_code == 401


def test_a_preview_of_the_link_uses_nothing_up(stranger: FlaskClient, door: Entry) -> None:
    link = path_of(door.link())
    assert stranger.head(link, base_url=OURS).status_code == 204
    assert get(stranger, link).status_code == 303


def test_the_code_has_256_bits_and_is_not_kept(door: Entry) -> None:
    codes = {door.link().rpartition("=")[2] for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 43 for code in codes)
    assert not any(code.encode() in repr(door._codes).encode() for code in codes)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: FlaskClient, door: Entry) -> None:
    cookie = get(stranger, path_of(door.link())).headers["Set-Cookie"]
    assert cookie.startswith(f"pod-agent-{PORT}=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_session_ends_when_unused_for_an_hour_and_after_twelve(
    person: FlaskClient, app: Flask, door: Entry, clock: Clock
) -> None:
    for _ in range(12):
        clock.now += 3500
        assert get(person, "/imports/").status_code == 200
    clock.now += 3500
    assert get(person, "/imports/").status_code == 401
    other = app.test_client()
    get(other, path_of(door.link()))
    clock.now += 3700
    assert get(other, "/imports/").status_code == 401


def test_signing_out_ends_the_session_and_not_only_the_cookie(person: FlaskClient, door: Entry) -> None:
    cookie = person.get_cookie(door.cookie, domain="127.0.0.1")
    assert cookie
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
    assert person.post("/sign-out", base_url=OURS, data={"csrf": token(person)}, headers=headers).status_code == 303
    person.set_cookie(door.cookie, cookie.value, domain="127.0.0.1")
    assert get(person, "/").status_code == 401


def test_sessions_are_few(app: Flask, door: Entry) -> None:
    clients = [app.test_client() for _ in range(17)]
    for client in clients:
        get(client, path_of(door.link()))
    assert get(clients[0], "/imports/").status_code == 401
    assert get(clients[-1], "/imports/").status_code == 200


def test_the_own_form_withdraws(person: FlaskClient, agent: AgentWithGrants) -> None:
    assert withdraw(person, agent).status_code == 303
    assert agent.given[0]["status"] == "withdrawn"


def test_a_browser_that_hides_the_origin_but_vouches_for_the_site_may_withdraw(
    person: FlaskClient, agent: AgentWithGrants
) -> None:
    assert withdraw(person, agent, Origin="null").status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"Origin": "https://evil.example"},
        {"Origin": f"http://127.0.0.1:{PORT + 1}"},
        {"Origin": f"https://127.0.0.1:{PORT}"},
        {"Origin": f"http://localhost:{PORT}"},
        {"Origin": "null", "Sec-Fetch-Site": None},
        {"Origin": None, "Sec-Fetch-Site": None},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"csrf": "x"},
        {"csrf": " "},
        {"csrf": "é"},
    ],
)
def test_a_forged_change_is_refused(person: FlaskClient, agent: AgentWithGrants, changes: dict[str, Any]) -> None:
    assert withdraw(person, agent, **changes).status_code == 403
    assert agent.given[0]["status"] == "given"


def test_the_token_of_another_session_is_refused(
    person: FlaskClient, app: Flask, door: Entry, agent: AgentWithGrants
) -> None:
    other = app.test_client()
    get(other, path_of(door.link()))
    assert withdraw(person, agent, csrf=token(other)).status_code == 403


@pytest.mark.parametrize("path", ["/sharing/withdraw", "/sharing/requests/give", "/sign-out", "/ask/"])
def test_a_change_without_a_session_is_refused(stranger: FlaskClient, path: str) -> None:
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
    assert stranger.post(path, base_url=OURS, data={"csrf": "", "grant": "x"}, headers=headers).status_code == 401


def test_only_what_the_page_showed_is_allowed(person: FlaskClient, agent: AgentWithGrants) -> None:
    asked = agent.asked
    page = get(person, "/sharing/requests/").text
    [notice] = re.findall(r'name="notice" value="([^"]+)"', page)
    assert notice == asked.notice
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
    form = {"csrf": token(person), "request": asked.task_id}
    statuses = [
        person.post("/sharing/requests/give", base_url=OURS, data={**form, **said}, headers=headers).status_code
        for said in ({}, {"notice": "sha-256:" + "0" * 64}, {"notice": notice})
    ]
    assert statuses == [400, 409, 303]
    assert len(agent.given) == 2


@pytest.mark.parametrize("path", ["/sharing/withdraw", "/sharing/requests/give", "/sign-out"])
def test_reading_never_changes_anything(person: FlaskClient, agent: AgentWithGrants, path: str) -> None:
    grant = agent.given[0]["grant"]
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"):
        headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": token(person)}
        response = person.open(f"{path}?grant={grant}", base_url=OURS, method=method, headers=headers)
        assert response.status_code in {200, 405}
        assert response.text == "" or response.status_code == 405
    assert agent.given[0]["status"] == "given"


@pytest.mark.parametrize(
    ("site", "mode", "dest", "status"),
    [
        ("cross-site", "no-cors", "image", 403),
        ("same-site", "no-cors", "script", 403),
        ("same-site", "cors", "empty", 403),
        ("cross-site", "navigate", "iframe", 403),
        ("cross-site", "navigate", "document", 200),
        ("same-origin", "cors", "empty", 200),
        ("none", "navigate", "document", 200),
    ],
)
def test_other_pages_may_link_here_but_not_load_from_here(
    person: FlaskClient, site: str, mode: str, dest: str, status: int
) -> None:
    assert get(person, "/imports/", Sec_Fetch_Site=site, Sec_Fetch_Mode=mode, Sec_Fetch_Dest=dest).status_code == status


@pytest.mark.parametrize("path", [*PAGES, "/nothing", "/static/pages.css", "/login?code=x"])
def test_every_response_carries_the_policy(person: FlaskClient, path: str) -> None:
    with get(person, path) as response:
        headers = response.headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    nonce = policy.pop("script-src")
    assert re.fullmatch(r"'nonce-[A-Za-z0-9_-]{22}'", nonce)
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "htmx",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == (
        "private, max-age=31536000, immutable" if path.startswith("/static") else "no-store"
    )
    assert not any(name.startswith("Access-Control") for name in headers.keys())  # noqa: SIM118


def test_every_response_has_its_own_nonce_and_every_script_carries_it(person: FlaskClient) -> None:
    nonces = set()
    for _ in range(3):
        response = get(person, "/?period=last-month")
        (nonce,) = re.findall(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"])
        scripts = re.findall(r"<script[^>]*>", response.text)
        assert len(scripts) == 4
        assert all(f'nonce="{nonce}"' in script and "src=" in script for script in scripts)
        nonces.add(nonce)
    assert len(nonces) == 3


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_no_inline_style_or_handler_and_name_no_other_origin(person: FlaskClient, path: str) -> None:
    text = get(person, path).text
    assert not re.search(r"<[^>]+\s(style|on[a-z]+|hx-on[^=]*)=", text)
    assert "<style" not in text
    addresses = re.findall(r'(?:src|href|action)="(https?:)?//', text)
    assert addresses == []


def test_a_body_that_is_too_large_is_refused(person: FlaskClient, agent: AgentWithGrants) -> None:
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
    form = {"csrf": token(person), "question": "x" * 70_000}
    assert person.post("/ask/", base_url=OURS, data=form, headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/record?iri=data/none.ttl%23x", 404),
        ("/records?measure=secrets", 400),
        ("/records?page=many", 400),
        ("/records?period=yesterday", 400),
        ("/records?from=2026-13-01", 400),
        ("/records?from=2026-11-02&to=2026-11-01", 400),
        ("/?period=0000-00", 400),
        ("/offers/records?offer=https://nobody.example/", 404),
        ("/static/../app.py", 404),
        ("/static/%2e%2e/app.py", 404),
        ("/static/vendor/../../app.py", 404),
    ],
)
def test_a_wrong_address_gets_a_page_with_its_status(person: FlaskClient, path: str, status: int) -> None:
    response = get(person, path)
    assert response.status_code == status
    assert "Traceback" not in response.text
    assert 'id="content"' in response.text

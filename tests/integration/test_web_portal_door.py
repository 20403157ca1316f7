"""The portal's door, by the same rules as the pages' (tests/integration/test_web_security.py)."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from aggregator.config import init_helper, init_leader
from aggregator.portal.app import create_app
from aggregator.portal.entry import Entry
from tests.support.releases import ShelfInMemory, histogram_release

PORT = 51237
OURS = f"http://127.0.0.1:{PORT}"
RELEASE = histogram_release([140, 31, 55], title="Spending by category")
PATHS = ("/", f"/releases/{RELEASE.id}", f"/releases/{RELEASE.id}.csv")


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
def app(door: Entry) -> Flask:
    return create_app(ShelfInMemory([], [RELEASE]), PORT, door=door)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def analyst(app: Flask, door: Entry) -> FlaskClient:
    client = app.test_client()
    assert get(client, path_of(door.link())).status_code == 303
    return client


def path_of(link: str) -> str:
    return link.removeprefix(OURS)


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    return client.get(path, base_url=OURS, headers={name.replace("_", "-"): text for name, text in headers.items()})


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', get(client, "/").text)
    assert found
    return found[1]


def sign_out(client: FlaskClient, csrf: str | None = None, **changes: Any) -> TestResponse:
    """The page's own form, but for the changes."""
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin", **changes}
    sent = {name: text for name, text in headers.items() if text is not None}
    return client.post("/sign-out", base_url=OURS, data={"csrf": csrf or token(client)}, headers=sent)


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"[::1]:{PORT}"])
def test_our_own_hosts_are_served(stranger: FlaskClient, door: Entry, host: str) -> None:
    signed_in = stranger.get(path_of(door.link()), base_url=OURS, headers={"Host": host})
    assert signed_in.status_code == 303


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
        f"[::ffff:127.0.0.1]:{PORT}",
        f"LOCALHOST:{PORT}",
        f"localhost.:{PORT}",
        f"127.0.0.1:{PORT}, evil.example",
        "",
    ],
)
def test_a_rebound_or_foreign_host_gets_nothing(analyst: FlaskClient, host: str) -> None:
    response = analyst.get("/", base_url=OURS, headers={"Host": host})
    assert response.status_code == 421
    assert "Spending" not in response.text


@pytest.mark.parametrize("path", [*PATHS, "/nothing"])
def test_without_a_session_there_is_nothing(stranger: FlaskClient, path: str) -> None:
    response = get(stranger, path)
    assert response.status_code == 401
    assert "Spending" not in response.text
    assert "csrf" not in response.text


def test_the_link_works_once(stranger: FlaskClient, app: Flask, door: Entry) -> None:
    link = path_of(door.link())
    assert stranger.head(link, base_url=OURS).status_code == 204
    cookie = get(stranger, link).headers["Set-Cookie"]
    assert cookie.startswith(f"pod-aggregator-{PORT}=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    other = app.test_client()
    assert get(other, link).status_code == 401
    assert get(other, "/").status_code == 401


def test_a_sign_in_link_ends_after_five_minutes(stranger: FlaskClient, door: Entry, clock: Clock) -> None:
    link = path_of(door.link())
    clock.now += 301
    assert get(stranger, link).status_code == 401


@pytest.mark.parametrize("code", ["", "x", "a" * 5000, "%00", "é"])
def test_a_guessed_code_opens_nothing(stranger: FlaskClient, door: Entry, code: str) -> None:
    door.link()
    assert get(stranger, f"/login?code={code}").status_code == 401
    assert get(stranger, "/").status_code == 401


def test_a_session_ends_when_unused_for_an_hour_and_after_twelve(
    analyst: FlaskClient, app: Flask, door: Entry, clock: Clock
) -> None:
    for _ in range(12):
        clock.now += 3500
        assert get(analyst, "/").status_code == 200
    clock.now += 3500
    assert get(analyst, "/").status_code == 401
    other = app.test_client()
    get(other, path_of(door.link()))
    clock.now += 3700
    assert get(other, "/").status_code == 401


def test_signing_out_ends_the_session_and_not_only_the_cookie(analyst: FlaskClient, door: Entry) -> None:
    cookie = analyst.get_cookie(door.cookie, domain="127.0.0.1")
    assert cookie
    assert sign_out(analyst).status_code == 303
    analyst.set_cookie(door.cookie, cookie.value, domain="127.0.0.1")
    assert get(analyst, "/").status_code == 401


def test_sessions_are_few(app: Flask, door: Entry) -> None:
    clients = [app.test_client() for _ in range(17)]
    for client in clients:
        get(client, path_of(door.link()))
    assert get(clients[0], "/").status_code == 401
    assert get(clients[-1], "/").status_code == 200


def test_a_browser_that_hides_the_origin_but_vouches_for_the_site_may_sign_out(analyst: FlaskClient) -> None:
    assert sign_out(analyst, Origin="null").status_code == 303


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
def test_a_forged_change_is_refused(analyst: FlaskClient, changes: dict[str, Any]) -> None:
    assert sign_out(analyst, **changes).status_code == 403
    assert get(analyst, "/").status_code == 200


def test_the_token_of_another_session_is_refused(analyst: FlaskClient, app: Flask, door: Entry) -> None:
    other = app.test_client()
    get(other, path_of(door.link()))
    assert sign_out(analyst, csrf=token(other)).status_code == 403


def test_a_change_without_a_session_is_refused(stranger: FlaskClient) -> None:
    assert sign_out(stranger, csrf="x").status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_beyond_signing_out_the_portal_only_reads(analyst: FlaskClient, method: str) -> None:
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
    for path in (*PATHS, "/login"):
        sent = {"csrf": token(analyst)}
        assert analyst.open(path, base_url=OURS, method=method, headers=headers, data=sent).status_code == 405


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_reading_never_signs_out(analyst: FlaskClient, method: str) -> None:
    analyst.open("/sign-out", base_url=OURS, method=method)
    assert get(analyst, "/").status_code == 200


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
    analyst: FlaskClient, site: str, mode: str, dest: str, status: int
) -> None:
    assert get(analyst, "/", Sec_Fetch_Site=site, Sec_Fetch_Mode=mode, Sec_Fetch_Dest=dest).status_code == status


@pytest.mark.parametrize("path", [*PATHS, "/nothing", "/login?code=x"])
def test_every_response_carries_the_policy(analyst: FlaskClient, path: str) -> None:
    headers = get(analyst, path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leader")
    invitation = init_helper(folder, url="http://127.0.0.1:1/", helper="https://pods.example/profile#us")
    init_leader(folder, invitation, url="http://127.0.0.1:2/", controller="https://shop.example/profile#us")
    return folder


@pytest.mark.parametrize("first", ["signal", "input"])
@pytest.mark.parametrize("server", ["portal", "leader"])
def test_a_signal_and_the_end_of_input_together_end_it_quietly(home: Path, server: str, first: str) -> None:
    command = [sys.executable, "-m", "aggregator", "--home", str(home), server, "--with-parent"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        if first == "signal":
            process.send_signal(signal.SIGTERM)
            process.stdin.close()
        else:
            process.stdin.close()
            process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read().decode()
        assert process.wait(60) == 0
    assert "Traceback" not in said


def test_every_line_of_input_prints_a_new_link(home: Path) -> None:
    command = [sys.executable, "-m", "aggregator", "--home", str(home), "portal", "--with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        links = [process.stdout.readline()]
        for _ in range(2):
            process.stdin.write("\n")
            process.stdin.flush()
            links.append(process.stdout.readline())
        process.stdin.close()
        assert process.wait(60) == 0
    assert len({link.rpartition("=")[2] for link in links}) == 3
    assert all("/login?code=" in link for link in links)

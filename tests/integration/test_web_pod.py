"""The page Pod and what leads away from it, over a real agent with a pod on this machine."""

from __future__ import annotations

import io
import logging
import re
import stat
import threading
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from client_web.app import create_app
from client_web.errors import BusyError
from client_web.keeping import Keeping
from client_web.security import Entry
from client_web.views.common import AGENT, Pages
from client_web.works import Work
from pod_agent import Agent, Home
from pod_agent.errors import PodUnreachableError
from tests.support.exports import many_plays, ocbc_csv, spotify_json
from tests.support.web_door import OURS, PORT, get, path_of

CHANGES = (
    "/pod/sync",
    "/pod/begin",
    "/pod/open",
    "/pod/link",
    "/pod/finish",
    "/pod/move",
    "/pod/remove-old",
    "/pod/unlink",
    "/leaving/export",
    "/leaving/download",
    "/leaving/erase-source",
    "/leaving/erase",
    "/sharing/with/preview",
    "/sharing/with/give",
    "/sharing/with/withdraw",
    "/sharing/with/close",
    "/sharing/with/look",
    "/sharing/with/hide",
)
FORM = {"word": "erase", "source": "spotify", "format": "csv", "address": "x", "to": "here", "share": "x", "token": "x"}


class Visit:
    """A signed-in browser at the pages of one home."""

    def __init__(self, home: Path) -> None:
        self.home = Home(home)
        self.keeping = Keeping(self.home, None)
        self.keeping.reopen()
        self.door = Entry(PORT)
        self.ended = threading.Event()
        self.app = create_app(self.keeping, PORT, door=self.door, end=self.ended.set)
        self.pages: Pages = self.app.extensions[AGENT]
        self.client = self.another()

    def another(self) -> FlaskClient:
        client = self.app.test_client()
        get(client, path_of(self.door.link()))
        return client

    def text(self, path: str) -> str:
        response = get(self.client, path)
        assert response.status_code == 200, path
        return unescape(response.text)

    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', get(self.client, "/pod/").text)
        assert found
        return found[1]

    def post(self, path: str, **form: str) -> TestResponse:
        headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
        return self.client.post(path, base_url=OURS, headers=headers, data={"csrf": self.csrf(), **form})

    def done(self, path: str, **form: str) -> Work:
        """Start work, wait until it is over."""
        assert self.post(path, **form).headers["Location"] == "/progress/"
        work = self.pages.works.current
        assert work is not None
        assert work.finished.wait(60)
        return work


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Visit]:
    home = Home(tmp_path / "home")
    home.create()
    with Agent.open(home.folder) as agent:
        agent.import_paths([spotify_json(tmp_path / "plays.json", many_plays(30))])
        agent.import_paths([ocbc_csv(tmp_path / "bank.csv", [], "100.00")])
    made = Visit(tmp_path / "home")
    yield made
    made.keeping.close()


def records(visit: Visit) -> dict[str, int]:
    agent = visit.keeping.agent
    assert agent is not None
    return {item.source: item.records for item in agent.coverage()}


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_needs_session_token_and_origin(visit: Visit, path: str) -> None:
    held, csrf = records(visit), visit.csrf()
    ours = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
    stranger = visit.app.test_client()
    sent = {"base_url": OURS, "data": {**FORM, "csrf": csrf}}
    assert stranger.post(path, headers=ours, **sent).status_code == 401
    assert visit.client.post(path, headers={"Origin": "https://evil.example"}, **sent).status_code == 403
    cross = {**ours, "Sec-Fetch-Site": "cross-site"}
    assert visit.client.post(path, headers=cross, **sent).status_code == 403
    assert visit.client.post(path, headers=ours, base_url=OURS, data={**FORM, "csrf": "guess"}).status_code == 403
    assert visit.client.post(path, headers={**ours, "Host": "evil.example"}, **sent).status_code == 421
    assert visit.client.get(path, base_url=OURS, query_string=FORM).status_code == 405
    assert visit.pages.works.current is None
    assert records(visit) == held


def test_every_change_of_the_new_pages_is_in_the_list_above(visit: Visit) -> None:
    ours = ("/pod/", "/leaving/", "/sharing/with/", "/progress/")
    rules = {rule.rule for rule in visit.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert {rule for rule in rules if rule.startswith(ours)} == set(CHANGES)


def test_the_page_tells_where_the_records_are_and_where_each_source_came_from(visit: Visit) -> None:
    text = visit.text("/pod/")
    assert "A private folder on this laptop" in text
    assert str(visit.home.folder / "pod") in text
    assert re.search(r'href="/leaving/source/spotify">spotify</a></th><td>[^<]+</td><td class="figure">30<', text)
    source = visit.text("/leaving/source/spotify")
    assert "plays.json" in source
    assert re.search(r'href="/imports/[^"]+"', source)
    assert get(visit.client, "/leaving/source/%3Cb%3Enobody").status_code == 404


def test_an_export_is_built_for_this_user_alone_and_gone_once_it_was_taken(visit: Visit) -> None:
    work = visit.done("/leaving/export", format="csv")
    path: Path = work.result.path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert f"Download {path.name}" in visit.text("/pod/?done=export")
    answer = visit.post("/leaving/download")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{path.name}"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert packed.testzip() is None
        names = {name.partition("/")[2] for name in packed.namelist()}
        assert {"README.txt", "export.json"} <= names
        assert any("listen" in name and name.endswith(".csv") for name in names)
    answer.close()
    assert not path.parent.exists()
    assert "Download" not in visit.text("/pod/")
    assert visit.post("/leaving/download").status_code == 404


def test_one_source_is_exported_without_the_others(visit: Visit) -> None:
    work = visit.done("/leaving/export", format="turtle", source="spotify")
    assert work.result.exported.records == {"listen": 30}
    assert "spotify" in work.result.name
    assert visit.done("/leaving/export", format="turtle", source="nobody").problem is not None
    assert visit.post("/leaving/export", format="exe").status_code == 400
    assert not list(visit.home.folder.glob(".tmp-export-*"))


def test_an_export_that_nobody_took_is_removed_with_the_home(visit: Visit) -> None:
    path = visit.done("/leaving/export", format="csv").result.path
    work = visit.done("/leaving/erase", word="erase")
    assert work.result.is_complete
    assert not path.exists()


@pytest.mark.parametrize("word", ["", "yes", "erase everything"])
def test_without_the_word_nothing_is_erased(visit: Visit, word: str) -> None:
    held = records(visit)
    assert visit.post("/leaving/erase", word=word).status_code == 400
    assert visit.post("/leaving/erase-source", word=word, source="spotify").status_code == 400
    assert visit.pages.works.current is None
    assert records(visit) == held


def test_erasing_a_source_shows_what_went_and_the_proof_and_leaves_the_rest(visit: Visit) -> None:
    agent = visit.keeping.agent
    work = visit.done("/leaving/erase-source", word="Erase", source="spotify")
    assert work.problem is None
    assert "spotify" not in records(visit)
    assert visit.keeping.agent is not agent
    text = visit.text(work.then)
    assert "Erased: spotify" in text
    assert re.search(r"<dt>Records</dt><dd>30</dd>", text)
    assert "Gone: the container data/spotify/" in text


def test_after_everything_is_erased_the_last_page_tells_it_and_the_pages_end(visit: Visit) -> None:
    work = visit.done("/leaving/erase", word="erase")
    text = visit.text(work.then)
    assert "Everything is gone" in text
    assert f"Gone: the folder {visit.home.folder}" in text
    assert 'href="/records"' not in text
    assert visit.ended.wait(60)
    assert not visit.home.folder.exists()


def test_a_second_click_starts_nothing(visit: Visit) -> None:
    go_on = threading.Event()
    first, second = Work("a", "A", "/pod/"), Work("b", "B", "/pod/")
    assert visit.pages.works.start(first, lambda _: go_on.wait(60))
    assert not visit.pages.works.start(second, lambda _: pytest.fail("begun twice"))
    assert visit.post("/pod/sync").headers["Location"] == "/progress/"
    assert visit.pages.works.current is first
    assert "Starting" in visit.text("/progress/")
    go_on.set()
    assert first.finished.wait(60)
    assert get(visit.client, "/progress/").headers["Location"] == "/pod/"
    assert visit.done("/pod/sync").problem is None


def test_while_the_pod_is_changed_pages_show_how_far_it_is_and_changes_are_refused(visit: Visit) -> None:
    csrf, inside, go_on = visit.csrf(), threading.Event(), threading.Event()

    def run(work: Work) -> None:
        with visit.keeping.closed():
            inside.set()
            go_on.wait(60)

    assert visit.pages.works.start(work := Work("move", "Moving your pod", "/pod/"), run)
    assert inside.wait(60)
    assert get(visit.client, "/records").headers["Location"] == "/progress/"
    assert "Moving your pod" in visit.text("/progress/")
    headers = {"Origin": OURS, "Sec-Fetch-Site": "same-origin"}
    answer = visit.client.post("/ask/", base_url=OURS, headers=headers, data={"csrf": csrf, "question": "x"})
    assert answer.status_code == 409
    go_on.set()
    assert work.finished.wait(60)
    assert records(visit)["spotify"] == 30


def test_the_agent_is_closed_only_when_nobody_uses_it(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("client_web.keeping.PATIENCE", 0.05)
    with visit.keeping.used() as agent, pytest.raises(BusyError), visit.keeping.closed():
        pytest.fail("closed while it was used")
    assert visit.keeping.agent is agent
    assert records(visit)["spotify"] == 30


def test_work_that_fails_tells_what_to_do_and_a_fault_tells_nothing(
    visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hostile = "<script>alert(1)</script>"

    def refused(_: Work) -> None:
        raise PodUnreachableError(f"the pod said {hostile}", hint=f"Do {hostile}")

    def broken(_: Work) -> None:
        raise ValueError("918273.64 at Canary")

    for run, wanted in ((refused, "&lt;script&gt;"), (broken, "something went wrong here")):
        assert visit.pages.works.start(work := Work("x", "X", "/pod/"), run)
        assert work.finished.wait(60)
        text = get(visit.client, "/progress/").text
        assert wanted in text
        assert hostile not in text
        assert "Canary" not in text
    assert "ValueError in broken" in caplog.text
    assert "Canary" not in caplog.text


def test_without_a_pod_every_page_leads_to_one_that_begins(tmp_path: Path) -> None:
    visit = Visit(tmp_path / "home")
    for path in ("/", "/records", "/sharing/", "/leaving/"):
        assert get(visit.client, path).headers["Location"] == "/pod/"
    assert "Where shall your records live?" in visit.text("/pod/")
    assert visit.post("/pod/begin").headers["Location"] == "/pod/"
    assert "A private folder on this laptop" in visit.text("/pod/")
    visit.keeping.close()


def test_a_pod_that_does_not_open_is_told_with_what_to_do(visit: Visit) -> None:
    visit.keeping.close()
    visit.keeping.problem = PodUnreachableError("the pod <b>is</b> away", hint="Wait.")
    text = get(visit.client, "/pod/").text
    assert "the pod &lt;b&gt;is&lt;/b&gt; away" in text
    assert visit.post("/pod/open").status_code == 303
    assert records(visit)["spotify"] == 30


def test_on_this_laptop_sharing_says_how_to_get_a_server(visit: Visit) -> None:
    for path in ("/sharing/", "/sharing/with/"):
        assert "Solid server" in visit.text(path)
    form = {"to": "https://bob.example/#me", "what": "listening", "purpose": "x", "months": "1", "until": "2027-01-01"}
    answer = visit.post("/sharing/with/preview", level="monthly", **form)
    assert answer.status_code in {400, 409, 501}
    assert "pod-agent" in answer.text

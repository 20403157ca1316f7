"""The pages of sharing by WebID, over real shares on a server that is made here: text stays text, a yes counts once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import msgspec
import pytest

from client_web.works import Work
from pod_agent.errors import ShareOutstandingError
from pod_agent.federation.stores import direct_gate
from pod_agent.pods.permissions.access import Effective
from pod_agent.pods.permissions.rules import Mode, Party, PartyKind, Rule, agent
from pod_agent.sharing.shares import Shares
from pod_agent.sharing.who import Audience, Place
from tests.integration.test_web_pod import Visit
from tests.support.ruled_server import RuledServer
from tests.support.sharing import ALICE, BOB, CAROL, ZONE, payments
from tests.support.web_door import get

ATTACK = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>{{ 7 * 7 }}<b hx-get='/x' hx-trigger='load'>"
ROOT = "https://pod.example/alice/pod-agent/"
EVERYBODY = (
    b"@prefix acl: <http://www.w3.org/ns/auth/acl#> . <#all> a acl:Authorization;"
    b" acl:agentClass <http://xmlns.com/foaf/0.1/Agent>; acl:accessTo <./>; acl:mode acl:Read .\n"
)


class Sharing(Visit):
    """The pages of somebody whose pod is on ``server``."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.server = RuledServer(ALICE)
        super().__init__(home)
        self.home.create()
        self.keeping.reopen()
        found = self.keeping.agent
        assert found is not None
        # Of the agent's own ``shares``, only the question without a login goes to the server that is made here.
        monkeypatch.setattr(
            type(found),
            "shares",
            property(
                lambda me: Shares(
                    home=me.home,
                    pod=me.pod,
                    index=me.index,
                    webid=me.settings.webid,
                    zone=ZONE,
                    gate=direct_gate(me.home, me.pod),
                    is_public=self.server.is_public,
                )
            ),
        )
        now = datetime.now(UTC)
        recent = [
            msgspec.structs.replace(each, at=now - timedelta(days=9 * number)) for number, each in enumerate(payments())
        ]
        found.index.upsert([*recent[1:], msgspec.structs.replace(recent[0], merchant=ATTACK)])
        found.pod = self.server.pod()
        found.settings = replace(found.settings, pod=ROOT, webid=ALICE)
        self.shares = found.shares

    def give(self, to: str, what: str = "groceries", purpose: str = "To plan") -> str:
        """Share, and the grant's identifier."""
        container = self.shares.give(self.shares.draft(to, [what], purpose))
        return container.rstrip("/").rpartition("/")[2]

    def raw(self, path: str = "/sharing/") -> str:
        return get(self.client, path).text


@pytest.fixture
def visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sharing]:
    made = Sharing(tmp_path / "home", monkeypatch)
    yield made
    made.keeping.close()


def clean(text: str) -> None:
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "<b hx-get" not in text
    assert "49<b" not in text


def test_what_is_said_in_a_share_stays_text(visit: Sharing) -> None:
    visit.give(BOB, f"merchant={ATTACK}", ATTACK)
    ended = visit.give(CAROL, "groceries", ATTACK)
    visit.shares.withdraw(ended)
    raw = visit.raw()
    clean(raw)
    assert raw.count("&lt;script&gt;") >= 3
    assert unescape(raw).count(ATTACK) >= 3


def test_a_share_whose_grant_was_damaged_is_shown_and_can_be_closed(visit: Sharing) -> None:
    grant = visit.give(BOB)
    path = f"/alice/pod-agent/consent/shares/{grant}.ttl"
    visit.server.stored[path] = (visit.server.stored[path][0].replace(b"To plan", b"To sell"), 0)
    text = visit.text("/sharing/")
    assert "Its grant cannot be read" in text
    answer = visit.post("/sharing/with/withdraw", share=grant)
    assert "nobody can read the share any more" in answer.text
    assert visit.server.readable(BOB) == set()


def test_shares_in_force_come_first_and_those_that_ended_are_folded_away(visit: Sharing) -> None:
    visit.shares.withdraw(visit.give(CAROL))
    visit.give(BOB)
    text = visit.text("/sharing/")
    part = text[text.index('id="shares"') : text.index('id="receipts"')]
    assert part.count(">Withdraw<") == 1
    assert part.index("bob.example") < part.index("1 that ended") < part.index("carol.example")


def test_withdrawing_takes_one_click_and_tells_where_it_could_not_be_finished(visit: Sharing) -> None:
    first, second = visit.give(BOB), visit.give(CAROL)
    assert visit.server.readable(BOB)
    assert visit.post("/sharing/with/withdraw", share=first).headers["Location"] == "/sharing/?done=unshared"
    assert visit.server.readable(BOB) == set()
    visit.server.away = True
    answer = visit.post("/sharing/with/withdraw", share=second)
    assert answer.status_code == ShareOutstandingError.http_status
    assert "can still" in answer.text or "not be closed" in answer.text
    visit.server.away = False
    assert visit.server.readable(CAROL)
    text = visit.text("/sharing/")
    assert visit.server.readable(CAROL) == set()
    assert "can read it now" not in text


def test_what_is_open_to_everybody_cannot_be_overlooked(visit: Sharing) -> None:
    public = Party(PartyKind.PUBLIC)
    rules = tuple(
        Effective(Rule(party=party, modes=frozenset({Mode.READ}), resource=True, members=True), ROOT)
        for party in (public, agent(ATTACK))
    )
    audience = Audience(agent("https://pod.example/me#me"), (Place(ROOT + ATTACK, rules, own=True),))
    work = Work("who", "Who", "/", is_over=True, result=audience, ended=datetime(2026, 11, 21, tzinfo=UTC))
    visit.pages.works.last["who"] = work
    raw = visit.raw("/sharing/with/who")
    clean(raw)
    text = visit.text("/sharing/with/who")
    assert text.index("Open to everybody") < text.index("By person") < text.index("By resource")
    assert "Close the list of my storage" in text
    visit.pages.works.last["who"] = replace(work, result=Audience(audience.owner, ()))
    assert "Nothing is open to everybody." in visit.text("/sharing/with/who")


def test_a_storage_that_everybody_can_list_stands_above_all_else(visit: Sharing) -> None:
    assert "Everybody can list" not in visit.raw()
    rules, version = visit.server.stored["/alice/.acl"]
    visit.server.stored["/alice/.acl"] = (rules + EVERYBODY, version)
    raw = visit.raw()
    assert raw.index("Everybody can list your storage") < raw.index("Main figures")


def test_only_what_was_shown_is_shared_and_only_once(visit: Sharing) -> None:
    form = {"to": BOB, "what": "spending", "purpose": "x", "months": "12", "until": _soon(), "level": "monthly"}
    shown = visit.post("/sharing/with/preview", **form).text
    assert "totals by month" in shown
    assert visit.server.readable(BOB) == set()
    token = shown.partition('name="token" value="')[2].partition('"')[0]
    assert visit.post("/sharing/with/give", token="guess").status_code == 404
    work = visit.done("/sharing/with/give", token=token)
    assert work.problem is None
    [container] = {path for path in visit.server.readable(BOB) if path.endswith("/")}
    assert visit.post("/sharing/with/give", token=token).status_code == 404
    assert {path for path in visit.server.readable(BOB) if path.endswith("/")} == {container}


@pytest.mark.parametrize(
    "changes", [{"months": "x"}, {"until": "soon"}, {"what": ""}, {"to": ""}, {"purpose": " "}, {"level": "x"}]
)
def test_a_form_that_is_not_filled_in_gets_an_error_in_words(visit: Sharing, changes: dict[str, str]) -> None:
    form = {"to": BOB, "what": "spending", "purpose": "x", "months": "12", "until": _soon()}
    form = {name: value for name, value in {**form, "level": "monthly", **changes}.items() if value}
    assert visit.post("/sharing/with/preview", **form).status_code == 400
    assert not any("/shared/" in path for path in visit.server.stored)


def _soon() -> str:
    return (datetime.now(UTC) + timedelta(days=30)).date().isoformat()

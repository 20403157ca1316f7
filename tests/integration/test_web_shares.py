"""The pages of sharing by WebID, over whatever a server tells: what others wrote stays text, and a yes counts once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from client_web.works import Work
from pod_agent.errors import ShareOutstandingError
from pod_agent.pods.permissions.access import Effective
from pod_agent.pods.permissions.rules import Mode, Party, PartyKind, Rule, agent
from pod_agent.sharing.who import Audience, Place
from tests.integration.test_web_pod import Visit

ATTACK = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>{{ 7 * 7 }}<b hx-get='/x' hx-trigger='load'>"
ROOT = "https://pod.example/me/pod-agent/"


def share(**changes: Any) -> dict[str, Any]:
    what = {"topics": ["spending"], "filters": [["category", "groceries"]], "period": ["2026-01-01", "2026-11-21"]}
    row = {"grant": "g1", "to": "https://bob.example/#me", "what": what, "data": [], "level": "records"}
    dates = {"from": "2026-11-01T08:00:00Z", "until": "2027-01-31T15:59:59Z"}
    told = {"purpose": "To plan", "status": "given", "outstanding": False, "container": f"{ROOT}shared/g1/"}
    return {**row, **dates, **told, **changes}


class OtherShares:
    """What a server and the pod's documents tell of shares, however strange."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.withdrawn: list[str] = []
        self.error: Exception | None = None
        self.open: str | None = None

    def listed(self) -> list[dict[str, Any]]:
        return self.rows

    def public_listing(self) -> str | None:
        return self.open

    def is_due(self) -> bool:
        return False

    def draft(self, *_: object, **__: object) -> None:
        pytest.fail("a share was drafted from a form that is not filled in")

    def withdraw(self, identifier: str) -> None:
        if self.error:
            raise self.error
        self.withdrawn.append(identifier)


@pytest.fixture
def shares() -> OtherShares:
    return OtherShares()


@pytest.fixture
def visit(tmp_path: Path, shares: OtherShares, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    made = Visit(tmp_path / "home")
    made.home.create()
    made.keeping.reopen()
    found = made.keeping.agent
    assert found is not None
    monkeypatch.setattr(type(found), "shares", property(lambda _: shares))
    found.settings = replace(found.settings, pod=ROOT, webid="https://pod.example/me#me")
    yield made
    made.keeping.close()


def clean(text: str) -> None:
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "<b hx-get" not in text
    assert "49<b" not in text


def test_what_others_wrote_in_a_share_stays_text(visit: Visit, shares: OtherShares) -> None:
    hostile = {"topics": [ATTACK], "filters": [[ATTACK, ATTACK]], "period": ["2026-01-01", "2026-11-21"]}
    strange = {"to": ATTACK, "purpose": ATTACK, "container": ATTACK, "what": hostile, "grant": ATTACK}
    shares.rows = [share(**strange), share(**strange, status="expired"), {"grant": ATTACK, "status": "damaged"}]
    raw = visit.client.get("/sharing/", base_url="http://127.0.0.1:51234").text
    clean(raw)
    assert "&lt;script&gt;" in raw


def test_shares_in_force_come_first_and_those_that_ended_are_folded_away(visit: Visit, shares: OtherShares) -> None:
    over = share(grant="g2", to="https://carol.example/#me", status="withdrawn")
    stuck = share(grant="g3", to="https://dan.example/#me", status="withdrawn", outstanding=True)
    shares.rows = [over, share(), stuck]
    text = visit.text("/sharing/")
    part = text[text.index('id="shares"') : text.index('id="budget"')]
    assert part.count(">Withdraw<") == 2
    assert "not closed at the server yet" in part
    assert part.index("bob.example") < part.index("1 that ended") < part.index("carol.example")


def test_withdrawing_takes_one_click_and_tells_where_it_could_not_be_finished(
    visit: Visit, shares: OtherShares
) -> None:
    shares.rows = [share()]
    assert visit.post("/sharing/with/withdraw", share="g1").headers["Location"] == "/sharing/?done=unshared"
    assert shares.withdrawn == ["g1"]
    shares.error = ShareOutstandingError(f"until it is, it can still be read {ATTACK}")
    answer = visit.post("/sharing/with/withdraw", share="g1")
    assert answer.status_code >= 400
    assert "it can still be read" in answer.text
    clean(answer.text)


def test_what_is_open_to_everybody_cannot_be_overlooked(visit: Visit) -> None:
    public = Party(PartyKind.PUBLIC)
    rules = tuple(
        Effective(Rule(party=party, modes=frozenset({Mode.READ}), resource=True, members=True), ROOT)
        for party in (public, agent(ATTACK))
    )
    audience = Audience(agent("https://pod.example/me#me"), (Place(ROOT + ATTACK, rules, own=True),))
    work = Work("who", "Who", "/", is_over=True, result=audience, ended=datetime(2026, 11, 21, tzinfo=UTC))
    visit.pages.works.last["who"] = work
    raw = visit.client.get("/sharing/with/who", base_url="http://127.0.0.1:51234").text
    clean(raw)
    text = visit.text("/sharing/with/who")
    assert text.index("Open to everybody") < text.index("By person") < text.index("By resource")
    assert "Close the list of my storage" in text
    visit.pages.works.last["who"] = replace(work, result=Audience(audience.owner, ()))
    assert "Nothing is open to everybody." in visit.text("/sharing/with/who")


def test_a_storage_that_everybody_can_list_stands_above_all_else(visit: Visit, shares: OtherShares) -> None:
    assert "Everybody can list" not in visit.text("/sharing/")
    shares.open = ATTACK
    raw = visit.client.get("/sharing/", base_url="http://127.0.0.1:51234").text
    clean(raw)
    assert raw.index("Everybody can list your storage") < raw.index("Main figures")


def test_only_what_was_shown_is_shared_and_only_once(visit: Visit, shares: OtherShares) -> None:
    [session] = visit.door._sessions.values()
    draft = SimpleNamespace(documents=(1, 2))
    given: list[object] = []
    cast(Any, shares).give = given.append
    token = visit.pages.shown.keep(session, draft)
    assert visit.post("/sharing/with/give", token="guess").status_code == 404
    work = visit.done("/sharing/with/give", token=token)
    assert work.problem is None
    assert visit.post("/sharing/with/give", token=token).status_code == 404
    assert given == [draft]


@pytest.mark.parametrize(
    "changes", [{"months": "x"}, {"until": "soon"}, {"what": ""}, {"to": ""}, {"purpose": " "}, {"level": "x"}]
)
def test_a_form_that_is_not_filled_in_gets_an_error_in_words(visit: Visit, changes: dict[str, str]) -> None:
    form = {"to": "https://bob.example/#me", "what": "spending", "purpose": "x", "months": "12", "until": "2027-01-01"}
    form = {name: value for name, value in {**form, "level": "monthly", **changes}.items() if value}
    assert visit.post("/sharing/with/preview", **form).status_code == 400

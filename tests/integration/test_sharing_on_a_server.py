"""Shares on real servers: what a recipient with a login of their own gets, and what they do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from consent.direct import Level
from consent.direct_codec import decode_direct
from pod_agent.errors import PodAccessError
from pod_agent.pods.links import AccessKind
from pod_agent.pods.permissions.access import Access
from pod_agent.pods.permissions.rules import PUBLIC, READ, Mode, Rule, agent
from pod_agent.pods.webid.discovery import discover, is_public
from pod_agent.sharing.documents import MONTHLY_TOTAL
from pod_agent.sharing.ending import end_due
from tests.support.sharing import payments
from tests.support.sharing_stage import Stage, stage_on, status

pytestmark = pytest.mark.solid


@pytest.fixture(params=["wac", "acp"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with stage_on(request.param, tmp_path) as found:
        yield found


def test_a_recipient_reads_exactly_what_was_given(stage: Stage) -> None:
    owner, friend = stage.person(), stage.person()
    home = stage.home(owner)
    secret = home.pod.root + "data/secret.ttl"
    home.pod.write("data/secret.ttl", b"<> <http://a.example/b> 1 .", if_match=None)
    shares = home.shares()
    draft = shares.draft(friend.webid, ["groceries"], "help with my budget", months=24)
    container = shares.give(draft)
    theirs, access = stage.login(friend), stage.access(owner)

    names = {document.name for document in draft.documents} | {"grant.ttl"}
    listing = theirs.send("GET", container, {"accept": "text/turtle"}).text
    assert set(re.findall(r"<([\w.]+\.ttl)>", listing)) == names
    got = {name: theirs.send("GET", container + name).content for name in names}
    assert {document.name: document.content for document in draft.documents} | {"grant.ttl": got["grant.ttl"]} == got
    assert decode_direct(got["grant.ttl"], home.gate.key)[0] == draft.grant
    everything = b"".join(got.values())
    for hidden in (b"SECRET", b"360 Account", b"REF8842", b"secret-file", b"Green Cross", b"Laksa"):
        assert hidden not in everything

    rules_of = access.held(container).document
    above = [home.pod.root, home.pod.root + "shared/", secret, home.pod.root + "manifest.ttl", rules_of, owner.storage]
    above += [f"{home.pod.root}consent/shares/{draft.grant.identifier}.ttl", home.pod.root + "consent/log/"]
    assert {status(theirs, "GET", address) for address in above if not is_public(address)} == {403}
    for method, address in (("PUT", container + "001.ttl"), ("PUT", container + "new.ttl"), ("PUT", rules_of)):
        assert status(theirs, method, address, b"<> <http://a.example/b> 2 .") == 403
    assert status(theirs, "DELETE", container + "001.ttl") == 403
    assert status(stage.login(stage.person()), "GET", container) == 403
    assert not any(is_public(address) for address in (container, container + "001.ttl"))

    shares.withdraw(draft.grant.identifier)
    assert {status(theirs, "GET", address) for address in (container, *(container + name for name in names))} == {403}
    assert status(stage.login(owner), "GET", container) == 404
    assert home.shares().listed()[0]["status"] == "withdrawn"
    actions = [entry.action for entry in home.gate._log.entries()]
    assert actions == ["give", "share", "withdraw"]


def test_a_share_that_came_to_its_end_is_closed_on_the_next_run(stage: Stage) -> None:
    owner, friend = stage.person(), stage.person()
    home = stage.home(owner)
    draft = home.shares().draft(friend.webid, ["spending"], "dpv:ServiceProvision", level=Level.MONTHLY, months=24)
    container = home.shares().give(draft)
    theirs = stage.login(friend)
    totals = theirs.send("GET", container + "001.ttl").content
    kinds = [
        quad
        for quad in parse(totals, format=RdfFormat.TURTLE, base_iri=container)
        if getattr(quad.object, "value", "") == MONTHLY_TOTAL
    ]
    assert len(kinds) == len({(f"{each.at:%Y-%m}", each.category) for each in payments()})
    assert b"FairPrice" not in totals
    home.now = draft.grant.until - timedelta(seconds=1)
    assert end_due(home.folder, home.shares) == []
    home.now = draft.grant.until
    assert end_due(home.folder, home.shares) == [
        f"The share {draft.grant.identifier} had come to its end: access was removed."
    ]
    assert status(theirs, "GET", container) == 403
    assert home.shares().listed()[0]["status"] == "expired"
    assert not home.shares().is_due()


def test_rules_of_others_stay_and_the_owner_is_never_locked_out(stage: Stage) -> None:
    owner = stage.person()
    pod, access = stage.home(owner).pod, stage.access(owner)
    friend, guest = stage.person(), stage.person()
    pod.write("notes/a.ttl", b"<> <http://a.example/b> 1 .", if_match=None)
    notes = pod.root + "notes/"
    assert access.held(notes).graph is None
    access.allow(notes, Rule(agent(guest.webid), READ, resource=True, members=True))
    access.allow(notes + "a.ttl", Rule(agent(friend.webid), READ, resource=True, members=False))
    held = access.held(notes + "a.ttl")
    assert held.kind is (AccessKind.WAC if stage.rules == "wac" else AccessKind.ACP)
    sessions = {who.webid: stage.login(who) for who in (owner, friend, guest)}
    assert {status(session, "GET", notes + "a.ttl") for session in sessions.values()} == {200}
    access.disallow(notes + "a.ttl", agent(friend.webid))
    assert status(sessions[friend.webid], "GET", notes + "a.ttl") == 403
    assert status(sessions[guest.webid], "GET", notes + "a.ttl") == 200
    access.disallow(notes + "a.ttl", agent(owner.webid))  # which would lock the owner out
    assert status(sessions[owner.webid], "GET", notes + "a.ttl") == 200
    told = {rule.rule.party for rule in access.effective(notes + "a.ttl")}
    assert told >= {agent(owner.webid), agent(guest.webid)}
    assert agent(friend.webid) not in told


def test_a_change_of_rules_takes_in_what_somebody_else_wrote_meanwhile(stage: Stage) -> None:
    owner = stage.person()
    pod = stage.home(owner).pod
    pod.write("notes/a.ttl", b"<> <http://a.example/b> 1 .", if_match=None)
    target = pod.root + "notes/"
    people = [agent(f"https://person-{number}.example/#me") for number in range(2)]
    other = stage.access(owner)

    class Interrupted(Access):
        raced = False

        def _write(self, held: object, graph: object) -> None:
            if not self.raced:
                self.raced = True
                other.allow(target, Rule(people[1], READ, resource=True, members=True))
            super()._write(held, graph)  # type: ignore[arg-type]

    Interrupted(stage.login(owner), owner.webid).allow(target, Rule(people[0], READ, resource=True, members=True))
    parties = {rule.party for rule in other.held(target).rules}
    assert parties == {agent(owner.webid), *people}


def test_the_public_listing_is_found_and_closed_and_the_profile_stays(stage: Stage) -> None:
    owner = stage.person()
    home = stage.home(owner)
    home.pod.write("data/a.ttl", b"<> <http://a.example/b> 1 .", if_match=None)
    access = stage.access(owner)
    access.allow(owner.storage, Rule(PUBLIC, READ, resource=True, members=False))
    before = discover(owner.webid)
    audience = home.shares().who()
    assert audience.open_places == [owner.storage]
    assert home.shares().public_listing() == owner.storage
    home.shares().close_listing(owner.storage)
    assert home.shares().public_listing() is None
    assert not is_public(owner.storage)
    assert is_public(owner.webid)
    assert discover(owner.webid) == before
    assert status(stage.login(owner), "GET", home.pod.root + "data/a.ttl") == 200  # with a new login
    assert home.shares().who().others() == []


def test_who_tells_of_every_rule_wherever_it_is_written(stage: Stage) -> None:
    owner, friend = stage.person(), stage.person()
    home = stage.home(owner)
    for path in ("data/a/one.ttl", "data/a/two.ttl", "data/b/three.ttl"):
        home.pod.write(path, b"<> <http://a.example/b> 1 .", if_match=None)
    access, root = stage.access(owner), home.pod.root
    writing = frozenset({Mode.READ, Mode.APPEND})
    access.allow(root + "data/a/", Rule(agent(friend.webid), READ, resource=True, members=True))
    access.allow(root + "data/b/three.ttl", Rule(PUBLIC, writing, resource=True, members=False))
    audience = home.shares().who()
    assert [place.resource for place in audience.reach(agent(friend.webid))] == [root + "data/a/"]
    assert audience.open_places == [root + "data/b/three.ttl"]
    told = {row["resource"]: row for row in audience.to_json()["resources"]}
    inherited = told[root + "data/a/one.ttl"]
    assert not inherited["own"]
    assert {row["from"] for row in inherited["rules"] if row["who"] == friend.webid} == {root + "data/a/"}
    [public] = [row for row in told[root + "data/b/three.ttl"]["rules"] if row["kind"] == "public"]
    assert public["modes"] == ["append", "read"]
    theirs = stage.login(friend)
    assert status(theirs, "GET", root + "data/a/one.ttl") == 200
    assert status(theirs, "GET", root + "data/b/") == 403


def test_nothing_is_shared_below_a_container_that_is_open_to_many(stage: Stage) -> None:
    owner, friend = stage.person(), stage.person()
    home = stage.home(owner)
    stage.access(owner).allow(owner.storage, Rule(PUBLIC, READ, resource=True, members=True))
    draft = home.shares().draft(friend.webid, ["groceries"], "help with my budget", months=24)
    if stage.rules == "wac":  # where rules of its own replace those above
        container = home.shares().give(draft)
        assert httpx.get(container).status_code == 401
        return
    with pytest.raises(PodAccessError, match="open to many"):
        home.shares().give(draft)
    assert httpx.get(home.pod.root + draft.grant.container).status_code in {401, 404}
    assert home.shares().listed() == []

"""Shares given, withdrawn, expired and killed at any request, against a server that looks at every rule it is given."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consent.direct import Level
from consent.errors import ConsentError, PodOfflineError
from pod_agent.errors import PodError, ShareOutstandingError
from tests.support.consents import MemoryDocuments
from tests.support.ruled_server import Died, RuledServer
from tests.support.sharing import ALICE, BOB, CAROL, Home

DAVE = "https://dave.example/#me"
PEOPLE = st.sampled_from([BOB, CAROL])
DEATHS = st.tuples(st.integers(1, 60), st.booleans())


@dataclass
class Known:
    """What the model knows of one share; ``over`` once somebody said that it should be."""

    recipient: str
    until: datetime
    opened: bool = False
    over: bool = False


class StepDocuments(MemoryDocuments):
    """Consent documents whose every reading and writing is a step of the agent, at which it may die."""

    def __init__(self, server: RuledServer) -> None:
        super().__init__()
        self._server = server

    def read(self, path: str) -> bytes | None:
        with self._step():
            return super().read(path)

    def create(self, path: str, content: bytes) -> bool:
        with self._step():
            return super().create(path, content)

    def names(self, container: str) -> list[str]:
        with self._step():
            return super().names(container)

    @contextmanager
    def _step(self) -> Iterator[None]:
        try:
            with self._server.step():
                yield
        except httpx.ConnectError as error:
            raise PodOfflineError from error


class SharingMachine(RuleBasedStateMachine):
    """The server is the judge: it computes by itself who may read what."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp())
        self.server = RuledServer(ALICE)
        documents = StepDocuments(self.server)
        self.home = Home(self.place, self.server.pod(), server=self.server, documents=documents)
        self.known: dict[str, Known] = {}
        self.server.on_rules = self.judge
        self.server.on_delete = self.judge_removal
        self.foreign = False

    def teardown(self) -> None:
        self.home.index.close()
        shutil.rmtree(self.place)

    def judge(self, path: str, allowed: set[tuple[str, str]]) -> None:
        """Before a document of rules is stored: whom it names besides the owner, and by what right."""
        for agent, mode in allowed:
            if agent in {ALICE, DAVE}:
                continue
            assert mode == "Read", (agent, mode)
            identifier = path.removesuffix("/.acl").rpartition("/")[2]
            known = self.known[identifier]
            assert path == f"/alice/pod-agent/shared/{identifier}/.acl"
            assert known.recipient == agent
            assert not known.over
            assert self.home.now < known.until
            state = self.home.gate.one(identifier)
            assert state.live(self.home.now)
            assert (state.grant.recipient, state.grant.until) == (agent, known.until)
            known.opened = True

    def judge_removal(self, path: str) -> None:
        """Documents are removed when nobody else can read them any more, so that nobody sees half of a share."""
        assert not self.server.allows(BOB, path, "Read")
        assert not self.server.allows(CAROL, path, "Read")

    @rule(
        person=PEOPLE,
        days=st.integers(1, 40),
        level=st.sampled_from(list(Level)),
        what=st.sampled_from(["groceries", "spending"]),
    )
    def give(self, person: str, days: int, level: Level, what: str) -> None:
        assert self.try_to_give(person, days, level, what)

    @rule(person=PEOPLE, days=st.integers(1, 40), death=DEATHS)
    def give_and_die(self, person: str, days: int, death: tuple[int, bool]) -> None:
        self.die(death)
        try:
            self.try_to_give(person, days, Level.RECORDS, "groceries")
        except Died:
            self.recover()
        self.live_on()

    @precondition(lambda self: self.known)
    @rule(choice=st.integers(0, 20))
    def withdraw(self, choice: int) -> None:
        identifier = list(self.known)[choice % len(self.known)]
        self.known[identifier].over = True
        self.home.shares().withdraw(identifier)
        assert not any(f"/{identifier}/" in path for path in self.server.stored if "/shared/" in path)

    @precondition(lambda self: self.known)
    @rule(choice=st.integers(0, 20))
    def withdraw_while_the_server_is_away(self, choice: int) -> None:
        identifier = list(self.known)[choice % len(self.known)]
        self.server.away = True
        try:
            self.home.shares().withdraw(identifier)
        except ShareOutstandingError:
            self.known[identifier].over = True
        except (PodError, ConsentError) as error:
            raise AssertionError("a withdrawal was not noted") from error
        finally:
            self.server.away = False
        assert self.home.gate.one(identifier).withdrawn

    @precondition(lambda self: self.known)
    @rule(choice=st.integers(0, 20), death=DEATHS)
    def withdraw_and_die(self, choice: int, death: tuple[int, bool]) -> None:
        identifier = list(self.known)[choice % len(self.known)]
        self.die(death)
        try:
            self.home.shares().withdraw(identifier)
            self.known[identifier].over = True
        except Died:
            self.live_on()
            self.known[identifier].over = True
            self.home.shares().withdraw(identifier)
        self.live_on()

    @rule(days=st.integers(1, 30))
    def wait(self, days: int) -> None:
        self.home.now += timedelta(days=days)

    @precondition(lambda self: self.known)
    @rule(choice=st.integers(0, 20))
    def wait_for_the_end_of_one_and_run_again(self, choice: int) -> None:
        known = list(self.known.values())[choice % len(self.known)]
        self.home.now = max(self.home.now, known.until)
        self.recover()
        assert known.over

    @rule()
    def run_again(self) -> None:
        self.recover()

    @rule()
    def somebody_else_rules(self) -> None:
        """Another program lets Dave read one document; nothing of ours may take that away."""
        self.server.stored["/alice/notes.ttl"] = (b"", 0)
        self.server.stored["/alice/notes.ttl.acl"] = (
            f"<#d> <http://www.w3.org/ns/auth/acl#agent> <{DAVE}>; <http://www.w3.org/ns/auth/acl#mode>"
            " <http://www.w3.org/ns/auth/acl#Read>; <http://www.w3.org/ns/auth/acl#accessTo> <notes.ttl> .".encode(),
            0,
        )
        self.foreign = True

    @invariant()
    def nobody_reads_more_than_was_given(self) -> None:
        for person in (BOB, CAROL, ""):
            mine = {
                name for name, known in self.known.items() if known.recipient == person and not self.is_closed(name)
            }
            for path in self.server.readable(person):
                assert any(path.startswith(f"/alice/pod-agent/shared/{name}/") for name in mine), (person, path)
        assert self.server.readable(DAVE) == ({"/alice/notes.ttl"} if self.foreign else set())

    def is_closed(self, identifier: str) -> bool:
        """Whether a share must be closed by now: it is over, and the agent ran to its end since."""
        return self.known[identifier].over and not self.home.shares().is_due()

    def recover(self) -> None:
        """The next run: afterwards everything is open that should be, and nothing else is there."""
        self.live_on()
        ended = self.home.shares().catch_up()
        assert not ended.outstanding
        for identifier in {*ended.abandoned, *ended.expired}:
            self.known[identifier].over = True
        states = {state.grant.identifier: state for state in self.home.gate.read().states}
        self.known = {
            name: known for name, known in self.known.items() if name in states
        }  # the others never came about
        live = {name for name, state in states.items() if state.live(self.home.now)}
        assert all(state.settled for name, state in states.items() if name not in live)
        shared = {path.split("/")[4] for path in self.server.stored if path.startswith("/alice/pod-agent/shared/")}
        assert shared - {""} - {".acl"} == live
        for identifier in live:
            known = self.known[identifier]
            assert not known.over
            assert self.home.now < known.until
            assert f"/alice/pod-agent/shared/{identifier}/grant.ttl" in self.server.readable(known.recipient)

    def try_to_give(self, person: str, days: int, level: Level, what: str) -> bool:
        last = (self.home.now + timedelta(days=days)).date()
        shares = self.home.shares()
        draft = shares.draft(person, [what], "a look at it", until=last, level=level, months=120)
        self.known[draft.grant.identifier] = Known(person, draft.grant.until)
        shares.give(draft)
        return self.known[draft.grant.identifier].opened

    def die(self, death: tuple[int, bool]) -> None:
        after, self.server.dies_after = death
        self.server.die_at = self.server.count + after

    def live_on(self) -> None:
        self.server.die_at = None


TestSharingMachine = SharingMachine.TestCase
TestSharingMachine.settings = settings(
    max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

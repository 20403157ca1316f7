"""Whatever is given, withdrawn, damaged or let go by, in any order: no byte leaves without a live grant."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from consent.errors import ConsentError, PodOfflineError
from consent.message_gate import MessageGate
from pod_agent.assistant.language_models.allowing import allowance
from pod_agent.assistant.language_models.endpoint import EndpointModel
from pod_agent.assistant.language_models.model import Message
from pod_agent.assistant.language_models.store import Entry
from tests.support.chat_server import Network
from tests.support.consents import PERSON, START, Key, MemoryDocuments, MemoryMarks

ADDRESSES = ("https://a.example/v1", "https://b.example/v1", "https://a.example/v1/x")
ZONE = ZoneInfo("Asia/Singapore")


class Messages(RuleBasedStateMachine):
    """A model of the gate: which addresses may be written to now, as plain sets."""

    @initialize()
    def begin(self) -> None:
        self.now = START
        self.documents, self.marks, self.network = MemoryDocuments(), MemoryMarks(), Network()
        self.gate = MessageGate(self.documents, self.marks, Key(), lambda: self.now)
        self.live: dict[str, tuple[str, datetime]] = {}
        self.allowed = 0

    @rule(address=st.sampled_from(ADDRESSES), days=st.integers(0, 5))
    def give(self, address: str, days: int) -> None:
        entry = Entry(name="x", kind="endpoint", address=address)
        until = (self.now + timedelta(days=days)).astimezone(ZONE).date()
        try:
            shown = allowance(entry, self.gate, webid=PERSON, zone=ZONE, until=until, jurisdiction="SG")
            self.gate.give(shown.grant)
        except PodOfflineError:
            return
        self.live[shown.grant.identifier] = (address, shown.grant.until)

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        if self.live:
            grant = data.draw(st.sampled_from(sorted(self.live)))
            self.gate.withdraw(grant)
            del self.live[grant]

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(offline=st.booleans())
    def go_offline(self, offline: bool) -> None:
        self.documents.offline = offline

    @rule(data=st.data())
    def damage_a_grant(self, data: st.DataObject) -> None:
        if self.live:
            grant = data.draw(st.sampled_from(sorted(self.live)))
            path = f"consent/models/{grant}.ttl"
            self.documents.files[path] = self.documents.files[path].replace(b".example", b".invalid")
            del self.live[grant]

    @rule(address=st.sampled_from(ADDRESSES), text=st.text(max_size=20))
    def ask(self, address: str, text: str) -> None:
        may = not self.documents.offline and any(address == to and self.now < until for to, until in self.live.values())
        before = len(self.network.got)
        try:
            said = list(
                EndpointModel("x", address, gate=lambda: self.gate, transport=self.network).complete(
                    [Message("user", text)]
                )
            )
        except ConsentError:
            said = []
        assert bool(said) == may
        assert len(self.network.got) - before == may
        self.allowed += may

    @invariant()
    def every_message_is_in_the_log(self) -> None:
        if self.documents.offline:
            return
        logged = [entry for entry in self.gate._log.entries() if entry.action == "message"]
        assert [entry.sha256 for entry in logged] == self.network.digests()
        assert [entry.size for entry in logged] == [len(body) for _, body, _ in self.network.got]
        assert len(logged) == self.allowed


TestMessages = Messages.TestCase
TestMessages.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)

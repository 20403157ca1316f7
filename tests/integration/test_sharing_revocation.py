"""After a withdrawal returned, nobody reads: many rounds, with readers that never pause and a socket that stays open.

Each round is a whole share: made, given through the gate, read, withdrawn. ``SHARING_ROUNDS`` sets how many.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from pod_agent.pods.session import Session
from tests.support.consents import MemoryDocuments
from tests.support.sharing_stage import Stage, stage_on, status

pytestmark = pytest.mark.solid

ROUNDS = int(os.environ.get("SHARING_ROUNDS", "6"))
READERS = 4
DESCRIPTION = {
    "@context": ["https://www.w3.org/ns/solid/notification/v1"],
    "type": "http://www.w3.org/ns/solid/notifications#WebSocketChannel2023",
}


@pytest.fixture(params=["wac", "acp"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with stage_on(request.param, tmp_path) as found:
        yield found


@dataclass
class Readers:
    """Threads that read one address after another, as fast as they are answered; every answer with its start."""

    session: Session
    addresses: list[str] = field(default_factory=list)
    answers: list[tuple[float, str, int]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        while not self.ended.is_set():
            for address in self.addresses:
                started = time.monotonic()
                self.answers.append((started, address, status(self.session, "GET", address)))
            self.ended.wait(0.001)

    def wait_for(self, answers: int) -> None:
        """Wait for so many more answers."""
        enough = len(self.answers) + answers
        self.wait_until(lambda found: len(found) >= enough)

    def turn_to(self, addresses: list[str]) -> None:
        """Read these from now on; returns once each was read."""
        self.addresses = addresses
        wanted = {(address, 200) for address in addresses}
        self.wait_until(lambda found: wanted <= {answer[1:] for answer in found[-10 * READERS :]})

    def wait_until(self, is_so: Callable[[list[tuple[float, str, int]]], bool]) -> None:
        deadline = time.monotonic() + 60
        while not is_so(self.answers):
            assert time.monotonic() < deadline
            time.sleep(0.005)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        threads = [threading.Thread(target=self.read) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.ended.set()
            for thread in threads:
                thread.join()


def test_no_request_that_begins_after_a_withdrawal_succeeds(stage: Stage) -> None:
    owner, friend = stage.person(), stage.person()
    home = stage.home(owner)
    home.documents = MemoryDocuments()  # the rounds are about the server's rules; the log's own requests are not
    readers = Readers(stage.login(friend))
    stale, seen = [], 0
    with readers.at_work():
        for _ in range(ROUNDS):
            draft = home.shares().draft(friend.webid, ["groceries"], "a look at it", months=3)
            container = home.shares().give(draft)
            readers.turn_to([container, container + "001.ttl"])
            home.shares().withdraw(draft.grant.identifier)
            returned = time.monotonic()
            readers.wait_for(2 * READERS)
            readers.addresses = []
            late = [answer for answer in readers.answers if answer[0] >= returned and answer[1].startswith(container)]
            seen += len(late)
            stale += [answer for answer in late if answer[2] != 403]
    assert seen >= ROUNDS * READERS
    assert stale == []


def test_a_socket_that_was_opened_before_tells_nothing_of_value(stage: Stage) -> None:
    owner, friend = stage.person(), stage.person()
    home, theirs = stage.home(owner), stage.login(friend)
    draft = home.shares().draft(friend.webid, ["groceries"], "a look at it", months=3)
    container = home.shares().give(draft)
    names = [document.name for document in draft.documents]
    topics = [container, *(container + name for name in names)]
    with ExitStack() as left:
        channels = [_channel(theirs, owner.storage, topic) for topic in topics]
        sockets: list[ClientConnection] = [left.enter_context(connect(channel, proxy=None)) for channel in channels]
        home.shares().withdraw(draft.grant.identifier)
        again = home.shares().draft(friend.webid, ["spending"], "a look at it", months=24)
        other = home.shares().give(again)
        home.shares().withdraw(again.grant.identifier)
        home.pod.write("data/after.ttl", b"<> <http://a.example/b> 1 .", if_match=None)
        told = _messages(sockets)
    assert told, "the server tells of the end of a container; without that this test would prove nothing"
    known = {*topics, container + "grant.ttl"}
    for message in told:
        assert set(message["type"].split()) <= {"Delete", "Remove", "Update"}
        assert message["object"] in known
        assert message.get("target", container) in {container, home.pod.root + "shared/"}
        assert other.split("/")[-2] not in json.dumps(message)
        assert "FairPrice" not in json.dumps(message)
    assert {status(theirs, "GET", topic) for topic in topics} == {403}
    refused = _ask_for_channel(theirs, owner.storage, container)
    assert refused.status_code == 403


def _ask_for_channel(session: Session, storage: str, topic: str) -> httpx.Response:
    root = storage.removesuffix("/").rpartition("/")[0] + "/"
    return session._client.request(
        "POST",
        f"{root}.notifications/WebSocketChannel2023/",
        headers={"content-type": "application/ld+json"},
        content=json.dumps({**DESCRIPTION, "topic": topic}).encode(),
    )


def _channel(session: Session, storage: str, topic: str) -> str:
    """The address of a socket that tells of changes to the topic; whoever has it needs no login."""
    answer = _ask_for_channel(session, storage, topic)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["receiveFrom"])


def _messages(sockets: list[ClientConnection]) -> list[dict[str, str]]:
    """What was told until nothing more came for a while; it waits for the first."""
    found: list[dict[str, str]] = []
    quiet = time.monotonic()
    while not found or time.monotonic() - quiet < 2:
        for socket in sockets:
            with suppress(TimeoutError):
                found.append(json.loads(socket.recv(timeout=0.05)))
                quiet = time.monotonic()
    return found

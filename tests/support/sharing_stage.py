"""People on one real server, each with an account and a login of their own, and the home of the one who shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pod_agent.federation.stores import clock
from pod_agent.pods.permissions.access import Access
from pod_agent.pods.session import Session
from tests.support import solid_server
from tests.support.sharing import Home
from tests.support.solid_server import PodOwner, fresh_owner

__all__ = ["Stage", "stage_on", "status"]


@dataclass(frozen=True)
class Stage:
    """What is opened here is closed with the test. ``rules`` is the kind of access rules that the server has."""

    rules: solid_server.Access
    folder: Path
    left: ExitStack

    def person(self) -> PodOwner:
        """Somebody new."""
        return fresh_owner(self.rules)

    def login(self, person: PodOwner) -> Session:
        """A new login of this person."""
        return self.left.enter_context(closing(person.open())).session

    def access(self, person: PodOwner) -> Access:
        """The access rules of this person's storage."""
        return Access(self.login(person), person.webid)

    def home(self, owner: PodOwner) -> Home:
        """The agent of this person, with made-up payments."""
        home = Home(self.folder, self.left.enter_context(closing(owner.open())), webid=owner.webid, now=clock())
        self.left.callback(home.index.close)
        return home


@contextmanager
def stage_on(rules: solid_server.Access, folder: Path) -> Iterator[Stage]:
    """A stage on the run's server with these rules."""
    with ExitStack() as left:
        yield Stage(rules, folder, left)


def status(session: Session, method: str, address: str, content: bytes | None = None) -> int:
    """The status of one answer, whatever it is."""
    headers = {"content-type": "text/turtle", "accept": "text/turtle"}
    return session._client.request(method, address, headers=headers, content=content).status_code

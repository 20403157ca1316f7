"""The containers of shares on the person's server: made closed, filled, opened to one WebID, and taken away.

``open_to`` takes an ``Opening``, which the gate alone makes: there is no other way here to write a rule for somebody
else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from consent.direct_gate import Opening
from consent.grant import IDENTIFIER
from pod_agent.errors import PodAccessError, PodConflictError, PodError
from pod_agent.pods.permissions.access import Access
from pod_agent.pods.permissions.rules import READ, PartyKind, Rule, agent
from pod_agent.pods.pod import TURTLE
from pod_agent.pods.session import Session
from pod_agent.pods.webid.public import is_public
from pod_agent.sharing.documents import Shared

__all__ = ["FOLDER", "Containers"]

FOLDER = "shared/"
YOUNG = timedelta(hours=1)
"""Another device may be filling a container that is younger than this."""

_BASIC_CONTAINER = '<http://www.w3.org/ns/ldp#BasicContainer>; rel="type"'
_MISSING = {404, 410}
_ASK_THE_PROVIDER = "Ask the pod's provider why it does not keep access rules."


class Containers:
    """The containers below ``shared/`` of the agent's container, whose address is ``root``.

    ``is_public`` asks from outside, without a login, whether an address is open.
    """

    def __init__(
        self, session: Session, root: str, owner: str, *, is_public: Callable[[str], bool] = is_public
    ) -> None:
        self._session = session
        self._root = root
        self._owner = agent(owner)
        self._is_public = is_public
        self.access = Access(session, owner)

    def address(self, container: str) -> str:
        """The absolute address of a container."""
        return self._root + container

    def make(self, container: str) -> None:
        """Make an empty container for the owner alone; PodAccessError where others could read what is put in it."""
        target = self.address(container)
        headers = {"content-type": TURTLE, "link": _BASIC_CONTAINER, "if-none-match": "*"}
        self._session.send("PUT", target, headers, b"")
        self.access.close(target)
        for held in self.access.effective(target):
            if held.rule.party.kind is not PartyKind.AGENT:
                raise PodAccessError(
                    f"{held.source} is open to many, and so would be what is shared below it",
                    hint="Look who can read what: pod-agent share who",
                )

    def fill(self, container: str, documents: Iterable[Shared]) -> None:
        """Write the documents."""
        headers = {"content-type": TURTLE, "if-none-match": "*"}
        for document in documents:
            self._session.send("PUT", self.address(container) + document.name, headers, document.content)

    def require_closed(self, container: str, documents: Iterable[Shared]) -> None:
        """PodAccessError where somebody who did not log in is given the container or one of its documents."""
        target = self.address(container)
        for address in (target, *(target + document.name for document in documents)):
            if self._is_public(address):
                raise PodAccessError(
                    f"anyone may read {address}; nothing was shared", hint="Look who can: pod-agent share who"
                )

    def open_to(self, opening: Opening, first: Shared) -> None:
        """Let the grant's recipient read the grant's container and what lies in it, and do nothing else.

        PodError where the server says yes and does not do it; PodConflictError where the ``first`` document is gone:
        another device withdrew the share, and a server makes a container anew when it is given rules.
        """
        grant = opening.grant
        target = self.address(grant.container)
        rule = Rule(agent(grant.recipient), READ, resource=True, members=True)
        self.access.allow(target, rule)
        if rule not in self.access.held(target).rules:
            raise PodError(f"the server did not keep the access rules of {target}", hint=_ASK_THE_PROVIDER)
        if self._session.send("HEAD", target + first.name).status_code in _MISSING:
            raise PodConflictError("another program took away what should be shared", hint="Look: pod-agent share list")

    def shut(self, container: str) -> bool:
        """Take every rule for others away; False where there is no such container.

        PodError where the server says yes and does not do it.
        """
        target = self.address(container)
        if self._session.send("HEAD", target).status_code in _MISSING:
            return False
        self.access.close(target)
        if {rule.party for rule in self.access.held(target).rules} - {self._owner}:
            raise PodError(f"the server did not keep the access rules of {target}", hint=_ASK_THE_PROVIDER)
        return True

    def clear(self, container: str) -> None:
        """Remove the container with all that lies in it, as far as it is there."""
        self._clear(self.address(container))

    def names(self) -> dict[str, bool]:
        """Identifiers of shares below ``shared/``, each with whether it is so young that it may be in the making.

        Whatever else somebody put there is not the agent's.
        """
        found = {}
        for address in self.access.members(self._root + FOLDER):
            name, slash, rest = address.removeprefix(self._root + FOLDER).partition("/")
            if slash and not rest and IDENTIFIER.fullmatch(name):
                found[name] = _is_young(self._session.send("HEAD", address).headers)
        return found

    def _clear(self, target: str) -> None:
        for address in self.access.members(target):
            if address.endswith("/"):
                self._clear(address)
            else:
                self._session.send("DELETE", address)
        self._session.send("DELETE", target)


def _is_young(headers: Mapping[str, str]) -> bool:
    """By the server's own clock; where it tells no times, a container counts as old."""
    changed, now = _time(headers.get("last-modified")), _time(headers.get("date"))
    return changed is not None and now is not None and now - changed < YOUNG


def _time(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text or "")
    except ValueError:
        return None

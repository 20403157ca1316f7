"""What one person shares with other WebIDs: draft, give, withdraw, list, and ending what is over.

The order in which a share is made: a container for the owner alone, the documents, a look from outside that it is
closed, the grant with its log entry and receipt, and only then, through the gate, the rule for the recipient. What
died on the way is taken away on the next run. The order in which it ends: a mark on this machine, the rule, the
documents and the container, then log, receipt and event.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from consent.direct import DirectState, Level
from consent.direct_gate import DirectGate
from consent.errors import (
    BadSignatureError,
    ClockRollbackError,
    ConsentError,
    LogDamagedError,
    NoGrantError,
    PodOfflineError,
)
from consent.grant import Status
from consent.terms import DPV
from pod_agent.errors import NeedsServerError, PodError, ShareOutstandingError, UsageError
from pod_agent.pods.addresses import require_safe
from pod_agent.pods.pod import Pod
from pod_agent.pods.solid import SolidPod
from pod_agent.pods.webid.public import is_public
from pod_agent.sharing.choosing import choose, period_of
from pod_agent.sharing.containers import FOLDER, Containers
from pod_agent.sharing.documents import Shared
from pod_agent.sharing.drafts import Draft, RecordIndex, Terms, draft_of
from pod_agent.sharing.journal import Journal
from pod_agent.sharing.listing import close_listing, public_listing
from pod_agent.sharing.who import Audience, look_around
from vocab.errors import ProjectError
from vocab.times import utc_text

__all__ = ["DEFAULT_MONTHS", "GRANT", "Ended", "Shares"]

log = logging.getLogger(__name__)

DEFAULT_MONTHS = 12
GRANT = "grant.ttl"
"""The recipient's copy of the signed grant, beside the documents."""


@dataclass(slots=True)
class Ended:
    """What ``catch_up`` did: shares that ended by their date or were never finished, and those not yet closed."""

    expired: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    abandoned: list[str] = field(default_factory=list)
    outstanding: list[str] = field(default_factory=list)


class Shares:
    """The shares of one home; ``webid`` is the person's, ``gate`` decides and records.

    ``is_public`` asks from outside, without a login, whether an address is open.
    """

    def __init__(
        self,
        *,
        home: Path,
        pod: Pod,
        index: RecordIndex,
        webid: str,
        zone: ZoneInfo,
        gate: DirectGate,
        is_public: Callable[[str], bool] = is_public,
    ) -> None:
        self._pod = pod
        self._index = index
        self._webid = webid
        self._zone = zone
        self._gate = gate
        self._is_public = is_public
        self._journal = Journal(home / "sharing")

    def draft(
        self,
        recipient: str,
        what: Sequence[str],
        purpose: str,
        *,
        months: int = DEFAULT_MONTHS,
        until: date | None = None,
        level: Level | str = Level.RECORDS,
        today: date | None = None,
    ) -> Draft:
        """The share as it would be given now, with all that is to be shown; nothing is written and nobody is asked.

        NeedsServerError on an embedded pod; UsageError where words or WebID cannot be used or nothing is chosen,
        InvalidGrantError for a grant that may not be.
        """
        self._containers()
        now = self._gate.now()
        selection = choose(what, period_of(months, today or now.astimezone(self._zone).date()))
        terms = Terms.of(
            require_safe(recipient, "the recipient's WebID"),
            _purpose(purpose),
            selection,
            _level(level),
            created=now,
            until=until,
            zone=self._zone,
        )
        return draft_of(terms, self._webid, self._index, self._zone)

    def give(self, draft: Draft) -> str:
        """Share what the draft shows, and return the address of the container to pass on.

        When this raises, nobody can read anything: what was made is taken away, now or on the next run.
        """
        containers, grant = self._containers(), draft.grant
        documents = [*draft.documents, Shared(GRANT, self._gate.record(grant))]
        with self._journal.turn():
            self._journal.begin(grant.identifier)
            try:
                containers.make(grant.container)
                containers.fill(grant.container, documents)
                containers.require_closed(grant.container, documents)
                self._gate.give(grant)
                self._journal.keep(grant.identifier, grant.until)
                with self._gate.opening(grant.identifier, grant.recipient, grant.content) as opening:
                    containers.open_to(opening, documents[0])
            except (ProjectError, KeyboardInterrupt):
                with contextlib.suppress(ProjectError):
                    self._abandon(containers, grant.identifier)
                raise
            self._journal.finish(grant.identifier)
        return containers.address(grant.container)

    def withdraw(self, identifier: str) -> None:
        """Take a share back. When this returns no request that begins later can read anything of it.

        The withdrawal is noted on this machine before anything else and stands from then on. ShareOutstandingError
        where the server could not be told all of it: the next run goes on. NoGrantError where nothing is shared so.
        """
        containers = self._containers()
        with self._journal.turn():
            self._require_known(identifier)
            self._gate.mark(identifier)
            self._journal.keep(identifier, self._gate.clock())
            self._end(containers, identifier, Status.WITHDRAWN)

    def listed(self) -> list[dict[str, Any]]:
        """Every share as ``pod-agent share list --json`` prints it, oldest first."""
        reading, now = self._gate.read(), self._gate.now()
        states = sorted(reading.states, key=lambda state: (state.grant.created, state.grant.identifier))
        rows = [self._row(state, state.status(now)) for state in states]
        return rows + [{"grant": identifier, "status": "damaged"} for identifier in reading.damaged]

    def who(self, progress: Callable[[], None] = lambda: None) -> Audience:
        """Who can read what, as the server's rules say; see ``look_around``. NeedsServerError on an embedded pod."""
        return look_around(self._containers().access, self._pod.root, self._webid, progress)

    def public_listing(self) -> str | None:
        """The storage, where strangers may list it, else None. NeedsServerError on an embedded pod."""
        return public_listing(self._containers().access, self._pod.root)

    def close_listing(self, storage: str) -> None:
        """Let strangers list the storage no longer; see ``sharing.listing``."""
        close_listing(self._containers().access, storage, self._webid)

    def is_due(self) -> bool:
        """Whether ``catch_up`` has something to do, as far as this machine knows; asks nobody."""
        return self._journal.is_due(self._gate.clock())

    def catch_up(self) -> Ended:
        """End what is over and take away what was never finished; nothing to do on an embedded pod.

        A share that cannot be closed now, because the server is away, is named in ``outstanding``.
        """
        ended = Ended()
        if isinstance(self._pod, SolidPod):
            containers = self._containers()
            with self._journal.turn():
                unfinished, reading = self._journal.unfinished(), self._gate.read()
                kept = self._end_what_is_over(containers, reading.states, unfinished, ended)
                if not self._is_sound():
                    return ended
                left = self._sweep(containers, unfinished, kept, ended.outstanding)
                for identifier in set(reading.damaged) - left:
                    self._journal.forget(identifier)
        return ended

    def _is_sound(self) -> bool:
        """Whether log and clock can be relied on; where not, what looks left over may be another device's."""
        try:
            self._gate.now()
        except (ClockRollbackError, LogDamagedError) as error:
            log.warning("what is left of shares was not cleared away: %s", error.code)
            return False
        return True

    def _end_what_is_over(
        self, containers: Containers, states: Sequence[DirectState], unfinished: set[str], ended: Ended
    ) -> set[str]:
        """End every share whose time has come; the identifiers of those that go on, or could not be ended."""
        now, kept = self._gate.clock(), set()
        for state in states:
            identifier = state.grant.identifier
            if state.settled:
                self._journal.forget(identifier)
            elif identifier in unfinished:
                self._gate.mark(identifier)
                self._settled(containers, identifier, Status.WITHDRAWN, ended.abandoned, ended.outstanding)
            elif state.withdrawn:
                self._settled(containers, identifier, Status.WITHDRAWN, ended.withdrawn, ended.outstanding)
            elif now >= state.grant.until:
                self._settled(containers, identifier, Status.EXPIRED, ended.expired, ended.outstanding)
            else:
                kept.add(identifier)
        return kept | set(ended.outstanding)

    def _sweep(self, containers: Containers, unfinished: set[str], kept: set[str], outstanding: list[str]) -> set[str]:
        """Take away containers without a grant: of a program that died, or whose grant was damaged.

        Returns the identifiers of containers that may still be there.
        """
        left = set(kept)
        for identifier, is_young in containers.names().items():
            if identifier in kept or (is_young and identifier not in unfinished):
                left.add(identifier)
                continue
            try:
                _remove(containers, identifier)
            except PodError as error:
                log.warning("what was left of a share could not be removed: %s", error.code)
                outstanding.append(identifier)
                left.add(identifier)
        for identifier in unfinished - left:
            self._journal.finish(identifier)
        return left

    def _settled(
        self, containers: Containers, identifier: str, status: Status, done: list[str], outstanding: list[str]
    ) -> None:
        try:
            self._end(containers, identifier, status)
        except ShareOutstandingError as error:
            log.warning("a share could not be ended: %s", error.code)
            outstanding.append(identifier)
        else:
            done.append(identifier)

    def _end(self, containers: Containers, identifier: str, status: Status) -> None:
        """Close the container, remove it, and tell the pod's log; ShareOutstandingError where one of these fails."""
        container = f"{FOLDER}{identifier}/"
        try:
            is_there = containers.shut(container)
        except PodError as error:
            raise ShareOutstandingError(
                f"the server could not be told to end the share ({error.code}); until it is, it can still be read"
            ) from error
        try:
            if is_there:
                containers.clear(container)
            self._gate.settle(identifier, status)
        except (PodError, ConsentError) as error:
            raise ShareOutstandingError(
                f"nobody can read the share any more, but not all of it could be cleared away ({error.code})"
            ) from error
        self._journal.forget(identifier)

    def _abandon(self, containers: Containers, identifier: str) -> None:
        """Take away what was made of a share that could not be given."""
        try:
            self._gate.one(identifier)
        except NoGrantError:
            _remove(containers, identifier)
        else:
            self._gate.mark(identifier)
            self._end(containers, identifier, Status.WITHDRAWN)
        self._journal.finish(identifier)

    def _require_known(self, identifier: str) -> None:
        if identifier in self._journal.live():
            return
        with contextlib.suppress(PodOfflineError, BadSignatureError):
            self._gate.one(identifier)

    def _containers(self) -> Containers:
        if not isinstance(self._pod, SolidPod):
            raise NeedsServerError("a pod on this machine can be read by nobody else, so nothing can be shared from it")
        return Containers(self._pod.session, self._pod.root, self._webid, is_public=self._is_public)

    def _row(self, state: DirectState, status: str) -> dict[str, Any]:
        grant = state.grant
        return {
            "grant": grant.identifier,
            "to": grant.recipient,
            "what": json.loads(grant.selection),
            "data": sorted(grant.data),
            "level": grant.level.value,
            "purpose": grant.purpose,
            "status": status,
            "outstanding": status != Status.GIVEN.value and not state.settled,
            "from": utc_text(grant.created),
            "until": utc_text(grant.until),
            "container": self._pod.root + grant.container,
        }


def _remove(containers: Containers, identifier: str) -> None:
    """Remove a container that no grant stands for; closed first where the server lets rules be changed."""
    container = f"{FOLDER}{identifier}/"
    with contextlib.suppress(PodError):
        containers.shut(container)
    containers.clear(container)


def _level(level: Level | str) -> Level:
    try:
        return Level(level)
    except ValueError:
        raise UsageError(f"there is no level {level}", hint=f"Choose one of: {', '.join(Level)}") from None


def _purpose(text: str) -> str:
    """The purpose as the grant keeps it: ``dpv:Name`` stands for the term of the Data Privacy Vocabulary."""
    name = text.strip().removeprefix("dpv:")
    return DPV + name if name != text.strip() and name.isalnum() else " ".join(text.split())

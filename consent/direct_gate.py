"""The gate of direct sharing: the only maker of an ``Opening``, and no rule for another WebID is written without one.

``give`` stores the grant, its event and its receipt; ``opening`` logs what becomes readable, reads the grant afresh and
holds the lock that a withdrawal waits for. ``mark`` makes a withdrawal stand on this machine before anything else;
``settle`` tells the pod of an end, once access was removed at the server.

The log is that of studies: one chain tells everything that left. Directly shared grants lie in a folder of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import final

from consent.direct import DirectGrant, DirectState
from consent.direct_codec import decode_direct, encode_direct
from consent.errors import (
    ExpiredError,
    NoGrantError,
    NotYetValidError,
    WithdrawnError,
    WrongDataError,
    WrongRecipientError,
)
from consent.given import GivenGrants
from consent.grant import IDENTIFIER, Status
from consent.grants import GrantFolder, Reading
from consent.proof import Signer
from consent.stores import Clock, Documents, Marks

__all__ = ["FOLDER", "SHARED", "DirectGate", "Opening"]

FOLDER = "consent/shares/"
SHARED = "share"
"""The action of the log's entry that stands before a container is opened to somebody."""

_ENDS = {Status.WITHDRAWN: "withdraw", Status.EXPIRED: "expire"}


@final
class _Seal:
    """Shows that an opening comes from the gate."""


_SEAL = _Seal()


@final
class Opening:
    """Proof, while it is held, that a live grant lets this recipient read this container. Made by the gate alone."""

    __slots__ = ("grant",)

    def __init__(self, seal: _Seal, grant: DirectGrant) -> None:
        if seal is not _SEAL:
            raise TypeError("only a DirectGate makes an Opening")
        self.grant = grant


class DirectGate(GivenGrants[DirectGrant]):
    """Decides on and records direct grants; ``documents`` is the pod, ``marks`` this machine, ``log`` the one chain."""

    def __init__(self, documents: Documents, marks: Marks, signer: Signer, clock: Clock) -> None:
        folder = GrantFolder(
            documents, signer, FOLDER, encode=encode_direct, decode=decode_direct, missing=_none, final=_ENDS
        )
        super().__init__(folder, documents, marks, signer, clock)

    def clock(self) -> datetime:
        """This moment by this machine's clock; asks nobody."""
        return self._clock()

    def record(self, grant: DirectGrant) -> bytes:
        """The grant's signed document, which is the recipient's copy too."""
        return self._folder.record(grant)

    def read(self) -> Reading[DirectState]:
        """Every direct grant, read afresh."""
        return self._folder.read(self.one)

    def one(self, identifier: str) -> DirectState:
        """One grant, read afresh; NoGrantError where there is none, BadSignatureError where it was changed."""
        grant, events = self._folder.one(identifier)
        return DirectState(grant, events, self._marks.withdrawn(identifier))

    @contextmanager
    def opening(self, identifier: str, recipient: str, content: str) -> Iterator[Opening]:
        """Held while a rule for ``recipient`` is written; ``content`` is the digest of what lies in the container.

        The log says first what becomes readable, by whom; then the grant is read once more. Raises the refusal where it
        does not cover exactly this. A withdrawal waits until this is left.
        """
        with self._marks.exclusive():
            grant, now = self._covering(identifier, recipient, content)
            self._append(SHARED, grant, now, size=grant.size, sha256=grant.content[8:])
        with self._marks.shared():
            grant, _ = self._covering(identifier, recipient, content)
            yield Opening(_SEAL, grant)

    def mark(self, identifier: str) -> None:
        """Withdraw on this machine, for good; when this returns no rule is being written under the grant."""
        if not IDENTIFIER.fullmatch(identifier):
            raise _none(identifier)
        self._marks.mark_withdrawn(identifier, self._clock())
        with self._marks.exclusive():
            return

    def settle(self, identifier: str, status: Status) -> None:
        """Tell the pod of the end of a grant whose access is removed: log entry, event and, if withdrawn, receipt."""
        with self._marks.exclusive():
            state = self.one(identifier)
            if state.settled:
                return
            entry = self._end(_ENDS[status], state.grant)
            if status is Status.WITHDRAWN:
                self._write_receipt(identifier, entry, Status.WITHDRAWN)
            self._folder.tell(identifier, status, entry.at)

    def _covering(self, identifier: str, recipient: str, content: str) -> tuple[DirectGrant, datetime]:
        state, now = self.one(identifier), self.now()
        if state.withdrawn:
            raise WithdrawnError
        if not state.given or now < state.grant.created:
            raise NotYetValidError
        if not state.live(now):
            raise ExpiredError
        if state.grant.recipient != recipient:
            raise WrongRecipientError
        if state.grant.content != content:
            raise WrongDataError
        return state.grant, now


def _none(identifier: str) -> NoGrantError:
    return NoGrantError(f"nothing is shared under {identifier}", hint="Run: pod-agent share list")

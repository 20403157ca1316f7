"""What the gate needs of this agent: the pod's documents, this machine's memory of withdrawals, and the keys."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.errors import PodOfflineError
from consent.proof import is_whole
from consent.stores import Head
from pod_agent.errors import LocalStateError, PodConflictError, PodError
from pod_agent.pods.pod import Pod
from pod_agent.storage import make_private_folder, write_private
from vocab.errors import VocabularyError
from vocab.times import utc_moment, utc_text

if TYPE_CHECKING:
    from consent.direct_gate import DirectGate
    from consent.message_gate import MessageGate

__all__ = ["AgentKey", "LocalMarks", "PodDocuments", "clock", "direct_gate", "message_gate", "secret"]

KEY_BYTES = 32


def clock() -> datetime:
    """This moment in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


class PodDocuments:
    """The consent documents of a pod; PodOfflineError where the pod does not answer.

    Documents never change, so what was read whole is remembered by path and only the lists of members are read each
    time.
    ``forget`` makes the next reading look at every byte again.
    """

    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self._known: dict[str, bytes] = {}

    def forget(self) -> None:
        """Read everything from the pod from now on."""
        self._known = {}

    def read(self, path: str) -> bytes | None:
        """The document's bytes, or None."""
        known = self._known.get(path)
        if known is not None:
            return known
        with _offline():
            found = self._pod.read(path)
        if found is None:
            return None
        if is_whole(found.content):
            self._known[path] = found.content
        return found.content

    def create(self, path: str, content: bytes) -> bool:
        """Write a document that must not exist yet; False where it does."""
        with _offline():
            try:
                self._pod.write(path, content, if_match=None)
            except PodConflictError:
                return False
        return True

    def replace(self, path: str, torn: bytes, content: bytes) -> bool:
        """Write over a document that holds exactly ``torn``; False where it does not, or not any more."""
        with _offline():
            found = self._pod.read(path)
            if found is None or found.content != torn:
                return False
            try:
                self._pod.write(path, content, if_match=found.etag)
            except PodConflictError:
                return False
        return True

    def names(self, container: str) -> list[str]:
        """Names of the members, sorted; those of containers end in ``/``."""
        with _offline():
            return sorted(entry.path.removeprefix(container) for entry in self._pod.list(container))


class LocalMarks:
    """Withdrawals and the head of the log, kept in one folder of this machine, and the lock around sending.

    The lock holds between threads and between processes: the command line withdraws while the pages send.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = make_private_folder(folder)
        self._withdrawn = make_private_folder(folder / "withdrawn")

    def head(self) -> Head | None:
        """The last entry of the log that this machine knows."""
        path = self._folder / "head.json"
        if not path.exists():
            return None
        try:
            known = json.loads(path.read_bytes())
            return Head(int(known["sequence"]), str(known["digest"]))
        except (ValueError, LookupError, TypeError) as error:
            raise LocalStateError(f"{path} cannot be read", hint="Restore it from a backup.") from error

    def keep_head(self, head: Head) -> None:
        """Remember the head."""
        content = json.dumps({"sequence": head.sequence, "digest": head.digest})
        write_private(self._folder / "head.json", content.encode())

    def withdrawn(self, grant: str) -> bool:
        """Whether the grant was withdrawn here."""
        return (self._withdrawn / grant).exists()

    def all_withdrawn(self) -> dict[str, datetime]:
        """Every grant withdrawn here, and when."""
        return {path.name: _time_of(path) for path in sorted(self._withdrawn.iterdir()) if path.name[0] != "."}

    def mark_withdrawn(self, grant: str, at: datetime) -> None:
        """Remember a withdrawal for good; on disk when this returns."""
        if not self.withdrawn(grant):
            write_private(self._withdrawn / grant, utc_text(at).encode())

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Held while bytes leave."""
        with self._lock(fcntl.LOCK_SH):
            yield

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Held while the log is written; waits until no bytes leave."""
        with self._lock(fcntl.LOCK_EX):
            yield

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)  # which lets go of the lock, as a crash does


class AgentKey:
    """The agent's Ed25519 key in a file for this user alone; made when first asked for."""

    def __init__(self, home: Path) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(_kept(home / "keys" / "signing", _new_key))

    @property
    def public_key(self) -> bytes:
        """The public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self._key.sign(message)


def direct_gate(home: Path, pod: Pod) -> DirectGate:
    """The gate of direct sharing, with the key, the marks and the log that studies use too."""
    from consent.direct_gate import DirectGate  # noqa: PLC0415 - slow, and few commands share

    return DirectGate(PodDocuments(pod), LocalMarks(home / "consent"), AgentKey(home), clock)


def message_gate(home: Path, pod: Pod) -> MessageGate:
    """The gate of messages to language models elsewhere, with the same key, marks and log."""
    from consent.message_gate import MessageGate  # noqa: PLC0415 - slow, and few ask a model elsewhere

    return MessageGate(PodDocuments(pod), LocalMarks(home / "consent"), AgentKey(home), clock)


def secret(home: Path) -> bytes:
    """32 random bytes that this agent draws its answers with; nobody else ever sees them."""
    return _kept(home / "keys" / "draws", lambda: secrets.token_bytes(KEY_BYTES))


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    folder = make_private_folder(path.parent)
    with LocalMarks(folder / "making").exclusive():
        if not path.exists():
            write_private(path, make())
    if path.stat().st_mode & 0o077:
        raise LocalStateError(f"{path} can be read by other users of this machine", hint=f"Run: chmod 600 {path}")
    content = path.read_bytes()
    if len(content) != KEY_BYTES:
        raise LocalStateError(f"{path} is not a key", hint="Restore it from a backup.")
    return content


def _time_of(path: Path) -> datetime:
    try:
        return utc_moment(path.read_text(encoding="ascii"))
    except (ValueError, VocabularyError) as error:
        raise LocalStateError(f"{path} cannot be read", hint="Restore it from a backup.") from error


@contextmanager
def _offline() -> Iterator[None]:
    try:
        yield
    except PodConflictError:
        raise
    except PodError as error:
        raise PodOfflineError(str(error)) from error

"""What was done, and what it cost: a hash-chained log and the charges to the privacy budget, both in the pod.

Each entry of the log is a signed document that names the digest of the entry before it, so an edit, a removal or
another order shows. That the end was cut off shows against the head, which this machine keeps and receipts carry.

Order of writes for a release: log entry, charge, then the first byte. A crash in between counts too much, never too
little. What was spent is read from both the log and the charges; where one was removed the other still counts.

Some servers keep half a document if they die while they write it. At the very end of the log, and beyond the head that
this machine keeps, such a beginning counts as not written: its write never returned here, so nothing was sent on the
strength of it, and the next entry takes its place. That gives nobody a new power: whoever can cut a document in the pod
can remove it. A half anywhere else, or whole bytes that do not fit, is damage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from pyoxigraph import NamedNode, Triple

from consent import terms
from consent.budget import Charge
from consent.codec import decode_charge, encode_charge
from consent.errors import BadSignatureError, ClockRollbackError, LogDamagedError, NoGrantError, RefusedError
from consent.facts import Facts, same, signed
from consent.proof import Signer, canonical, digest, is_whole, key_name, read_graph, sign_graph
from consent.stores import Documents, Head, Marks
from consent.terms import TYPE
from vocab.terms import PROV
from vocab.times import utc_text

__all__ = [
    "DEFERRED",
    "PERMITTED",
    "REFUSED",
    "SENT",
    "Entry",
    "Ledger",
    "Log",
    "LogMovedError",
    "charge_of",
    "check_wanted",
    "last_word",
    "not_before",
]

PERMITTED = "permitted"
SENT = "sent"
REFUSED = "refuse"
DEFERRED = "defer"
"""Actions of the log: what the person said to a request other than yes."""
LOG = "consent/log/"
BUDGET = "consent/budget/"
FOLDER = 500
START = "sha-256:" + "0" * 64
TOLERANCE = timedelta(minutes=5)
"""How far a clock may be set back, as time servers do, before the gate closes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log; never a value of the person's. ``previous`` is the digest of the entry before.

    ``action`` is give, renew, withdraw, expire, release, deny, withdraw-report, share, message, refuse, defer or
    rights.

    A release has two entries: ``permitted`` with its cost before the first byte leaves, then ``sent`` or why not. A
    report that is taken back has one withdraw-report for each server: ``removed``, ``too_late`` or ``unanswered``.
    """

    at: datetime
    action: str
    grant: str = ""
    study: str = ""
    controller: str = ""
    recipient: str = ""
    size: int = 0
    sha256: str = ""
    micro_rho: int = 0
    question: str = ""
    outcome: str = "done"
    sequence: int = 0
    previous: str = START

    def to_json(self) -> dict[str, Any]:
        """The entry as ``pod-agent audit --json`` prints it."""
        return {
            "seq": self.sequence,
            "at": utc_text(self.at),
            "action": self.action,
            "grant": self.grant,
            "study": self.study,
            "recipient": self.recipient or self.controller,
            "bytes": self.size,
            "sha256": self.sha256,
            "micro_rho": self.micro_rho,
            "outcome": self.outcome,
        }

    @property
    def path(self) -> str:
        """Where the entry lies in the pod."""
        return _path(self.sequence)

    @property
    def digest(self) -> str:
        """Digest of the canonical form, which the next entry names."""
        return digest(canonical(_entry_statements(self)))


def not_before(entries: Sequence[Entry], now: datetime) -> datetime:
    """This moment, never before the last entry of the log; ClockRollbackError where the clock stands far before it."""
    if not entries:
        return now
    if now < entries[-1].at - TOLERANCE:
        raise ClockRollbackError
    return max(now, entries[-1].at)


def last_word(entries: Sequence[Entry], study: str) -> str:
    """``REFUSED`` if the person ever said no to this study, ``DEFERRED`` if "not now" was their last word, else empty.

    A yes after "not now" counts; a no is final.
    """
    words = [entry.action for entry in entries if entry.study == study and entry.action in {REFUSED, DEFERRED, "give"}]
    if REFUSED in words:
        return REFUSED
    return DEFERRED if words[-1:] == [DEFERRED] else ""


def check_wanted(entries: Sequence[Entry], study: str, *, deferred: bool = False) -> None:
    """RefusedError where the person said no to this study; NoGrantError where they put it off, unless that may be."""
    word = last_word(entries, study)
    if word == REFUSED:
        raise RefusedError
    if word == DEFERRED and not deferred:
        raise NoGrantError("you put this request off", hint="Allow it if you agree. Run: pod-agent requests list")


class LogMovedError(Exception):
    """Another device wrote to the log since it was read; decide again on what it says now."""


class Log:
    """The hash-chained log."""

    def __init__(self, documents: Documents, marks: Marks, signer: Signer) -> None:
        self._documents = documents
        self._marks = marks
        self._signer = signer

    def entries(self) -> list[Entry]:
        """All entries in order, read afresh; LogDamagedError where they do not form one chain up to the head."""
        return self._chain(self._paths())[0]

    def _chain(self, paths: list[str]) -> tuple[list[Entry], bytes | None]:
        """All entries in order, and what a torn write left behind them."""
        torn = self._torn_end(paths)
        if torn is not None:
            paths = paths[:-1]
        found = [self._read(path) for path in paths]
        previous = START
        for number, ((entry, digest_of), path) in enumerate(zip(found, paths, strict=True), start=1):
            if (entry.sequence, entry.previous, entry.path) != (number, previous, path):
                raise LogDamagedError(f"entry {number} of the log does not follow the one before it")
            previous = digest_of
        self._check_head([digest_of for _, digest_of in found])
        return [entry for entry, _ in found], torn

    def append(self, entry: Entry, *, after: int | None = None) -> Entry:
        """Write one more entry after all that are there, and return it with its number.

        Where another device writes at the same time, one of the two goes second. LogMovedError, and nothing written,
        where there are not exactly ``after`` entries, if given.
        """
        while True:
            found, torn = self._chain(self._paths())
            if after is not None and len(found) != after:
                raise LogMovedError
            last = found[-1] if found else None
            numbered = replace(
                entry,
                sequence=len(found) + 1,
                previous=last.digest if last else START,
                at=max(entry.at, last.at) if last else entry.at,
            )
            content = sign_graph(_entry_statements(numbered), _name(numbered.sequence), self._signer, numbered.at)
            if self._write(numbered.path, torn, content):
                self._marks.keep_head(Head(numbered.sequence, numbered.digest))
                return numbered

    @property
    def key(self) -> str:
        """Multikey of the agent, which signs every entry."""
        return key_name(self._signer.public_key)

    def _paths(self) -> list[str]:
        folders = [f"{LOG}{name}" for name in self._documents.names(LOG)]
        return [f"{folder}{name}" for folder in folders for name in self._documents.names(folder)]

    def _torn_end(self, paths: list[str]) -> bytes | None:
        """The beginning of an entry, at the end; where the head was there already, leaving it out shows as damage."""
        if not paths or paths[-1] != _path(len(paths)):
            return None
        content = self._documents.read(paths[-1]) or b""
        return None if is_whole(content) else content

    def _write(self, path: str, torn: bytes | None, content: bytes) -> bool:
        if torn is None:
            return self._documents.create(path, content)
        return self._documents.replace(path, torn, content)

    def _read(self, path: str) -> tuple[Entry, str]:
        content = self._documents.read(path)
        try:
            return _decode_entry(content or b"", self.key)
        except BadSignatureError as error:
            raise LogDamagedError(f"{path} was changed") from error

    def _check_head(self, digests: list[str]) -> None:
        head = self._marks.head()
        if head is None:
            return
        if len(digests) < head.sequence or digests[head.sequence - 1] != head.digest:
            raise LogDamagedError("the end of the log is missing or was replaced")


class Ledger:
    """Charges to the privacy budget: one document per study, written once, so no study is answered twice."""

    def __init__(self, documents: Documents, signer: Signer) -> None:
        self._documents = documents
        self._signer = signer

    def charges(self, entries: Iterable[Entry] = ()) -> list[Charge]:
        """Every charge, those of the log included whose own document is missing; the dearer one where both are."""
        known = {charge.study: charge for charge in self._stored()}
        for entry in entries:
            if entry.action == "release" and entry.outcome == PERMITTED:
                charge = charge_of(entry)
                if entry.study not in known or known[entry.study].micro_rho < charge.micro_rho:
                    known[entry.study] = charge
        return list(known.values())

    def charge(self, charge: Charge) -> bool:
        """Write the charge, over a torn one if need be; False where this study was charged before."""
        path, content = f"{BUDGET}{charge.study}.ttl", encode_charge(charge, self._signer)
        if self._documents.create(path, content):
            return True
        held = self._documents.read(path) or b""
        return not is_whole(held) and self._documents.replace(path, held, content)

    def _stored(self) -> list[Charge]:
        key = key_name(self._signer.public_key)
        found = [self._documents.read(BUDGET + name) or b"" for name in self._documents.names(BUDGET)]
        return [decode_charge(content, key) for content in found if is_whole(content)]  # the log counts a torn one


def charge_of(entry: Entry) -> Charge:
    """What the answer of this entry costs the budget."""
    return Charge(
        study=entry.study,
        grant=entry.grant,
        controller=entry.controller,
        micro_rho=entry.micro_rho,
        at=entry.at,
        sha256=entry.sha256,
        question=entry.question,
    )


def _path(sequence: int) -> str:
    return f"{LOG}{sequence // FOLDER:05d}/{sequence:08d}.ttl"


def _name(sequence: int) -> str:
    return f"{terms.LOG_ENTRIES}{sequence}"


def _entry_statements(entry: Entry) -> list[Triple]:
    return list(
        signed(
            _name(entry.sequence),
            [
                (TYPE, NamedNode(PROV + "Activity")),
                (TYPE, NamedNode(terms.AUDIT_ENTRY)),
                (PROV + "startedAtTime", entry.at),
                (terms.SEQUENCE, entry.sequence),
                (terms.PREVIOUS, entry.previous),
                (terms.ACTION, entry.action),
                (terms.UNDER_GRANT, entry.grant),
                (terms.STUDY, entry.study),
                (terms.CONTROLLER, entry.controller),
                (terms.RECIPIENT, entry.recipient),
                (terms.PAYLOAD_BYTES, entry.size),
                (terms.PAYLOAD_DIGEST, entry.sha256),
                (terms.MICRO_RHO, entry.micro_rho),
                (terms.QUESTION, entry.question),
                (terms.OUTCOME, entry.outcome),
            ],
        )
    )


@lru_cache(maxsize=4096)  # a pure function of the bytes: what was verified once need not be verified again
def _decode_entry(content: bytes, key: str) -> tuple[Entry, str]:
    graph = read_graph(content, key)
    facts = Facts(graph)
    name = next(iter(graph.statements)).subject
    about = name.value if isinstance(name, NamedNode) else ""
    entry = Entry(
        at=facts.time(about, PROV + "startedAtTime"),
        action=facts.one(about, terms.ACTION),
        grant=facts.one(about, terms.UNDER_GRANT),
        study=facts.one(about, terms.STUDY),
        controller=facts.one(about, terms.CONTROLLER),
        recipient=facts.one(about, terms.RECIPIENT),
        size=facts.integer(about, terms.PAYLOAD_BYTES),
        sha256=facts.one(about, terms.PAYLOAD_DIGEST),
        micro_rho=facts.integer(about, terms.MICRO_RHO),
        question=facts.one(about, terms.QUESTION),
        outcome=facts.one(about, terms.OUTCOME),
        sequence=facts.integer(about, terms.SEQUENCE),
        previous=facts.one(about, terms.PREVIOUS),
    )
    same(graph, _entry_statements(entry))
    return entry, graph.digest

"""Receipts: a short signed document for the person's files (``dpv-27560:receipt-eu-gdpr``).

A receipt holds the digest of the grant it is about and the head of the log when it was made. Whoever keeps a receipt
can show later that the log's end was cut off. Everything in it follows from the grant and the log, so a receipt that is
lost can be made again, letter by letter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pyoxigraph import NamedNode, Triple

from consent import terms
from consent.codec import EVENTS
from consent.errors import BadSignatureError, LogDamagedError
from consent.facts import Facts, is_a, same, signed, subject_of
from consent.grant import Status
from consent.proof import Signer, read_graph, sign_graph
from consent.stores import Documents, Head
from consent.terms import DCT, DPV, DPV_27560, TYPE
from vocab.times import utc_text

__all__ = ["RECEIPTS", "Logged", "Receipt", "decode_receipt", "encode_receipt", "read_receipts"]

RECEIPTS = "consent/receipts/"
ACTIONS = {"give": Status.GIVEN, "renew": Status.RENEWED, "withdraw": Status.WITHDRAWN}
"""Actions of the log that have a receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a grant was given, renewed or withdrawn, and where the log stood then."""

    grant: str
    record: str
    at: datetime
    head: Head
    status: Status = Status.GIVEN

    @property
    def path(self) -> str:
        """Where the receipt lies in the pod."""
        return f"{RECEIPTS}{self.grant}{_ending(self)}.ttl"

    def to_json(self) -> dict[str, Any]:
        """The receipt as plain values."""
        return {
            "grant": self.grant,
            "what": self.status.value,
            "at": utc_text(self.at),
            "record": self.record,
            "log_entry": self.head.sequence,
            "log_digest": self.head.digest,
        }


class Logged(Protocol):
    """What a receipt repeats of an entry of the log."""

    @property
    def action(self) -> str:
        """What was done."""
        ...

    @property
    def grant(self) -> str:
        """Under which grant."""
        ...

    @property
    def at(self) -> datetime:
        """When."""
        ...

    @property
    def digest(self) -> str:
        """Digest of the entry."""
        ...


def encode_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """The receipt as signed Turtle."""
    return sign_graph(_statements(receipt), _name(receipt), signer, receipt.at)


def decode_receipt(content: bytes, key: str) -> Receipt:
    """The receipt that ``key`` signed; BadSignatureError for anything else."""
    graph = read_graph(content, key)
    facts = Facts(graph)
    name = subject_of(graph, is_a(DPV + "ConsentReceipt"))
    statuses = {iri: status for status, iri in EVENTS.items()}
    status = statuses.get(facts.one(name, DPV + "hasConsentStatus"))
    if status is None or status not in ACTIONS.values():
        raise BadSignatureError("a receipt tells of something that has none")
    receipt = Receipt(
        grant=facts.one(name, DPV + "hasRecordOfActivity").removeprefix("urn:uuid:").removesuffix("#record"),
        record=facts.one(name, terms.RECORD_DIGEST),
        at=facts.time(name, DCT + "created"),
        head=Head(facts.integer(name, terms.LOG_SEQUENCE), facts.one(name, terms.LOG_DIGEST)),
        status=status,
    )
    same(graph, _statements(receipt))
    return receipt


def read_receipts(
    documents: Documents, key: str, entries: Sequence[Logged], digest_of: Callable[[str], str | None]
) -> list[Receipt]:
    """Every receipt in the pod, each held against the log and the grant.

    ``digest_of`` gives the digest of a grant's record, None where it lies elsewhere. LogDamagedError where a receipt
    knows an entry that the log does not have: its end was cut off, or it was written anew.
    """
    found = []
    for name in documents.names(RECEIPTS):
        receipt = decode_receipt(documents.read(RECEIPTS + name) or b"", key)
        entry = entries[receipt.head.sequence - 1] if 0 < receipt.head.sequence <= len(entries) else None
        if entry is None or entry.digest != receipt.head.digest:
            raise LogDamagedError("a receipt names an entry that the log does not have")
        made = ACTIONS.get(entry.action), entry.grant, entry.at
        if receipt.path != RECEIPTS + name or made != (receipt.status, receipt.grant, receipt.at):
            raise BadSignatureError("a receipt does not fit the log")
        if digest_of(receipt.grant) not in {None, receipt.record}:
            raise BadSignatureError("a receipt does not fit its grant")
        found.append(receipt)
    return found


def _ending(receipt: Receipt) -> str:
    """A grant is given and withdrawn once, and may be renewed several times."""
    return {Status.GIVEN: "", Status.WITHDRAWN: "-withdrawn"}.get(
        receipt.status, f"-{receipt.status}-{receipt.head.sequence}"
    )


def _name(receipt: Receipt) -> str:
    return f"urn:uuid:{receipt.grant}#receipt{_ending(receipt)}"


def _statements(receipt: Receipt) -> list[Triple]:
    about = _name(receipt)
    kind = [(TYPE, NamedNode(terms.WITHDRAWAL_RECEIPT))] if receipt.status is Status.WITHDRAWN else []
    return [
        *signed(about, kind),
        *signed(
            about,
            [
                (TYPE, NamedNode(DPV + "ConsentReceipt")),
                (DCT + "conformsTo", NamedNode(DPV_27560 + "receipt-eu-gdpr")),
                (DCT + "identifier", about),
                (DPV + "hasIdentifier", about),
                (DPV + "hasRecordOfActivity", NamedNode(f"urn:uuid:{receipt.grant}#record")),
                (DPV + "hasConsentStatus", NamedNode(EVENTS[receipt.status])),
                (DCT + "created", receipt.at),
                (terms.RECORD_DIGEST, receipt.record),
                (terms.LOG_SEQUENCE, receipt.head.sequence),
                (terms.LOG_DIGEST, receipt.head.digest),
            ],
        ),
    ]

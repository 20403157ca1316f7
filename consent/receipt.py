"""Receipts: a short signed document for the person's and the recipient's files (``dpv-27560:receipt-eu-gdpr``).

A receipt holds the digest of the grant it is about and the head of the log when it was made. Whoever keeps a receipt
can show later that the log's end was cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import NamedNode, Triple

from consent import terms
from consent.codec import signed
from consent.proof import Signer, sign_graph
from consent.stores import Head
from consent.terms import DCT, DPV, DPV_27560, TYPE

__all__ = ["Receipt", "encode_receipt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a grant was given, or withdrawn, and where the log stood then."""

    grant: str
    record: str
    at: datetime
    head: Head
    withdrawal: bool = False

    @property
    def path(self) -> str:
        """Where the receipt lies in the pod."""
        return f"consent/receipts/{self.grant}{'-withdrawn' if self.withdrawal else ''}.ttl"


def encode_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """The receipt as signed Turtle."""
    return sign_graph(_statements(receipt), _name(receipt), signer, receipt.at)


def _name(receipt: Receipt) -> str:
    return f"urn:uuid:{receipt.grant}#{'withdrawal-' if receipt.withdrawal else ''}receipt"


def _statements(receipt: Receipt) -> list[Triple]:
    about = _name(receipt)
    kind = [(TYPE, NamedNode(terms.WITHDRAWAL_RECEIPT))] if receipt.withdrawal else []
    return [
        *signed(about, kind),
        *signed(
            about,
            [
                (TYPE, NamedNode(DPV + "ConsentReceipt")),
                (DCT + "conformsTo", NamedNode(DPV_27560 + "receipt-eu-gdpr")),
                (DCT + "identifier", about),
                (DPV + "hasRecordOfActivity", NamedNode(f"urn:uuid:{receipt.grant}#record")),
                (DCT + "created", receipt.at),
                (terms.RECORD_DIGEST, receipt.record),
                (terms.LOG_SEQUENCE, receipt.head.sequence),
                (terms.LOG_DIGEST, receipt.head.digest),
            ],
        ),
    ]

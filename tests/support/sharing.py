"""People who share: a home with a small index of made-up payments, and the shares of that home on any pod."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from consent.direct_gate import DirectGate
from consent.stores import Documents
from pod_agent.federation.stores import AgentKey, LocalMarks, PodDocuments
from pod_agent.index.local import LocalIndex
from pod_agent.pods.pod import Pod
from pod_agent.sharing.shares import Shares
from tests.support.consents import Key, MemoryMarks
from tests.support.ruled_server import RuledServer
from vocab.records import IRI, Money, Provenance, Transaction, TransactionKind

__all__ = ["ALICE", "BOB", "CAROL", "TODAY", "Home", "payments"]

ALICE = "https://pod.example/alice/profile/card#me"
BOB = "https://bob.example/profile/card#me"
CAROL = "https://carol.example/profile/card#me"
ZONE = ZoneInfo("Asia/Singapore")
TODAY = datetime(2026, 11, 21, 4, tzinfo=UTC)
SHOPS = (("FairPrice", "groceries"), ("Red Stool Laksa", "eating-out"), ("Green Cross", "health"))


def payments() -> list[Transaction]:
    """Three payments a month for a year, and all that is nobody else's business beside them."""
    found = []
    for number in range(36):
        merchant, category = SHOPS[number % 3]
        at = datetime(2025, 12, 5, tzinfo=ZONE) + timedelta(days=9 * number)
        name = b32encode(hashlib.blake2b(b"%d" % number, digest_size=16).digest()).decode().lower().rstrip("=")
        found.append(
            Transaction(
                iri=IRI(f"data/ocbc/transaction/{at:%Y}/{at:%Y-%m}.ttl#{name}"),
                source="ocbc",
                at=at,
                account="360 Account 8001",
                amount=Money(-1000 - number, "SGD"),
                description=f"PAYNOW SECRETNAME {merchant} REF8842",
                merchant=merchant,
                category=category,
                kind=TransactionKind.SPEND,
                counterparty="SECRETNAME",
                reference="REF8842",
                hint="SECRETHINT",
                provenance=Provenance(file="secret-file.csv", member=None, line=number + 7),
            )
        )
    return found


@dataclass
class Home:
    """One agent's home. ``now`` is its clock; ``shares`` opens it anew, as the next command does.

    The consent documents lie in the pod, or in ``documents`` where many rounds have to be quick.
    """

    folder: Path
    pod: Pod
    webid: str = ALICE
    server: RuledServer | None = None
    now: datetime = TODAY
    documents: Documents | None = None
    index: LocalIndex = field(init=False)
    _marks: MemoryMarks = field(init=False, default_factory=MemoryMarks)

    def __post_init__(self) -> None:
        self.index = LocalIndex(self.folder / "index.sqlite", ZONE)
        self.index.upsert(payments())

    @property
    def gate(self) -> DirectGate:
        """The gate on this home's pod, without a memory of earlier readings."""
        if self.documents is not None:
            return DirectGate(self.documents, self._marks, Key(), lambda: self.now)
        documents, marks = PodDocuments(self.pod), LocalMarks(self.folder / "consent")
        return DirectGate(documents, marks, AgentKey(self.folder), lambda: self.now)

    def shares(self) -> Shares:
        """The shares of this home."""
        given = {} if self.server is None else {"is_public": self.server.is_public}
        return Shares(
            home=self.folder, pod=self.pod, index=self.index, webid=self.webid, zone=ZONE, gate=self.gate, **given
        )

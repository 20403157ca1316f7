"""An agent for tests of the pages: the real one, but for what other parties do."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pod_agent.agent import Agent
from pod_agent.config import Settings
from pod_agent.errors import NoticeChangedError, UsageError
from pod_agent.federation.statistics import Preview
from pod_agent.federation.studies import Offered, Request
from pod_agent.index.local import LocalIndex
from pod_agent.pods.embedded import EmbeddedPod
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.studies import histogram_study
from vocab.records import Provenance, Record

__all__ = ["TODAY", "AgentWithGrants", "household"]

TODAY = date(2026, 11, 15)
SHOPS = (
    ("FairPrice", "groceries", 46.35, 4),
    ("Sheng Siong", "groceries", 23.9, 11),
    ("Toast Box", "eating-out", 6.8, 3),
    ("GrabFood", "eating-out", 24.5, 8),
    ("Grab Rides", "transport", 14.2, 6),
    ("SP Services", "utilities", 131.4, 30),
    ("Katong Homes", "household", 1450.0, 30),
    ("UNIQLO", "shopping", 79.9, 45),
    ("Netflix", "subscriptions", 19.98, 30),
    ("Guardian", "health", 18.35, 26),
)
"""Shop, category, a usual amount in SGD, and every how many days."""
FILE = "TransactionHistory_360.csv"
COUNTS = {"read": 812, "written": 808, "changed": 2, "duplicate": 0, "rejected": 1, "skipped": 3}
ARTISTS = ("Paper Harbour", "Night Ferry", "The Kallang Line", "Odette Lim")


class AgentWithGrants(Agent):
    """The real agent over an index that is filled at once; grants, studies and the log are lists that the calls change.

    What the pages show of records, answers and offers is the real thing. What other parties do (studies on offer, what
    they were sent) is made up here.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        super().__init__(folder, settings, EmbeddedPod(folder / "pod"), LocalIndex(folder / "index.sqlite", SINGAPORE))
        self.given: list[dict[str, Any]] = []
        self.asked: list[Request] = []
        self.log: list[dict[str, Any]] = []

    def imports(self) -> list[dict[str, Any]]:
        if not self.coverage():
            return []
        return [{"import_id": "k7d", "at": "2026-11-15T09:12:00+08:00", "files": [FILE], **COUNTS, "warnings": 1}]

    def import_entry(self, import_id: str) -> dict[str, Any]:
        if import_id != "k7d":
            raise UsageError("there is no such import")
        issue = {"line": 214, "code": "bad_amount", "column": "Withdrawals", "detail": "the amount is no number"}
        file = {"path": FILE, "importer": "ocbc", **COUNTS, "skipped_by": {"pending": 3}, "issues": [issue]}
        balance = {"account": "360 1001", "currency": "SGD", "opening": "1000.00", "rows": "-20.50"}
        gap = {"code": "date_gap", "severity": "warning", "text": "No payments from 1 to 31 May 2026.", "count": 1}
        share = {"code": "missing_field", "severity": "note", "text": "9 of 80 name no merchant.", "count": 9}
        return {
            "import_id": import_id,
            "files": [
                {
                    **file,
                    "withheld": {"card numbers": 2},
                    "first": "2025-06-01",
                    "last": "2026-11-15",
                    "totals": {},
                    "reconciled": False,
                    "reconciliation": [{**balance, "closing": "980.00", "difference": "0.50"}],
                    "findings": [share, gap],
                }
            ],
            "unopened": [{"path": "readme.pdf", "reason": "not_recognised"}],
            "totals": COUNTS,
            "findings": [],
        }

    def rejected(self, import_id: str) -> list[dict[str, Any]]:
        if import_id != "k7d":
            return []
        place = {"file": FILE, "member": None, "line": 214, "column": "Withdrawals"}
        return [{**place, "code": "bad_amount", "detail": "the amount is no number", "raw": "05/10/2026,,KOPI,1O.00,"}]

    def requests(self) -> list[Request]:
        return self.asked

    def give(
        self, name: str, until: date | None = None, max_epsilon: float | None = None, notice: str | None = None
    ) -> str:
        assert max_epsilon is None
        for request in self.asked:
            if request.task_id == name:
                if notice != request.notice:
                    raise NoticeChangedError("what would leave has changed since it was shown")
                self.asked.remove(request)
                self.given.append(_grant(request.study.controller, until or TODAY))
                return str(self.given[-1]["grant"])
        raise UsageError("there is no such request")

    def withdraw(self, grant_id: str) -> bool:
        for grant in self.given:
            if grant["grant"] == grant_id:
                grant["status"] = "withdrawn"
                return True
        raise UsageError("there is no such grant")

    def grants(self) -> list[dict[str, Any]]:
        return self.given

    def audit(self) -> list[dict[str, Any]]:
        return self.log

    def budget(self) -> dict[str, Any]:
        return {"spent_28_days": 1200, "limit_28_days": 185_070, "spent_365_days": 9200, "limit_365_days": 1_000_000}

    def today(self) -> date:
        return TODAY


def household(
    folder: Path, *, records: bool = True, catalogue: str = "", extra: tuple[Record, ...] = ()
) -> AgentWithGrants:
    """An agent with a year and a half of a made-up household, one grant, one request and one log entry; or none."""
    if records:
        (folder / "index.sqlite").write_bytes(_filled_index())
    settings = Settings(pod="embedded", webid="https://mei.example/profile#me", catalogue=catalogue)
    agent = AgentWithGrants(folder, settings)
    if records:
        agent.index.upsert(extra, import_id="k7d")
        study = histogram_study(title="Spending by category and month")
        lines = (
            "This time it is: groceries, October 2026.",
            "2,318 bytes leave, the same for everyone who takes part.",
        )
        shown = Preview(lines, 3, ("groceries",), 9, 2318, 800, 0.4)
        agent.asked.append(Request(Offered(study, "key", None), "open", shown))
        agent.given.append(_grant("https://insights.example/profile#us", date(2027, 2, 1)))
        agent.log.append(
            {
                "seq": 1,
                "at": "2026-11-02T18:04:11+08:00",
                "action": "send",
                "grant": agent.given[0]["grant"],
                "study": "ab12",
                "recipient": "https://insights.example/profile#us",
                "bytes": 2318,
                "sha256": "00" * 32,
                "micro_rho": 800,
                "outcome": "accepted",
            }
        )
    return agent


@lru_cache
def _filled_index() -> bytes:
    """The file of an index that holds the household: made once, for it takes a second."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "index.sqlite")
        with LocalIndex(path, SINGAPORE) as index:
            index.upsert(_year_and_a_half(), import_id="k7d")
        return path.read_bytes()


def _year_and_a_half() -> list[Record]:
    maker, records = RecordMaker(), list[Record]()
    start = date(2025, 6, 1)
    for number in range((TODAY - start).days + 1):
        day = start + timedelta(days=number)
        for shop, category, amount, every in SHOPS:
            if number % every == 0:
                place = Provenance(file=FILE, member=None, line=len(records) + 7)
                paid = round(amount * (1 + (number * 7 % 13) / 20), 2)
                records.append(maker.paid(day.isoformat(), paid, shop, category, provenance=place))
        if day.day == 25:
            records.append(maker.paid(day.isoformat(), -5400.0, "Tanjong Media", "income", kind="income"))
        for song in range(number % 5):
            artist = ("Paper Harbour", "Night Ferry", "The Kallang Line", "Odette Lim")[(number + song * song) % 4]
            records.append(
                maker.played(f"{day.isoformat()}T08:{10 + song * 4}:00", 214 + song * 9, f"Song {song}", artist)
            )
    return records


def _grant(recipient: str, until: date) -> dict[str, Any]:
    return {
        "grant": f"grant-{abs(hash(recipient)) % 9999}",
        "recipient": recipient,
        "purpose": "https://w3id.org/pod-agent#AggregateReporting",
        "data": ["https://w3id.org/dpv/pd#PurchasesAndSpendingHabit"],
        "status": "given",
        "from": "2026-11-01",
        "until": until.isoformat(),
        "spent_micro_rho": 800,
        "limit_micro_rho": 50_000,
    }

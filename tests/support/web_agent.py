"""An agent for tests of the pages, who has allowed and answered one study of real servers and is asked by another."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pod_agent.agent import Agent
from pod_agent.config import Settings
from pod_agent.errors import UsageError
from pod_agent.federation.consents import Consents
from pod_agent.federation.studies import Request
from pod_agent.index.local import LocalIndex
from pod_agent.pods.embedded import EmbeddedPod
from tests.support.door import LEADER, Door, RecordingTransport
from tests.support.households import SINGAPORE, RecordMaker
from vocab.query import Filter, QuerySpec
from vocab.records import Provenance, Record
from vocab.statistics import Histogram
from vocab.study import Noise

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
    """The real agent over an index that is filled at once, at a clock of the test's, with real servers in this process.

    Only the imports are made up: they would take longer to read than to show.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        super().__init__(folder, settings, EmbeddedPod(folder / "pod"), LocalIndex(folder / "index.sqlite", SINGAPORE))
        self.moment = datetime(2026, 11, 15, 2, tzinfo=UTC)
        self.door: Door | None = None
        self.title = ""
        self._wire: RecordingTransport | None = None

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

    @property
    def given(self) -> list[dict[str, Any]]:
        """The grants as they stand now."""
        return self.grants()

    @property
    def asked(self) -> Request:
        """The one request that is open."""
        [found] = [request for request in self.requests() if request.status == "open"]
        return found

    @property
    def consents(self) -> Consents:
        """The real thing; with a title, over servers that are made when they are first needed."""
        if self.title and self.door is None:
            self._meet()
        return super().consents

    @property
    def wire(self) -> RecordingTransport:
        """What leaves."""
        _ = self.consents
        assert self._wire
        return self._wire

    def _meet(self) -> None:
        """Two servers with two studies: one that was allowed and answered, one of this title that is open."""
        self.door = Door(self.home / "others", self.now)
        self._consents, self._wire = self.door.person({}, home=self.home, pod=self.pod, index=self.index)
        terms = {"opens": self.now() - timedelta(days=1), "closes": self.now() + timedelta(days=7)}
        self.give(self.door.publish(self.door.study(title="Spending by category", **terms)))
        self.answer_studies()
        self.moment += timedelta(hours=2)
        self.door.publish(self.door.study(title=self.title, statistic=by_month(), noise=Noise(200), **terms))

    def now(self) -> datetime:
        """The time on every clock here."""
        return self.moment

    def close(self) -> None:
        super().close()
        if self.door is not None:
            self.door.close()

    def today(self) -> date:
        return TODAY


def household(
    folder: Path,
    *,
    records: bool = True,
    catalogue: str = "",
    extra: tuple[Record, ...] = (),
    title: str = "Groceries by month",
) -> AgentWithGrants:
    """An agent with a year and a half of a made-up household, a grant, an answer and a request; or none of it."""
    if records:
        (folder / "index.sqlite").write_bytes(_filled_index())
    aggregator = LEADER if records else ""
    settings = Settings(
        pod="embedded", webid="https://mei.example/profile#me", catalogue=catalogue, aggregator=aggregator
    )
    agent = AgentWithGrants(folder, settings)
    if records:
        agent.index.upsert(extra, import_id="k7d")
        agent.title = title
    return agent


def by_month() -> Histogram:
    """Groceries in September or October 2026."""
    return Histogram(
        query=QuerySpec(
            measures=("spend",),
            dimensions=("month",),
            filters=(Filter("category", "eq", "groceries"),),
            period=(date(2026, 9, 1), date(2026, 10, 31)),
        ),
        cells=(("2026-09",), ("2026-10",)),
    )


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

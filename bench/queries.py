"""QuerySpec against plain SQL on the same file, roll-ups against a scan, and the cost of a refresh.

Run ``python -m bench.queries``. It prints medians of several rounds and their ratios; the peer runs in the same
process, in turn with ours.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from pod_agent.assistant.answering import ask
from pod_agent.assistant.rules.planner import RulePlanner
from pod_agent.index.local import LocalIndex
from vocab.query import Filter, QuerySpec
from vocab.records import IRI, DailyMeasure, Listen, Medium, Money, Record, Transaction, TransactionKind, View

ZONE = ZoneInfo("Asia/Singapore")
RECORDS = 100_000
ROUNDS = 15
PERIOD = (date(2024, 1, 1), date(2026, 6, 30))
KINDS = ["spend"] * 8 + ["refund", "income"]
MEASURED = ["steps", "distance", "floors", "energy_burned", "heart_rate", "resting_heart_rate", "weight", "body_fat"]
CATEGORIES = ["groceries", "eating-out", "transport", "shopping", "household", "utilities"]


def records(seed: int = 1) -> Iterator[Record]:
    """Half transactions, half listens, over four years."""
    chance = random.Random(seed)
    start = datetime(2023, 1, 1, tzinfo=ZONE)
    for number in range(RECORDS // 2):
        at = start + timedelta(days=chance.randrange(1400))
        shop = chance.randrange(300)
        yield Transaction(
            iri=IRI(f"data/ocbc/transaction/{at:%Y}/{at:%Y-%m}.ttl#t{number:024d}"),
            source="ocbc",
            at=at,
            account="360 Account -8001",
            amount=Money(-chance.randrange(100, 20_000), "SGD"),
            description=f"POS SHOP {shop}",
            merchant=f"Shop {shop}",
            category=CATEGORIES[shop % len(CATEGORIES)],
            kind=TransactionKind(chance.choice(KINDS)),
        )
        heard = at.astimezone(UTC) + timedelta(seconds=chance.randrange(86_400))
        artist = chance.randrange(200)
        yield Listen(
            iri=IRI(f"data/spotify/listen/{heard:%Y}/{heard:%Y-%m}.ttl#l{number:024d}"),
            source="spotify",
            at=heard,
            played_ms=chance.randrange(1_000, 300_000),
            medium=Medium.MUSIC,
            title=f"Song {chance.randrange(2_000)}",
            artist=f"Artist {artist}",
        )


def days(seed: int = 2) -> Iterator[Record]:
    """As many views as listens, and what two recorders hold of eight measures a day."""
    chance = random.Random(seed)
    start = datetime(2023, 1, 1, tzinfo=ZONE)
    for number in range(RECORDS // 2):
        seen = (start + timedelta(seconds=chance.randrange(1400 * 86_400))).astimezone(UTC)
        channel = f"Channel {chance.randrange(300)}"
        yield View(
            iri=IRI(f"data/youtube/view/{seen:%Y}/{seen:%Y-%m}.ttl#v{number:024d}"),
            source="youtube",
            at=seen,
            title=f"Video {chance.randrange(20_000)}",
            channel=channel,
            is_music=not chance.randrange(5),
        )
    for number in range(1400 * len(MEASURED)):
        at, measure = start + timedelta(days=number // len(MEASURED)), MEASURED[number % len(MEASURED)]
        for recorder in ("Watch", "Phone"):
            yield DailyMeasure(
                iri=IRI(f"data/watch/daily-measure/{at:%Y}/{at:%Y-%m}.ttl#{recorder}{number:020d}"),
                source="watch",
                at=at,
                measure=measure,
                value=Decimal(chance.randrange(60, 90)),
                recorder=recorder,
            )


CASES: dict[str, tuple[QuerySpec, str]] = {
    "spend in a period": (
        QuerySpec(measures=("spend",), period=PERIOD),
        "SELECT sum(-minor) FROM transactions WHERE kind IN ('spend','fee','refund') AND day BETWEEN :a AND :b",
    ),
    "spend by month and category": (
        QuerySpec(measures=("spend",), dimensions=("month", "category"), period=PERIOD),
        (
            "SELECT month, category, sum(-minor) FROM transactions WHERE kind IN ('spend','fee','refund')"
            " AND day BETWEEN :a AND :b GROUP BY 1, 2 ORDER BY 1, 2"
        ),
    ),
    "top 5 merchants": (
        QuerySpec(measures=("spend",), dimensions=("merchant",), period=PERIOD, order="-spend", limit=5),
        (
            "SELECT text, s FROM (SELECT merchant, sum(-minor) s FROM transactions"
            " WHERE kind IN ('spend','fee','refund')"
            " AND day BETWEEN :a AND :b GROUP BY 1) JOIN term ON term.id = merchant ORDER BY s DESC LIMIT 5"
        ),
    ),
    "plays of one artist": (
        QuerySpec(measures=("plays",), filters=(Filter("artist", "eq", "Artist 7"),), period=PERIOD),
        (
            "SELECT count(*) FROM listens WHERE kind = 'music' AND played_ms >= 30000 AND day BETWEEN :a AND :b"
            " AND artist = (SELECT id FROM term WHERE text = 'Artist 7')"
        ),
    ),
    "videos by month": (
        QuerySpec(measures=("videos",), dimensions=("month",), period=PERIOD),
        (
            "SELECT c.month, count(*) FROM views t JOIN calendar c USING (day) WHERE kind = 'video'"
            " AND day BETWEEN :a AND :b GROUP BY 1 ORDER BY 1"
        ),
    ),
    "top 5 channels": (
        QuerySpec(measures=("videos",), dimensions=("channel",), period=PERIOD, order="-videos", limit=5),
        (
            "SELECT text, n FROM (SELECT channel, count(*) n FROM views WHERE kind = 'video'"
            " AND day BETWEEN :a AND :b GROUP BY 1) JOIN term ON term.id = channel ORDER BY n DESC LIMIT 5"
        ),
    ),
    "steps by month": (
        QuerySpec(measures=("steps",), dimensions=("month",), period=PERIOD),
        (
            "SELECT month, sum(value) FROM (SELECT c.month, max(value) value FROM readings r"
            " JOIN calendar c USING (day) WHERE measure = 'steps' AND day BETWEEN :a AND :b GROUP BY day)"
            " GROUP BY 1 ORDER BY 1"
        ),
    ),
}


def timed(*calls: Callable[[], object]) -> list[float]:
    """Median CPU milliseconds of each call, the calls taking turns."""
    found: list[list[float]] = [[] for _ in calls]
    for _ in range(ROUNDS):
        for place, call in enumerate(calls):
            start = time.process_time()
            call()
            found[place].append((time.process_time() - start) * 1_000)
    return [statistics.median(each) for each in found]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.sqlite"
        with LocalIndex(path, ZONE) as index:
            held = list(records())
            start = time.process_time()
            index.rebuild(held)
            print(f"rebuild: {RECORDS / (time.process_time() - start):,.0f} records per CPU second")
            held = list(days())
            start = time.process_time()
            index.upsert(held)
            print(f"views and measures of days: {len(held) / (time.process_time() - start):,.0f} per CPU second")
            refreshes(index)
            compare(index, path)
            answers(index)


def compare(index: LocalIndex, path: Path) -> None:
    """Each case: our figures alone from the rows, from the roll-ups, and with evidence, against plain SQL."""
    plain = sqlite3.connect(path)
    bound = {"a": PERIOD[0].toordinal(), "b": PERIOD[1].toordinal()}
    print(f"{'case':30}{'plain SQL ms':>14}{'rows x':>9}{'roll-up x':>11}{'evidence x':>12}")
    for name, (spec, text) in CASES.items():
        inside = (PERIOD[0] + timedelta(days=1), PERIOD[1])
        scan = replace(spec, period=inside)
        peer, rows, rollup, full = timed(
            lambda text=text: plain.execute(text, bound).fetchall(),  # type: ignore[misc]
            lambda scan=scan: index.run(scan, evidence=False),  # type: ignore[misc]
            lambda spec=spec: index.run(spec, evidence=False),  # type: ignore[misc]
            lambda spec=spec: index.run(spec),  # type: ignore[misc]
        )
        print(f"{name:30}{peer:14.2f}{rows / peer:9.2f}{rollup / peer:11.2f}{full / peer:12.2f}")
    plain.close()


def refreshes(index: LocalIndex) -> None:
    """What it costs to lay meanings over all transactions: nothing changed, and all changed."""
    held = list(index.transactions())
    same = {item.iri: (item.merchant, item.category, item.kind, item.counterparty) for item in held}
    other = {iri: (f"{name} 2", category, kind, party) for iri, (name, category, kind, party) in same.items()}
    for words, work in (
        ("all transactions as the pod has them", lambda: list(index.transactions())),
        ("the same meanings again", lambda: index.restate(same)),
        ("other meanings for all", lambda: index.restate(other)),
    ):
        start = time.process_time()
        work()
        print(f"{words}: {len(held) / (time.process_time() - start):,.0f} transactions per CPU second")


def answers(index: LocalIndex) -> None:
    """Time to learn the names, and to answer one question."""
    today = date(2026, 6, 30)
    planner = RulePlanner(index)
    words = [
        "How much did I spend on groceries last month?",
        "Top 5 shops this year",
        "How many times did I play Artist 7 this year?",
    ]
    names, *each = timed(
        lambda: RulePlanner(index),
        *(lambda text=text: ask(index, text, today, planner=planner) for text in words),
    )
    print(f"learn the names: {names:.1f} ms")
    for text, milliseconds in zip(words, each, strict=True):
        print(f"{text:50}{milliseconds:8.1f} ms")


if __name__ == "__main__":
    main()

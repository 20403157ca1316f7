"""How long an answer takes over 100,000 records, and how long the first one does."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from bench.queries import ZONE, days, records
from pod_agent.assistant.answering import ask
from pod_agent.index.local import LocalIndex
from vocab.records import Record, Transaction

__all__ = ["QUESTIONS", "speed"]

TODAY = date(2026, 6, 30)
MEDIAN_LIMIT, LATE_LIMIT = 50.0, 150.0
"""Milliseconds: what the project allows for the median and for the 95th percentile."""
ROUNDS = 3

_PLACES = (
    "Katong Bedok Tampines Yishun Novena Serangoon Bugis Clementi Jurong Sengkang Punggol Orchard Bishan Kallang"
    " Hougang Simei Queenstown Redhill Lavender Marymount"
).split()
_TRADES = (
    "Homes Kopi Bakery Optical Florist Books Pharmacy Noodles Cycles Toys Music Hardware Fruits Tailors Cinema".split()
)


def shop_name(number: int) -> str:
    """A shop as shops are called: "Shop 7" would be read as the word and a number."""
    return f"{_PLACES[number % len(_PLACES)]} {_TRADES[number // len(_PLACES)]}"


_WHAT = ("groceries", "transport", "eating out", shop_name(7), f"{shop_name(12)} and {shop_name(30)}")
_WHEN = ("last month", "this year", "in March 2026", "since 1 January 2026", "in the past 90 days")
QUESTIONS = tuple(
    dict.fromkeys(
        [
            *(f"How much did I spend on {what} {when}?" for what, when in zip(_WHAT, _WHEN, strict=True)),
            *(f"{when} {what} how much ah" for what, when in zip(_WHAT, reversed(_WHEN), strict=True)),
            *(f"How many purchases did I make {when}?" for when in _WHEN),
            *(f"Top 5 shops by spending {when}" for when in _WHEN),
            *(f"Which category swallowed the most money {when}?" for when in _WHEN),
            *(f"What share of my spending {when} went to groceries?" for when in _WHEN),
            *(f"List my purchases at {shop_name(7)} {when}" for when in _WHEN),
            *(f"What was my biggest purchase {when}?" for when in _WHEN),
            *(f"How many times did I play Artist {number} this year?" for number in range(5)),
            *(f"My most-played songs of Artist {number} this year" for number in range(5)),
            "Compare my spending in April and May 2026",
            "By what percentage did my spending change from April 2026 to May 2026?",
            "How much did I spend per month on transport this year?",
            "In which month of 2026 did I spend the most?",
            "On which weekday do I spend the most on shopping?",
            "How many hours did I listen to music last month?",
            "How many steps did I walk last month?",
            "How many steps did I walk on average per day this year?",
            "How long did I listen on weekends this year?",
            f"When did I last buy something at {shop_name(7)}?",
            "At how many different shops did I buy groceries this year?",
            "How many videos did I watch last month?",
            "How much did I spend recently?",
            "Should I buy a car?",
            "How much will I spend next month?",
            "What was my best month?",
            "How much did I devote to household things in May 2026?",
            "How much did I spend at Nowhere Store this year?",
        ]
    )
)
"""A mix as people ask: most are planned by the rules, some by the classifier, some are asked back or declined."""


def speed(folder: Path) -> None:
    """Print the first answer of a process, and all others, by the clock and by the processor."""
    with LocalIndex(folder / "index.sqlite", ZONE) as index:
        index.rebuild([*map(_called, records()), *days()])
        first = _milliseconds(index, QUESTIONS[:1])
        warm: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            warm += _milliseconds(index, QUESTIONS)
    print(f"{len(QUESTIONS)} questions, {ROUNDS} rounds, 100,000 records and the days of devices; milliseconds")
    print(f"first answer of a process (names and sentence model loaded): {first[0][0]:.0f}, CPU {first[0][1]:.0f}")
    for name, place in (("clock", 0), ("CPU", 1)):
        times = sorted(each[place] for each in warm)
        median, late = statistics.median(times), times[int(0.95 * len(times))]
        within = median <= MEDIAN_LIMIT and late <= LATE_LIMIT
        print(f"{name:6} median {median:.1f} (limit {MEDIAN_LIMIT:.0f}), p95 {late:.1f} (limit {LATE_LIMIT:.0f}),"
              f" slowest {times[-1]:.1f}: {'within' if within else 'beyond'} both limits")  # fmt: skip


def _called(record: Record) -> Record:
    if not isinstance(record, Transaction):
        return record
    name = shop_name(int(record.merchant.removeprefix("Shop ")))
    return replace(record, merchant=name, description=f"POS {name.upper()}")


def _milliseconds(index: LocalIndex, questions: Sequence[str]) -> list[tuple[float, float]]:
    out = []
    for question in questions:
        start, used = time.perf_counter(), time.process_time()
        ask(index, question, TODAY)
        out.append(((time.perf_counter() - start) * 1000, (time.process_time() - used) * 1000))
    return out

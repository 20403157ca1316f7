"""Provisional records that a better record of the same fact makes superfluous, whichever of the two was read first.

Pure functions over the provisional and the final records of a month and its neighbours; what they say depends on the
two sets alone, not on their order.

A play of Spotify's account history is told only to the minute. The extended history is complete for the time that it
covers, so every provisional play that agrees with one of its plays goes.

A pending payment goes to the settled one of a date within five days, a row of a PDF statement (``edition`` below 0) to
the row of the same day in a file, both one to one: two equal coffees of which one is settled leave one pending. So it
has to be remembered which of them went: of provisional payments that compete with one that stays, those
that go are *remembered* beside the month, because a rule that sees the settled payment and the other pending one
alone would take them for one fact.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from vocab.records import IRI, Listen, Order, OrderLine, Record, Sleep, Transaction, Workout

__all__ = ["REACH", "RULES", "Superseded"]

REACH: Final = timedelta(days=5)
"""How far apart in time a provisional record and its final one can be."""

_MINUTE: Final = 60
_CLOSE_MS: Final = 1000
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_TOO_COMMON: Final = frozenset(
    "card debit payment pending purchase pos ref sgd sgp singapore the transaction via".split()
)


@dataclass(frozen=True, slots=True)
class Superseded:
    """Provisional records that no longer count (``gone``), and those of them that must be ``remembered``."""

    gone: frozenset[IRI] = frozenset()
    remembered: frozenset[IRI] = frozenset()


def superseded_plays(provisional: Iterable[Record], final: Iterable[Record]) -> Superseded:
    """Plays that agree with a final one: artist and title, the minute of the end, the time played within a second."""
    ends: defaultdict[tuple[str, str, str, int], list[int]] = defaultdict(list)
    for play in final:
        if isinstance(play, Listen):
            ends[_play(play)].append(play.played_ms)
    gone = [
        play.iri
        for play in provisional
        if isinstance(play, Listen)
        and any(abs(played - play.played_ms) < _CLOSE_MS for played in ends.get(_play(play), ()))
    ]
    return Superseded(frozenset(gone))


def _play(play: Listen) -> tuple[str, str, str, int]:
    end = play.at + timedelta(milliseconds=play.played_ms)
    return play.source, (play.artist or "").casefold(), play.title.casefold(), int(end.timestamp() // _MINUTE)


def superseded_payments(provisional: Iterable[Record], final: Iterable[Record]) -> Superseded:
    """Payments that a final one of the same account and amount replaces, one to one, the likeliest pairs first."""
    waiting, settled = _by_amount(provisional), _by_amount(final)
    gone: set[IRI] = set()
    remembered: set[IRI] = set()
    for key in waiting.keys() & settled.keys():
        pairs = _pairs(waiting[key], settled[key])
        matched = _match(pairs)
        gone |= matched
        remembered |= matched & _together_with({iri for _, iri, _ in pairs} - matched, pairs)
    return Superseded(frozenset(gone), frozenset(remembered))


_Pair = tuple[tuple[int, int, datetime], IRI, IRI]
"""How unlikely a pair is (the least is the likeliest), the provisional record and the final one."""


def _by_amount(records: Iterable[Record]) -> dict[tuple[str, str, int, str], list[Transaction]]:
    groups: defaultdict[tuple[str, str, int, str], list[Transaction]] = defaultdict(list)
    for record in records:
        if isinstance(record, Transaction):
            groups[record.source, record.account, record.amount.minor, record.amount.currency].append(record)
    return dict(groups)


def _pairs(waiting: Sequence[Transaction], settled: Sequence[Transaction]) -> list[_Pair]:
    pairs: list[_Pair] = []
    for early in waiting:
        for late in settled:
            days = abs((late.at.date() - early.at.date()).days)
            likeness = _likeness(early, late)
            reach = REACH.days if _is_pending(early) and likeness < _UNLIKE else 0
            if days <= reach and not (_is_pending(early) and likeness == _UNLIKE):
                pairs.append(((likeness, days, min(early.at, late.at)), early.iri, late.iri))
    return sorted(pairs)


_UNLIKE: Final = 2


def _is_pending(record: Transaction) -> bool:
    return record.edition >= 0


def _likeness(one: Transaction, other: Transaction) -> int:
    """0 for the same text or merchant, 1 for a word in common, ``_UNLIKE`` otherwise."""
    if one.description.casefold() == other.description.casefold():
        return 0
    if one.merchant and one.merchant.casefold() == other.merchant.casefold():
        return 0
    return 1 if _words(one) & _words(other) else _UNLIKE


def _words(record: Transaction) -> set[str]:
    return set(_WORD.findall(record.description.casefold())) - _TOO_COMMON


def _match(pairs: Sequence[_Pair]) -> set[IRI]:
    """The provisional records that find a final one of their own, taken from the likeliest pair on."""
    taken: set[IRI] = set()
    matched: set[IRI] = set()
    for _, early, late in pairs:
        if early not in matched and late not in taken:
            matched.add(early)
            taken.add(late)
    return matched


def _together_with(staying: set[IRI], pairs: Sequence[_Pair]) -> set[IRI]:
    """Every record that is tied to one of those that stay by a chain of pairs."""
    reached = set(staying)
    size = -1
    while size != len(reached):
        size = len(reached)
        for _, early, late in pairs:
            if early in reached or late in reached:
                reached |= {early, late}
    return reached


def superseded_orders(provisional: Iterable[Record], final: Iterable[Record]) -> Superseded:
    """Orders, or lines of orders, that a better source tells under the same number."""
    numbers = {(record.source, record.number) for record in final if isinstance(record, Order | OrderLine)}
    return Superseded(
        frozenset(
            record.iri
            for record in provisional
            if isinstance(record, Order | OrderLine) and (record.source, record.number) in numbers
        )
    )


def superseded_spans(provisional: Iterable[Record], final: Iterable[Record]) -> Superseded:
    """Sleeps or workouts that overlap with a final one for more than half of the shorter of the two."""
    spans = sorted(span for span in map(_span, final) if span)
    gone = []
    for record in provisional:
        span = _span(record)
        if span and any(_overlap(span, other) for other in spans):
            gone.append(record.iri)
    return Superseded(frozenset(gone))


def _span(record: Record) -> tuple[float, float] | None:
    if isinstance(record, Sleep):
        return record.at.timestamp(), record.end.timestamp()
    if isinstance(record, Workout):
        return record.at.timestamp(), record.at.timestamp() + record.seconds
    return None


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * shared > min(one[1] - one[0], other[1] - other[0])


RULES: Final[dict[str, Callable[[Iterable[Record], Iterable[Record]], Superseded]]] = {
    Listen.type_name: superseded_plays,
    Transaction.type_name: superseded_payments,
    Order.type_name: superseded_orders,
    OrderLine.type_name: superseded_orders,
    Sleep.type_name: superseded_spans,
    Workout.type_name: superseded_spans,
}
"""The rule of every kind of record that can be provisional."""

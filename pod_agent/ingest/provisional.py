"""Which records of a month still count: the rules of ``supersede`` asked about the month and the days around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

from pod_agent.ingest.layout import neighbours, overflow_path
from pod_agent.ingest.supersede import REACH, RULES, Superseded
from vocab.mapping import is_provisional, parse
from vocab.records import Record
from vocab.turtle import Document, join

__all__ = ["View", "can_be_superseded", "has_provisional", "provisional_view", "records_of"]

_DAY: Final = re.compile(r'"(\d{4}-\d{2}-\d{2})T')
_MONTH: Final = re.compile(r"/(\d{4})-(\d{2})\.ttl$")


class View:
    """Names of the month's records that no longer count (``gone``), and of those of them to be remembered."""

    def __init__(self, gone: frozenset[str] = frozenset(), remembered: frozenset[str] = frozenset()) -> None:
        self.gone = gone
        self.remembered = remembered


def can_be_superseded(first: str) -> bool:
    """Whether records of this month's kind may yield to better ones."""
    return first.split("/")[2] in RULES


def has_provisional(blocks: Iterable[str]) -> bool:
    """Whether one of the blocks is that of a provisional record."""
    return any(map(is_provisional, blocks))


def provisional_view(first: str, blocks: Mapping[str, str], around: Callable[[str], Mapping[str, str]]) -> View:
    """What the rules say about a month's blocks; ``around`` gives those of a neighbouring month."""
    if not can_be_superseded(first) or not has_provisional(blocks.values()):
        return View()
    records = records_of(first, blocks)
    own = {record.iri for record in records}
    for near in neighbours(first):
        records += records_of(near, _close(around(near), first))
    verdict: Superseded = RULES[first.split("/")[2]](
        [record for record in records if record.provisional],
        [record for record in records if not record.provisional],
    )
    return View(_names(verdict.gone & own), _names(verdict.remembered & own))


def records_of(first: str, blocks: Mapping[str, str]) -> list[Record]:
    """The records of blocks of the month that begins with ``first``."""
    if not blocks:
        return []
    path = overflow_path(first, 1)
    return parse(join(Document(dict(blocks)), path), path)[0]


def _names(iris: Iterable[str]) -> frozenset[str]:
    return frozenset(iri.partition("#")[2] for iri in iris)


def _close(blocks: Mapping[str, str], first: str) -> dict[str, str]:
    """The blocks of a neighbouring month whose days are within reach of the month that begins with ``first``."""
    match = _MONTH.search(first)
    if match is None:
        return {}
    year, month = int(match[1]), int(match[2])
    begin, end = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    lowest, highest = (begin - 2 * REACH).isoformat(), (end + 2 * REACH).isoformat()
    return {name: text for name, text in blocks.items() if lowest <= _first_day(text) <= highest}


def _first_day(text: str) -> str:
    found = _DAY.search(text)
    return found[1] if found else ""

"""AnswerSources: which sources of records answers and search may use; the others are as if they were not there.

The list lies in the pod (``settings/answers.ttl``), so it holds on every device after a sync. It is read for every
question, so that a source which another process switched off is gone from the next answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

from pod_agent.errors import UsageError
from pod_agent.index.families import table_of
from pod_agent.index.local import LocalIndex
from pod_agent.index.withheld import WithheldIndex
from pod_agent.ingest.switched import ANSWERS, read_switched, switch
from vocab.errors import VocabularyError
from vocab.query import QuerySpec

if TYPE_CHECKING:
    from pod_agent.pods.pod import Pod
    from vocab.answer import Answer

__all__ = ["AnswerSources", "KeptWord", "Source", "with_sources"]

_IMPORT: Final = re.compile(r" To ask about that, import .*")
_KINDS: Final = {
    "transactions": {"transaction"},
    "listens": {"listen"},
    "views": {"view", "follow"},
    "orders": {"order"},
    "order_lines": {"order-line"},
    "health": {"daily-measure", "measurement", "sleep"},
}
"""The kinds of records that the tables of a query are made of."""


class KeptWord(Protocol):
    """The pod of a home: as it takes changes, and as this machine knows it."""

    @property
    def pod(self) -> Pod:
        """Takes changes."""

    @property
    def known(self) -> Pod:
        """Is read without a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source of records: how many the index holds of it, from when to when, and whether answers may use it."""

    name: str
    records: int
    first: date | None
    last: date | None
    answers: bool

    def to_json(self) -> dict[str, Any]:
        """The entry in the document of ``pod-agent sources --json``."""
        days = [None if day is None else day.isoformat() for day in (self.first, self.last)]
        return {
            "source": self.name,
            "records": self.records,
            "first": days[0],
            "last": days[1],
            "answers": self.answers,
        }


class AnswerSources:
    """The sources of one home; ``index`` is what answers may read. Safe to share between threads."""

    def __init__(self, index: LocalIndex, kept: KeptWord) -> None:
        self._index = index
        self._kept = kept
        self._lock = Lock()
        self._withheld: WithheldIndex | None = None

    def off(self) -> frozenset[str]:
        """The sources that are switched off."""
        return read_switched(self._kept.known, ANSWERS)

    def index(self) -> LocalIndex:
        """The index without what is switched off: the index itself where that is nothing.

        Another one is given once the list changed, so nothing that was derived from the last one is used again.
        """
        off = self.off()
        with self._lock:
            if self._withheld is not None and self._withheld.sources != off:
                self._withheld.close()
                self._withheld = None
            if not off:
                return self._index
            if self._withheld is None:
                self._withheld = WithheldIndex(self._index, off)
            self._withheld.freshen()
            return self._withheld

    def switch(self, *, off: Iterable[str] = (), on: Iterable[str] = ()) -> frozenset[str]:
        """Switch sources off and on for answers; all that are off since. UsageError for one that there is not."""
        off, on = frozenset(off), frozenset(on)
        known = {each.name for each in self.listed()}
        for name in sorted((off | on) - known):
            hint = f"There are: {', '.join(sorted(known)) or 'none yet'}."
            raise UsageError(f"there is no source {name[:100]!r}", hint=hint)
        return switch(self._kept.pod, ANSWERS, off=off, on=on) if off or on else self.off()

    def listed(self) -> list[Source]:
        """Every source that the index holds or that is switched off, by name."""
        off = self.off()
        held: dict[str, list[Any]] = {}
        for each in self._index.coverage():
            held.setdefault(each.source, []).append(each)
        return [
            Source(
                name=name,
                records=sum(each.records for each in held.get(name, ())),
                first=min((each.first for each in held.get(name, ()) if each.first), default=None),
                last=max((each.last for each in held.get(name, ()) if each.last), default=None),
                answers=name not in off,
            )
            for name in sorted({*held, *off})
        ]

    def told(self, answer: Answer) -> Answer:
        """The answer, with a sentence on what is switched off where that may have changed it."""
        off = self.off()
        if not off:
            return answer
        if answer.status == "answered":
            off &= self._holding(_tables(answer))
        return with_sources(answer, off)

    def close(self) -> None:
        """Close what was opened."""
        with self._lock:
            if self._withheld is not None:
                self._withheld.close()
                self._withheld = None

    def _holding(self, tables: set[str]) -> set[str]:
        kinds = {kind for table in tables for kind in _KINDS[table]}
        return {each.source for each in self._index.coverage() if each.type_name in kinds}


def with_sources(answer: Answer, off: Iterable[str]) -> Answer:
    """The answer, saying that these sources are switched off for answers."""
    names = sorted(off)
    if not names:
        return answer
    text = answer.text if answer.status == "answered" else _IMPORT.sub("", answer.text)
    told = f"{text} Switched off for answers: {', '.join(names)}."
    return replace(answer, text=told, query={**answer.query, "switched_off": names})


def _tables(answer: Answer) -> set[str]:
    """The tables that an answer's figures come from; all of them where that cannot be told."""
    found: set[str] = set()
    for step in answer.query.get("steps", ()):
        try:
            fields = {name: step[name] for name in ("measures", "dimensions", "filters", "period") if name in step}
            found.add(table_of(QuerySpec.from_json(fields)))
        except (VocabularyError, TypeError):
            return set(_KINDS)
    return found or set(_KINDS)

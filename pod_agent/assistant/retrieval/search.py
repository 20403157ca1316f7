"""Search: the few documents that fit a query best, each with the records behind it.

Words (FTS5) and meaning (vectors) each give an order; both are fused by reciprocal rank. Then what is exact decides:
a time in the query leaves only what has records then, a name or a kind of thing lifts what has it, and a cross-encoder
orders the best again where the person has one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Any, Final

from pod_agent.assistant.plan import Period
from pod_agent.assistant.retrieval.document import KINDS, Document, Kind
from pod_agent.assistant.retrieval.months import months_of
from pod_agent.assistant.retrieval.public_offers import HeldOffers
from pod_agent.assistant.retrieval.querying import Query, read_query
from pod_agent.assistant.retrieval.ranking import Advance, Found, Ranking
from pod_agent.assistant.retrieval.store import Condition, SearchStore
from pod_agent.assistant.retrieval.things import things_of
from pod_agent.assistant.safe_names import safe_name
from pod_agent.embedding import Embedder
from pod_agent.embedding.by_path import PairModel
from pod_agent.errors import UsageError
from pod_agent.index.local import LocalIndex
from vocab.query import QuerySpec
from vocab.records import IRI

__all__ = ["Hit", "Search"]

CHECKED: Final = 20
"""How many of the first are looked at again."""
LEAST: Final = 0.2
"""The cosine from which on a meaning is a like one: unrelated texts lie below 0.2 with MiniLM."""
MOST: Final = 50
EAGER: Final = 64
"""Texts that are made vectors of for a search that must not wait; where more lack theirs, words alone find them."""
_LAYOUT: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document that was found, as it may be shown: names are made safe and short.

    ``records`` are the IRIs of exactly the records behind it, newest first; within the times of the query, if it has
    any. ``by`` says what found it: ``words``, ``meaning``, ``name``.
    """

    id: str
    kind: Kind
    title: str
    sources: tuple[str, ...]
    first: str | None
    last: str | None
    records: tuple[IRI, ...]
    query: QuerySpec | None
    by: tuple[str, ...]
    score: float
    offer: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The entry in the document of ``pod-agent search --json``."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "sources": list(self.sources),
            "first": self.first,
            "last": self.last,
            "count": len(self.records),
            "records": list(self.records),
            "query": None if self.query is None else self.query.to_json(),
            "offer": self.offer,
            "by": list(self.by),
            "score": round(self.score, 6),
        }


class Search:
    """Search in one home. ``embedder`` None: words only. ``pairs`` is the cross-encoder, if there is one.

    Safe to share between threads; several processes can search one home.
    """

    def __init__(self, home: Path, *, embedder: Embedder | None, pairs: PairModel | None = None) -> None:
        self._home = home
        self._pairs = pairs
        self._ranking = Ranking(home, embedder)
        self._lock = RLock()
        self._fresh: tuple[object, ...] | None = None

    def find(
        self,
        index: LocalIndex,
        text: str,
        today: date,
        *,
        offers: HeldOffers | None = None,
        kind: str | None = None,
        limit: int = 3,
        least: float = LEAST,
        wait: bool = True,
        advance: Advance | None = None,
    ) -> list[Hit]:
        """The best documents for a query, best first; none where nothing fits.

        ``index`` is what may be searched; ``least`` the cosine from which on a meaning is a like one. Unless ``wait``
        is set, a store that lacks many vectors is searched by words.
        UsageError for a kind that there is not, or an empty query.
        """
        if kind is not None and kind not in KINDS:
            raise UsageError(f"there is no kind {kind[:40]!r}", hint=f"One of: {', '.join(KINDS)}.")
        if not text.strip():
            raise UsageError("nothing is searched for", hint='For example: pod-agent search "coffee in Tiong Bahru"')
        limit = max(1, min(limit, MOST))
        with self._lock, SearchStore(self._home) as store:
            self._update(store, index, offers)
            self._ranking.embed(store, advance, most=None if wait else EAGER)
            query = read_query(text, today, lambda names: store.by_names(names, Condition()).values())
            kinds: frozenset[Kind] = frozenset() if kind is None else frozenset([kind])  # type: ignore[list-item]
            ranked = self._ranking.ranked(store, query, kinds=kinds, least=least)
            return list(self._hits(store, index, query, ranked, limit))

    def update(
        self, index: LocalIndex, *, offers: HeldOffers | None = None, embed: bool = True, advance: Advance | None = None
    ) -> int:
        """Bring the store up to the index and give the number of documents; without ``embed`` only what is gone goes.

        What a source, an import or an offer no longer gives is gone from words and vectors when this returns.
        """
        with self._lock, SearchStore(self._home) as store:
            self._update(store, index, offers)
            if embed:
                self._ranking.embed(store, advance)
            else:
                self._ranking.let_go(store)
            return store.number()

    def lacking(self) -> int:
        """How many texts of the store have no vector yet; does not wait for who makes them."""
        with SearchStore(self._home) as store:
            return self._ranking.lacking(store)

    def close(self) -> None:
        """Let go of the vectors."""
        with self._lock:
            self._ranking.close()

    # The store

    def _update(self, store: SearchStore, index: LocalIndex, offers: HeldOffers | None) -> None:
        seen = (index, index.version(), offers.state if offers else "", store.noted("state"))
        if seen == self._fresh:
            return
        state = _state_of(index, offers)
        if store.noted("state") != state:
            documents = [*things_of(index), *months_of(index), *(offers.documents() if offers else ())]
            store.replace(documents, state)
        self._fresh = (index, index.version(), offers.state if offers else "", state)

    def _hits(
        self, store: SearchStore, index: LocalIndex, query: Query, ranked: list[Found], limit: int
    ) -> Iterator[Hit]:
        """The first that have records, each of which is opened; a summary of no record is no hit."""
        documents = ((found, store.document(found.number)) for found in ranked)
        chosen = list(islice(_one_of_each(documents, dated=bool(query.periods)), max(CHECKED, limit)))
        shown = 0
        for found, document in self._reordered(query.text, chosen):
            if shown == limit:
                return
            records = _records(index, document, query.periods)
            if records is not None:
                shown += 1
                yield _hit(document, records, found)

    def _reordered(self, text: str, chosen: list[tuple[Found, Document]]) -> list[tuple[Found, Document]]:
        if self._pairs is None:
            return chosen
        scores = self._pairs.scores(text, [document.text for _, document in chosen])
        order = sorted(range(len(chosen)), key=lambda place: (-scores[place], place))
        return [chosen[place] for place in order]


def _one_of_each(found: Iterable[tuple[Found, Document]], *, dated: bool) -> Iterator[tuple[Found, Document]]:
    """Where no time is asked for, of summaries that differ in their month only the best one."""
    seen: set[str] = set()
    for place, document in found:
        if document.kind == "month" and not dated:
            if document.family in seen:
                continue
            seen.add(document.family)
        yield place, document


def _records(index: LocalIndex, document: Document, periods: Sequence[Period]) -> tuple[IRI, ...] | None:
    """The records behind a document, within the periods if there are any; None where it has none of them."""
    if document.query is None and not document.iris:
        return None if periods else ()
    if document.query is None:
        found = index.get(document.iris)
        inside = [each.iri for each in found if not periods or _is_within(index.local_day(each.at), periods)]
        return tuple(inside) or None
    held = dict.fromkeys(iri for spec in _specs(document.query, periods) for iri in _evidence(index, spec))
    return tuple(sorted(held, key=_month_of, reverse=True)) or None


def _specs(query: QuerySpec, periods: Sequence[Period]) -> Iterator[QuerySpec]:
    if not periods:
        yield query
    for first, last in periods:
        own = query.period
        begin, end = (first, last) if own is None else (max(first, own[0]), min(last, own[1]))
        if begin <= end:
            yield replace(query, period=(begin, end))


def _evidence(index: LocalIndex, spec: QuerySpec) -> Iterator[IRI]:
    for row in index.run(spec).evidence:
        yield from row


def _month_of(iri: IRI) -> str:
    return iri.partition("#")[0].rpartition("/")[2] + iri


def _is_within(day: date, periods: Sequence[Period]) -> bool:
    return any(first <= day <= last for first, last in periods)


def _hit(document: Document, records: tuple[IRI, ...], found: Found) -> Hit:
    return Hit(
        id=document.id,
        kind=document.kind,
        title=safe_name(document.title) or document.kind,
        sources=document.sources,
        first=document.months[0] if document.months else None,
        last=document.months[-1] if document.months else None,
        records=records,
        query=document.query,
        by=found.by,
        score=found.score,
        offer=document.family if document.kind == "offer" else None,
    )


def _state_of(index: LocalIndex, offers: HeldOffers | None) -> str:
    """Of all that documents are made of: the pod's documents, what the index holds of each source, the offers."""
    held = [str(each) for each in index.coverage()]
    told = [_LAYOUT, sorted(index.documents().items()), held, offers.state if offers else ""]
    return hashlib.blake2b(json.dumps(told).encode("utf-8", "replace"), digest_size=16).hexdigest()

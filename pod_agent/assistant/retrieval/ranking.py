"""Ranking: one order of the documents of a store, from words, meaning, names, times and kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pod_agent.assistant.plan import Period
from pod_agent.assistant.retrieval.document import Kind
from pod_agent.assistant.retrieval.fusion import CONSTANT, fuse
from pod_agent.assistant.retrieval.likely_words import is_likely_word
from pod_agent.assistant.retrieval.querying import Query
from pod_agent.assistant.retrieval.store import Condition, SearchStore
from pod_agent.assistant.retrieval.vectors import Near, VectorIndex, forget_folders, nearest, vector_index
from pod_agent.embedding import Embedder

__all__ = ["SURELY", "Advance", "Found", "Ranking", "Weights"]

Advance = Callable[[int, int], None]
"""Told how many texts have their vector, and how many need one."""

DEPTH: Final = 50
"""How many documents words and vectors each put forward."""
BATCH: Final = 256
SURELY: Final = 0.4
"""The cosine from which on a thing is surely alike, whoever asked and whatever was typed."""
_TOP: Final = 1 / (CONSTANT + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each order counts; a lift is in units of what the first place of a list of weight 1 is worth.

    ``docs/reference/search.md`` has the figures that they were chosen by.
    """

    words: float = 0.2
    every_word: float = 0.8
    meaning: float = 2.0
    name: float = 1.0
    name_lift: float = 1.5
    kind_lift: float = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """A document's place in the order: its number, its score, and what found it (``name``, ``words``, ``meaning``)."""

    number: int
    score: float
    by: tuple[str, ...]


class Ranking:
    """Orders documents; holds the vectors of the store it was last asked of. Not safe to share between threads.

    ``embedder`` None: by words and names alone.
    """

    def __init__(self, home: Path, embedder: Embedder | None, weights: Weights | None = None) -> None:
        self._home = home
        self._embedder = embedder
        self._weights = weights or Weights()
        self._vectors: tuple[tuple[str, int, int], VectorIndex] | None = None

    def embed(self, store: SearchStore, advance: Advance | None = None, *, most: int | None = None) -> None:
        """Make the vectors that are missing, unless there are more than ``most``; what is made is kept at once."""
        if self._embedder is None:
            return
        missing = store.missing(self._embedder.name)
        if most is not None and len(missing) > most:
            return
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            store.add_vectors([digest for digest, _ in part], self._embedder.embed([text for _, text in part]))
            if advance:
                advance(start + len(part), len(missing))

    def lacking(self, store: SearchStore) -> int:
        """How many texts have no vector; none where no vectors are made."""
        return len(store.missing(self._embedder.name)) if self._embedder is not None else 0

    def ranked(
        self, store: SearchStore, query: Query, *, kinds: frozenset[Kind] = frozenset(), least: float = -1.0
    ) -> list[Found]:
        """The documents for a query, best first; by meaning only those of at least this cosine.

        Of what cannot be a word and stands in no record only what is surely alike is found by meaning.
        A time in the query leaves documents with records then; ``kinds`` leaves documents of these kinds.
        """
        condition = Condition(kinds=kinds, spans=tuple(_months(period) for period in query.periods))
        by_words = store.by_words(query.fts(), condition, DEPTH) if query.words else []
        by_all = store.by_words(query.fts(every=True), condition, DEPTH) if len(query.words) > 1 else by_words
        named = sorted(store.by_names([name for name, is_sure in query.names.items() if is_sure], condition))
        is_known = by_words or named or any(map(is_likely_word, query.words))
        by_meaning = self._near(store, query, condition, least if is_known else max(least, SURELY))
        weights = self._weights
        lists = [
            (weights.words, by_words),
            (weights.every_word, by_all),
            (weights.meaning, by_meaning),
            (weights.name, named),
        ]
        lifts = dict.fromkeys(named, weights.name_lift * _TOP)
        if query.kinds and not kinds:
            for number in store.of_kinds({*by_words, *by_meaning, *named}, query.kinds):
                lifts[number] = lifts.get(number, 0.0) + weights.kind_lift * _TOP
        sides = (("name", set(named)), ("words", set(by_words)), ("meaning", set(by_meaning)))
        return [
            Found(number, score, tuple(side for side, held in sides if number in held))
            for number, score in fuse(lists, lifts).items()
        ]

    def let_go(self, store: SearchStore) -> None:
        """Close vectors of another generation, and remove its folder: they may be of what is gone."""
        generation = store.edition()[0]
        if self._vectors is not None and self._vectors[0][0] != generation:
            self.close()
        forget_folders(self._home, generation)

    def close(self) -> None:
        """Let go of the vectors."""
        if self._vectors is not None:
            self._vectors[1].close()
            self._vectors = None

    def _near(self, store: SearchStore, query: Query, condition: Condition, least: float) -> list[int]:
        """Documents whose vector has at least this cosine with the query's, nearest first."""
        edition = store.edition()
        if self._embedder is None or not edition[1] or store.noted("model") != self._embedder.name:
            return []
        vector = self._embedder.embed([query.text])[0]
        if condition:
            numbers, values = store.vectors(store.vector_numbers(condition))
            found: list[Near] = nearest(numbers, values, vector, DEPTH)
        else:
            if self._vectors is None or self._vectors[0] != edition:
                self.close()
                self._vectors = (edition, vector_index(self._home, store))
            found = self._vectors[1].nearest(vector, DEPTH)
        close = [number for number, cosine in found if cosine >= least]
        documents = store.documents_of(close, condition)
        return [number for vector_number in close for number in documents.get(vector_number, ())][:DEPTH]


def _months(period: Period) -> tuple[str, str]:
    """First and last month; years before 1000 have four digits as well."""
    return f"{period[0].year:04d}-{period[0].month:02d}", f"{period[1].year:04d}-{period[1].month:02d}"

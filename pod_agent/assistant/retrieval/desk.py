"""SearchDesk: search in one home, over the sources that answers may use, with the models of the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Final

from pod_agent.assistant.retrieval.public_offers import HeldOffers
from pod_agent.assistant.retrieval.ranking import SURELY, Advance
from pod_agent.assistant.retrieval.search import LEAST, Hit, Search
from pod_agent.assistant.retrieval.sources import AnswerSources
from pod_agent.assistant.retrieval.store import FILE
from pod_agent.config import Settings, load_settings, save_settings
from pod_agent.embedding import Embedder, embedder
from pod_agent.embedding.by_path import PairModel, SentenceModel
from vocab.records import IRI

__all__ = ["BUILT_IN", "SearchDesk"]

BUILT_IN: Final = "built-in"
"""Stands for no model of one's own."""


class SearchDesk:
    """What can be searched in a home; ``absolute`` makes the IRIs of records absolute."""

    def __init__(
        self,
        home: Path,
        settings: Settings,
        sources: AnswerSources,
        absolute: Callable[[Iterable[IRI]], tuple[IRI, ...]],
    ) -> None:
        self._home = home
        self._settings = settings
        self._sources = sources
        self._absolute = absolute
        self._lock = Lock()
        self._search: Search | None = None

    def find(
        self,
        text: str,
        today: date,
        *,
        kind: str | None = None,
        limit: int = 3,
        least: float = LEAST,
        wait: bool = True,
        advance: Advance | None = None,
    ) -> list[Hit]:
        """The best documents for a query with absolute IRIs, best first; see ``Search.find``."""
        found = self._opened().find(
            self._sources.index(),
            text,
            today,
            offers=self._offers(),
            kind=kind,
            limit=limit,
            least=least,
            wait=wait,
            advance=advance,
        )
        return [replace(hit, records=self._absolute(hit.records)) for hit in found]

    def suggested(self, question: str, today: date) -> list[Hit]:
        """What to suggest for a question that no figure answers: surely alike, and never after a long wait."""
        return self.find(question, today, least=SURELY, wait=False)

    def lacking(self) -> int:
        """How many texts are found by their words alone, because they have no vectors yet."""
        return self._opened().lacking() if (self._home / FILE).exists() else 0

    def prepare(self, advance: Advance | None = None) -> None:
        """Make the store and every vector that is missing; ``advance`` is told how many of how many are made."""
        self._opened().update(self._sources.index(), offers=self._offers(), advance=advance)

    def forget(self) -> None:
        """Take out of the store what the index no longer gives; nothing is made that is not there yet."""
        if (self._home / FILE).exists():
            self._opened().update(self._sources.index(), offers=self._offers(), embed=False)

    def use_models(self, *, model: str | None = None, reranker: str | None = None) -> None:
        """Use models in these folders from now on, or none of one's own where it is ``built-in``.

        Each is tried at once. DamagedModelError where a folder holds no model that works, MissingExtraError without
        the extra ``sentence-transformers``; nothing is changed then.
        """
        changes: dict[str, str] = {}
        if model is not None:
            changes["search_model"] = "" if model == BUILT_IN else str(SentenceModel(Path(model)).tried())
        if reranker is not None:
            changes["search_reranker"] = "" if reranker == BUILT_IN else str(PairModel(Path(reranker)).tried())
        save_settings(self._home, **changes)
        self._settings = load_settings(self._home)
        self.close()

    def close(self) -> None:
        """Let go of what is open."""
        with self._lock:
            if self._search is not None:
                self._search.close()
                self._search = None

    def _opened(self) -> Search:
        with self._lock:
            if self._search is None:
                pairs = self._settings.search_reranker
                self._search = Search(
                    self._home, embedder=self._embedder(), pairs=PairModel(Path(pairs)) if pairs else None
                )
            return self._search

    def _embedder(self) -> Embedder | None:
        own = self._settings.search_model
        return SentenceModel(Path(own)) if own else embedder()

    def _offers(self) -> HeldOffers:
        return HeldOffers(self._home, self._settings)

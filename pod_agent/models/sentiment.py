"""Sentiment: how a text speaks of things, from -1 (bad) to 1 (good), on this machine.

With the extra ``text`` by MiniLM and a logistic head, without it by VADER's list of words (C. J. Hutto and E. Gilbert,
ICWSM 2014). The list explains in both cases: it names the words that speak well or ill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from pod_agent.models.text_head import shipped_head

if TYPE_CHECKING:
    from pod_agent.embedding import Embedder

__all__ = ["CLEAR", "Feeling", "LexiconSentiment", "Sentiment"]

CLEAR: Final = {"head": 0.5, "lexicon": 0.3}
"""A score beyond which a text counts as good or bad, by what scores; between the two it is neither."""
SHOWN: Final = 3
LONGEST: Final = 2_000
"""Characters of a text that are looked at."""


@dataclass(frozen=True, slots=True)
class Feeling:
    """How a text speaks: ``score`` from -1 to 1, ``label`` in one word, and the words that say so, strongest first."""

    score: float
    label: Literal["good", "bad", "neither"]
    words: tuple[str, ...]


class LexiconSentiment:
    """VADER: a list of words, and rules for negations, intensifiers and capitals."""

    def scores(self, texts: Sequence[str]) -> list[float]:
        """The compound score of each text, from -1 to 1."""
        return [float(_lexicon().polarity_scores(text[:LONGEST])["compound"]) for text in texts]

    def words(self, text: str) -> tuple[str, ...]:
        """The words of a text that the list has, the strongest first, at most three."""
        known = _lexicon().lexicon
        found = dict.fromkeys(word.strip(".,!?;:\"'()").lower() for word in text[:LONGEST].split())
        return tuple(sorted((word for word in found if word in known), key=lambda word: -abs(known[word]))[:SHOWN])


class Sentiment:
    """Reads feelings; ``maker`` makes the vectors, None where the extra ``text`` is not installed."""

    def __init__(self, maker: Embedder | None) -> None:
        self._maker = maker
        self._head = None if maker is None else shipped_head("sentiment", maker.name)
        self._lexicon = LexiconSentiment()

    @property
    def method(self) -> Literal["head", "lexicon"]:
        """What scores: the head over vectors, or the list of words."""
        return "lexicon" if self._head is None else "head"

    def read(self, texts: Sequence[str]) -> list[Feeling]:
        """The feeling of each text, in their order."""
        if self._head is None or self._maker is None:
            scores = self._lexicon.scores(texts)
        else:
            good = self._head.classes_.index("positive")
            scores = [float(2 * chance - 1) for chance in self._head.chances(self._maker.embed(texts))[:, good]]
        return [self._feeling(score, text) for score, text in zip(scores, texts, strict=True)]

    def _feeling(self, score: float, text: str) -> Feeling:
        clear = abs(score) >= CLEAR[self.method]
        label: Literal["good", "bad", "neither"] = "neither" if not clear else "good" if score > 0 else "bad"
        return Feeling(round(score, 3), label, self._lexicon.words(text))


@lru_cache(maxsize=1)
def _lexicon() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415 - reads 7,500 words

    return SentimentIntensityAnalyzer()

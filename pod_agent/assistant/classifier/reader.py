"""The classifier as a reader of questions: masked, embedded, and put to the heads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pod_agent.assistant.classifier.bank import Label
from pod_agent.assistant.classifier.heads import Guess, Heads, shipped
from pod_agent.assistant.classifier.masking import masked
from pod_agent.assistant.classifier.slots import READ_AS, sketch_of
from pod_agent.assistant.rules.clauses import core
from pod_agent.assistant.rules.reading import Reading, plain, read

if TYPE_CHECKING:
    from pod_agent.assistant.rules.lexicon import Lexicon
    from pod_agent.assistant.sketch import Sketch
    from pod_agent.embedding import Embedder

__all__ = ["Candidate", "ClassifierReader", "classifier"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One meaning of a question: a sketch with the reading its slots are from, or the reason why none is computed.

    ``share`` is how sure the reader is, from 0 to 1.
    """

    share: float
    sketch: Sketch | None = None
    reading: Reading | None = None
    declined: str = ""


class ClassifierReader:
    """Reads questions with ``heads`` over the vectors of ``maker``; names and periods are found by the rules."""

    name = "classifier"

    def __init__(self, lexicon: Lexicon, maker: Embedder, heads: Heads) -> None:
        self._lexicon = lexicon
        self._maker = maker
        self._heads = heads

    def over(self, lexicon: Lexicon) -> ClassifierReader:
        """The same reader with other names: the sentence model stays loaded."""
        return ClassifierReader(lexicon, self._maker, self._heads)

    def candidates(self, question: str, today: date, most: int = 3, least: float = 0.0) -> list[Candidate]:
        """The likeliest meanings of at least this share, most likely first; what no sketch can say is left out."""
        asked = core(question, self._lexicon, today) or question
        vector = self._maker.embed([masked(asked, self._lexicon, today, self._heads.words)])[0]
        found = (
            self._candidate(guess, question, today)
            for guess in self._heads.guesses(vector, most)
            if guess.share >= least
        )
        return [each for each in found if each is not None]

    def _candidate(self, guess: Guess, question: str, today: date) -> Candidate | None:
        label: Label = guess.label
        if label.declined:
            return Candidate(guess.share, declined=label.declined)
        reading = read(plain(question), self._lexicon, today, READ_AS[label.topic])
        if reading.refusal is not None:
            return Candidate(guess.share, reading=reading)
        sketch = sketch_of(label, reading, today)
        return None if sketch is None else Candidate(guess.share, sketch, reading)


def classifier(lexicon: Lexicon, maker: Embedder | None) -> ClassifierReader | None:
    """The reader for these names; None without a sentence model, or with one that the heads were not trained on."""
    if maker is None:
        return None
    heads = shipped()
    return ClassifierReader(lexicon, maker, heads) if heads.model == maker.name else None

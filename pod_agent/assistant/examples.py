"""Examples: what a question means by what the person said of it, or of one that asks the same of other things.

The same question means what it was said to mean. A question of the same skeleton means the same of its own names, days
and amounts: those come from the question that is asked, and the plain question that is made of them is read again, so
that nothing of the older question is carried over. Of any other question the words that a correction explained are put
as they are read. Whatever is only near is offered as a choice and never answered.
What is found here is a question in plain English; the planner by rules plans it, and the guard looks at it, as at any.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

from pod_agent.assistant.learnt_words import reworded, unknown_words
from pod_agent.assistant.rules.reading import plain
from pod_agent.assistant.rules.text import canonical
from pod_agent.assistant.skeleton import Skeleton, Slot, skeleton

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pod_agent.assistant.rules.lexicon import Lexicon
    from pod_agent.embedding import Embedder
    from pod_agent.ingest.examples import Example

__all__ = ["NEAR", "Examples", "Learnt", "learnt_reading"]

NEAR: Final = 0.80
"""Cosine of two skeletons from which on the meaning of one is offered for the other (``bench/learning``)."""
MOST_CHOICES: Final = 3


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a question means by an example, in plain words.

    ``how``: the example is of this ``very`` question, of one ``alike`` but for names, days and amounts, or explains
    ``words`` of it.
    """

    question: str
    example: Example
    how: Literal["very", "alike", "words"]


@dataclass(frozen=True, slots=True)
class _Lesson:
    """An example taken apart; None for what cannot be taken apart safely."""

    example: Example
    asked: Skeleton | None
    meant: Skeleton | None


class Examples:
    """The examples of a person, taken apart as of one day with the names that are held."""

    def __init__(self, examples: Iterable[Example], lexicon: Lexicon, today: date) -> None:
        self._lexicon = lexicon
        self._today = today
        self._exact: dict[str, Example] = {}
        self._refused: defaultdict[str, set[str]] = defaultdict(set)
        self._shapes: defaultdict[tuple[str, ...], list[_Lesson]] = defaultdict(list)
        for each in examples:
            if each.wanted:
                self._exact[each.question] = each
            else:
                self._refused[each.question].add(each.meant)
        self._vectors: dict[str, dict[str, NDArray[np.float32]]] = {}
        self._words = _agreed(self._exact.values())
        for each in self._exact.values():
            asked = skeleton(each.question, lexicon, today)
            if asked is not None:
                self._shapes[asked.shape].append(_Lesson(each, asked, skeleton(each.meant, lexicon, today)))

    def learnt(self, question: str) -> Learnt | None:
        """What the question means by an example; None without one, or where two examples disagree."""
        exact = self._exact.get(canonical(question))
        if exact is not None:
            return Learnt(exact.meant, exact, "very")
        return self._alike(question) or self._by_words(question)

    def _alike(self, question: str) -> Learnt | None:
        asked = skeleton(question, self._lexicon, self._today)
        if asked is None or not asked.slots:
            return None
        found = {}
        for lesson in self._shapes.get(asked.shape, ()):
            text = self._filled(lesson, asked)
            if text is not None and text not in self.refused(question):
                found[text] = lesson.example
        if len(found) != 1:
            return None
        [(text, example)] = found.items()
        return Learnt(text, example, "alike")

    def _by_words(self, question: str) -> Learnt | None:
        text = plain(question)
        if not any(word in self._words for word in text.split()):
            return None
        unknown = unknown_words(text, self._lexicon, self._today)
        used = [word for word in dict.fromkeys(text.split()) if word in unknown and word in self._words]
        told = reworded(text, {word: self._words[word][0] for word in used})
        if not used or not told or told in self.refused(question):
            return None
        return Learnt(told, self._words[used[0]][1], "words")

    def refused(self, question: str) -> frozenset[str]:
        """The readings of this very question that the person turned down."""
        return frozenset(self._refused.get(canonical(question), ()))

    def near(self, question: str, embedder: Embedder | None, *, least: float = NEAR) -> tuple[str, ...]:
        """What it may mean by examples of nearly its wording, nearest first: to be asked back, not answered."""
        asked = skeleton(question, self._lexicon, self._today)
        if asked is None or not self._shapes:
            return ()
        kinds = Counter(slot.kind for slot in asked.slots)
        lessons = [
            lesson
            for lesson in self._lessons()
            if lesson.asked is not None and kinds == Counter(slot.kind for slot in lesson.asked.slots)
        ]
        if not lessons or embedder is None:
            return ()
        texts = [lesson.asked.text for lesson in lessons if lesson.asked]
        held = self._vectors.setdefault(embedder.name, {})
        missing = [text for text in dict.fromkeys(texts) if text not in held]
        made = embedder.embed([asked.text, *missing])
        held.update(zip(missing, made[1:], strict=True))
        alike = [float(held[text] @ made[0]) for text in texts]
        out: list[str] = []
        for place in sorted(range(len(lessons)), key=lambda place: -alike[place]):
            text = self._filled(lessons[place], asked, by_order=True) if alike[place] >= least else None
            if text is not None and text not in out and text not in self.refused(question):
                out.append(text)
        return tuple(out[:MOST_CHOICES])

    def rows(self) -> tuple[tuple[str, str], ...]:
        """Each example as the text of its skeleton and the plain question it means: rows for a classifier's bank."""
        return tuple(
            (lesson.asked.text, lesson.example.meant) for lesson in self._lessons() if lesson.asked is not None
        )

    def _lessons(self) -> Iterator[_Lesson]:
        for lessons in self._shapes.values():
            yield from lessons

    def _filled(self, lesson: _Lesson, asked: Skeleton, *, by_order: bool = False) -> str | None:
        """What the example means, of the things that are asked for; None where not every one of them finds its place.

        ``by_order`` puts the n-th slot of a type in the place of the n-th of that type, else slots have one order.
        """
        taught, meant = lesson.asked, lesson.meant
        if taught is None or meant is None:
            return None
        values = Counter((slot.kind, slot.value) for slot in taught.slots)
        if any(times > 1 for times in values.values()):
            return None  # two places of one value: which is which in the meaning cannot be told
        pairs = _in_order(taught, asked) if by_order else tuple(range(len(asked.slots)))
        texts: dict[int, str] = {}
        wanted = [slot.value for slot in meant.slots]
        for number, slot in enumerate(taught.slots):
            new = asked.slots[pairs[number]]
            places = [place for place, other in enumerate(meant.slots) if _same(other, slot)]
            if not places and new.value != slot.value:
                return None
            for place in places:
                texts[place], wanted[place] = new.text, new.value
        text = meant.with_texts(texts)
        again = skeleton(text, self._lexicon, self._today)
        if again is None or [slot.value for slot in again.slots] != wanted or again.shape != meant.shape:
            return None
        return text


def learnt_reading(question: str, examples: Iterable[Example], lexicon: Lexicon, today: date) -> Learnt | None:
    """What the question means by these examples; ``Examples`` keeps the work where several questions are asked."""
    return Examples(examples, lexicon, today).learnt(question)


def _agreed(examples: Iterable[Example]) -> dict[str, tuple[str, Example]]:
    """What each word stands for, with an example that says so; a word on which examples disagree is left out."""
    found: defaultdict[str, dict[str, Example]] = defaultdict(dict)
    for each in examples:
        for word, other in each.words:
            found[word][other] = each
    return {word: next(iter(ways.items())) for word, ways in found.items() if len(ways) == 1}


def _same(one: Slot, other: Slot) -> bool:
    return (one.kind, one.value) == (other.kind, other.value)


def _in_order(taught: Skeleton, asked: Skeleton) -> tuple[int, ...]:
    """For each slot of ``taught`` the number of the slot of ``asked`` that is as manieth of its type."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number, slot in enumerate(asked.slots):
        places[slot.kind].append(number)
    return tuple(places[slot.kind].pop(0) for slot in taught.slots)

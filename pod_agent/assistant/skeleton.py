"""Skeleton: a question whose names, categories, days, amounts and numbers are replaced by placeholders of their type.

Two questions of one skeleton ask the same of other things. What a placeholder stands for is read by the rules, so that
"last mth" and "last month" are one value; what it was in the question is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import partial
from typing import Final

from pod_agent.assistant.rules.dates import MONTHS, NUMBERS, WEEKDAYS, read_times
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.limits import take_limits
from pod_agent.assistant.rules.reading import plain
from pod_agent.assistant.rules.words import BROAD, FILLER, SPELLABLE

__all__ = ["Skeleton", "Slot", "skeleton"]

SHORTEST_NAME: Final = 3
"""Letters of a name, at least: shorter ones are too often common words."""
_KNOWN: Final = FILLER | SPELLABLE | MONTHS.keys() | WEEKDAYS.keys() | NUMBERS.keys()
"""Words that the rules read as other things than names."""
_SLOT: Final = re.compile(r"zzslot(\d+)zz")
_MARK: Final = re.compile(r"[PA](\d+)")


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands in one place: its type, its value as the rules read it, and its words."""

    kind: str
    value: Hashable
    text: str


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The parts of a question in their order: words, and slots."""

    parts: tuple[str | Slot, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots, in their order."""
        return tuple(part for part in self.parts if isinstance(part, Slot))

    @property
    def shape(self) -> tuple[str, ...]:
        """The words with the types of the slots: equal for questions that differ in their slots only."""
        return tuple(f"<{part.kind}>" if isinstance(part, Slot) else part for part in self.parts)

    @property
    def text(self) -> str:
        """The shape as text, for comparing meanings."""
        return " ".join(part.kind if isinstance(part, Slot) else part for part in self.parts)

    def with_texts(self, texts: Mapping[int, str]) -> str:
        """The question with other words in the slots of these numbers."""
        numbers = iter(range(len(self.slots)))
        return " ".join(texts.get(next(numbers), part.text) if isinstance(part, Slot) else part for part in self.parts)


def skeleton(question: str, lexicon: Lexicon, today: date) -> Skeleton | None:
    """The skeleton of a question asked on this day; None where its parts cannot be told apart safely."""
    builder = _Builder(today)
    builder.names(plain(question), lexicon)
    understood = builder.limits() and builder.times()
    if not understood:
        return None
    builder.categories()
    builder.numbers()
    return Skeleton(tuple(builder.parts))


class _Builder:
    """Turns words into slots, one type after the other; what is a slot already is not looked at again."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._slots: list[Slot] = []
        self._words: list[str] = []

    @property
    def parts(self) -> list[str | Slot]:
        return [self._slots[int(found[1])] if (found := _SLOT.fullmatch(word)) else word for word in self._words]

    def names(self, text: str, lexicon: Lexicon) -> None:
        """Full names of the records, the longest first."""
        text = f" {text} "
        for key in sorted(lexicon.within(text, shortest=SHORTEST_NAME), key=lambda key: (-len(key), key)):
            if not all(word in _KNOWN or word.isdigit() for word in key.split()):
                kind = " or ".join(sorted({name.kind for name in lexicon.names[key]}))
                text = text.replace(f" {key} ", f" {self._new(kind, key, key)} ")
        self._words = text.split()

    def limits(self) -> bool:
        """Limits on amounts; False where a word of one cannot be told."""
        text, limits = take_limits(" ".join(self._words))
        return self._marked(text, "amount", [(item.op, str(item.value)) for item in limits])

    def times(self) -> bool:
        """Days and periods; a phrase that is too vague for the rules stays as words."""
        text, vague = " ".join(self._words), list[str]()
        while True:
            times = read_times(text, self._today)
            if times.vague is None:
                break
            text = re.sub(rf"\b{re.escape(times.vague)}\b", f"zzvague{len(vague)}zz", text)
            vague.append(times.vague)
            if len(vague) > 3:
                return False
        if times.broken is not None:
            return False
        back = {f"zzvague{number}zz": phrase for number, phrase in enumerate(vague)}
        self._words = [back.get(word, word) for word in text.split()]
        told = " ".join(back.get(word, word) for word in times.text.split())
        return self._marked(told, "period", times.periods)

    def categories(self) -> None:
        """Words for a kind of spending."""
        text = " ".join(self._words)
        for category, pattern in BROAD.items():
            text = re.sub(rf"\b(?:{pattern})\b", partial(self._category, category), text)
        self._words = text.split()

    def numbers(self) -> None:
        """Whole numbers that are left."""
        for place, word in enumerate(self._words):
            value = NUMBERS.get(word) or (int(word) if word.isdecimal() else None)
            if value is not None and word != "one":
                self._words[place] = self._new("number", value, word)

    def _category(self, category: str, match: re.Match[str]) -> str:
        return self._new("category", category, match[0])

    def _new(self, kind: str, value: Hashable, text: str) -> str:
        self._slots.append(Slot(kind, value, text))
        return f"zzslot{len(self._slots) - 1}zz"

    def _marked(self, text: str, kind: str, values: Sequence[Hashable]) -> bool:
        """Take the words that became marks of ``text`` as slots; False where it is unclear which ones did."""
        after, out = text.split(), list[str]()
        for what, i, j, k, m in SequenceMatcher(None, self._words, after, autojunk=False).get_opcodes():
            before = self._words[i:j]
            if what in {"equal", "delete"}:
                out += before
                continue
            marks = [found[1] for word in after[k:m] if (found := _MARK.fullmatch(word))]
            clear = before and len(marks) == m - k and len(marks) in {1, len(before)}
            if not clear or any(map(_SLOT.fullmatch, before)):
                return False
            runs = [before] if len(marks) == 1 else [[word] for word in before]
            out += [self._new(kind, values[int(mark)], " ".join(run)) for mark, run in zip(marks, runs, strict=True)]
        self._words = out
        return True

"""The verb that Google puts around a video's title: *Watched X*, *X angesehen*, *Je hebt naar X gekeken*.

The verb is in the language of the account, in pages and in JSON alike. It is one of the verbs that are known, or else
learned from the file: what most of its titles begin or end with. Without it *Liked X* could not be told from
*Watched X*.
"""
# ruff: noqa: RUF001 - letters of many alphabets look alike

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

__all__ = ["LONGEST", "SAMPLE", "Verb", "Wording", "learn", "learn_from_pairs"]

SAMPLE: Final = 1000
"""So many rows are looked at, at most, to learn the verb."""

LONGEST: Final = 300
"""Longer titles are not learned from."""

_ENOUGH: Final = 20
_MOST: Final = 0.6


class Verb(NamedTuple):
    """What stands before and after a title."""

    before: str
    after: str

    def title(self, sentence: str) -> str | None:
        """The title within the sentence, None where the sentence has another verb."""
        before, after = self
        if len(sentence) < len(before) + len(after) or not (sentence.startswith(before) and sentence.endswith(after)):
            return None
        return sentence[len(before) : len(sentence) - len(after)]


_KNOWN: Final = tuple(
    sorted(
        (
            Verb(*pattern.split("*"))
            for pattern in (
                "Watched *|* angesehen|Vous avez regardé *|Has visto *|Hai guardato *|* を視聴しました"
                "|* 을(를) 시청했습니다.|* adlı videoyu izlediniz|Просмотрено видео *|Je hebt naar * gekeken"
                "|Tittade på *|Så på *|Så *"
                "|Ați vizionat *|Obejrzano: *|Ви дивилися відео *|Παρακολουθήσατε το βίντεο *|* katsottiin"
                "|Zhlédli jste video *|Гледахте *|Megtekintette a következőt: *|تمت مشاهدة *|تمت مشاهدة * ."
                "|* izlənildi|* দেখা হয়েছে|* را تماشا کردید|را تماشا کردید *|Pinanood ang *|* देखा|* دیکھی"
            ).split("|")
        ),
        key=lambda verb: -len(verb.before + verb.after),
    )
)
"""*To watch* in the languages where it is known, longest first; Chinese and Portuguese accounts say *Watched*."""

_FOLDED: Final = frozenset((before.strip(), after.strip()) for before, after in _KNOWN)
_OTHER: Final = re.compile(
    r"(?:Liked|Disliked|Saved|Added|Viewed|Voted|Answered|Used|Visited|Subscribed|Dismissed|Shared|Played|Created) "
)
"""Other verbs, for files too short to learn from."""


class Wording:
    """How a file says that something was watched; without a ``verb`` every sentence is taken for a title.

    ``mixed`` tells that the file holds other activities too, as *My Activity* does.
    """

    def __init__(self, verb: Verb | None, *, mixed: bool = False) -> None:
        self.verb = verb
        self._before, self._after = verb or ("", "")
        words = re.findall(r"[^\s.:()]+", " ".join(verb)) if verb else []
        self._word = max(words, key=len, default="")
        self._pair = (verb.before.strip(), verb.after.strip()) if verb else None
        self._mixed = mixed

    def title(self, sentence: str) -> str | None:
        """The title in a sentence about watching, None for another activity."""
        if sentence.startswith(self._before) and sentence.endswith(self._after):
            start, end = len(self._before), len(sentence) - len(self._after)
            if start <= end and self.verb is not None:
                return sentence[start:end]
        known = next((title for verb in _KNOWN if (title := verb.title(sentence)) is not None), None)
        if known is not None or self.verb is not None:
            return known
        return None if _OTHER.match(sentence) else sentence

    def is_watching(self, before: str, after: str) -> bool:
        """Whether the words around a linked title say that it was watched."""
        if before == self._before and after == self._after:
            return True
        pair = (before.strip(), after.strip())
        if pair == self._pair or pair in _FOLDED:
            return True
        return self._pair is None and not _OTHER.match(before)

    def tells_of_watching(self, sentence: str) -> bool:
        """Whether a sentence without a link, such as *Watched a video that has been removed*, is about watching."""
        if self._word and self._word in sentence:
            return True
        return not self._mixed and not _OTHER.match(sentence)


def learn(sentences: Sequence[str]) -> Verb | None:
    """The verb of sentences about videos: one that is known, or else what most of enough sentences share."""
    if not sentences:
        return None
    for verb in _KNOWN:
        if sum(verb.title(sentence) is not None for sentence in sentences) > len(sentences) / 2:
            return verb
    if len(sentences) < _ENOUGH:
        return None
    before = _shared(sentences)
    after = _shared([sentence[len(before) :][::-1] for sentence in sentences])[::-1]
    verb = Verb(before[: before.rfind(" ") + 1], after[after.find(" ") :] if " " in after else _unspaced(after))
    return verb if any(verb) else None


def learn_from_pairs(pairs: Iterable[tuple[str, str]]) -> Verb | None:
    """The verb of a page, which links titles: the known one that is most frequent, or else the most frequent one."""
    counts = Counter(pairs)
    if not counts:
        return None
    known = {pair: count for pair, count in counts.items() if (pair[0].strip(), pair[1].strip()) in _FOLDED}
    best = max(known or counts, key=lambda pair: counts[pair])
    return Verb(*best) if best in known or counts.total() >= _ENOUGH else None


def _shared(texts: Sequence[str]) -> str:
    """The longest beginning that most of the texts share."""
    least = len(texts) * _MOST
    shared = ""
    while True:
        length = len(shared)
        following = Counter(text[length] for text in texts if len(text) > length and text.startswith(shared))
        letter, count = following.most_common(1)[0] if following else ("", 0)
        if count < least:
            return shared
        shared += letter


def _unspaced(after: str) -> str:
    """An ending without a space is a verb in scripts that use none, and a chance otherwise."""
    return after if len(after) > 2 and not after.isascii() else ""

"""Words that the rules do not know and that a correction explains: "alr" says nothing, "diff" is "different".

A word is learnt only where putting it so makes the rules plan the question exactly as they plan what the person meant.
Words that can change a meaning are never learnt, nor any that the rules know already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

from pod_agent.assistant.plan import Plan
from pod_agent.assistant.rules.reading import plain, read
from pod_agent.assistant.rules.topics import topics_of
from pod_agent.assistant.rules.words import FILLER, SPELLABLE
from pod_agent.assistant.skeleton import skeleton

if TYPE_CHECKING:
    from pod_agent.assistant.plan import Planner
    from pod_agent.assistant.rules.lexicon import Lexicon

__all__ = ["MEANING", "learn_words", "reworded", "unknown_words"]

MEANING: Final = frozenset(
    (
        "no not never nor without except excluding exclude excl besides apart aside minus plus other others"
        " else than only just alone solely more less fewer least most over under above below between since"
        " until till before after every each per share percent percentage proportion fraction ratio average"
        " avg mean median typical different distinct unique first last earliest latest half double twice once"
        " net gross versus vs compared change dearer cheaper cheapest biggest smallest highest lowest max min"
        " weekday weekdays weekend weekends card account foreign refund refunds any all none both either"
        " neither my his her their our your wife husband friend mother father son daughter if would should"
        " could will why predict forecast next tomorrow leave skip ignore drop against and or"
    ).split()
)
"""Words that change a meaning wherever they stand."""
MOST_WORDS: Final = 4
TRIES: Final = 150
"""Ways of reading the unknown words that are tried, at a few milliseconds each."""


def unknown_words(text: str, lexicon: Lexicon, today: date) -> frozenset[str]:
    """The words of a plain question that the rules understand within none of its topics."""
    left = [frozenset(read(text, lexicon, today, topic).left) for topic in topics_of(text)]
    return frozenset.intersection(*left) if left else frozenset()


def learn_words(planner: Planner, lexicon: Lexicon, question: str, meant: str, today: date) -> dict[str, str]:
    """What the unknown words of a question stand for, going by what is meant; empty where that cannot be told.

    A word that stands for nothing has the empty text.
    """
    target = planner.plan(meant, today)
    text = plain(question)
    words = [word for word in dict.fromkeys(text.split()) if word in unknown_words(text, lexicon, today)]
    if not isinstance(target, Plan) or not 0 < len(words) <= MOST_WORDS or not all(map(_can_be_learnt, words)):
        return {}
    for readings in islice(_ways(words, _words_of(meant, lexicon, today)), TRIES):
        if planner.plan(reworded(text, readings), today) == target:
            return readings
    return {}


def reworded(text: str, readings: Mapping[str, str]) -> str:
    """The text with these words as they are read."""
    return " ".join(" ".join(readings.get(word, word) for word in text.split()).split())


def _can_be_learnt(word: str) -> bool:
    return word.isalpha() and word not in MEANING and word not in SPELLABLE and word not in FILLER


def _words_of(meant: str, lexicon: Lexicon, today: date) -> list[str]:
    """The words of what is meant, without names, days and amounts, and pairs of neighbours among them."""
    found = skeleton(meant, lexicon, today)
    words = [part for part in found.parts if isinstance(part, str)] if found else []
    return list(dict.fromkeys([*words, *(" ".join(pair) for pair in pairwise(words))]))


def _ways(words: list[str], offered: list[str]) -> Iterator[dict[str, str]]:
    """First all as short forms or nothing, then one of them as something that is said in what is meant."""
    short = {word: next((each for each in offered if _shortens(word, each)), "") for word in words}
    yield short
    for word in words:
        yield from ({**short, word: each} for each in offered)


def _shortens(word: str, other: str) -> bool:
    return len(word) > 1 and other != word and other.startswith(word) and " " not in other

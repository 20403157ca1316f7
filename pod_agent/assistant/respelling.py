"""Respelling: typing errors put right where no reader would doubt what was meant, before a question counts as unread.

A token that is no word of English and no name of the records may stand for a word that questions use: with two letters
swapped or one doubled, with its vowels left out, or one letter away. Which of these is meant is told by the sentence:
one that makes a plan wins, and where two make different plans the person is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice, product
from typing import Final

from pod_agent.assistant.classifier.wordings import FILE
from pod_agent.assistant.plan import Plan, Planner, Refusal
from pod_agent.assistant.rules.common_names import proper_words
from pod_agent.assistant.rules.dates import MONTHS, NUMBERS, WEEKDAYS
from pod_agent.assistant.rules.harmless import HARMLESS, is_english
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.spelling import SHORT, SPELLABLE
from pod_agent.assistant.rules.text import distance
from pod_agent.assistant.rules.words import BROAD, FILLER
from pod_agent.assistant.rules.written_out import written_out

__all__ = ["Respelling", "meant_by"]

TOKEN: Final = re.compile(r"[A-Za-z]+(?:['\u2019][a-z]+)?")
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
VOWELS: Final = frozenset("aeiou")
SHORTEST: Final = 3
"""Letters of a token that may be put right at all: by a swap, or by the vowels that it lacks."""
ONE_OFF: Final = 4
"""Letters of a token that may lack a letter or have one too many; one more if a letter may be another one."""
TWO_OFF: Final = 8
"""Letters of a token that may have two slips."""
OFTEN: Final = 2
"""A word is one of the questions' vocabulary if it is English, or stands so often in the wordings."""
RARELY: Final = 3
"""A word that is used so many times less than another one is tried after it."""
COMMON: Final = 100
"""What words of time count at least: the wordings are masked, and have few of them."""
SENTENCES: Final = 5
"""Sentences that are tried, at most: each is planned as the question itself is."""
ALL: Final = 12
"""Sentences that these are taken from."""
EACH: Final = 3
"""Words that a token may stand for, at most."""
DATED: Final = frozenset({*MONTHS, *WEEKDAYS, "christmas"})
ARTICLES: Final = frozenset("the my a an our some".split())
NAMING: Final = frozenset(
    "at by from play played playing to song songs artist band singer channel album podcast shop called named".split()
)
"""After one of these a name may stand, which the records need not hold: no other word is read into it."""
POINTING: Final = frozenset(
    (
        "the my this that last past these those all which what each every me it there here first year month week day"
    ).split()
)
"""Words that may follow those, and name nothing."""
SINGULAR: Final = frozenset("day week weekend month quarter year mth wk yr mnth".split())
PLURAL: Final = frozenset("these those".split())
"""What stands before no single day, week or month."""
RANKED: Final = frozenset("spend spending amount amounts number count value money visits plays purchases time".split())
"""What things are ranked by."""
BEFORE_NOUNS: Final = NAMING | frozenset("on for with in of".split())
OPPOSED: Final = frozenset("last least best".split())
"""Words of which one is never read for another: where two are as near, the person is asked."""
ACRONYM: Final = 4
"""Letters of a token that may be a shop's initials."""


class Respelling:
    """Plans what another planner plans, and tries a question with its typing errors put right where that has none.

    ``again`` plans what was put right; a language model is asked of the question as it is written only.
    """

    def __init__(self, planner: Planner, lexicon: Lexicon, *, again: Planner | None = None) -> None:
        self._planner = planner
        self._again = again or planner
        self._lexicon = lexicon

    def plan(self, question: str, today: date) -> Plan | Refusal:
        """The plan of the question as it is written, else of the one way to put it right, else a question back."""
        question = written_out(question)
        found = self._planner.plan(question, today)
        doubted = isinstance(found, Plan)
        best: Plan | Refusal = found
        for sentences in _ways(question, self._lexicon, doubted=doubted):
            plans = {each: self._again.plan(each, today) for each in sentences}
            made = {each: plan for each, plan in plans.items() if isinstance(plan, Plan)}
            if doubted and isinstance(found, Plan):
                made = {question: found, **made}
            if made and all(plan == next(iter(made.values())) for plan in made.values()):
                return next(iter(made.values()))
            if made:
                text = "That can be read in several ways. Which one do you mean?"
                return Refusal(status="clarify", text=text, choices=tuple(made)[:EACH])
            if isinstance(found, Refusal) and not found.choices:
                best = found if best is not found else next(iter(plans.values()))
        return best


def _ways(question: str, lexicon: Lexicon, *, doubted: bool) -> Iterator[list[str]]:
    """The question with every token put right: first as is likeliest, then with what is less likely as well.

    With ``doubted`` a plan was made of the question as it is: only what is likeliest is held against it.
    """
    tokens = list(TOKEN.finditer(question))
    proper = proper_words(question)
    options: list[tuple[re.Match[str], list[list[str]]]] = []
    for number, token in enumerate(tokens):
        word = token[0].casefold()
        earlier = (each[0].casefold() for each in reversed(tokens[:number]))
        ranks = meant_by(word, next((each for each in earlier if each not in ARTICLES), ""), lexicon)
        after = tokens[number + 1][0].casefold() if number + 1 < len(tokens) else ""
        if after in SINGULAR:
            ranks = [[each for each in rank if each not in PLURAL] for rank in ranks]
        if word in proper:
            ranks = [[each for each in rank if each in DATED or each in lexicon.names] for rank in ranks]
        ranks = [rank for rank in ranks if rank]
        if len(OPPOSED.intersection(*[{each for rank in ranks for each in rank}])) > 1:
            return
        if ranks:
            options.append((token, ranks[:1] if doubted else ranks))
    if not options:
        return
    seen: set[str] = set()
    for deep in (False, True):
        choices = [
            list(dict.fromkeys(each for rank in (ranks if deep else ranks[:1]) for each in rank))[:EACH]
            for _, ranks in options
        ]
        spans = [token.span() for token, _ in options]
        texts = (_with(question, spans, words) for words in product(*choices))
        new = list(
            islice((text for text in dict.fromkeys(islice(texts, ALL)) if text not in seen), SENTENCES - len(seen))
        )
        seen.update(new)
        if new:
            yield new


def _with(question: str, spans: list[tuple[int, int]], words: tuple[str, ...]) -> str:
    for (first, end), word in zip(reversed(spans), reversed(words), strict=True):
        question = question[:first] + word + question[end:]
    return question


def meant_by(word: str, before: str, lexicon: Lexicon) -> list[list[str]]:
    """What a token may stand for after ``before``, the likeliest first; nothing for words and names that are known."""
    if len(word) < SHORTEST or not word.isascii() or not word.isalpha() or _is_known(word, lexicon):
        return []
    swapped = list(_swaps(word))
    near = _vocabulary()
    first = [each for each in (*swapped, *_doubled(word)) if each in near]
    first += [each for each in _bare().get(_consonants(word), ()) if _lacks_vowels(word, each)]
    names = [each for each in swapped if len(word) >= ONE_OFF and each in lexicon.names]
    ranks = [first + names]
    if not lexicon.with_word(word):
        ranks.append([each for each in _one_off(word) if each in near and len(each) + len(word) > 2 * SHORTEST])
    if len(word) >= TWO_OFF and not any(ranks) and not lexicon.with_word(word):
        ranks.append([each for each in near if len(each) >= TWO_OFF and each[0] == word[0] and _is_two_off(word, each)])
    fits = (list(dict.fromkeys(each for each in rank if _may_follow(before, word, each))) for rank in ranks)
    ordered = [sorted(rank, key=lambda each: -near.get(each, 0)) for rank in fits if rank]
    return [part for rank in ordered for part in _by_use(rank, near) if part]


def _by_use(rank: list[str], near: Counter[str]) -> tuple[list[str], list[str]]:
    """Equally near words: those that are used about as often as the first, and after them the rare ones."""
    least = near.get(rank[0], 0) / RARELY
    often = [each for each in rank if near.get(each, 0) >= least]
    return often, [each for each in rank if each not in often]


def _is_known(word: str, lexicon: Lexicon) -> bool:
    return (
        is_english(word)
        or word in SHORT
        or word in FILLER
        or word in HARMLESS
        or word in _vocabulary()
        or word in lexicon.names
        or word.removesuffix("s") in _vocabulary()
    )


def _may_follow(before: str, word: str, meant: str) -> bool:
    """Whether the word that is meant can stand after ``before``, where a name may stand that no record holds."""
    if meant in DATED or meant in POINTING:
        return True
    if before == "by" and meant in RANKED:
        return True
    if before in NAMING:
        return meant not in _vocabulary()
    return before not in BEFORE_NOUNS or len(word) > ACRONYM


@cache
def _vocabulary() -> Counter[str]:
    """The words of questions, by the wordings of independent writers, and how often each stands there."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    counted = Counter(word for line in lines for word in re.findall(r"[a-z]{2,}", line.split("\t")[0]))
    words = {word: many for word, many in counted.items() if many >= OFTEN or is_english(word)}
    known = (*SPELLABLE, *BROAD, *DATED, *NUMBERS, *POINTING)
    extra = (each for each in known if each.isalpha() and len(each) >= SHORTEST)
    masked = {word: max(words.get(word, 0), COMMON) for word in (*POINTING, *DATED)}
    return Counter({**dict.fromkeys(extra, 1), **words, **masked})


@cache
def _bare() -> dict[str, list[str]]:
    """The vocabulary by its consonants."""
    out: dict[str, list[str]] = {}
    for word in _vocabulary():
        out.setdefault(_consonants(word), []).append(word)
    return out


def _consonants(word: str) -> str:
    """The first letter and the consonants."""
    return word[0] + "".join(letter for letter in word[1:] if letter not in VOWELS)


def _lacks_vowels(word: str, whole: str) -> bool:
    """Whether a word is another one with vowels left out, and nothing else changed."""
    letters = iter(whole)
    return len(word) < len(whole) and all(letter in letters for letter in word)


def _swaps(word: str) -> Iterator[str]:
    """The word with two neighbours swapped back."""
    for at in range(len(word) - 1):
        if word[at] != word[at + 1]:
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _doubled(word: str) -> Iterator[str]:
    """The word with one of two like neighbours taken out, or a letter doubled."""
    for at in range(len(word)):
        if at and word[at] == word[at - 1]:
            yield word[:at] + word[at + 1 :]
        yield word[: at + 1] + word[at:]


def _one_off(word: str) -> Iterator[str]:
    """The words with one letter more, less or another, the first one apart."""
    for at in range(1, len(word) + 1):
        yield from (word[:at] + letter + word[at:] for letter in LETTERS)
        if at < len(word):
            yield word[:at] + word[at + 1 :]
            if len(word) > ONE_OFF or word[at] in VOWELS:
                yield from (word[:at] + letter + word[at + 1 :] for letter in LETTERS)


def _is_two_off(word: str, other: str) -> bool:
    return abs(len(word) - len(other)) <= 2 and distance(word, other) <= 2

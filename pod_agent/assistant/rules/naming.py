"""Names in a question: full ones, parts of them, and ones that were misspelt."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from functools import cache

from pod_agent.assistant.rules.common_names import is_ordinary, with_mark
from pod_agent.assistant.rules.dates import MONTHS, WEEKDAYS, read_times
from pod_agent.assistant.rules.harmless import is_english
from pod_agent.assistant.rules.lexicon import Kind, Lexicon, Name
from pod_agent.assistant.rules.limits import take_limits
from pod_agent.assistant.rules.parts import Reading
from pod_agent.assistant.rules.spelling import SPELLABLE
from pod_agent.assistant.rules.text import canonical, distance, nearest
from pod_agent.assistant.rules.topic_words import TOPIC_ROLES
from pod_agent.assistant.rules.topics import NAMES_OF, Topic
from pod_agent.assistant.rules.words import BROAD, FILLER, NARROW, ROLES

__all__ = ["LISTENING", "MONEY", "fitting", "kinds_of", "near_names", "put_right", "runs_of", "take_names"]

MONEY: tuple[Kind, ...] = ("merchant", "person")
LISTENING: tuple[Kind, ...] = ("artist", "track", "album", "podcast")
TIME_WORDS = frozenset("day days week weeks month months quarter year years weekend weekends today yesterday".split())
ANY_DAY = date(2000, 1, 1)
"""Whether words tell a time does not hang on the day that is today."""
MARK = re.compile(r"[A-Z]+\d*")
NARROWING = re.compile(r"NOT|[AP]\d+")
GRAMMAR = frozenset(
    """
    over under above below between beyond past least most more less fewer than without except excluding apart besides
    since until till before after during last this next previous only not no or and but each every either both
    """.split()
)
"""Words that set limits, times and what is left out: no shop takes them away by its name."""
LONGEST_NAME = 12
"""Words of a name, at most."""
SHORTEST_PARTED = 6
"""Letters of two words that were written as one."""
VOWELS = re.compile("[aeiou]")
LONG_WORD = 8
"""Letters of a word of a name that may have two slips."""
LONGEST_PART = 5
"""Words of a part of a name, at most."""


def kinds_of(topic: Topic, *, sound: bool) -> tuple[Kind, ...]:
    """What a name that is only nearly given may be."""
    return NAMES_OF[topic] if topic else LISTENING if sound else MONEY


def take_names(
    out: Reading,
    lexicon: Lexicon,
    kinds: Collection[Kind],
    more: dict[str, tuple[Name, ...]],
    *,
    surely: frozenset[str],
) -> None:
    """Replace full names by marks, the longest first; a common word that is none of ``surely`` where it must be one."""
    words = out.text.split()
    for length in range(min(LONGEST_NAME, len(words)), 0, -1):
        first = 0
        while first + length <= len(words):
            window = words[first : first + length]
            phrase = " ".join(window)
            names = (
                () if any(word[0].isupper() for word in window) else more.get(phrase) or lexicon.named(phrase, kinds)
            )
            if names and phrase not in surely and _is_piece(phrase, lexicon, kinds):
                names = ()
            if names and _take(out, phrase, names, surely):
                words = out.text.split()
            first += 1


def _take(out: Reading, phrase: str, names: tuple[Name, ...], surely: frozenset[str]) -> bool:
    """Put a mark for a name wherever it stands; a common word only where it was played or watched."""
    played = out.sound or out.topic == "video"
    said = _is_common(phrase) or _is_said(phrase, out.topic)
    common = phrase not in surely and (said or (played and is_ordinary(phrase)))
    if common and not played:
        return False
    marked = with_mark(out.text, phrase, f"E{len(out.names)}", common=common)
    if marked == out.text:
        return False
    out.text = marked
    out.names.append(names)
    return True


def _is_common(name: str) -> bool:
    words = name.split()
    if len(words) > 1:
        tables = [*BROAD.values(), *NARROW.values()]
        if any(re.fullmatch(each, name) for each in tables) or any(pattern.fullmatch(name) for pattern, _ in ROLES):
            return True
        return all(_is_plain(word) or _is_role(word) for word in words)
    return (
        _is_plain(name)
        or _is_role(name)
        or name in GRAMMAR
        or any(re.fullmatch(each, name) for each in (*BROAD.values(), *NARROW.values()))
    )


@cache
def _is_said(name: str, topic: Topic) -> bool:
    """Whether a name reads as a piece of a question: a limit, a time, what is asked for. Anybody may call a shop so."""
    text, _ = take_limits(f" {name} ")
    times = read_times(" ".join(text.split()), ANY_DAY)
    if times.vague == name:
        return True
    text = times.text
    for pattern, role in (*TOPIC_ROLES[topic], *ROLES):
        text = pattern.sub(f" {role} ", text)
    return all(MARK.fullmatch(word) or _is_plain(word) for word in text.split())


def _is_piece(name: str, lexicon: Lexicon, kinds: Collection[Kind]) -> bool:
    """Whether a name is another one with a time, a limit or a "not" beside it: a question would mean just these."""
    words = name.split()
    for length in range(len(words) - 1, 0, -1):
        for first in range(len(words) - length + 1):
            rest = " ".join([*words[:first], "E0", *words[first + length :]])
            if _is_narrowed(rest) and lexicon.named(" ".join(words[first : first + length]), kinds):
                return True
    return False


@cache
def _is_narrowed(text: str) -> bool:
    """Whether words beside a name are all said, and among them some that change a figure."""
    text, _ = take_limits(f" {text} ")
    text = read_times(" ".join(text.split()), ANY_DAY).text
    for pattern, role in ROLES:
        text = pattern.sub(f" {role} ", text)
    words = text.split()
    return any(NARROWING.fullmatch(word) for word in words) and all(
        NARROWING.fullmatch(word) or word == "E0" or word in FILLER for word in words
    )


def _is_plain(word: str) -> bool:
    return word in FILLER or word in MONTHS or word in WEEKDAYS or word.isdigit() or word in TIME_WORDS


@cache
def _is_role(word: str) -> bool:
    return any(pattern.fullmatch(word) for pattern, _ in ROLES)


def put_right(word: str, out: Reading, lexicon: Lexicon) -> str:
    """The word that a word which was not understood comes close to; unknown names at a shop are left as they are."""
    if word not in out.left or is_english(word):
        return word
    if out.topic == "shops" and not lexicon.goods(word):
        near = nearest(word, (each for own in lexicon.products.values() for each in own), shortest=5)
        if near:
            return near
    if re.search(rf"\b(?:at|by) {re.escape(word)}\b", out.text) is not None:
        return word
    return nearest(word, SPELLABLE, shortest=4) or _parted(word) or word


def _parted(word: str) -> str | None:
    """Two known words that were written as one: howmuch, lastmonth."""
    known = FILLER | SPELLABLE
    ways = [
        f"{word[:cut]} {word[cut:]}" for cut in range(2, len(word) - 1) if word[:cut] in known and word[cut:] in known
    ]
    return ways[0] if len(ways) == 1 and len(word) >= SHORTEST_PARTED else None


def near_names(text: str, out: Reading, lexicon: Lexicon) -> dict[str, tuple[Name, ...]]:
    """Names that a word or a few come close to, where one of them was not understood and none but that is English."""
    kinds, words = kinds_of(out.topic, sound=out.sound), text.split()
    extra: dict[str, tuple[Name, ...]] = {}
    for length in (4, 3, 2, 1):
        for first in range(len(words) - length + 1):
            window = words[first : first + length]
            odd = [word for word in window if word in out.left and (length > 1 or not is_english(word))]
            if not odd or any(word in FILLER or _is_plain(word) for word in (window[0], window[-1])):
                continue
            phrase = " ".join(window)
            names = () if any(phrase in known for known in extra) else lexicon.misspelt(phrase, kinds)
            if all(map(is_english, odd)):  # a word of its own: only beside a word of the same name
                names = tuple(name for name in names if set(window) & set(canonical(name.text).split()))
            names = tuple(name for name in names if _is_slip(window, name.text))
            if names:
                extra[phrase] = names
    return extra


def _is_slip(window: list[str], name: str) -> bool:
    """Whether each word is its counterpart in the name but for a slip; one of English only in the other number.

    A short word with other consonants is another word: Ling is not Ming.
    """
    own = canonical(name).removeprefix("the ").split()
    said = window[1:] if window[0] == "the" else window
    if len(own) != len(said):
        return True
    for word, meant in zip(said, own, strict=True):
        number = {word, f"{word}s", f"{word}es", word.removesuffix("s"), word.removesuffix("es")}
        if meant in number:
            continue
        short = len(meant) < SHORTEST_PARTED - 1 and VOWELS.sub("", word) != VOWELS.sub("", meant)
        apart = distance(word, meant)
        if is_english(word) or short or apart > (2 if len(meant) >= LONG_WORD else 1) or word[0] not in meant[:2]:
            return False
    return True


def fitting(run: str, text: str, topic: Topic, lexicon: Lexicon, kinds: Collection[Kind]) -> tuple[Name, ...]:
    """The names that a run of words may mean: products and sections by their words, videos by words of their title."""
    sections_first = re.search(r"\b(?:section|aisle|department)s?\b", text) is not None
    goods = lexicon.goods(run, sections_first=sections_first) if topic == "shops" else ()
    if goods:
        return goods
    known = lexicon.named(run, kinds)
    if known:
        return known
    if topic != "video":
        return lexicon.partly(run, kinds)
    asked = re.search(rf"\b(?:about|called|titled|named) (?:the )?{re.escape(run)}\b", text)
    titles = asked and any(run in key for key in lexicon.spellings(("video",)))
    return lexicon.partly(run, frozenset[Kind]({"channel"})) or ((Name("words", run),) if titles else ())


def runs_of(text: str, out: Reading, lexicon: Lexicon, kinds: Collection[Kind]) -> list[str]:
    """Runs of words that were not understood, each with the words beside it that are in the same name."""
    words = text.split()
    runs: list[str] = []
    number = 0
    while number < len(words):
        if words[number] not in out.left:
            number += 1
            continue
        first, end = _widest(words, number, lexicon, kinds)
        if end - first == 1 and not lexicon.partly(words[number], kinds):
            while end < len(words) and words[end] in out.left:
                end += 1
        runs.append(" ".join(words[first:end]))
        number = max(end, number + 1)
    return runs


def _widest(words: list[str], at: int, lexicon: Lexicon, kinds: Collection[Kind]) -> tuple[int, int]:
    """The longest run around a word that is part of a name."""
    for length in range(LONGEST_PART, 1, -1):
        for first in range(max(0, at - length + 1), min(at, len(words) - length) + 1):
            window = words[first : first + length]
            if all(_is_plain(word) for word in window if word != words[at]) or _is_plain(window[-1]):
                continue
            if lexicon.partly(" ".join(window), kinds):
                return first, first + length
    return at, at + 1
